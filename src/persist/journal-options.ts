/**
 * What a journal is told, and how it stands.
 */
import type { ScrubjayError } from '../errors.js';
import type { PutRecord, ValueCodecs } from './contract.js';
import type { OnDamage, RecoveryProgress } from './recovery-source.js';
import type { LogOwner } from './session-file.js';
import type { Changes } from './slot-records.js';

/**
 * What a power cut may take. The death of the process takes nothing acknowledged in any mode.
 * `always`: nothing acknowledged; a call answers after its record was synced. `interval`: the last second, and the sync under way. `os`: whatever the system had not written yet.
 */
export type Durability = 'always' | 'interval' | 'os';

/** What becomes of a cache whose directory another process holds: it runs in memory only, and says so (`'error'`) or does not (`'memory'`). */
export type OnLocked = 'error' | 'memory';

/** Where and how a cache is kept. */
export interface Keeping {
  readonly directory: string;
  readonly durability: Durability;
  readonly onLocked: OnLocked;
}

/** The same as far as the options of a method say it. */
export type SaidKeeping = { readonly [Part in keyof Keeping]: Keeping[Part] | undefined };

export interface JournalOptions extends LogOwner, Keeping {
  readonly durability: Durability;
  /** Default `'drop-suspect'`. */
  readonly onDamage?: OnDamage | undefined;
  /** Told how far the recovery has come. */
  readonly onProgress?: ((progress: RecoveryProgress) => void) | undefined;
  /** The classes whose instances values may hold. Default: none. */
  readonly codecs?: ValueCodecs | undefined;
  /** Gives, and forgets, which entries changed their place or their mark since it was asked last. */
  readonly takeChanges: () => Changes;
  /** The numbers of the records behind all entries, in no order. */
  readonly liveRecords: () => Float64Array;
  /** Everything there is, for a log that must begin anew after the disk failed. */
  readonly everything: () => Everything;
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

/** All entries of a cache at one moment. */
export interface Everything {
  /** Their record numbers in the order of eviction, next to go first, with what the policy marks them with. */
  readonly order: Required<Pick<Changes, 'lsns'>> & Omit<Changes, 'lsns'>;
  /** One by one, in the order of their record numbers, each as it is when its turn comes; `undefined` for one that has changed or gone since. */
  readonly entries: Iterable<LiveEntry | undefined>;
}

/** An entry as it stands in memory. */
export type LiveEntry = Pick<PutRecord, 'lsn' | 'key' | 'isPromised' | 'expiresAt' | 'tags'> & {
  readonly value: unknown;
  /** It cannot be written: from now on it is in memory only. */
  readonly refused: () => void;
};

/** An entry dropped to make room; its key is asked for only where it is needed. */
export interface EvictedEntry {
  readonly lsn: number;
  readonly key: () => string;
}

/** What a put needs to be written. */
export type NewEntry = Pick<PutRecord, 'key' | 'isPromised' | 'expiresAt' | 'tags'> & {
  readonly value: unknown;
  /** The entries dropped to make room. */
  readonly evicted: readonly EvictedEntry[];
  /** The number of the record this one takes the place of, or 0. */
  readonly replacedLsn: number;
};
