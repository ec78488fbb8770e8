/**
 * What `stats()` gives: one cache's counters and how it stands, as plain data.
 */
import type { Entries } from './entries.js';
import type { ScrubjayError } from './errors.js';
import type { Durability, JournalOptions, JournalState } from './persist/journal-options.js';
import type { RecoveryReport } from './persist/recovery.js';
import type { Counters } from './stats/counters.js';

/** What one cache has counted since its process began, and how it stands now. Counters only rise, so they can be summed. */
export interface MethodStats {
  /** Calls answered from memory. */
  readonly hits: number;
  /** Calls answered with a result past its time, as `staleWhileRevalidate` and `staleIfError` allow. */
  readonly staleHits: number;
  /** Calls that started a load. */
  readonly misses: number;
  /** Calls that waited for a load somebody else had started. */
  readonly joined: number;
  /** Calls that ran the method past the cache: `when` said no, no key could be built, their AbortSignal had fired already, or they would have waited for themselves. */
  readonly bypassed: number;
  /** Calls among `bypassed` that would have waited for themselves: made by the very load that they would have waited for. */
  readonly selfWaits: number;
  /** Calls that got an error which `cacheErrors` remembers. */
  readonly errorHits: number;
  /** Loads in the background, which nobody waited for. */
  readonly refreshes: number;
  /** Loads that ended well. */
  readonly loads: number;
  /** Results that were answered with and not stored, because they can be read only once, or are larger than `maxEntryBytes` or `maxBytes`. */
  readonly unstored: number;
  /** Loads that ended with an error. */
  readonly loadErrors: number;
  /** Loads that had to wait for their turn, as `maxLoads` says. */
  readonly queued: number;
  /** Loads that were not begun, because `maxQueuedLoads` waited for their turn already. */
  readonly rejected: number;
  /** Loads that took longer than `hardTimeout`. */
  readonly timeouts: number;
  /** Time spent in loads that ended well, in milliseconds. */
  readonly loadTimeMs: number;
  /** What hits and joined calls would have cost at the mean time of a load, in milliseconds. */
  readonly timeSavedMs: number;
  /** Entries dropped to make room. */
  readonly evictions: number;
  /** Entries found past their time. */
  readonly expirations: number;
  /** Entries held now, those past their time included until they are loaded again or dropped. */
  readonly size: number;
  /** The most entries held. */
  readonly capacity: number;
  /** Estimated memory the entries take, in bytes; `undefined` as long as no limit in bytes makes scrubjay count them. */
  readonly bytes: number | undefined;
  /** `undefined` for a cache that is kept in memory only. */
  readonly persistence: PersistenceStats | undefined;
}

/** How a cache stands with its disk. */
export interface PersistenceStats {
  readonly state: JournalState;
  readonly directory: string;
  readonly driver: string;
  readonly durability: Durability;
  /** What was found when the cache was opened; `undefined` before. */
  readonly recovery: RecoveryReport | undefined;
  /** Records and bytes written by this process. */
  readonly recordsWritten: number;
  readonly bytesWritten: number;
  /** Results that are in memory only, because the disk failed or they cannot be written. */
  readonly unpersisted: number;
  /** The newest thing that went wrong. */
  readonly lastError: ScrubjayError | undefined;
}

/** The statistics of one cache. `persist` says where it is kept when it was not opened yet. */
export function methodStats(counters: Counters, entries: Entries, persist: (() => Whereabouts | undefined) | undefined): MethodStats {
  const {
    hits,
    staleHits,
    refreshes,
    misses,
    joined,
    bypassed,
    selfWaits,
    errorHits,
    queued,
    rejected,
    timeouts,
    loads,
    unstored,
    loadErrors,
    loadTimeMs,
    evictions,
    expirations,
  } = counters;
  return {
    hits,
    staleHits,
    misses,
    joined,
    bypassed,
    selfWaits,
    errorHits,
    queued,
    rejected,
    timeouts,
    refreshes,
    loads,
    unstored,
    loadErrors,
    loadTimeMs,
    timeSavedMs: loads === 0 ? 0 : (hits + joined) * (loadTimeMs / loads),
    evictions,
    expirations,
    size: entries.size,
    capacity: entries.limits.capacity,
    bytes: entries.bytes,
    persistence: persistenceStats(entries, persist),
  };
}

type Whereabouts = Pick<JournalOptions, 'directory' | 'driver' | 'durability'>;

function persistenceStats({ journal }: Entries, persist: (() => Whereabouts | undefined) | undefined): PersistenceStats | undefined {
  const whereabouts = journal?.options ?? persist?.();
  if (whereabouts === undefined) return undefined;
  const { directory, driver, durability } = whereabouts;
  return {
    state: journal?.state ?? 'unopened',
    directory,
    driver: driver.name,
    durability,
    recovery: journal?.recovery,
    recordsWritten: journal?.recordsWritten ?? 0,
    bytesWritten: journal?.bytesWritten ?? 0,
    unpersisted: journal?.unpersisted ?? 0,
    lastError: journal?.lastError,
  };
}
