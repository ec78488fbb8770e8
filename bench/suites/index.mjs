/** Every suite: a name, what it measures, its scenarios, its contenders, and the module that runs one contender in a process of its own. */

import { suite as compaction } from './compaction/suite.mjs';
import { contenders as methods } from './hit/contenders.mjs';
import { scenarios as methodCalls } from './hit/scenarios.mjs';
import { contenders } from './keys/contenders.mjs';
import { scenarios } from './keys/scenarios.mjs';
import { contenders as maps } from './lru/contenders.mjs';
import { scenarios as mapScenarios } from './lru/scenarios.mjs';
import * as always from './persist/always.mjs';
import * as persistedHit from './persist/hit.mjs';
import * as put from './persist/put.mjs';
import { suite as recovery } from './persist/recovery-suite.mjs';

const moduleOf = (path) => new URL(path, import.meta.url).href;

/** A suite in one module, with its scenarios and contenders. */
const onDisk = (what, title, { scenarios, contenders }) => ({
  name: `persist-${what}`,
  title,
  scenarios,
  contenders: contenders.map(({ name, role, packages = [] }) => ({ name, role, packages })),
  module: moduleOf(`./persist/${what}.mjs`),
});

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
  onDisk('put', 'a put of about 200 bytes, its caller thread included, ns', put),
  { ...onDisk('always', 'durable records of about 200 bytes, callers at a time, ns per record', always), effort: { sampleMs: 200, samples: 7 } },
  onDisk('hit', 'a hit of a cache kept on disk, 1,000 entries, ns per call', persistedHit),
  recovery,
  compaction,
];
