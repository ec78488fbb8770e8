/**
 * What V8 and the operating system say about the memory of this process.
 */
import { GCProfiler, getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { resourceLimits } from 'node:worker_threads';
import { containerLimitBytes } from './container-limit.js';

/** One look at V8's heap, in bytes. */
export interface HeapReading {
  /** What is in use, garbage that was not collected yet included, the young generation left out: most of that is garbage. */
  readonly usedBytes: number;
  /** What live objects may take before V8 may end the process. */
  readonly limitBytes: number;
  /** What the heap has taken from the system, in use or not. */
  readonly takenBytes: number;
  /** Memory outside of the heap that objects in it hold, such as buffers. */
  readonly externalBytes: number;
}

/** The readings of one process. Tests put their own here. */
export interface Readings {
  heap(): HeapReading;
  /** Begins, or ends, to follow major collections. */
  followCollections(isFollowed: boolean): void;
  /** The heap in use right after the last major collection since this was asked before, in bytes; `undefined` when there was none. */
  liveBytes(): number | undefined;
  /** Makes a major collection happen now. */
  collect(): void;
  /** The memory of the whole process that lies in RAM, in bytes. */
  residentBytes(): number;
  /** The most that the container of the process may use, in bytes; `undefined` for no limit. */
  containerLimitBytes(): number | undefined;
}

/** The readings of the process we are in. */
export function processReadings(): Readings {
  const flags = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
  let profiler: GCProfiler | undefined;
  let collector: (() => void) | undefined;
  let heapSizeLimit = 0;
  let limitBytes = 0;
  return {
    heap() {
      const heap = getHeapStatistics();
      // It hardly ever changes, and the flags take longer to read than the heap.
      if (heap.heap_size_limit !== heapSizeLimit) {
        heapSizeLimit = heap.heap_size_limit;
        limitBytes = oldGenerationLimit(heapSizeLimit, flags) * BEARABLE;
      }
      return {
        usedBytes: getHeapSpaceStatistics().reduce((sum, space) => (isYoung(space.space_name) ? sum : sum + space.space_used_size), 0),
        limitBytes,
        takenBytes: heap.total_heap_size,
        externalBytes: heap.external_memory,
      };
    },
    followCollections(isFollowed) {
      if (isFollowed === (profiler !== undefined)) return;
      profiler?.stop();
      profiler = isFollowed ? new GCProfiler() : undefined;
      profiler?.start();
    },
    liveBytes() {
      if (profiler === undefined) return undefined;
      // Only stop() gives the statistics, at once; a PerformanceObserver would give them when the event loop turns, and gives no sizes.
      const { statistics } = profiler.stop();
      profiler.start();
      return statistics.filter(({ gcType }) => gcType === 'MarkSweepCompact').at(-1)?.afterGC.heapStatistics.usedHeapSize;
    },
    collect: () => {
      collector ??= findCollector();
      collector();
    },
    residentBytes: () => process.memoryUsage.rss(),
    containerLimitBytes: () => containerLimitBytes(),
  };
}

/**
 * V8 does not know of the container, and lets garbage pile up far beyond its limit. The only other way to a collection that worked is to allocate a huge
 * ArrayBuffer, and how huge it must be differs by version; inspector's HeapProfiler.collectGarbage did nothing. This takes 10 ms for 30 MB.
 */
function findCollector(): () => void {
  if (globalThis.gc !== undefined) return globalThis.gc as () => void;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}

const isYoung = (space: string): boolean => space === 'new_space' || space === 'new_large_object_space';

// V8 ends the process before its limit is reached: when four major collections in a row leave more than 80% in use and took most of the time.
// With 85% of 48 MiB live, one run in two died so. See CheckIneffectiveMarkCompact in V8's heap.cc.
const BEARABLE = 0.8;

const MIB = 2 ** 20;

/**
 * The limit of the old generation. V8's `heap_size_limit` is this and three semi-spaces of the young generation, in which nothing
 * grows old: 48 MiB on Node 20 and 22, 192 MiB on Node 24. With --max-old-space-size=48, Node 24 says 240 MiB and dies at 48.
 */
export function oldGenerationLimit(
  heapSizeLimit: number,
  flags: string,
  nodeMajor = Number.parseInt(process.versions.node, 10),
  workerMiB: number | undefined = resourceLimits.maxOldGenerationSizeMb,
): number {
  const said = flag(flags, 'max[-_]old[-_]space[-_]size') ?? workerMiB;
  if (said !== undefined && said > 0) return Math.min(said * MIB, heapSizeLimit);
  const semiSpace = flag(flags, 'max[-_]semi[-_]space[-_]size');
  if (semiSpace !== undefined && semiSpace > 0) return Math.max(heapSizeLimit - 3 * semiSpace * MIB, heapSizeLimit / 2);
  // Nobody said anything, so V8 chose both by the size of the machine. Never too high; up to 8% too low between 0.5 and 2 GiB on Node 24.
  const scale = nodeMajor >= 23 ? 4 : 1;
  return heapSizeLimit - Math.min(48 * MIB * scale, heapSizeLimit * 0.0405 * scale);
}

/** The last one wins, as it does for Node. */
function flag(flags: string, name: string): number | undefined {
  const all = [...flags.matchAll(new RegExp(`--${name}[= ](\\d+)`, 'g'))];
  return all.length === 0 ? undefined : Number(all.at(-1)?.[1]);
}
