/**
 * Decorator and wrap() libraries, each used as its documentation says: five minutes of ttl, room for 10,000 entries or more. All answer with promises, also for a sync method.
 * Where the caller must give a key, it is the JSON text of the arguments, as most people write it.
 */
const TTL_MS = 300_000;
const CAPACITY = 10_000;

/** A class with a method that loads, decorated as a compiler does it. */
function decorated(load, decorate) {
  class Service {
    async find(...args) {
      return await load(...args);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'find');
  Object.defineProperty(Service.prototype, 'find', decorate(Service.prototype, 'find', descriptor) ?? descriptor);
  const service = new Service();
  return (...args) => service.find(...args);
}

const keyOf = (args) => `find:${JSON.stringify(args)}`;

let stores = 0;

/** What @type-cacheable/core asks of an adapter, over lru-cache: as its own adapter for lru-cache does. */
async function lruAdapter() {
  const { LRUCache } = await import('lru-cache');
  const cache = new LRUCache({ max: CAPACITY });
  return {
    get: async (key) => cache.get(key),
    set: async (key, value, ttlSeconds) => void cache.set(key, value, { ttl: ttlSeconds * 1000 }),
    del: async (key) => void cache.delete(key),
    keys: async () => [...cache.keys()],
    delHash: async () => undefined,
    getClientTTL: () => TTL_MS / 1000,
  };
}

export const libraries = [
  {
    name: '@type-cacheable/core',
    packages: ['@type-cacheable/core'],
    async make({ load }) {
      await import('reflect-metadata');
      const { Cacheable } = await import('@type-cacheable/core');
      return decorated(load, Cacheable({ client: await lruAdapter(), ttlSeconds: TTL_MS / 1000 }));
    },
  },
  {
    name: 'node-ts-cache',
    packages: ['node-ts-cache', 'node-ts-cache-storage-memory'],
    async make({ load }) {
      const { Cache, CacheContainer } = await import('node-ts-cache');
      const { MemoryStorage } = await import('node-ts-cache-storage-memory');
      return decorated(load, Cache(new CacheContainer(new MemoryStorage()), { ttl: TTL_MS / 1000 }));
    },
  },
  {
    name: 'cacheable-decorator',
    packages: ['cacheable-decorator'],
    async make({ load }) {
      const { CacheManager, InMemoryCache, UseCache } = await import('cacheable-decorator');
      const name = `store ${stores++}`;
      CacheManager.getInstance().addStore(name, new InMemoryCache(CAPACITY));
      return decorated(load, UseCache({ name, ttl: TTL_MS }));
    },
  },
  {
    name: 'async-cache-dedupe',
    packages: ['async-cache-dedupe'],
    async make({ load, parameters }) {
      const { createCache } = await import('async-cache-dedupe');
      const cache = createCache({ ttl: TTL_MS / 1000, storage: { type: 'memory', options: { size: CAPACITY } } });
      const takesOne = parameters.length === 1 && !parameters[0].startsWith('...');
      // It takes one argument.
      cache.define('find', async (arg) => (takesOne ? load(arg) : load(...arg)));
      return takesOne ? (one) => cache.find(one) : (...args) => cache.find(args);
    },
  },
  {
    name: 'cache-manager, wrap',
    packages: ['cache-manager'],
    async make({ load }) {
      const { createCache } = await import('cache-manager');
      const cache = createCache({ ttl: TTL_MS });
      return (...args) => cache.wrap(keyOf(args), async () => load(...args));
    },
  },
  {
    name: 'cacheable, wrap',
    packages: ['cacheable'],
    async make({ load }) {
      const { Cacheable } = await import('cacheable');
      return new Cacheable({ ttl: TTL_MS }).wrap(async (...args) => load(...args), { ttl: TTL_MS, keyPrefix: 'find' });
    },
  },
  {
    name: 'cacheable, getOrSet',
    packages: ['cacheable'],
    async make({ load }) {
      const { Cacheable } = await import('cacheable');
      const cache = new Cacheable({ ttl: TTL_MS });
      return (...args) => cache.getOrSet(keyOf(args), async () => load(...args), { ttl: TTL_MS });
    },
  },
  {
    name: 'bentocache, getOrSet',
    packages: ['bentocache'],
    async make({ load }) {
      const { BentoCache, bentostore } = await import('bentocache');
      const { memoryDriver } = await import('bentocache/drivers/memory');
      // As fast as it goes: by default it keeps JSON texts, and parses one at each hit.
      const store = bentostore().useL1Layer(memoryDriver({ maxItems: CAPACITY, serialize: false }));
      const bento = new BentoCache({ default: 'memory', ttl: TTL_MS, stores: { memory: store } });
      return (...args) => bento.getOrSet({ key: keyOf(args), ttl: TTL_MS, factory: async () => load(...args) });
    },
  },
].map((library) => ({ ...library, role: 'peer', kind: 'library', isAwaited: true }));
