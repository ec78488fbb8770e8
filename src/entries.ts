/**
 * The entries of one cache: memory and journal in step. Every change is written to the journal first, memory follows.
 */
import { elapsed, now } from './clock.js';
import { EntryInventory } from './entry-inventory.js';
import { type CallKey, type EntryKeys, hashOfCall, sizedKey } from './entry-keys.js';
import type { EntryLimits } from './entry-limits.js';
import { RESTORED_AT_ONCE, restore } from './entry-restore.js';
import { type Expiring, watchExpiry } from './expiry.js';
import type { Isolation } from './isolation.js';
import { countsBytes, entryBytes } from './memory/byte-limits.js';
import type { RestoredEntry } from './memory/policy.js';
import { Residents } from './memory/residents.js';
import { SlotGroups } from './memory/slot-groups.js';
import type { Journal } from './persist/journal.js';
import type { EvictedEntry } from './persist/journal-options.js';
import { LateValues } from './persist/late-values.js';
import { UNLOGGED } from './persist/log-writer.js';
import type { RecoveredEntries } from './persist/recovered-entries.js';
import { SlotRecords } from './persist/slot-records.js';
import type { CacheEventReason, CacheEvents } from './stats/cache-events.js';
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
  readonly #counters: Counters;
  readonly #residents: Residents;
  readonly #records = new SlotRecords();
  /** The values of recovered entries nobody has asked for yet. */
  #late: LateValues | undefined;
  /** Who is evicted at the moment: out of memory and out of order already, still known by key and record. */
  readonly #victims: number[] = [];
  #limits: EntryLimits;

  constructor(limits: EntryLimits, counters: Counters, keys: EntryKeys) {
    this.keys = keys;
    this.#limits = limits;
    this.#counters = counters;
    this.#residents = new Residents(limits, (slot) => {
      this.#changed(slot);
    });
    this.inventory = new EntryInventory({
      keys: this.keys,
      residents: this.#residents,
      records: this.#records,
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

  /**
   * Ends the entry of a call now, and fences off a load of it that is under way. Gives whether there was a fresh one; it is of use as long as one that has come to its end.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; it has ended in memory all the same.
   */
  expire(table: Table, key: CallKey): boolean {
    if (this.#residents.graceMs === 0) return this.delete(table, key, 'cache:expire');
    table.fence(key.text);
    const slot = this.fresh(table, key);
    if (slot === NONE) {
      this.journal?.expectWritable();
      return false;
    }
    this.#residents.setEnd(slot, elapsed());
    this.#tell('cache:expire', slot, 'explicit');
    this.#rewrite(slot, key.text);
    return true;
  }

  /** Writes the entry in `slot` with its new end. */
  #rewrite(slot: number, key: string): void {
    if (this.journal === undefined) return;
    const { values, isPromised } = this.#residents;
    const entry = {
      key,
      value: values[slot],
      isPromised: isPromised[slot] === 1,
      expiresAt: Math.round(now()),
      evicted: [],
      replacedLsn: this.#records.lsnOf(slot),
      tags: this.#tagsAt(slot),
    };
    const lsn = this.journal.put(entry);
    this.#records.bind(slot, lsn);
    this.journal.expectWritable();
  }

  /** Whether the entry in `slot` is not past its time; one that is counts as expired, once. */
  isFresh(slot: number): boolean {
    if (this.#residents.isFresh(slot)) return true;
    if (this.#residents.expire(slot)) {
      this.#counters.expirations++;
      this.#tell('cache:expire', slot, 'expired');
    }
    return false;
  }

  /**
   * Decodes a value that came from disk and was not asked for before. An entry whose value cannot be decoded, because a class it needs is not there any more,
   * is deleted: the call is loaded anew. Such an entry is found by its text and never by its arguments, which nobody has seen, so that no hit on others asks this.
   */
  #isDecoded(slot: number): boolean {
    const late = this.#late;
    if (late === undefined || !late.has(slot)) return true;
    const decoded = attempt(() => late.take(slot));
    if (late.size === 0) this.#late = undefined;
    if (decoded === undefined) this.#drop(slot, 'collected');
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
      if (slot !== NONE) this.#drop(slot, 'replaced');
      return NONE;
    }
    const hash = residents.usesHashes ? hashOfCall(key) : 0;
    if (slot === NONE && residents.expects) residents.expect(hash);
    const replacedLsn = slot === NONE ? UNLOGGED : this.#records.lsnOf(slot);
    const victims = this.#victims;
    while (residents.isFullFor(bytes, slot)) {
      const victim = residents.evict();
      if (victim === NONE) break;
      victims.push(victim);
      // It may be its own victim.
      if (victim === slot) slot = NONE;
    }
    const expiresAt = ttlMs === FOREVER ? undefined : Math.round(now() + ttlMs);
    const storedAt = elapsed();
    const kept = { key: key.text, value, isPromised, expiresAt, evicted: this.#evicted(), replacedLsn, tags: tags.length === 0 ? undefined : tags };
    const lsn = this.journal?.put(kept) ?? UNLOGGED;
    this.#forgetEvicted();
    const isNew = slot === NONE;
    const reason = isNew || !this.#isOfUse(slot) ? undefined : 'replaced';
    if (isNew) {
      slot = residents.take();
      this.keys.bind(slot, table, key);
    }
    this.#late?.letGo(slot);
    this.tags.remove(slot);
    this.tags.add(slot, tags);
    this.#residents.fill(slot, { value, isPromised, end: storedAt + ttlMs, due: storedAt + ttlMs * (this.#limits.refreshAt ?? 1), bytes });
    if (this.journal !== undefined) this.#records.bind(slot, lsn);
    if (isNew) residents.insert(slot, hash);
    else residents.update(slot);
    if (residents.marksOf !== undefined && residents.markOf(slot) !== 0) this.#changed(slot);
    if (this.nextDeadline !== FOREVER) watchExpiry(this);
    this.stored?.(bytes);
    this.#tell('cache:written', slot, reason);
    return slot;
  }

  /** Lets go of the entry of a call, if there is one, without a word to its owner. */
  discard(table: Table, key: CallKey): void {
    const slot = this.keys.slotOf(table, key);
    if (slot !== NONE) this.#drop(slot, 'replaced');
  }

  /**
   * Removes an entry, and fences off a load of it that is under way. Gives whether there was a fresh one.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; it is gone from memory all the same.
   */
  delete(table: Table, key: CallKey, event: 'cache:deleted' | 'cache:expire' = 'cache:deleted'): boolean {
    table.fence(key.text);
    const slot = this.keys.slotOf(table, key);
    if (slot === NONE) {
      this.journal?.expectWritable();
      return false;
    }
    return this.deleteAll([slot], event) === 1;
  }

  /**
   * Removes the entries in these slots. Gives how many of them were fresh.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; they are gone from memory all the same.
   */
  deleteAll(slots: readonly number[], event: 'cache:deleted' | 'cache:expire' = 'cache:deleted'): number {
    const fresh = slots.filter((slot) => this.isFresh(slot)).length;
    for (const slot of slots) if (this.#isOfUse(slot)) this.#tell(event, slot, 'explicit');
    const texts = this.journal === undefined ? [] : slots.map((slot) => this.keys.textOf(slot));
    try {
      this.journal?.delete(texts);
    } finally {
      for (const slot of slots) {
        const { pauses } = this.keys.tableOf(slot);
        if (!pauses.isEmpty) pauses.forget(this.keys.textOf(slot));
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
    this.journal?.delete(onDisk.map((slot) => this.keys.textOf(slot)));
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
      this.#late = undefined;
    }
  }

  /** Lets go of the entries of a table, of a cache in memory only. The loads of it that are under way are fenced off. */
  forget(table: Table): void {
    table.fenceAll();
    for (const slot of this.keys.slotsOf(table)) {
      this.#tell('cache:deleted', slot, 'collected');
      this.#remove(slot);
    }
  }

  /** Drops up to `count` entries as if there were no room for them. Gives how many went. */
  evict(count: number): number {
    return this.#evictWhile((gone) => gone < count);
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
    this.#evictWhile(() => this.#residents.isTooMuch);
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
    this.#late = late;
    if (this.nextDeadline !== FOREVER) watchExpiry(this);
    this.#tryDelete(tooMany);
    if (this.bytes !== undefined) yield* this.#weighing(places);
    this.#evictWhile(() => residents.isTooMuch);
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
    const gone: number[] = [];
    const next = this.#residents.sweep(from, (slot) => gone.push(slot));
    // Of an end that came because nobody used it, the disk knows nothing.
    this.#writeGone(gone.filter((slot) => elapsed() < this.#residents.latestEndOf(slot)));
    for (const slot of gone) {
      this.isFresh(slot);
      this.#remove(slot);
    }
    return next;
  }

  #bytesOf(table: Table, key: CallKey, value: unknown, tags: readonly string[]): number {
    return this.bytes === undefined ? 0 : entryBytes(this.#limits, { ...sizedKey(table, key.text, key.copy?.key), value, tags });
  }

  #bytesAt(slot: number): number {
    return entryBytes(this.#limits, { ...this.keys.sizedAt(slot), value: this.valueAt(slot), tags: this.tags.namesOf(slot) });
  }

  #tagsAt(slot: number): readonly string[] | undefined {
    const tags = this.tags.namesOf(slot);
    return tags.length === 0 ? undefined : tags;
  }

  #evictWhile(isWanted: (gone: number) => boolean): number {
    const victims = this.#victims;
    while (isWanted(victims.length)) {
      const victim = this.#residents.evict();
      if (victim === NONE) break;
      victims.push(victim);
    }
    const gone = victims.length;
    this.#writeGone(victims);
    this.#forgetEvicted();
    return gone;
  }

  #evicted(): readonly EvictedEntry[] {
    return this.#victims.map((victim) => ({ lsn: this.#records.lsnOf(victim), key: () => this.keys.textOf(victim) }));
  }

  #forgetEvicted(): void {
    this.#counters.evictions += this.#victims.length;
    for (const victim of this.#victims) {
      this.#tell('cache:deleted', victim, 'size');
      this.#forget(victim);
    }
    this.#victims.length = 0;
  }

  #changed(slot: number): void {
    if (this.journal !== undefined) this.#records.touch(slot);
  }

  #drop(slot: number, reason: CacheEventReason): void {
    if (this.#isOfUse(slot)) this.#tell('cache:deleted', slot, reason);
    this.#writeGone([slot]);
    this.#remove(slot);
  }

  /** Whether the entry in `slot` could still answer somebody. */
  #isOfUse(slot: number): boolean {
    return this.#residents.isWithin(slot, this.#residents.graceMs);
  }

  #tell(name: 'cache:written' | 'cache:deleted' | 'cache:expire', slot: number, reason: CacheEventReason | undefined): void {
    if (this.events?.wants(name) === true) this.events.tell(name, this.keys.textLater(slot), { reason });
  }

  /** A disk that fails here is reported by the journal; it must not fail the call that needed the room. */
  #writeGone(slots: readonly number[]): void {
    if (this.journal !== undefined) this.#tryDelete(slots.map((slot) => this.keys.textOf(slot)));
  }

  #tryDelete(keys: readonly string[]): void {
    if (keys.length > 0) attempt(() => this.journal?.delete(keys));
  }

  #remove(slot: number): void {
    this.#forget(slot);
    this.#residents.remove(slot);
  }

  #forget(slot: number): void {
    this.keys.release(slot);
    this.tags.remove(slot);
    this.#late?.letGo(slot);
    if (this.journal !== undefined) this.#records.release(slot);
  }
}

function attempt(work: () => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: work() };
  } catch {
    return undefined;
  }
}
