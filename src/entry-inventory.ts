/**
 * What a journal asks about the entries it keeps: which changed their places, which records stand behind them, and everything, for a log that begins anew.
 */
import { elapsed, now } from './clock.js';
import type { EntryKeys } from './entry-keys.js';
import type { Residents } from './memory/residents.js';
import type { SlotGroups } from './memory/slot-groups.js';
import type { Everything, LiveEntry } from './persist/journal-options.js';
import { UNLOGGED } from './persist/log-writer.js';
import type { Changes, SlotRecords } from './persist/slot-records.js';

/** Where the entries stand. */
export interface Inventoried {
  readonly keys: EntryKeys;
  readonly residents: Residents;
  readonly records: SlotRecords;
  readonly tags: SlotGroups;
  isFresh(slot: number): boolean;
  /** Whether the value in a slot could be read, if it had to be. */
  isDecoded(slot: number): boolean;
}

const NOTHING_CHANGED: Changes = { lsns: [] };

export class EntryInventory {
  readonly #entries: Inventoried;

  constructor(entries: Inventoried) {
    this.#entries = entries;
  }

  /** What changed in the order of eviction since the last time. */
  takeChanges(): Changes {
    const { records, residents } = this.#entries;
    const slots = records.takeChanged();
    if (slots.length === 0) return NOTHING_CHANGED;
    const policy = residents.marksOf;
    const lsns = slots.map((slot) => records.lsnOf(slot));
    return policy === undefined ? { lsns } : { lsns, policy, marks: slots.map((slot) => residents.markOf(slot)) };
  }

  /** The numbers of the records behind all entries. */
  liveRecords(): Float64Array {
    return this.#entries.records.live();
  }

  /** Everything that has a record number, for a journal that has to write it anew. */
  everything(): Everything {
    const { records, residents } = this.#entries;
    const slots = [...residents.inOrder()].filter((slot) => records.lsnOf(slot) !== UNLOGGED);
    // They are in this order.
    records.takeChanged();
    const policy = residents.marksOf;
    const marks = policy === undefined ? undefined : slots.map((slot) => residents.markOf(slot));
    const order = { lsns: slots.map((slot) => records.lsnOf(slot)), marks, policy };
    const byRecord = records.inOrder(slots);
    const lsns = byRecord.map((slot) => records.lsnOf(slot));
    return { order, entries: this.#each(byRecord, lsns) };
  }

  *#each(slots: readonly number[], lsns: readonly number[]): Generator<LiveEntry | undefined> {
    for (const [index, slot] of slots.entries()) {
      const lsn = lsns[index] as number;
      yield this.#entries.records.lsnOf(slot) === lsn ? this.#entryIn(slot, lsn) : undefined;
    }
  }

  #entryIn(slot: number, lsn: number): LiveEntry | undefined {
    const { keys, records, residents } = this.#entries;
    const refused = (): void => {
      records.bind(slot, UNLOGGED);
    };
    if (!this.#entries.isFresh(slot) && !residents.isWithin(slot, residents.graceMs)) refused();
    else if (this.#entries.isDecoded(slot)) {
      const { values, isPromised } = residents;
      const deadline = residents.latestEndOf(slot);
      const expiresAt = deadline === Number.POSITIVE_INFINITY ? undefined : Math.round(now() + deadline - elapsed());
      const tags = this.#entries.tags.namesOf(slot);
      return {
        lsn,
        key: keys.textOf(slot),
        value: values[slot],
        isPromised: isPromised[slot] === 1,
        expiresAt,
        tags: tags.length === 0 ? undefined : tags,
        refused,
      };
    }
    return undefined;
  }
}
