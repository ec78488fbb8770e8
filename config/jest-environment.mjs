/** Node as jest knows it, whose workers end at once: to take down the worlds of a hundred test files one by one takes longer than the half second that jest waits. */
import { TestEnvironment } from 'jest-environment-node';

const isWorker = process.send !== undefined;
if (isWorker) process.on('exit', (code) => process.reallyExit(code));

export default TestEnvironment;
