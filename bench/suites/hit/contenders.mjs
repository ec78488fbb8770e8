/** A cached method, and what people write or install in its place. */
import { contenders as ofKeys } from '../keys/contenders.mjs';
import { libraries } from '../libraries.mjs';

const fromKeys = (name) => ofKeys.find((contender) => contender.name === name);

/** The floor of an async method answers with a promise, too. */
const floor = {
  ...fromKeys('Map.get, key at hand'),
  make(method) {
    const find = fromKeys('Map.get, key at hand').make(method);
    if (!method.scenario?.isAsync) return find;
    const entries = new Map();
    const asyncFind = (key) => Promise.resolve(entries.get(key));
    asyncFind.store = async (key, args) => void entries.set(key, await method.load(...args));
    return asyncFind;
  },
};

export const contenders = [
  floor,
  {
    name: 'scrubjay',
    role: 'ours',
    async make({ load, parameters, scenario }, library) {
      const { cached } = await import(new URL('esm/index.js', library));
      class Service {
        find(...args) {
          return load(...args);
        }
      }
      if (scenario?.isAsync) Service.prototype.find = async (id) => load(id);
      cached(Service, 'find', { capacity: 10_000, ttl: '5m', params: parameters });
      const service = new Service();
      if (parameters.length > 1 || parameters[0].startsWith('...')) return (one, two, three) => service.find(one, two, three);
      return (one) => service.find(one);
    },
  },
  {
    name: 'lru-cache and a template',
    role: 'by hand',
    isChecked: false,
    packages: ['lru-cache'],
    async make({ load, scenario: { byHand, parameters } }) {
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache({ max: 10_000, ttl: 300_000 });
      const answer = (key, args) => {
        const value = load(...args);
        cache.set(key, value);
        return value;
      };
      if (parameters[0].startsWith('...')) {
        return (...tags) => {
          const key = byHand(...tags);
          return cache.get(key) ?? answer(key, tags);
        };
      }
      return (one, two, three) => {
        const key = byHand(one, two, three);
        return cache.get(key) ?? answer(key, [one, two, three]);
      };
    },
  },
  {
    name: 'lru-cache, the argument as key',
    role: 'beside',
    packages: ['lru-cache'],
    async make({ load }) {
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache({ max: 10_000, ttl: 300_000 });
      return (...args) => {
        const known = cache.get(args[0]);
        if (known !== undefined) return known;
        const value = load(...args);
        cache.set(args[0], value);
        return value;
      };
    },
  },
  ...ofKeys.filter(({ name, role }) => role === 'peer' && /memoize|moize/.test(name)),
  {
    name: 'micro-memoize, deep',
    role: 'peer',
    packages: ['micro-memoize'],
    async make({ load, scenario }) {
      const { memoize } = await import('micro-memoize');
      return memoize(load, { maxSize: 10_000, expires: 300_000, isKeyItemEqual: 'deep', async: scenario?.isAsync ?? false });
    },
  },
  ...libraries,
];
