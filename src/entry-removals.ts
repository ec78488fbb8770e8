/**
 * How entries go: ended, deleted, forgotten, or dropped because they are of no use any more. The journal is told first, memory follows.
 */
import { elapsed, now } from './clock.js';
import type { CallKey, EntryKeys } from './entry-keys.js';
import type { Residents } from './memory/residents.js';
import type { SlotGroups } from './memory/slot-groups.js';
import type { Journal } from './persist/journal.js';
import { UNLOGGED } from './persist/log-writer.js';
import type { SlotRecords } from './persist/slot-records.js';
import type { CacheEventReason, CacheEvents } from './stats/cache-events.js';
import type { Table } from './tables.js';

const NONE = -1;

/** Where entries go from. */
interface Leaving {
  readonly keys: EntryKeys;
  readonly tags: SlotGroups;
  readonly journal: Journal | undefined;
  readonly events: CacheEvents | undefined;
  readonly restored: { letGo(slot: number): void };
  isFresh(slot: number): boolean;
  fresh(table: Table, key: CallKey): number;
}

export class EntryRemovals {
  readonly #entries: Leaving;
  readonly #residents: Residents;
  readonly #records: SlotRecords;

  constructor(entries: Leaving, residents: Residents, records: SlotRecords) {
    this.#entries = entries;
    this.#residents = residents;
    this.#records = records;
  }

  /**
   * Ends the entry of a call now, and fences off a load of it that is under way. Gives whether there was a fresh one; it is of use as long as one that has come to its end.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; it has ended in memory all the same.
   */
  expire(table: Table, key: CallKey): boolean {
    if (this.#residents.graceMs === 0) return this.delete(table, key, 'cache:expire');
    table.fence(key);
    const slot = this.#entries.fresh(table, key);
    if (slot === NONE) {
      this.#entries.journal?.expectWritable();
      return false;
    }
    this.#residents.setEnd(slot, elapsed());
    this.tell('cache:expire', slot, 'explicit');
    this.#rewrite(slot, key.text);
    return true;
  }

  /** Writes the entry in `slot` with its new end; one that is not on disk, as it was taken off, stays so. */
  #rewrite(slot: number, key: string): void {
    const { journal } = this.#entries;
    if (journal === undefined) return;
    if (this.#records.lsnOf(slot) === UNLOGGED) return void journal.expectWritable();
    const { values, isPromised } = this.#residents;
    const tags = this.#entries.tags.namesOf(slot);
    const entry = {
      key,
      value: values[slot],
      isPromised: isPromised[slot] === 1,
      expiresAt: Math.round(now()),
      evicted: [],
      replacedLsn: this.#records.lsnOf(slot),
      tags: tags.length === 0 ? undefined : tags,
    };
    const lsn = journal.put(entry);
    this.#records.bind(slot, lsn);
    journal.expectWritable();
  }

  /**
   * Removes an entry, and fences off a load of it that is under way. Gives whether there was a fresh one.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; it is gone from memory all the same.
   */
  delete(table: Table, key: CallKey, event: 'cache:deleted' | 'cache:expire' = 'cache:deleted'): boolean {
    table.fence(key);
    const slot = this.#entries.keys.slotOf(table, key);
    if (slot === NONE) {
      this.#entries.journal?.expectWritable();
      return false;
    }
    return this.deleteAll([slot], event) === 1;
  }

  /**
   * Removes the entries in these slots. Gives how many of them were fresh.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; they are gone from memory all the same.
   */
  deleteAll(slots: readonly number[], event: 'cache:deleted' | 'cache:expire' = 'cache:deleted'): number {
    const { keys, journal } = this.#entries;
    const fresh = slots.filter((slot) => this.#entries.isFresh(slot)).length;
    for (const slot of slots) if (this.isOfUse(slot)) this.tell(event, slot, 'explicit');
    const texts = journal === undefined ? [] : slots.map((slot) => keys.textOf(slot));
    try {
      journal?.delete(texts);
    } finally {
      for (const slot of slots) {
        const { pauses } = keys.tableOf(slot);
        if (!pauses.isEmpty) pauses.forget(keys.textOf(slot));
        this.#remove(slot);
      }
    }
    return fresh;
  }

  /**
   * Takes entries off the disk, and keeps them in memory.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written
   */
  takeOffDisk(slots: Iterable<number>): void {
    const onDisk = [...slots].filter((slot) => slot !== NONE && this.#records.lsnOf(slot) !== UNLOGGED);
    for (const slot of onDisk) this.#records.bind(slot, UNLOGGED);
    this.#entries.journal?.delete(onDisk.map((slot) => this.#entries.keys.textOf(slot)));
  }

  /** Lets go of the entry of a call, if there is one, without a word to its owner. */
  discard(table: Table, key: CallKey): void {
    const slot = this.#entries.keys.slotOf(table, key);
    if (slot !== NONE) this.drop(slot, 'replaced');
  }

  /** Lets go of the entries of a table, of a cache in memory only. The loads of it that are under way are fenced off. */
  forget(table: Table): void {
    table.fenceAll();
    for (const slot of this.#entries.keys.slotsOf(table)) {
      this.tell('cache:deleted', slot, 'collected');
      this.#remove(slot);
    }
  }

  /** Lets go of some entries past their time; see Residents. */
  sweep(from: number): number {
    const gone: number[] = [];
    const next = this.#residents.sweep(from, (slot) => gone.push(slot));
    // Of an end that came because nobody used it, the disk knows nothing.
    this.writeGone(gone.filter((slot) => elapsed() < this.#residents.latestEndOf(slot)));
    for (const slot of gone) {
      this.#entries.isFresh(slot);
      this.#remove(slot);
    }
    return next;
  }

  /** Lets go of the entry in `slot`, whatever the disk says to it. */
  drop(slot: number, reason: CacheEventReason): void {
    if (this.isOfUse(slot)) this.tell('cache:deleted', slot, reason);
    this.writeGone([slot]);
    this.#remove(slot);
  }

  /** Whether the entry in `slot` could still answer somebody. */
  isOfUse(slot: number): boolean {
    return this.#residents.isWithin(slot, this.#residents.graceMs);
  }

  tell(name: 'cache:written' | 'cache:deleted' | 'cache:expire', slot: number, reason: CacheEventReason | undefined): void {
    const { events, keys } = this.#entries;
    if (events?.wants(name) === true) events.tell(name, keys.textLater(slot), { reason });
  }

  /** A disk that fails here is reported by the journal; it must not fail the call that needed the room. */
  writeGone(slots: readonly number[]): void {
    if (this.#entries.journal !== undefined) this.tryDelete(slots.map((slot) => this.#entries.keys.textOf(slot)));
  }

  tryDelete(keys: readonly string[]): void {
    try {
      if (keys.length > 0) this.#entries.journal?.delete(keys);
    } catch {
      // The journal has reported it.
    }
  }

  #remove(slot: number): void {
    this.release(slot);
    this.#residents.remove(slot);
  }

  /** Nothing is known any more of what stood in `slot`, which is out of memory and order by now, or will be. */
  release(slot: number): void {
    const { keys, tags, restored, journal } = this.#entries;
    keys.release(slot);
    tags.remove(slot);
    restored.letGo(slot);
    if (journal !== undefined) this.#records.release(slot);
  }
}
