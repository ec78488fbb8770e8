/**
 * The entries of one cache: memory and journal in step. Every change is written to the journal first, memory follows.
 */
import { isAgeAsked } from './cache-control.js';
import { elapsed, now } from './clock.js';
import { EntryAges } from './entry-ages.js';
import { EntryEvictions } from './entry-evictions.js';
import { EntryInventory } from './entry-inventory.js';
import { type CallKey, type EntryKeys, hashOfCall, sizedKey } from './entry-keys.js';
import type { EntryLimits } from './entry-limits.js';
import { EntryRemovals } from './entry-removals.js';
import { RestoredEntries } from './entry-restore.js';
import { type Expiring, watchExpiry } from './expiry.js';
import type { Isolation } from './isolation.js';
import { countsBytes, entryBytes } from './memory/byte-limits.js';
import { Residents } from './memory/residents.js';
import { SlotGroups } from './memory/slot-groups.js';
import type { Journal } from './persist/journal.js';
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
  /** Those that came back from disk. */
  readonly restored: RestoredEntries;
  /** How old entries are. */
  readonly ages: EntryAges;
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
    this.ages = new EntryAges({ residents, ttlMs: () => this.#limits.ttlMs });
    this.removals = new EntryRemovals(this, residents, records);
    const parts = { keys, residents, records, counters, tags: this.tags, removals: this.removals };
    this.#evictions = new EntryEvictions(parts);
    this.restored = new RestoredEntries({ ...parts, isolation: () => this.isolation });
    this.inventory = new EntryInventory({ ...parts, isFresh: (slot) => this.isFresh(slot), isDecoded: (slot) => this.#isDecoded(slot) });
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
    if (this.#residents.graceMs === 0) return NONE;
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
    const storedAt = elapsed();
    const lsn =
      this.journal?.put({
        key: key.text,
        value,
        isPromised,
        expiresAt: ttlMs === FOREVER ? undefined : Math.round(now() + ttlMs),
        evicted: this.#evictions.evicted(),
        replacedLsn,
        tags: tags.length === 0 ? undefined : tags,
      }) ?? UNLOGGED;
    this.#evictions.forgetEvicted();
    const isNew = slot === NONE;
    const reason = isNew || !this.removals.isOfUse(slot) ? undefined : 'replaced';
    if (isNew) {
      slot = residents.take();
      this.keys.bind(slot, table, key);
    }
    this.restored.letGo(slot);
    this.tags.remove(slot);
    this.tags.add(slot, tags);
    this.#residents.fill(slot, { value, isPromised, end: storedAt + ttlMs, due: storedAt + ttlMs * (this.#limits.refreshAt ?? 1), bytes });
    if (isAgeAsked()) this.ages.note(slot, storedAt);
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
      this.restored.clear();
      this.ages.clear();
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
    const { places, tooMany } = yield* this.restored.takeOver(table, recovered, this.#limits, journal.options);
    if (this.nextDeadline !== FOREVER) watchExpiry(this);
    this.removals.tryDelete(tooMany);
    if (this.bytes !== undefined) yield* this.restored.weighing(places, (slot) => this.#bytesAt(slot));
    this.#evictions.evictWhile(() => this.#residents.isTooMuch);
    this.stored?.(this.bytes ?? 0);
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
    return this.bytes === undefined ? 0 : entryBytes(this.#limits, { ...sizedKey(table, () => key.text, key.copy?.key), value, tags });
  }

  #bytesAt(slot: number): number {
    return entryBytes(this.#limits, { ...this.keys.sizedAt(slot), value: this.valueAt(slot), tags: this.tags.namesOf(slot) });
  }

  #isDecoded(slot: number): boolean {
    return this.restored.isDecoded(slot);
  }

  #changed(slot: number): void {
    if (this.journal !== undefined) this.#records.touch(slot);
  }
}
