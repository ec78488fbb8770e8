/** Bounded maps. Each gives `get`, which answers `undefined` for what it does not hold, and `set`, by which the size never passes the capacity. */

const scrubjay = (policy) => async (capacity, library) => {
  const { BoundedMap } = await import(new URL('esm/map.js', library).href);
  return new BoundedMap({ capacity, policy });
};

/** Without a bound, and without an order: what no cache can be faster than. */
const plainMap = async () => new Map();

export const contenders = [
  { name: 'Map, no bound', role: 'floor', make: plainMap, isChecked: false },
  { name: 'scrubjay', role: 'ours', make: scrubjay('lru') },
  {
    name: 'lru-cache',
    role: 'peer',
    packages: ['lru-cache'],
    async make(max) {
      const { LRUCache } = await import('lru-cache');
      return new LRUCache({ max });
    },
  },
  {
    name: 'mnemonist LRUMap',
    role: 'peer',
    packages: ['mnemonist'],
    async make(capacity) {
      const { LRUMap } = await import('mnemonist');
      return new LRUMap(capacity);
    },
  },
  {
    name: 'lru.min',
    role: 'peer',
    packages: ['lru.min'],
    async make(max) {
      const { createLRU } = await import('lru.min');
      return createLRU({ max });
    },
  },
  {
    name: 'lru_map',
    role: 'peer',
    packages: ['lru_map'],
    async make(capacity) {
      const module = await import('lru_map');
      return new (module.LRUMap ?? module.default.LRUMap)(capacity);
    },
  },
  {
    name: 'quick-lru',
    role: 'beside',
    packages: ['quick-lru'],
    async make(maxSize) {
      const { default: QuickLRU } = await import('quick-lru');
      return new QuickLRU({ maxSize });
    },
  },
  { name: 'scrubjay sieve', role: 'beside', make: scrubjay('sieve') },
  { name: 'scrubjay s3-fifo', role: 'beside', make: scrubjay('s3-fifo') },
];
