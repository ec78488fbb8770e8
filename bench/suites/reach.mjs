/** What we want to reach, by suite: a figure, and the most it may be. The report says of each whether it is met. */

const timesMapGet = { 'one string': 1.3, 'one number': 2, 'three primitives': 2.5, 'flat object': 8, 'array of 20': 6, 'async, one string': 1.3 };

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
  'startup-import': [{ what: 'import, ms', most: 15, of: ({ figure }) => figure('scrubjay', 'import, ms') }],
  'startup-size': [
    { what: 'packed, kB', most: 150, of: ({ figure }) => figure('scrubjay', 'packed, kB') },
    { what: 'runtime dependencies', most: 2, of: ({ figure }) => figure('scrubjay', 'runtime dependencies') },
  ],
};

const geometricMean = (numbers) => Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
