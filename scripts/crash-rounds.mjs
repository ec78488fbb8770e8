/**
 * Runs the crash tests round after round, each with another seed and once for each format, until the time is over. Ends with 1 at the first failure, and says
 * how to see it again. KEY_RUNS=10 makes each round so many times as long.
 * Usage: node scripts/crash-rounds.mjs [--minutes 3] [--seed 4711]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } } });
const minutes = Number(values.minutes);
const firstSeed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed)) {
  console.error('Usage: npm run test:crash -- [--minutes 3] [--seed 4711]');
  process.exit(2);
}

const JEST = ['--selectProjects', 'legacy', '--testPathPatterns', 'test/crash', '--testTimeout', '600000'];
const end = Date.now() + minutes * 60_000;
let seed = firstSeed;
do {
  for (const driver of ['jsonl', 'msgpack']) runTests(driver);
  seed++;
} while (Date.now() < end);
console.log(`All good: ${seed - firstSeed} rounds, seeds ${firstSeed} to ${seed - 1}.`);

function runTests(driver) {
  const startedAt = Date.now();
  const env = { ...process.env, SCRUBJAY_SEED: String(seed), SCRUBJAY_TEST_DRIVER: driver };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', ...JEST], { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`seed ${seed}, ${driver}: ${status === 0 ? 'good' : 'FAILED'}, ${seconds} s`);
  if (status === 0) return;
  const again = `SCRUBJAY_SEED=${seed} SCRUBJAY_TEST_DRIVER=${driver}${env.KEY_RUNS === undefined ? '' : ` KEY_RUNS=${env.KEY_RUNS}`}`;
  console.error(`${stdout}${stderr}\nTo see it again: npm run build && ${again} npx jest ${JEST.join(' ')}`);
  process.exit(1);
}
