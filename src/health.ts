/**
 * What `registry.health()` gives: whether every cache is as its options want it, for a health check of the application.
 */
import type { ScrubjayError } from './errors.js';
import type { Journal } from './persist/journal.js';
import type { JournalState } from './persist/journal-options.js';

/** How one cache stands. It answers calls in every state. */
export interface CacheHealth {
  /** `'memory'` for a cache that is not persisted; otherwise how it stands with its disk. */
  readonly state: 'memory' | JournalState;
  /** `false` while what it stores would not survive a restart although its options say so: in the states `degraded` and `refused`. */
  readonly isHealthy: boolean;
  /** Results that are in memory only, because the disk failed or they cannot be written. */
  readonly unpersisted: number;
  /** Why it is not healthy. */
  readonly error: ScrubjayError | undefined;
}

/** How all caches of a registry stand. */
export interface RegistryHealth {
  /** Whether every cache is. */
  readonly isHealthy: boolean;
  /** By name. */
  readonly caches: Readonly<Record<string, CacheHealth>>;
}

export function cacheHealth(isPersisted: boolean, journal: Journal | undefined): CacheHealth {
  const state = isPersisted ? (journal?.state ?? 'unopened') : 'memory';
  const isHealthy = state !== 'degraded' && (state !== 'refused' || isSharedByChoice(journal));
  return { state, isHealthy, unpersisted: journal?.unpersisted ?? 0, error: isHealthy ? undefined : journal?.lastError };
}

/** `onLocked: 'memory'` says that another process may hold the directory. */
const isSharedByChoice = (journal: Journal | undefined): boolean =>
  journal?.options.onLocked === 'memory' && journal.lastError?.code === 'SCRUBJAY_DIRECTORY_BUSY';
