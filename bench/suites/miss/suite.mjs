/** What a miss costs beyond the bare call of the method: fresh keys each time. An empty cache with room for all of them, or a full one in which each miss drops an entry. */
import { libraries } from '../libraries.mjs';

const TTL_MS = 300_000;
/** As many keys are made before the clock starts, at the most. */
const MOST_KEYS = 300_000;

export const scenarios = ['sync, one string', 'sync, three primitives', 'sync, full cache', 'async, one string', 'async, full cache'];

const isAsync = (scenario) => scenario.startsWith('async');
const takesThree = (scenario) => scenario.includes('three');
const capacityOf = (scenario) => (scenario.endsWith('full cache') ? 1000 : 1_000_000);

const library = (wanted) => libraries.find(({ name }) => name === wanted);

export const contenders = [
  { name: 'the bare call', role: 'floor', make: async ({ load }) => ({ find: load }) },
  {
    name: 'scrubjay',
    role: 'ours',
    async make({ load, scenario }, dist) {
      const { cached, cacheOf } = await import(new URL('esm/index.js', dist));
      class Service {
        find(...args) {
          return load(...args);
        }
      }
      if (isAsync(scenario)) Service.prototype.find = async (id) => load(id);
      cached(Service, 'find', { capacity: capacityOf(scenario), ttl: TTL_MS, params: takesThree(scenario) ? ['id', 'page', 'isDraft'] : ['id'] });
      const service = new Service();
      const find = takesThree(scenario) ? (id, page, isDraft) => service.find(id, page, isDraft) : (id) => service.find(id);
      return { find, clear: () => cacheOf(Service, 'find').clear() };
    },
  },
  {
    name: 'lru-cache and a template',
    role: 'by hand',
    packages: ['lru-cache'],
    async make({ load, scenario }) {
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache({ max: capacityOf(scenario), ttl: TTL_MS });
      const answer = (key, id, page, isDraft) => {
        const value = load(id, page, isDraft);
        cache.set(key, value);
        return value;
      };
      const ofOne = (id) => {
        const key = `find:${id}`;
        return cache.get(key) ?? answer(key, id);
      };
      const ofThree = (id, page, isDraft) => {
        const key = `${id}|${page}|${isDraft}`;
        return cache.get(key) ?? answer(key, id, page, isDraft);
      };
      return { find: takesThree(scenario) ? ofThree : ofOne, clear: () => cache.clear() };
    },
  },
  {
    name: 'memoizee, primitive',
    role: 'peer',
    packages: ['memoizee'],
    async make({ load, scenario }) {
      const { default: memoizee } = await import('memoizee');
      const find = memoizee(load, { primitive: true, length: takesThree(scenario) ? 3 : 1, max: capacityOf(scenario) });
      return { find, clear: () => find.clear() };
    },
  },
  ...['async-cache-dedupe', 'cache-manager, wrap'].map((name) => ({
    ...library(name),
    async make({ load, scenario }) {
      const parameters = takesThree(scenario) ? ['id', 'page', 'isDraft'] : ['id'];
      return { find: await library(name).make({ load, parameters }) };
    },
  })),
];

export const check = () => ({ of: 0, wrong: [] });

export async function prepare(scenario, name, dist) {
  const contender = contenders.find((each) => each.name === name);
  const load = isAsync(scenario) ? async (id) => ({ id }) : (id) => ({ id });
  const subject = await contender.make({ load, scenario }, dist);
  let number = 0;
  let keys = [];
  const ask = takesThree(scenario) ? (place) => subject.find(keys[place], place % 10, place % 2 === 0) : (place) => subject.find(keys[place]);
  const isAwaited = isAsync(scenario) || contender.isAwaited;
  return {
    async before(operations) {
      if (!scenario.endsWith('full cache')) await subject.clear?.();
      // Each in one piece and of its own, as an id that comes over a network.
      keys = Array.from({ length: Math.min(operations, MOST_KEYS) }, () => Buffer.from(`user-${String(number++).padStart(9, '0')}`).toString('latin1'));
    },
    batch: isAwaited ? (count) => awaited(ask, keys, count) : (count) => direct(ask, keys, count),
  };
}

// Only the bare call is fast enough to come to the end of the keys.
function direct(ask, keys, count) {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += ask(next).id.length;
    if (++next === keys.length) next = 0;
  }
  return sum;
}

async function awaited(ask, keys, count) {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += (await ask(next)).id.length;
    if (++next === keys.length) next = 0;
  }
  return sum;
}
