/**
 * What a recovery is told, and whom it tells how far it has come.
 */
import type { LogOwner } from './session-file.js';

/** What becomes of entries that lost records may have deleted or replaced: they are dropped, they stay, or nothing is read at all and the cache runs in memory only. */
export type OnDamage = 'drop-suspect' | 'salvage' | 'refuse';

/** How far a recovery has come, in bytes. */
export interface RecoveryProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface RecoverySource extends LogOwner {
  /** Default `'drop-suspect'`. */
  readonly onDamage?: OnDamage | undefined;
  readonly onProgress?: ((progress: RecoveryProgress) => void) | undefined;
}
