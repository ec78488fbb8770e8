/**
 * The entries of one cache: memory and journal in step. Every change is written to the journal first, memory follows.
 */
import { elapsed, now } from './clock.js';
import { EntryEvictions } from './entry-evictions.js';
import { EntryInventory } from './entry-inventory.js';
import { type CallKey, type EntryKeys, hashOfCall, sizedKey } from './entry-keys.js';
import type { EntryLimits } from './entry-limits.js';
import { EntryRemovals } from './entry-removals.js';
import { RESTORED_AT_ONCE, restore } from './entry-restore.js';
import { type Expiring, watchExpiry } from './expiry.js';
import type { Isolation } from './isolation.js';
import { countsBytes, entryBytes } from './memory/byte-limits.js';
import type { RestoredEntry } from './memory/policy.js';
import { Residents } from './memory/residents.js';
import { SlotGroups } from './memory/slot-groups.js';
import type { Journal } from './persist/journal.js';
import { LateValues } from './persist/late-values.js';
import { UNLOGGED } from './persist/log-writer.js';
import type { RecoveredEntries } from './persist/recovered-entries.js';
import { SlotRecords } from './persist/slot-records.js';
import type { CacheEvents } from './stats/cache-events.js';
import type { Counters } from './stats/counters.js';
import type { Table } from './tables.js';

const NONE = -1;
const FOREVER = Number.POSITIVE_INFINITY;
export class Entries implements Expiring {
  readonly keys: EntryKeys;
  /** What the journal asks about. */
  readonly inventory: EntryInventory;
  /** What entries are tagged with. */
  readonly tags = new SlotGroups();
  /** Set when the cache is opened; `undefined` for a cache that is kept in memory only. */
  journal: Journal | undefined;
  /** Told after an entry was stored, and how many bytes it takes where they are counted. */
  stored: ((bytes: number) => void) | undefined;
  /** Set where callers do not share what is stored as it was given. */
  isolation: Isolation | undefined;
  /** Told what becomes of entries. */
  events: CacheEvents | undefined;
  /** The values of recovered entries nobody has asked for yet. */
  late: LateValues | undefined;
  /** How entries go. */
  readonly removals: EntryRemovals;
  readonly #evictions: EntryEvictions;
  readonly #counters: Counters;
  readonly #residents: Residents;
  readonly #records = new SlotRecords();
  #limits: EntryLimits;

