/**
 * Whether memory stays where it is: `npm run build && node --expose-gc bench/soak.mjs`, a hundred million operations for each eviction policy; `--operations 1e7` for fewer,
 * `--policy lru` for one. Looks-ups, stores, deletions and new keys all the time; the heap after a collection must not grow by more than 5 % after the first fifth.
 */
import { parseArgs } from 'node:util';
import { policies } from '../dist/esm/index.js';
import { BoundedMap } from '../dist/esm/map.js';
import { randomNumbers } from './suites/random.mjs';

const { values: options } = parseArgs({ options: { operations: { type: 'string', default: '1e8' }, policy: { type: 'string', multiple: true } } });
const OPERATIONS = Number(options.operations);
const CAPACITY = 50_000;
const LOOKS = 10;

function heap() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Half of the keys come again and again, the others are new each time. */
function soak(policy) {
  const map = new BoundedMap({ capacity: CAPACITY, policy });
  const next = randomNumbers(1);
  const heaps = [];
  const startedAt = performance.now();
  for (let look = 0; look < LOOKS; look++) {
    for (let operation = 0; operation < OPERATIONS / LOOKS; operation++) {
      const chance = next();
      const number = chance < 0.5 ? Math.floor(2 * CAPACITY * next() ** 3) : look * OPERATIONS + operation;
      const key = number % 3 === 0 ? number : `key ${number}`;
      if (chance < 0.02) map.delete(key);
      else if (map.get(key) === undefined) map.set(key, operation);
    }
    heaps.push(heap());
  }
  const settled = heaps.slice(1);
  const growth = Math.max(...settled.slice(1)) / settled[0] - 1;
  const megabytes = settled.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
  console.log(
    `${policy.padEnd(10)} ${(((performance.now() - startedAt) * 1e6) / OPERATIONS).toFixed(0).padStart(4)} ns, heap in MB: ${megabytes}, ${(growth * 100).toFixed(1)} %`,
  );
  return growth;
}

const grown = (options.policy ?? Object.keys(policies)).filter((policy) => soak(policy) > 0.05);
if (grown.length > 0) console.error(`memory grows with ${grown.join(', ')}`);
process.exit(grown.length > 0 ? 1 : 0);
