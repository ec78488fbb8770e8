/** The suites `memory-maps` and `memory-methods`: `bytes.mjs` counts. */
const module = new URL('./bytes.mjs', import.meta.url).href;
const title = (what, entries) => `bytes for each of ${entries} entries beyond key and value: ${what}`;
const described = (names) => names.map(([name, role, ...packages]) => ({ name, role, packages }));

export const ofMaps = {
  name: 'memory-maps',
  title: title('bounded maps', '1,000,000 (100,000 with --quick)'),
  figures: ['text keys', 'integer keys'],
  ratios: ['text keys', 'integer keys'],
  rounds: 1,
  contenders: described([
    ['Map, no bound', 'floor'],
    ['scrubjay', 'ours'],
    ['lru-cache', 'peer', 'lru-cache'],
    ['mnemonist LRUMap', 'peer', 'mnemonist'],
    ['lru.min', 'peer', 'lru.min'],
    ['lru_map', 'peer', 'lru_map'],
    ['quick-lru', 'beside', 'quick-lru'],
    ['scrubjay sieve', 'beside'],
    ['scrubjay s3-fifo', 'beside'],
  ]),
  module,
};

export const ofMethods = {
  name: 'memory-methods',
  title: title('cached methods with a ttl', '100,000'),
  figures: ['one string', 'one number', 'three primitives', 'flat object'],
  ratios: ['one string', 'three primitives', 'flat object'],
  rounds: 1,
  contenders: described([
    ['lru-cache and a template', 'floor', 'lru-cache'],
    ['scrubjay', 'ours'],
    ['memoizee, primitive', 'peer', 'memoizee'],
    ['cache-manager, wrap', 'peer', 'cache-manager'],
    ['async-cache-dedupe', 'peer', 'async-cache-dedupe'],
  ]),
  module,
};
