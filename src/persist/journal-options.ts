/**
 * What a journal is told, and how it stands.
 */
import type { ScrubjayError } from '../errors.js';
import type { PutRecord, ValueCodecs } from './contract.js';
import type { LogOwner } from './session-file.js';
import type { Changes } from './slot-records.js';

/**
 * What a power cut may take. The death of the process takes nothing acknowledged in any mode.
 * `always`: nothing acknowledged; a call answers after its record was synced. `interval`: the last second, and the sync under way. `os`: whatever the system had not written yet.
 */
export type Durability = 'always' | 'interval' | 'os';

/** What becomes of a cache whose directory another process holds: it runs in memory only, and says so (`'error'`) or does not (`'memory'`). */
export type OnLocked = 'error' | 'memory';

export interface JournalOptions extends LogOwner {
  readonly durability: Durability;
  readonly onLocked: OnLocked;
  /** The classes whose instances values may hold. Default: none. */
  readonly codecs?: ValueCodecs | undefined;
  /** Gives, and forgets, which entries changed their place or their mark since it was asked last. */
  readonly takeChanges: () => Changes;
  /** The numbers of the records behind all entries, in no order. */
  readonly liveRecords: () => Float64Array;
  /** Logs that are shorter are not compacted, in bytes. Default 1 MiB. */
  readonly leastLogBytes?: number | undefined;
  /** Called once for each thing that went wrong. */
  readonly report: (error: ScrubjayError) => void;
}

/**
 * `unopened`: nothing was read yet. `open`: memory and disk are in step. `degraded`: the disk failed, changes since then are in memory only.
 * `refused`: what lies in the directory is damaged, foreign, newer or held by another cache; it is left alone. `closed`: closed by the application.
 */
export type JournalState = 'unopened' | 'open' | 'degraded' | 'refused' | 'closed';

/** An entry dropped to make room; its key is asked for only where it is needed. */
export interface EvictedEntry {
  readonly lsn: number;
  readonly key: () => string;
}

/** What a put needs to be written. */
export type NewEntry = Pick<PutRecord, 'key' | 'isPromised' | 'expiresAt'> & {
  readonly value: unknown;
  /** The entries dropped to make room. */
  readonly evicted: readonly EvictedEntry[];
  /** The number of the record this one takes the place of, or 0. */
  readonly replacedLsn: number;
};
