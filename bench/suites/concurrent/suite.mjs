/** A thousand callers of one key at once: how long until all of them have the value. Each round has a key that nobody asked for before; the load takes one turn of the event loop. */
import { libraries } from '../libraries.mjs';

const CALLERS = 1000;
const TTL_MS = 300_000;

export const scenarios = ['one string', 'flat object'];

const textOf = (arg) => (typeof arg === 'string' ? `find:${arg}` : `${arg.status}|${arg.take}|${arg.skip}|${arg.sortBy}|${arg.descending}`);

export const contenders = [
  {
    name: 'one promise for all',
    role: 'floor',
    isChecked: false,
    async make({ load }) {
      let promise;
      let asked = CALLERS;
      return (arg) => {
        if (++asked > CALLERS) {
          promise = load(arg);
          asked = 1;
        }
        return promise;
      };
    },
  },
  {
    name: 'scrubjay',
    role: 'ours',
    async make({ load }, dist) {
      const { cached } = await import(new URL('esm/index.js', dist));
      class Service {
        async find(arg) {
          return await load(arg);
        }
      }
      cached(Service, 'find', { capacity: 10_000, ttl: TTL_MS, params: ['arg'] });
      const service = new Service();
      return (arg) => service.find(arg);
    },
  },
  {
    name: 'lru-cache, a Map of promises and a template',
    role: 'by hand',
    packages: ['lru-cache'],
    async make({ load }) {
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache({ max: 10_000, ttl: TTL_MS });
      const loads = new Map();
      const begin = (key, arg) => {
        const promise = load(arg)
          .then((value) => {
            cache.set(key, value);
            return value;
          })
          .finally(() => loads.delete(key));
        loads.set(key, promise);
        return promise;
      };
      return async (arg) => {
        const key = textOf(arg);
        return cache.get(key) ?? (await (loads.get(key) ?? begin(key, arg)));
      };
    },
  },
  {
    name: 'lru-cache, fetch',
    role: 'peer',
    packages: ['lru-cache'],
    async make({ load }) {
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache({ max: 10_000, ttl: TTL_MS, fetchMethod: (_key, _stale, { context }) => load(context) });
      return (arg) => cache.fetch(textOf(arg), { context: arg });
    },
  },
  {
    name: 'p-memoize',
    role: 'peer',
    packages: ['p-memoize'],
    async make({ load }) {
      const { default: pMemoize } = await import('p-memoize');
      return pMemoize(load, { cacheKey: JSON.stringify });
    },
  },
  ...libraries,
];

const loadOf = (count) => (arg) => {
  count();
  return new Promise((resolve) => setImmediate(resolve, { arg }));
};

const argOf = (scenario, number) =>
  scenario === 'one string' ? `user-${number}` : { status: 'open', take: 20, skip: number, sortBy: 'created', descending: true };

/** Whether a thousand callers cost one load and have the same value. */
export async function check(name, dist) {
  const { make, isChecked = true } = contenders.find((each) => each.name === name);
  if (!isChecked) return { of: 0, wrong: [] };
  const wrong = [];
  for (const scenario of scenarios) {
    let loads = 0;
    const find = await make({ load: loadOf(() => loads++), parameters: ['arg'] }, dist);
    await Promise.all(Array.from({ length: CALLERS }, () => find(argOf(scenario, 1))));
    if (loads !== 1) wrong.push(`${scenario}: ${loads} loads`);
  }
  return { of: scenarios.length, wrong };
}

export async function prepare(scenario, name, dist) {
  const find = await contenders.find((each) => each.name === name).make({ load: loadOf(() => undefined), parameters: ['arg'] }, dist);
  let number = 0;
  return {
    warmUpCount: 5,
    /** One operation is a round of all callers. */
    async batch(count) {
      let last;
      for (let done = 0; done < count; done++) {
        number++;
        const calls = [];
        for (let caller = 0; caller < CALLERS; caller++) calls.push(find(argOf(scenario, number)));
        last = (await Promise.all(calls)).at(-1);
      }
      return last;
    },
  };
}
