/** The suites `startup-import` and `startup-size`: `start.mjs` measures. */
const module = new URL('./start.mjs', import.meta.url).href;
const described = (names) => names.map(([name, role, ...packages]) => ({ name, role, packages }));

const peers = [
  'lru-cache',
  'typescript-memoize',
  '@type-cacheable/core',
  'node-ts-cache',
  'cacheable-decorator',
  'async-cache-dedupe',
  'cache-manager',
  'cacheable',
  'bentocache',
];

export const ofImport = {
  name: 'startup-import',
  title: 'from the import to the first hit, in a fresh process each time',
  figures: ['import, ms', 'to the first hit, ms'],
  ratios: [],
  rounds: 15,
  quickRounds: 5,
  contenders: described([
    ['an empty module', 'floor'],
    ['an empty module, CJS', 'beside'],
    ['scrubjay', 'ours'],
    ['scrubjay, CJS', 'ours'],
    ...peers.map((name) => [name, 'peer', name]),
  ]),
  module,
};

export const ofSize = {
  name: 'startup-size',
  title: 'what is downloaded and installed',
  figures: ['packed, kB', 'installed, kB', 'runtime dependencies', 'packages in all'],
  ratios: [],
  rounds: 1,
  contenders: described([['scrubjay', 'ours'], ...peers.map((name) => [name, 'peer', name])]),
  module,
};
