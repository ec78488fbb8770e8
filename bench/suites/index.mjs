/** Every suite: a name, what it measures, its scenarios, its contenders, and the module that runs one contender in a process of its own. */
import { contenders } from './keys/contenders.mjs';
import { scenarios } from './keys/scenarios.mjs';
import { contenders as maps } from './lru/contenders.mjs';
import { scenarios as mapScenarios } from './lru/scenarios.mjs';

const moduleOf = (path) => new URL(path, import.meta.url).href;

export const suites = [
  {
    name: 'keys',
    title: 'key and lookup on a hit, 1,000 entries, ns per call',
    scenarios: scenarios.map(({ name }) => name),
    contenders: contenders.map(({ name, role, packages = [] }) => ({ name, role, packages })),
    module: moduleOf('./keys/run-contender.mjs'),
  },
  {
    name: 'lru',
    title: 'bounded maps, ns per operation',
    scenarios: mapScenarios.map(({ name }) => name),
    slow: mapScenarios.filter(({ isSlow }) => isSlow).map(({ name }) => name),
    contenders: maps.map(({ name, role, packages = [] }) => ({ name, role, packages })),
    module: moduleOf('./lru/run-contender.mjs'),
  },
];
