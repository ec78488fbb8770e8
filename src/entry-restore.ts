/**
 * What came back from disk: who has room gets a slot, and its value is decoded when somebody asks for it.
 */
import type { EntryKeys } from './entry-keys.js';
import { hashOfCall } from './entry-keys.js';
import { choose, type EntryLimits } from './entry-limits.js';
import type { EntryRemovals } from './entry-removals.js';
import type { Isolation } from './isolation.js';
import type { RestoredEntry } from './memory/policy.js';
import type { Residents } from './memory/residents.js';
import type { SlotGroups } from './memory/slot-groups.js';
import { LateValues } from './persist/late-values.js';
import type { RecoveredEntries, ValueSource } from './persist/recovered-entries.js';
import type { SlotRecords } from './persist/slot-records.js';
import type { Table } from './tables.js';

/** Entries taken over between two pauses. */
const RESTORED_AT_ONCE = 64;

/** Where entries are put. */
interface Room {
  readonly keys: EntryKeys;
  readonly residents: Residents;
  readonly records: SlotRecords;
  readonly tags: SlotGroups;
  readonly removals: EntryRemovals;
  /** Set where callers do not share what is stored as it was given. */
  isolation(): Isolation | undefined;
}

/** Who was taken over, in order, and the keys of those for whom there is no room. What is past its time is neither: it is left behind. */
interface Restored {
  readonly places: readonly RestoredEntry[];
  readonly tooMany: readonly string[];
}

export class RestoredEntries {
  readonly #room: Room;
  /** The values nobody has asked for yet. */
  #late: LateValues | undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Takes over what `source` has recovered, in short steps. */
  *takeOver(table: Table, recovered: RecoveredEntries, limits: EntryLimits, source: ValueSource): Generator<void, Restored> {
    const late = new LateValues(source);
    const restored = yield* this.#restore(table, recovered, limits, late);
    this.#room.residents.restore(restored.places, recovered.lastEvicted);
    this.#late = late;
    return restored;
  }

  /** Gives slots to entries, but no places in the order. */
  *#restore(table: Table, recovered: RecoveredEntries, limits: EntryLimits, late: LateValues): Generator<void, Restored> {
    const { keys, residents, records, tags } = this.#room;
    const { fitting, tooMany, deadlineOf, markOf } = yield* choose(recovered, limits);
    late.expect(residents.reach + fitting.length);
    const { ttlMs, refreshAt = 1 } = limits;
    // Where each result has a ttl of its own, nobody knows any more how long it was.
    const dueBefore = refreshAt === 1 || ttlMs === Number.POSITIVE_INFINITY ? 0 : ttlMs * (1 - refreshAt);
    const places: RestoredEntry[] = [];
    for (const place of fitting) {
      const slot = residents.take();
      const key = { text: recovered.keyAt(place), copy: undefined };
      keys.bind(slot, table, key);
      records.bind(slot, recovered.lsnAt(place));
      tags.add(slot, recovered.tagsAt(place) ?? []);
      const end = deadlineOf(place);
      residents.fill(slot, { value: undefined, isPromised: recovered.isPromisedAt(place), end, due: end - dueBefore, bytes: 0 });
      late.add(slot, recovered, place);
      places.push({ slot, hash: residents.usesHashes ? hashOfCall(key) : 0, storedAs: recovered.lsnAt(place), mark: markOf(place) });
      if (places.length % RESTORED_AT_ONCE === 0) yield;
    }
    return { places, tooMany };
  }

  /** Weighs entries that were taken over, where their sizes count. */
  *weighing(places: readonly RestoredEntry[], bytesAt: (slot: number) => number): Generator<void> {
    for (const [count, { slot }] of places.entries()) {
      if (this.isDecoded(slot)) this.#room.residents.weigh(slot, bytesAt(slot));
      if (count % RESTORED_AT_ONCE === 0) yield;
    }
  }

  /**
   * Decodes a value that came from disk and was not asked for before. An entry whose value cannot be decoded, because a class it needs is not there any more,
   * is deleted: the call is loaded anew. Such an entry is found by its text and never by its arguments, which nobody has seen, so that no hit on others asks this.
   */
  isDecoded(slot: number): boolean {
    const late = this.#late;
    if (late === undefined || !late.has(slot)) return true;
    const { residents, removals, isolation } = this.#room;
    const decoded = attempt(() => late.take(slot));
    if (late.size === 0) this.#late = undefined;
    if (decoded === undefined) removals.drop(slot, 'collected');
    else residents.values[slot] = isolation()?.keep(decoded.value)?.value ?? decoded.value;
    return decoded !== undefined;
  }

  /** Nobody will ask for the value in `slot` any more. */
  letGo(slot: number): void {
    this.#late?.letGo(slot);
  }

  clear(): void {
    this.#late = undefined;
  }
}

function attempt(work: () => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: work() };
  } catch {
    return undefined;
  }
}
