/** Takes a directory, says whether it got it, and holds it until it is killed or told to end. */
import { Worker } from 'node:worker_threads';
import { lockDirectory } from '../../build/modules/persist/directory-lock.js';

const [, , directory, inThread] = process.argv;
if (inThread === 'thread') {
  const path = JSON.stringify(new URL('../../build/modules/persist/directory-lock.js', import.meta.url).href);
  const code = `import(${path}).then(({ lockDirectory }) => { setInterval(() => {}, 1000); globalThis.held = lockDirectory(${JSON.stringify(directory)}); require('node:worker_threads').parentPort.postMessage(globalThis.held.isHeld ? 'held' : globalThis.held.holder); })`;
  new Worker(code, { eval: true }).on('message', (answer) => console.log(answer));
} else {
  const lock = lockDirectory(directory);
  console.log(lock.isHeld ? 'held' : lock.holder);
}
process.stdin.resume().on('end', () => process.exit(0));
