/**
 * The process that would die of a full heap: a service that calls three cached methods without end, with or without a watch over memory,
 * and says on stdout what is left. It runs the built package.
 */
import { cached, registry } from '../../dist/esm/index.js';

const { isWatched, valueBytes, isAsync, seconds, heapFraction } = JSON.parse(process.argv[2]);

// Large values are arrays of doubles: 8 bytes each, all of it in the heap, as parsed JSON would be.
const valueOf = (index) =>
  valueBytes < 1000 ? { index, name: `entry ${index}`, tags: [index, index + 1] } : Array.from({ length: valueBytes / 8 }, (_, at) => at + 0.5);

class Service {
  static {
    for (const method of ['first', 'second', 'third']) cached(this, method, { capacity: 2 ** 30, params: ['index'] });
  }
  first(index) {
    return valueOf(index);
  }
  second(index) {
    return valueOf(index);
  }
  third(index) {
    return valueOf(`${index}`);
  }
}

const events = [];
if (isWatched) registry.configure({ pressure: { heapFraction, onEvent: (event) => events.push(event) } });

const service = new Service();
const held = () => Object.values(registry.stats()).reduce((sum, { size }) => sum + size, 0);
const startedAt = performance.now();
let firstShedAt = Number.POSITIVE_INFINITY;
let most = 0;
let calls = 0;
/** `seconds` after the first shed, or a minute when nothing is shed: machines differ in how long they take to fill the heap. */
const isDone = () => performance.now() - firstShedAt > seconds * 1000 || performance.now() - startedAt > 60_000;
while (calls % 16 !== 0 || !isDone()) {
  service[['first', 'second', 'third'][calls % 3]](calls);
  calls++;
  if (calls % 16 !== 0) continue;
  most = Math.max(most, held());
  if (firstShedAt === Number.POSITIVE_INFINITY && events.some(({ kind }) => kind === 'shed')) firstShedAt = performance.now();
  if (isAsync) await new Promise(setImmediate);
}
const failed = events.filter(({ kind }) => kind === 'failed').map(({ part, error }) => `${part}: ${error}`);
console.log(JSON.stringify({ calls, most, held: held(), failed, pressure: registry.memory().pressure }));
