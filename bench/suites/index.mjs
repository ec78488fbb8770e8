/** Every suite: a name, what it measures, its scenarios, its contenders, and the module that runs one contender in a process of its own. */

import { suite as compaction } from './compaction/suite.mjs';
import * as concurrent from './concurrent/suite.mjs';
import { contenders as methods } from './hit/contenders.mjs';
import { scenarios as methodCalls } from './hit/scenarios.mjs';
import { contenders } from './keys/contenders.mjs';
import { scenarios } from './keys/scenarios.mjs';
import { contenders as maps } from './lru/contenders.mjs';
import { scenarios as mapScenarios } from './lru/scenarios.mjs';
import { ofMaps, ofMethods } from './memory/suite.mjs';
import * as miss from './miss/suite.mjs';
import * as always from './persist/always.mjs';
import * as persistedHit from './persist/hit.mjs';
import * as parts from './persist/parts.mjs';
import * as put from './persist/put.mjs';
import { suite as recovery } from './persist/recovery-suite.mjs';
import * as scale from './scale/suite.mjs';
import { ofImport, ofSize } from './startup/suite.mjs';

const moduleOf = (path) => new URL(path, import.meta.url).href;

// `slow` names the scenarios that are left out of quick runs: all suites together have three minutes.

/** What the parent process needs to know of a contender. */
const described = (contenders) => contenders.map(({ name, role, packages = [], kind, isAwaited }) => ({ name, role, packages, kind, isAwaited }));

/** A suite in one module, with its scenarios and contenders. */
const inOne = (name, path, title, { scenarios, contenders }) => ({ name, title, scenarios, contenders: described(contenders), module: moduleOf(path) });

const onDisk = (what, title, suite) => ({ ...inOne(`persist-${what}`, `./persist/${what}.mjs`, title, suite), usesDisk: true });

export const suites = [
  {
    name: 'keys',
    title: 'key and lookup on a hit, 1,000 entries, ns per call',
    scenarios: scenarios.map(({ name }) => name),
    contenders: described(contenders),
    slow: ['fresh string', 'three primitives', 'nested object', 'rest of 3'],
    module: moduleOf('./keys/run-contender.mjs'),
  },
  {
    name: 'hit',
    title: 'a hit of a cached method with statistics and ttl, 1,000 entries, ns per call',
    scenarios: methodCalls.map(({ name }) => name),
    contenders: described(methods),
    module: moduleOf('./hit/run-contender.mjs'),
    slow: ['fresh string', 'rest of 3', 'one string, Zipf', 'flat object, Zipf'],
    plot: { name: 'bench-hit', hides: ['lru-cache, the argument as key', 'cacheable, wrap', 'moize, deep'] },
  },
  {
    name: 'lru',
    title: 'bounded maps, ns per operation',
    scenarios: mapScenarios.map(({ name }) => name),
    slow: mapScenarios.filter(({ isSlow }) => isSlow).map(({ name }) => name),
    contenders: described(maps),
    module: moduleOf('./lru/run-contender.mjs'),
    plot: { name: 'bench-lru', hides: ['scrubjay sieve', 'scrubjay s3-fifo'], isShown: (scenario) => !/miss|update/.test(scenario) },
  },
  {
    ...inOne('miss', './miss/suite.mjs', 'a miss of a cached method, fresh keys, ns per call', miss),
    isOverhead: true,
    effort: { sampleMs: 20, warmUpMs: 800 },
    quickEffort: { warmUpMs: 300 },
    slow: ['sync, three primitives'],
  },
  inOne('concurrent', './concurrent/suite.mjs', '1,000 callers of one key at once, ns until all have the value', concurrent),
  {
    ...inOne('scale', './scale/suite.mjs', 'a hit when there are more entries, or more methods, ns per call', scale),
    relativeTo: scale.relativeTo,
    slow: ['string, 1 M', 'integer, 1 M'],
  },
  ofMaps,
  ofMethods,
  ofImport,
  ofSize,
  onDisk('put', 'a put of about 200 bytes, its caller thread included, ns', put),
  onDisk('parts', 'what a put of about 200 bytes is made of, ns', parts),
  {
    ...onDisk('always', 'durable records of about 200 bytes, callers at a time, ns per record', always),
    effort: { sampleMs: 200, samples: 7 },
    quickEffort: { samples: 3, sampleMs: 100 },
    slow: ['64 callers'],
    plot: { name: 'bench-persist' },
  },
  onDisk('hit', 'a hit of a cache kept on disk, 1,000 entries, ns per call', persistedHit),
  recovery,
  compaction,
];
