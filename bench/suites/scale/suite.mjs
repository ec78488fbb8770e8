/** Whether a hit costs more when there is more of everything: entries of a method, methods of a registry. */
import { shuffled } from '../random.mjs';

const TTL_MS = 300_000;
const METHODS = 10_000;
/** Calls whose arguments are made before the clock starts. */
const MOST_CALLS = 500_000;

const entriesOf = { '1 k': 1000, '100 k': 100_000, '1 M': 1_000_000 };
const byEntries = ['string', 'integer'].flatMap((kind) => Object.entries(entriesOf).map(([size, entries]) => ({ name: `${kind}, ${size}`, kind, entries })));
const byMethods = [
  { name: 'one method', kind: 'string', entries: 1000 },
  { name: 'one of 10 k methods', kind: 'string', entries: 1000, methods: METHODS },
  { name: '10 k methods, in turn', kind: 'string', entries: METHODS, methods: METHODS, isInTurn: true },
];
const all = [...byEntries, ...byMethods];

export const scenarios = all.map(({ name }) => name);

/** What each scenario is compared with. */
export const relativeTo = {
  'string, 100 k': 'string, 1 k',
  'string, 1 M': 'string, 1 k',
  'integer, 100 k': 'integer, 1 k',
  'integer, 1 M': 'integer, 1 k',
  'one of 10 k methods': 'one method',
  '10 k methods, in turn': 'one method',
};

/** A call of a method as an application makes it: of an object of a class, of which there may be ten thousand; to find the method takes the engine longer then, for everybody. */
function asMethod(find) {
  class Service {}
  Service.prototype.find = find;
  const service = new Service();
  return (id) => service.find(id);
}

/** Each makes one method. */
export const contenders = [
  {
    name: 'Map.get',
    role: 'floor',
    async maker({ load }) {
      return () => {
        const entries = new Map();
        return asMethod((key) => {
          const known = entries.get(key);
          if (known !== undefined) return known;
          const value = load(key);
          entries.set(key, value);
          return value;
        });
      };
    },
  },
  {
    name: 'scrubjay',
    role: 'ours',
    async maker({ load, capacity }, dist) {
      const { cached } = await import(new URL('esm/index.js', dist));
      return (number) => {
        class Service {
          find(id) {
            return load(id);
          }
        }
        cached(Service, 'find', { capacity, ttl: TTL_MS, params: ['id'], name: `Service${number}.find` });
        const service = new Service();
        return (id) => service.find(id);
      };
    },
  },
  {
    name: 'lru-cache and a template',
    role: 'by hand',
    packages: ['lru-cache'],
    async maker({ load, capacity }) {
      const { LRUCache } = await import('lru-cache');
      return () => {
        const cache = new LRUCache({ max: capacity, ttl: TTL_MS });
        return asMethod((id) => {
          const key = `find:${id}`;
          const known = cache.get(key);
          if (known !== undefined) return known;
          const value = load(id);
          cache.set(key, value);
          return value;
        });
      };
    },
  },
];

export const check = () => ({ of: 0, wrong: [] });

const keyOf = (kind, number) =>
  kind === 'integer' ? (number * 7919) % 100_000_007 : Buffer.from(`user:${String(number).padStart(9, '0')}`).toString('latin1');

export async function prepare(scenario, name, dist) {
  const { kind, entries, methods = 1, isInTurn } = all.find((each) => each.name === scenario);
  const value = { id: 1 };
  // A method of ten thousand keeps few entries.
  const capacity = isInTurn ? 10 : entries;
  const make = await contenders.find((each) => each.name === name).maker({ load: () => value, capacity }, dist);
  const finds = Array.from({ length: methods }, (_, number) => make(number));
  const askedFor = (number) => (isInTurn ? finds[number] : finds[Math.floor(methods / 2)]);
  for (const number of shuffled(entries, 1)) askedFor(number)(keyOf(kind, number));
  const order = shuffled(entries, 2).slice(0, MOST_CALLS);
  const keys = order.map((number) => keyOf(kind, number));
  const asked = order.map(askedFor);
  let at = 0;
  return {
    batch(count) {
      let sum = 0;
      for (let done = 0; done < count; done++) {
        sum += (isInTurn ? asked[at] : asked[0])(keys[at]).id;
        if (++at === keys.length) at = 0;
      }
      return sum;
    },
  };
}
