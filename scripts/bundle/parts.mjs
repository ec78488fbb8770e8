/**
 * Which bundle each source is part of, and which bundles wait until they are needed. Node reads a file as a whole, and half of what an import costs is reading:
 * so there is one for what an import needs, one for what a cached method needs, and one for each of the things that most methods do without.
 */
import { resolve } from 'node:path';

/** What every door needs. */
const BASE = ['errors', 'kinds', 'misuse', 'placement', 'memory/index', 'memory/lru', 'memory/slot-list', 'memory/slots'];

/** What an import of scrubjay needs: what it gives that is no plain function, and what stands in its registry. */
const CORE = [
  ...['cached', 'cached-batch', 'cache-writes', 'cache-handle', 'key-decorator', 'registry', 'registry-places', 'switches', 'process-memory'],
  ...['stats/cache-events', 'stats/event-channels'],
];

/** What maps need only if they are asked for it. */
const POLICIES = ['arc', 'clock', 'fifo', 'frequency-sketch', 'ghosts', 'guarded', 'hill-climber', 'lfu', 'random', 's3-fifo', 'sieve', 'ttl', 'w-tinylfu'];

/** What most methods do without: keys of values that are not everyday, methods that write or take a list, limits on the memory of the process, and options that few say. */
const SELDOM = [
  ...[
    'adopt',
    'argument-mapping',
    'batch-loads',
    'batch-method',
    'batch-options',
    'changes',
    'check-persist',
    'check-revive',
    'delete-where',
    'entry-limits',
    'health',
  ],
  ...[
    'invalidate-tags',
    'key-of',
    'meant-entries',
    'method-stats',
    'part-index',
    'prompt-batch',
    'registry-opening',
    'registry-options',
    'request-stores',
    'tagging',
  ],
  ...['writing-operation', 'writing-options', 'written-sites'],
  ...['flight/batch', 'flight/batch-result', 'flight/context-reads', 'flight/invalidated-tags', 'flight/joint-signal'],
  ...[
    'key/arrays',
    'key/built-ins',
    'key/bytes',
    'key/canonical-text',
    'key/class-source',
    'key/class-state',
    'key/hidden-text',
    'key/identity',
    'key/key-parts',
  ],
  ...['key/plain-values', 'key/registered-classes', 'key/temporal', 'key/walk'],
  ...['memory/budget', 'memory/container-limit', 'memory/memory-readings', 'memory/pressure', 'memory/pressure-attempts', 'memory/pressure-gauge'],
];

/** What the disk takes is loaded with the first cache that is kept there; but for these, which caches in memory need as well. */
const IN_MEMORY_TOO = ['contract', 'log-writer', 'late-values', 'slot-records', 'close-on', 'open-journals', 'cache-directory', 'drivers/own-properties'];
const isOfDisk = (id) => /\/src\/persist\/|\/devalue\//.test(id) && !IN_MEMORY_TOO.some((name) => id.endsWith(`/persist/${name}.ts`));

/** What is loaded when it is first used, and not with what uses it; */
const LATE = ['memory', 'methods', 'policies', 'seldom', 'disk'];
/** but for these, which are of no use without it. */
const AT_ONCE = { map: ['memory'], methods: ['memory'], policies: ['memory'], seldom: ['memory', 'methods'], disk: ['memory', 'methods'] };

/** Modules of Node that its own start has not loaded. The others cost nothing, and may be used in every hit. */
const LATE_IN_NODE = ['child_process', 'cluster', 'crypto', 'os', 'readline', 'stream', 'timers/promises', 'v8', 'vm', 'worker_threads'];

/** Whether `fileName` loads `source` when it first uses it, and not with itself. */
export function isLazy(source, fileName) {
  if (LATE_IN_NODE.includes(source.replace(/^node:/, ''))) return true;
  const name = nameOf(source);
  return LATE.includes(name) && !AT_ONCE[nameOf(fileName)]?.includes(name);
}

const nameOf = (file) => file.replace(/^\.\/|\.js$/g, '');

/** Gives the bundle of a module. Doors are files of their own that name what they give, and little else: Node reads the whole of a CommonJS file that is imported, for the names in it. */
export function bundleOf(doors) {
  const isDoor = (id) => Object.values(doors).some((door) => id.endsWith(`/${door}`));
  const parts = Object.entries({ base: BASE, core: CORE, policies: POLICIES.map((name) => `memory/${name}`), seldom: SELDOM });
  const bundles = new Map(parts.flatMap(([bundle, names]) => names.map((name) => [resolve(`src/${name}.ts`), bundle])));
  let below;
  return (id, context) => {
    below ??= { memory: allBelow(doors.map, context), methods: allBelow(doors.index, context) };
    if (isOfDisk(id)) return 'disk';
    if (isDoor(id)) return null;
    return bundles.get(id) ?? Object.keys(below).find((name) => below[name].has(id)) ?? null;
  };
}

/** A file and all that it imports. */
function allBelow(file, context, found = new Set()) {
  const id = resolve(file);
  if (found.has(id)) return found;
  found.add(id);
  for (const each of context.getModuleInfo(id)?.importedIds ?? []) allBelow(each, context, found);
  return found;
}
