/**
 * Takes over what came back from disk: who has room gets a slot, and its value is read when somebody asks for it.
 */
import type { EntryKeys } from './entry-keys.js';
import { hashOfCall } from './entry-keys.js';
import { choose, type EntryLimits } from './entry-limits.js';
import type { RestoredEntry } from './memory/policy.js';
import type { Residents } from './memory/residents.js';
import type { SlotGroups } from './memory/slot-groups.js';
import type { LateValues } from './persist/late-values.js';
import type { RecoveredEntries } from './persist/recovered-entries.js';
import type { SlotRecords } from './persist/slot-records.js';
import type { Table } from './tables.js';

/** Entries taken over between two pauses. */
export const RESTORED_AT_ONCE = 64;

/** Where entries are put. */
export interface Room {
  readonly keys: EntryKeys;
  readonly residents: Residents;
  readonly records: SlotRecords;
  readonly tags: SlotGroups;
  readonly limits: EntryLimits;
  readonly late: LateValues;
}

/** Who was taken over, in order, and the keys of those for whom there is no room. What is past its time is neither: it is left behind. */
export interface Restored {
  readonly places: readonly RestoredEntry[];
  readonly tooMany: readonly string[];
}

/** In short steps. Gives slots to entries, but no places in the order. */
export function* restore(table: Table, recovered: RecoveredEntries, { keys, residents, records, tags, limits, late }: Room): Generator<void, Restored> {
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
