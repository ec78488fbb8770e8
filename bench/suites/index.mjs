/** Every suite: a name, what it measures, its scenarios, its contenders, and the module that runs one contender in a process of its own. */
import { contenders } from './keys/contenders.mjs';
import { scenarios } from './keys/scenarios.mjs';

const moduleOf = (path) => new URL(path, import.meta.url).href;

export const suites = [
  {
    name: 'keys',
    title: 'key and lookup on a hit, 1,000 entries, ns per call',
    scenarios: scenarios.map(({ name }) => name),
    contenders: contenders.map(({ name, role, packages = [] }) => ({ name, role, packages })),
    module: moduleOf('./keys/run-contender.mjs'),
  },
];
