/**
 * The entries of one cache: memory and journal in step. Every change is written to the journal first, memory follows.
 */
import { now } from './clock.js';
import { policies } from './memory/index.js';
import type { EvictionPolicy } from './memory/policy.js';
import { Slots } from './memory/slots.js';
import { type Journal, UNLOGGED } from './persist/journal.js';
import type { LoggedEntry } from './persist/recovery.js';
import { SlotRecords } from './persist/slot-records.js';
import type { Counters } from './stats/counters.js';
import type { Table } from './tables.js';

const NONE = -1;
/** The deadline of an entry that was found past its time: counted once; it holds its place until it is loaded again, dropped or deleted. */
const EXPIRED = Number.NEGATIVE_INFINITY;

export class Entries {
  /** Set when the cache is opened; `undefined` for a cache that is kept in memory only. */
  journal: Journal | undefined;

  readonly #ttlMs: number;
  readonly #counters: Counters;
  readonly #slots: Slots;
  readonly #policy: EvictionPolicy;
  readonly #records = new SlotRecords();
  /** By slot: whose entry it is, under which key, and whether the method gave a promise of it. */
  readonly #tables: (Table | undefined)[] = [];
  readonly #keys: string[] = [];
  readonly #isPromised: boolean[] = [];

  constructor(capacity: number, ttlMs: number, counters: Counters) {
    this.#ttlMs = ttlMs;
    this.#counters = counters;
    this.#slots = new Slots(capacity);
    this.#policy = policies.lru(capacity);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** The slot of a fresh entry, or -1. */
  fresh(table: Table, key: string): number {
    const slot = table.slots.get(key);
    return slot !== undefined && this.isFresh(slot) ? slot : NONE;
  }

  /** The stored value as it is. */
  valueAt(slot: number): unknown {
    return this.#slots.values[slot];
  }

  /** The stored value as the method gave it: a promise when it was one. Makes the entry the most recent one. */
  use(slot: number): unknown {
    if (this.#policy.touch(slot)) this.#records.touch(slot);
    const value = this.#slots.values[slot];
    return this.#isPromised[slot] === true ? Promise.resolve(value) : value;
  }

  /** Stores an entry as the most recent one, and drops the least recent one when there is no room. Gives its slot. */
  put(table: Table, key: string, value: unknown, isPromised: boolean): number {
    const expiresAt = this.#ttlMs === Number.POSITIVE_INFINITY ? undefined : now() + this.#ttlMs;
    const known = table.slots.get(key);
    const victim = known === undefined && this.#slots.isFull ? this.#policy.victim() : NONE;
    const lsn =
      this.journal?.put({
        key,
        value,
        isPromised,
        expiresAt,
        evicted: victim === NONE ? undefined : { key: this.#keys[victim] as string, lsn: this.#records.lsnOf(victim) },
        replacedLsn: known === undefined ? UNLOGGED : this.#records.lsnOf(known),
      }) ?? UNLOGGED;
    if (victim !== NONE) {
      this.#release(victim);
      this.#counters.evictions++;
    }
    if (known !== undefined) this.#policy.touch(known);
    const slot = known ?? this.#take(table, key);
    this.#set(slot, value, isPromised, expiresAt, lsn);
    return slot;
  }

  /**
   * Removes an entry, and fences off a load of it that is under way. Gives whether there was a fresh one.
   * @throws SCRUBJAY_NOT_DURABLE when the journal could not write it; it is gone from memory all the same.
   */
  delete(table: Table, key: string): boolean {
    table.flights.fence(key);
    const slot = table.slots.get(key);
    if (slot === undefined) {
      this.journal?.expectWritable();
      return false;
    }
    const wasFresh = this.isFresh(slot);
    try {
      this.journal?.delete([key]);
    } finally {
      this.#release(slot);
    }
    return wasFresh;
  }

  /**
   * Removes everything. The loads of `tables` that are under way are fenced off.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  clear(tables: Iterable<Table>): void {
    try {
      this.journal?.delete();
    } finally {
      for (const table of tables) {
        table.flights.fenceAll();
        table.slots.clear();
        table.calls?.clear();
      }
      this.#slots.clear();
      this.#policy.clear();
      this.#records.clear();
      for (const list of [this.#tables, this.#keys, this.#isPromised]) list.length = 0;
    }
  }

  /** Lets go of the entries of a table nobody can ask for any more. */
  forget(table: Table): void {
    table.flights.fenceAll();
    for (const slot of [...table.slots.values()]) this.#release(slot);
  }

  /** Takes over what a journal has recovered, least recently used first; what does not fit is deleted for good. */
  restore(table: Table, entries: readonly LoggedEntry[], decode: (entry: LoggedEntry) => unknown): void {
    const tooMany: string[] = [];
    // Of a ttl that was shortened since, or is new, nobody shall wait for the old one to end.
    const latest = now() + this.#ttlMs;
    for (const [index, entry] of entries.entries()) {
      const fits = entries.length - index <= this.#slots.capacity;
      const decoded = fits ? attempt(() => decode(entry)) : undefined;
      if (decoded === undefined) tooMany.push(entry.key);
      else this.#set(this.#take(table, entry.key), decoded.value, entry.isPromised, Math.min(entry.expiresAt ?? latest, latest), entry.lsn);
    }
    // A disk that fails here is reported by the journal; it must not fail the call that opened the cache.
    if (tooMany.length > 0) attempt(() => this.journal?.delete(tooMany));
  }

  /** The record numbers of the entries used since the last time, in their order of use. */
  takeTouched(): readonly number[] {
    return this.#records.takeTouched(this.#policy.fromNewest());
  }

  /** The keys of the fresh entries, least recently used first; with `table`, only of those in it. */
  keys(table?: Table): string[] {
    const keys: string[] = [];
    for (const slot of this.#policy.fromOldest()) {
      if ((table === undefined || this.#tables[slot] === table) && this.isFresh(slot)) keys.push(this.#keys[slot] as string);
    }
    return keys;
  }

  /** Whether the entry in `slot` is not past its time. */
  isFresh(slot: number): boolean {
    const deadline = this.#slots.deadlines[slot] as number;
    if (deadline === Number.POSITIVE_INFINITY || now() < deadline) return true;
    if (deadline !== EXPIRED) {
      this.#slots.deadlines[slot] = EXPIRED;
      this.#slots.values[slot] = undefined;
      this.#counters.expirations++;
    }
    return false;
  }

  /** A slot for a new entry, at the most recent end. */
  #take(table: Table, key: string): number {
    const slot = this.#slots.take();
    table.slots.set(key, slot);
    this.#tables[slot] = table;
    this.#keys[slot] = key;
    this.#policy.insert(slot);
    return slot;
  }

  #set(slot: number, value: unknown, isPromised: boolean, expiresAt: number | undefined, lsn: number): void {
    this.#slots.values[slot] = value;
    this.#slots.deadlines[slot] = expiresAt ?? Number.POSITIVE_INFINITY;
    this.#isPromised[slot] = isPromised;
    this.#records.bind(slot, lsn);
  }

  #release(slot: number): void {
    this.#tables[slot]?.slots.delete(this.#keys[slot] as string);
    this.#tables[slot]?.calls?.remove(slot);
    this.#tables[slot] = undefined;
    this.#keys[slot] = '';
    this.#policy.remove(slot);
    this.#records.release(slot);
    this.#slots.release(slot);
  }
}

function attempt(work: () => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: work() };
  } catch {
    return undefined;
  }
}
