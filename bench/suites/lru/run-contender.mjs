/** One contender of the suite `lru`: whether it is an exact LRU, and its deeds in one scenario. */
import { randomNumbers, shuffled, zipfRanks } from '../random.mjs';
import { contenders } from './contenders.mjs';
import { scenarios } from './scenarios.mjs';

const named = (list, wanted) => list.find(({ name }) => name === wanted);

/** Deeds of the Zipf scenario that are made before the clock starts. */
const ZIPF_DEEDS = 2 ** 19;

/** Whether every look-up finds what an exact LRU would have kept. */
export async function check(name, library) {
  const { make, isChecked = true } = named(contenders, name);
  if (!isChecked) return { of: 0, wrong: [] };
  const capacity = 10;
  const map = await make(capacity, library);
  const model = new Map();
  const next = randomNumbers(1);
  const wrong = [];
  const total = 2000;
  for (let deed = 0; deed < total; deed++) {
    const key = `key ${Math.floor(16 * next() ** 1.5)}`;
    const known = model.get(key);
    model.delete(key);
    if (next() < 0.5) {
      if (map.get(key) !== known) wrong.push(`deed ${deed}`);
      if (known !== undefined) model.set(key, known);
    } else {
      map.set(key, deed);
      model.set(key, deed);
      if (model.size > capacity) model.delete(model.keys().next().value);
    }
  }
  return { of: total, wrong };
}

/** Keys of 22 letters, each a string of its own: no two look-ups pass the same object, as in a service that reads keys from requests. */
const textKey = (number) => Buffer.from(`user:${String(number).padStart(9, '0')}:profile`).toString('latin1');
const integerKey = (number) => (number * 7919) % 100_000_007;

export async function prepare(scenarioName, name, library) {
  const { kind, capacity, deed } = named(scenarios, scenarioName);
  const map = await named(contenders, name).make(capacity, library);
  const keyOf = kind === 'text' ? textKey : integerKey;
  const value = { id: 1 };
  const keysFrom = (first, seed) => shuffled(capacity, seed).map((number) => keyOf(first + number));
  if (deed === 'zipf') return zipf({ map, capacity, keyOf, value });
  const held = keysFrom(0, 1);
  for (const key of held) map.set(key, value);
  const others = keysFrom(capacity, 2);
  const asked = { hit: () => keysFrom(0, 3), miss: () => others, update: () => keysFrom(0, 3), evict: () => [...others, ...held] }[deed]();
  let at = 0;
  const looks = deed === 'hit' || deed === 'miss';
  return {
    batch(count) {
      let found = 0;
      for (let done = 0; done < count; done++) {
        if (looks) found += map.get(asked[at]) === undefined ? 0 : 1;
        else map.set(asked[at], value);
        if (++at === asked.length) at = 0;
      }
      return found;
    },
  };
}

/** Twice as many keys as there is room for, some of them much more often than others: nine in ten are looked up and stored when they are missing, the rest stored. */
function zipf({ map, capacity, keyOf, value }) {
  const places = shuffled(2 * capacity, 4);
  const keys = Array.from({ length: 2 * capacity }, (_, number) => keyOf(number));
  const next = randomNumbers(5);
  const ranks = zipfRanks(2 * capacity, 0.99, ZIPF_DEEDS, next);
  const asked = Array.from(ranks, (rank) => keys[places[rank]]);
  const isWrite = Uint8Array.from(asked, () => (next() < 0.1 ? 1 : 0));
  for (const place of places) map.set(keys[place], value);
  let at = 0;
  return {
    batch(count) {
      let found = 0;
      for (let done = 0; done < count; done++) {
        const key = asked[at];
        if (isWrite[at] === 1) map.set(key, value);
        else if (map.get(key) === undefined) map.set(key, value);
        else found++;
        if (++at === ZIPF_DEEDS) at = 0;
      }
      return found;
    },
  };
}
