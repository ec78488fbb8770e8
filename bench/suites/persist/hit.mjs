/** What it costs a hit that its cache is kept on disk: who was used is noted, and written once a second. */
import { cachedUsers, keyOf, temporaryDirectory } from './cached-users.mjs';

const ENTRIES = 1000;
const KEYS = Array.from({ length: ENTRIES }, (_, index) => keyOf((index * 389) % ENTRIES));

export const scenarios = ['sync', 'async'];

export const contenders = [
  { name: 'memory only', role: 'floor' },
  { name: 'jsonl', role: 'ours' },
  { name: 'msgpack', role: 'ours' },
];

export const check = () => ({ of: 0, wrong: [] });

export async function prepare(scenario, name, library) {
  const persist = name === 'memory only' ? undefined : { driver: name, durability: 'interval' };
  const { users } = await cachedUsers(new URL('esm/index.js', library), persist, temporaryDirectory(), { capacity: 10_000 });
  for (const key of KEYS) await (scenario === 'sync' ? users.find(key) : users.findSoon(key));
  return { batch: scenario === 'sync' ? (count) => syncHits(users, count) : (count) => asyncHits(users, count) };
}

function syncHits(users, count) {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += users.find(KEYS[next]).age;
    if (++next === ENTRIES) next = 0;
  }
  return sum;
}

async function asyncHits(users, count) {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += (await users.findSoon(KEYS[next])).age;
    if (++next === ENTRIES) next = 0;
  }
  return sum;
}
