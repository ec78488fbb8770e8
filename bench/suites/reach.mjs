/** What we want to reach, by suite: a figure, and the most it may be. The report says of each whether it is met. */

const timesMapGet = { 'one string': 1.3, 'one number': 2, 'three primitives': 2.5, 'flat object': 8, 'array of 20': 6, 'async, one string': 1.3 };

/** Bounded maps whose order is exactly that of the last uses. */
const exactMaps = ['lru-cache', 'mnemonist LRUMap', 'lru.min', 'lru_map'];

export const reach = {
  hit: [
    ...Object.entries(timesMapGet).map(([scenario, most]) => ({ what: `${scenario}, × Map.get`, most, of: ({ ratio, floor }) => ratio(scenario, floor) })),
    { what: 'the scenario that is worst, × by hand', most: 1, of: ({ ratios, byHand }) => Math.max(...ratios(byHand)) },
    { what: 'geometric mean, × by hand', most: 0.45, of: ({ ratios, byHand }) => geometricMean(ratios(byHand)) },
    { what: 'the scenario that is worst, × the fastest decorator or wrap() library', most: 1 / 5, of: ({ ratios, library }) => Math.max(...ratios(library)) },
    { what: 'geometric mean, × the fastest decorator or wrap() library', most: 1 / 20, of: ({ ratios, library }) => geometricMean(ratios(library)) },
  ],
  miss: ['sync, one string', 'sync, full cache', 'async, one string', 'async, full cache'].map((scenario) => ({
    what: `${scenario}, ns beyond the bare call`,
    most: scenario.startsWith('async') ? 1000 : 400,
    of: ({ beyondFloor }) => beyondFloor(scenario),
  })),
  concurrent: ['one string', 'flat object'].map((scenario) => ({
    what: `${scenario}, × the fastest peer`,
    most: 0.5,
    of: ({ ratio, peer }) => ratio(scenario, peer),
  })),
  scale: ['string', 'integer'].map((kind) => ({
    what: `${kind}, 1 M entries, × 1 k entries`,
    most: 3,
    of: ({ growth }) => growth(`${kind}, 1 M`, `${kind}, 1 k`),
  })),
  lru: [
    ...exactMaps.map((name) => ({
      what: `geometric mean, × ${name}`,
      most: 1 / 1.5,
      of: ({ ratios, named }) => geometricMean(ratios(named(name))),
    })),
    { what: 'the cell that is worst, × the fastest of them', most: 1, of: ({ ratios, fastestPeer }) => Math.max(...ratios(fastestPeer)) },
  ],
  'memory-maps': ['text keys', 'integer keys'].map((keys) => ({
    what: `${keys}, bytes an entry, × the leanest of the strict ones`,
    most: 1,
    of: ({ figure }) => figure('scrubjay', keys) / Math.min(...exactMaps.map((name) => figure(name, keys))),
  })),
  'persist-put': [
    ...['jsonl miss', 'msgpack miss', 'jsonl set', 'msgpack set'].map((scenario) => ({
      what: `${scenario}, × writeSync`,
      most: 3,
      of: ({ ratio, floor }) => ratio(scenario, floor),
    })),
    { what: 'jsonl async, records written together, × writeSync', most: 1 / 5, of: ({ ratio, floor }) => ratio('jsonl async', floor) },
  ],
  'persist-always': [
    { what: '512 callers, × append and group fdatasync', most: 1 / 0.9, of: ({ ratio, floor }) => ratio('512 callers', floor) },
    ...['better-sqlite3, WAL, FULL', 'classic-level, sync', 'lmdb, awaited'].map((name) => ({
      what: `512 callers, × ${name}`,
      most: 1,
      of: ({ ratio, named }) => ratio('512 callers', named(name)),
    })),
  ],
  'persist-hit': ['sync', 'async'].map((scenario) => ({ what: `${scenario}, × in memory only`, most: 1.3, of: ({ ratio, floor }) => ratio(scenario, floor) })),
  'persist-recovery': [
    { what: 'jsonl, × JSON.parse', most: 1.5, of: ({ figure }) => figure('open jsonl', 'ms') / figure('JSON.parse', 'ms') },
    { what: 'msgpack, × jsonl', most: 1, of: ({ figure }) => figure('open msgpack', 'ms') / figure('open jsonl', 'ms') },
  ],
  compaction: ['jsonl', 'msgpack'].flatMap((driver) => [
    { what: `${driver}, longest stall, ms`, most: 20, of: ({ figure }) => figure(driver, 'longest stall, ms') },
    { what: `${driver}, directory ÷ live data`, most: 4, of: ({ figure }) => figure(driver, 'bytes ÷ live') },
  ]),
  'startup-import': [{ what: 'import, ms', most: 15, of: ({ figure }) => figure('scrubjay', 'import, ms') }],
  'startup-size': [
    { what: 'packed, kB', most: 150, of: ({ figure }) => figure('scrubjay', 'packed, kB') },
    { what: 'runtime dependencies', most: 2, of: ({ figure }) => figure('scrubjay', 'runtime dependencies') },
  ],
};

const geometricMean = (numbers) => Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