  constructor(limits: EntryLimits, counters: Counters, keys: EntryKeys) {
    this.keys = keys;
    this.#limits = limits;
    this.#counters = counters;
    this.#residents = new Residents(limits, (slot) => {
      this.#changed(slot);
    });
    const residents = this.#residents;
    const records = this.#records;
    this.removals = new EntryRemovals(this, residents, records);
    this.#evictions = new EntryEvictions({ keys, residents, records, counters, removals: this.removals });
    this.inventory = new EntryInventory({
      keys,
      residents,
      records,
      tags: this.tags,
      isFresh: (slot) => this.isFresh(slot),
      isDecoded: (slot) => this.#isDecoded(slot),
    });
  }

  get size(): number {
    return this.#residents.size;
  }

  get limits(): EntryLimits {
    return this.#limits;
  }

  /** Estimated bytes of all entries; `undefined` as long as nobody limits them. */
  get bytes(): number | undefined {
    return this.#residents.bytes;
  }

  /** No entry ends before this moment, in milliseconds of the rising clock. */
  get nextDeadline(): number {
    return this.#residents.nextDeadline;
  }

  /** The slot of a fresh entry, or -1. */
  fresh(table: Table, key: CallKey): number {
    const slot = this.keys.slotOf(table, key);
    return slot !== NONE && this.isFresh(slot) && this.#isDecoded(slot) ? slot : NONE;
  }

  /** The slot of an entry that is past its time and still of use, or -1. */
  stale(table: Table, key: CallKey): number {
    const slot = this.keys.slotOf(table, key);
    return slot !== NONE && !this.isFresh(slot) && this.isWithin(slot, this.#residents.graceMs) && this.#isDecoded(slot) ? slot : NONE;
  }

  /** Whether the entry in `slot`, which is past its time, is not longer past it than that. */
  isWithin(slot: number, graceMs: number): boolean {
    return this.#residents.isWithin(slot, graceMs);
  }

  /** The end of the entry in `slot`, in milliseconds of the rising clock. */
  endOf(slot: number): number {
    return this.#residents.endOf(slot);
  }

  /** Whether the entry in `slot` is fresh and nothing is due; asked at every hit. */
  isUntroubled(slot: number): boolean {
    return this.#residents.isUntroubled(slot);
  }

  /** What was due for the entry in `slot` is being done: nothing is, until its end. */
  settle(slot: number): void {
    this.#residents.settle(slot);
  }

  /** Whether the entry in `slot` is not past its time; one that is counts as expired, once. */
  isFresh(slot: number): boolean {
    if (this.#residents.isFresh(slot)) return true;
    if (this.#residents.expire(slot)) {
      this.#counters.expirations++;
      this.removals.tell('cache:expire', slot, 'expired');
    }
    return false;
  }

  /**
   * Decodes a value that came from disk and was not asked for before. An entry whose value cannot be decoded, because a class it needs is not there any more,
   * is deleted: the call is loaded anew. Such an entry is found by its text and never by its arguments, which nobody has seen, so that no hit on others asks this.
   */
  #isDecoded(slot: number): boolean {
    const late = this.late;
    if (late === undefined || !late.has(slot)) return true;
    const decoded = attempt(() => late.take(slot));
    if (late.size === 0) this.late = undefined;
    if (decoded === undefined) this.removals.drop(slot, 'collected');
    else this.#residents.values[slot] = this.isolation?.keep(decoded.value)?.value ?? decoded.value;
    return decoded !== undefined;
  }

  /** The stored value as it is; that of an entry that is fresh. */
  valueAt(slot: number): unknown {
    return this.#residents.values[slot];
  }

  /** The stored value as the method gave it: a promise when it was one. The policy learns that it was used. */
  use(slot: number): unknown {
    if (this.#residents.touch(slot)) this.#changed(slot);
    const { values, isPromised } = this.#residents;
    return isPromised[slot] === 1 ? Promise.resolve(values[slot]) : values[slot];
  }

  /** Stores an entry, and drops others when there is no room. Gives its slot; -1 when it is too large, or cannot be isolated, and then there is none under its key. */
  put(table: Table, key: CallKey, given: unknown, isPromised: boolean, ttlMs = this.#limits.ttlMs, tags: readonly string[] = []): number {
    const residents = this.#residents;
    const { maxEntryBytes, maxBytes } = this.#limits;
    const isolated = this.isolation === undefined ? { value: given } : this.isolation.keep(given);
    const value = isolated?.value;
    const bytes = this.#bytesOf(table, key, value, tags);
    let slot = this.keys.slotOf(table, key);
    if (isolated === undefined || bytes > maxEntryBytes || bytes > maxBytes) {
      this.#counters.unstored++;
      if (slot !== NONE) this.removals.drop(slot, 'replaced');
      return NONE;
    }
    const hash = residents.usesHashes ? hashOfCall(key) : 0;
    if (slot === NONE && residents.expects) residents.expect(hash);
    const replacedLsn = slot === NONE ? UNLOGGED : this.#records.lsnOf(slot);
    slot = this.#evictions.makeRoom(bytes, slot);
    const expiresAt = ttlMs === FOREVER ? undefined : Math.round(now() + ttlMs);
    const storedAt = elapsed();
    const kept = { key: key.text, value, isPromised, expiresAt, evicted: this.#evictions.evicted(), replacedLsn, tags: tags.length === 0 ? undefined : tags };
    const lsn = this.journal?.put(kept) ?? UNLOGGED;
    this.#evictions.forgetEvicted();
    const isNew = slot === NONE;
    const reason = isNew || !this.removals.isOfUse(slot) ? undefined : 'replaced';
    if (isNew) {
      slot = residents.take();
      this.keys.bind(slot, table, key);
    }
    this.late?.letGo(slot);
    this.tags.remove(slot);
    this.tags.add(slot, tags);
    this.#residents.fill(slot, { value, isPromised, end: storedAt + ttlMs, due: storedAt + ttlMs * (this.#limits.refreshAt ?? 1), bytes });
    if (this.journal !== undefined) this.#records.bind(slot, lsn);
    if (isNew) residents.insert(slot, hash);
    else residents.update(slot);
    if (residents.marksOf !== undefined && residents.markOf(slot) !== 0) this.#changed(slot);
    if (this.nextDeadline !== FOREVER) watchExpiry(this);
    this.stored?.(bytes);
    this.removals.tell('cache:written', slot, reason);
    return slot;
  }

  /** Removes the entry of a call; see EntryRemovals. @throws SCRUBJAY_NOT_DURABLE */
  delete(table: Table, key: CallKey): boolean {
    return this.removals.delete(table, key);
  }

  /** Lets go of the entries of a table; see EntryRemovals. */
  forget(table: Table): void {
    this.removals.forget(table);
  }

  /** The slots of all entries, fresh or not. */
  slots(): Iterable<number> {
    return this.#residents.inOrder();
  }

  /**
   * Removes everything. The loads of `tables` that are under way are fenced off.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  clear(tables: Iterable<Table>): void {
    this.events?.tell('cache:cleared', () => undefined, { reason: 'explicit' });
    try {
      this.journal?.delete();
    } finally {
      for (const table of tables) table.clear();
      this.keys.clear();
      this.tags.clear();
      this.#residents.clear();
      this.#records.clear();
      this.late = undefined;
    }
  }

  /** Drops up to `count` entries as if there were no room for them. Gives how many went. */
  evict(count: number): number {
    return this.#evictions.evictWhile((gone) => gone < count);
  }

  /** Other limits from now on. What is too much is dropped. */
  relimit(limits: EntryLimits): void {
    this.#limits = limits;
    if (countsBytes(limits)) for (const slot of [...this.#residents.inOrder()]) this.#isDecoded(slot);
    this.#residents.relimit(
      limits,
      (slot) => this.keys.hashOf(slot),
      (slot) => this.#bytesAt(slot),
    );
    this.#evictions.evictWhile(() => this.#residents.isTooMuch);
  }

  /**
   * Takes over what `journal` has recovered, in steps; what does not fit is deleted for good, what is past its time is left behind. Nobody may use the
   * entries before this is done. Values are decoded when somebody asks for them, or at once where their sizes count.
   */
  *restoring(table: Table, recovered: RecoveredEntries, journal: Journal): Generator<void> {
    this.journal = journal;
    const residents = this.#residents;
    const late = new LateValues(journal.options);
    const { places, tooMany } = yield* restore(table, recovered, {
      keys: this.keys,
      residents,
      records: this.#records,
      tags: this.tags,
      limits: this.#limits,
      late,
    });
    residents.restore(places, recovered.lastEvicted);
    this.late = late;
    if (this.nextDeadline !== FOREVER) watchExpiry(this);
    this.removals.tryDelete(tooMany);
    if (this.bytes !== undefined) yield* this.#weighing(places);
    this.#evictions.evictWhile(() => residents.isTooMuch);
    this.stored?.(this.bytes ?? 0);
  }

  *#weighing(places: readonly RestoredEntry[]): Generator<void> {
    for (const [count, { slot }] of places.entries()) {
      if (this.#isDecoded(slot)) this.#residents.weigh(slot, this.#bytesAt(slot));
      if (count % RESTORED_AT_ONCE === 0) yield;
    }
  }

  /** The keys of the fresh entries, next to be evicted first; with `table`, only of those in it. */
  texts(table?: Table): string[] {
    return Array.from(this.#residents.inOrder())
      .filter((slot) => (table === undefined || this.keys.tableOf(slot) === table) && this.isFresh(slot))
      .map((slot) => this.keys.textOf(slot));
  }

  /** Lets go of some entries past their time; see Residents. */
  sweep(from: number): number {
    return this.removals.sweep(from);
  }

  #bytesOf(table: Table, key: CallKey, value: unknown, tags: readonly string[]): number {
    return this.bytes === undefined ? 0 : entryBytes(this.#limits, { ...sizedKey(table, key.text, key.copy?.key), value, tags });
  }

  #bytesAt(slot: number): number {
    return entryBytes(this.#limits, { ...this.keys.sizedAt(slot), value: this.valueAt(slot), tags: this.tags.namesOf(slot) });
  }

  #changed(slot: number): void {
    if (this.journal !== undefined) this.#records.touch(slot);
  }
}

function attempt(work: () => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: work() };
  } catch {
    return undefined;
  }
}
