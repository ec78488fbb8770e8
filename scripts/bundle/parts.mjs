/**
 * Which bundle each source is part of, and which bundles wait until they are needed. Node reads a file as a whole, and half of what an import costs is reading:
 * so there is one for what an import needs, one for what a cached method needs, and one for each of the things that most methods do without.
 */
import { resolve } from 'node:path';

/** Sources by their bundle. What is named in none is part of `memory` if `scrubjay/map` needs it, and of `methods` otherwise. */
const PARTS = {
  /** What every door needs. */
  base: ['errors', 'kinds', 'misuse', 'placement', ...inFolder('memory', 'index lru slot-list slots')],
  /** What an import of scrubjay needs: what it gives that is no plain function, and what stands in its registry. */
  core: [
    ...['cached', 'cached-batch', 'cache-writes', 'cache-handle', 'key-decorator', 'registry', 'registry-places', 'switches', 'process-memory'],
    ...inFolder('stats', 'cache-events event-channels'),
  ],
  /** What maps need only if they are asked for it. */
  policies: inFolder('memory', 'arc clock fifo frequency-sketch ghosts guarded hill-climber lfu random s3-fifo sieve ttl w-tinylfu'),
  /** What most methods do without: options that few say, what is asked of handles, methods that write or take a list, keys of values that are not everyday, and limits of a process. */
  seldom: [
    ...['adopt', 'check-persist', 'check-revive', 'entry-limits', 'health', 'key-of', 'method-stats', 'registry-opening', 'registry-options', 'request-stores'],
    ...['changes', 'delete-where', 'invalidate-tags', 'part-index', 'tagging'],
    ...['argument-mapping', 'meant-entries', 'writing-operation', 'writing-options', 'written-sites'],
    ...['batch-loads', 'batch-method', 'batch-options', 'prompt-batch', ...inFolder('flight', 'batch batch-result')],
    ...inFolder('flight', 'context-reads invalidated-tags joint-signal'),
    ...inFolder(
      'key',
      'arrays built-ins bytes canonical-text class-source class-state hidden-text identity key-parts plain-values registered-classes temporal walk',
    ),
    ...inFolder('memory', 'budget container-limit memory-readings pressure pressure-attempts pressure-gauge'),
  ],
};

function inFolder(folder, names) {
  return names.split(' ').map((name) => `${folder}/${name}`);
}

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
  const bundles = new Map(Object.entries(PARTS).flatMap(([bundle, names]) => names.map((name) => [resolve(`src/${name}.ts`), bundle])));
  let below;
  return (id, context) => {
    below ??= { memory: allBelow(doors.map, context), methods: allBelow(doors.index, context) };
    // A file that was renamed would go elsewhere, and nobody would notice.
    for (const named of bundles.keys()) if (!below.methods.has(named)) throw new Error(`scripts/bundle/parts.mjs: there is no ${named}`);
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
