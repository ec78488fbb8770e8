/**
 * Runs at length what `npm test` runs in brief or leaves out: every test file that asks how thorough a run is, and those that jest.config.js names. What is said after
 * `npm run test:thorough --` goes to jest.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leftOut } from '../jest.config.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Properties that are worth three times as many runs: of keys, and of what finds an entry by its key. */
const THREEFOLD = /source-text\.acorn|key\/(properties|call-table)|whole-cache|bounded-map|memory\/(sieve|ghosts)|json-values/;
/** What meets the bytes of a driver: once more with the other one. */
const OF_DRIVERS = /persist\/(damage|recovery|faults|order)|test\/(crash|cli)\//;

const tests = readdirSync('test', { recursive: true })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'));
const thorough = tests.filter((name) => leftOut.some((path) => name.startsWith(path)) || /support\/(thorough|ordered-cache)'/.test(readFileSync(name, 'utf8')));

run(
  thorough.filter((name) => THREEFOLD.test(name)),
  { KEY_RUNS: '3', SCRUBJAY_ALL_SOURCES: '1' },
);
run(
  thorough.filter((name) => !THREEFOLD.test(name)),
  { KEY_RUNS: '1' },
);
run(
  tests.filter((name) => OF_DRIVERS.test(name)),
  { KEY_RUNS: '1', SCRUBJAY_TEST_DRIVER: 'msgpack' },
);

function run(paths, environment) {
  const args = [
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    'legacy',
    '--testTimeout',
    '300000',
    ...process.argv.slice(2),
    '--runTestsByPath',
    ...paths,
  ];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  if (status !== 0) process.exit(status ?? 1);
}
