/** Every suite: a name, what it measures, its scenarios, its contenders, and the module that runs one contender in a process of its own. */
import { contenders as methods } from './hit/contenders.mjs';
import { scenarios as methodCalls } from './hit/scenarios.mjs';
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
    name: 'hit',
    title: 'a hit of a cached method with statistics and ttl, 1,000 entries, ns per call',
    scenarios: methodCalls.map(({ name }) => name),
    contenders: methods.map(({ name, role, packages = [] }) => ({ name, role, packages })),
    module: moduleOf('./hit/run-contender.mjs'),
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
