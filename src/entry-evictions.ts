/**
 * Who goes because there is no room. The order of eviction names them; they go with the record that is written for the entry which takes their place, or with one of their own.
 */
import type { EntryKeys } from './entry-keys.js';
import type { EntryRemovals } from './entry-removals.js';
import type { Residents } from './memory/residents.js';
import type { EvictedEntry } from './persist/journal-options.js';
import type { SlotRecords } from './persist/slot-records.js';
import type { Counters } from './stats/counters.js';

const NONE = -1;

/** Where entries are evicted from. */
interface Evicting {
  readonly keys: EntryKeys;
  readonly residents: Residents;
  readonly records: SlotRecords;
  readonly counters: Counters;
  readonly removals: EntryRemovals;
}

export class EntryEvictions {
  readonly #entries: Evicting;
  /** Who is evicted at the moment: out of memory and out of order already, still known by key and record. */
  readonly #victims: number[] = [];

  constructor(entries: Evicting) {
    this.#entries = entries;
  }

  /** Names who goes for `bytes` in `slot`, which is -1 for a new entry. Gives the slot; -1 when the entry in it was its own victim. `forgetEvicted` has to follow. */
  makeRoom(bytes: number, slot: number): number {
    const { residents } = this.#entries;
    let kept = slot;
    while (residents.isFullFor(bytes, kept)) {
      const victim = residents.evict();
      if (victim === NONE) break;
      this.#victims.push(victim);
      // It may be its own victim.
      if (victim === kept) kept = NONE;
    }
    return kept;
  }

  /** Drops entries as long as `isWanted`. Gives how many went. */
  evictWhile(isWanted: (gone: number) => boolean): number {
    const { residents, removals } = this.#entries;
    const victims = this.#victims;
    while (isWanted(victims.length)) {
      const victim = residents.evict();
      if (victim === NONE) break;
      victims.push(victim);
    }
    const gone = victims.length;
    removals.writeGone(victims);
    this.forgetEvicted();
    return gone;
  }

  /** Who was named, for the journal. */
  evicted(): readonly EvictedEntry[] {
    const { keys, records } = this.#entries;
    return this.#victims.map((victim) => ({ lsn: records.lsnOf(victim), key: () => keys.textOf(victim) }));
  }

  /** Who was named is gone. */
  forgetEvicted(): void {
    const victims = this.#victims;
    if (victims.length === 0) return;
    const { counters, removals } = this.#entries;
    counters.evictions += victims.length;
    for (const victim of victims) {
      removals.tell('cache:deleted', victim, 'size');
      removals.release(victim);
    }
    // Mostly there is one: to set the length takes several times as long.
    if (victims.length === 1) victims.pop();
    else victims.length = 0;
  }
}
