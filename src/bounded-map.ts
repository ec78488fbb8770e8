/**
 * The map behind a cache, for those who need no more than a map: bounded, any policy, entries with an end.
 */

import { checkLimitOptions, checkLimits, DEFAULT_LIMITS, durationMs } from './check-limits.js';
import { elapsed } from './clock.js';
import { type Expiring, watchExpiry } from './expiry.js';
import { hashOfInteger } from './key/hash.js';
import { SlotIndex } from './key/slot-index.js';
import { hashOfKey, isPlainKey, SlotKeys } from './key/slot-keys.js';
import type { Duration, LimitOptions } from './limit-options.js';
import { countsBytes, entryBytes } from './memory/byte-limits.js';
import { type Limits, Residents } from './memory/residents.js';
import { expectKnown } from './misuse.js';

const NONE = -1;
const FOREVER = Number.POSITIVE_INFINITY;

/** What a map may hold. */
export interface BoundedMapOptions extends LimitOptions {
  /** How long an entry stays, from the moment it is set; at exactly that age it is gone. More than 0. Default: for ever. */
  ttl?: Duration;
}

/**
 * A map that holds no more than its limits allow. Keys are told apart as by a `Map`: `0` and `-0` are one, `NaN` is itself, objects are what they are.
 * Every operation takes constant time.
 */
export class BoundedMap<K, V> implements Expiring {
  readonly #index: SlotIndex;
  readonly #keys = new SlotKeys();
  /** The slots of keys that the index does not take; `undefined` as long as there are none. */
  #others: Map<unknown, number> | undefined;
  /** By slot, where `#others` has it. */
  readonly #otherKeys = new Map<number, unknown>();
  readonly #residents: Residents;
  readonly #ttlMs: number;
  /** Whether nothing but a value has to be stored: no end, no bytes, no hash. */
  #isPlain: boolean;
  /** Numbers for keys that have no hash. */
  #turn = 0;

  /** @throws SCRUBJAY_BAD_CAPACITY, SCRUBJAY_BAD_TTL, SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION */
  constructor(options: BoundedMapOptions = {}) {
    const said = { ...options };
    expectKnown(said, ['capacity', 'policy', 'maxBytes', 'maxEntryBytes', 'sizeOf', 'ttl'], 'BoundedMap', 'option');
    this.#ttlMs = options.ttl === undefined ? FOREVER : durationMs(options.ttl, 'BoundedMap');
    const limits = checkLimits(said, DEFAULT_LIMITS, 'BoundedMap');
    this.#residents = new Residents(limits);
    this.#index = new SlotIndex(this.#keys);
    this.#isPlain = this.#isPlainWith(limits);
  }

  /** Entries held; those past their time may be among them for a second. */
  get size(): number {
    return this.#residents.size;
  }

  /** The most entries held. */
  get capacity(): number {
    return this.#residents.limits.capacity;
  }

  /** Estimated bytes held; `undefined` without a limit in bytes. */
  get bytes(): number | undefined {
    return this.#residents.bytes;
  }

  /** Nothing held ends before this moment. */
  get nextDeadline(): number {
    return this.#residents.nextDeadline;
  }

  /** The value under `key`, or `undefined`; counts as a use. */
  get(key: K): V | undefined {
    const slot = this.#slotOf(key);
    if (slot === NONE || !this.#residents.isFresh(slot)) return undefined;
    this.#residents.touch(slot);
    return this.#residents.values[slot] as V;
  }

  /** The same without counting as a use. */
  peek(key: K): V | undefined {
    const slot = this.#slotOf(key);
    return slot === NONE || !this.#residents.isFresh(slot) ? undefined : (this.#residents.values[slot] as V);
  }

  /** Whether there is a value under `key`. No use. */
  has(key: K): boolean {
    const slot = this.#slotOf(key);
    return slot !== NONE && this.#residents.isFresh(slot);
  }

  /** Stores `value` under `key`, and drops others when there is no room. A value that is larger than the limits is not stored, and there is none under its key. */
  set(key: K, value: V): this {
    const known = this.#slotOf(key);
    if (!this.#isPlain) return this.#store(key, value, known);
    const residents = this.#residents;
    const slot = known === NONE ? this.#room(key) : known;
    residents.values[slot] = value;
    if (known === NONE) residents.insert(slot, 0);
    else residents.update(slot);
    return this;
  }

  /** Removes the entry under `key`; gives whether there was one. */
  delete(key: K): boolean {
    const slot = this.#slotOf(key);
    if (slot === NONE) return false;
    const wasFresh = this.#residents.isFresh(slot);
    this.#remove(slot);
    return wasFresh;
  }

  /** Removes everything. */
  clear(): void {
    this.#index.clear();
    this.#keys.keys = [];
    this.#others = undefined;
    this.#otherKeys.clear();
    this.#residents.clear();
  }

  /** The keys, next to be dropped first. */
  *keys(): Iterable<K> {
    for (const slot of [...this.#residents.inOrder()]) if (this.#residents.isFresh(slot)) yield this.#keyOf(slot);
  }

  /** Other limits from now on; what is too much is dropped. Says nothing about the ttl. */
  configure(options: LimitOptions): void {
    const limits = checkLimitOptions(options, this.#residents.limits, 'BoundedMap');
    this.#residents.relimit(
      limits,
      (slot) => this.#hashOf(this.#keyOf(slot)),
      (slot) => this.#bytesOf(this.#keyOf(slot), this.#residents.values[slot] as V),
    );
    this.#isPlain = this.#isPlainWith(limits);
    while (this.#residents.isTooMuch) {
      const victim = this.#residents.evict();
      if (victim === NONE) break;
      if (!this.#index.remove(victim)) this.#forgetOther(victim);
    }
  }

  /** Lets go of some of what has ended. For the timer of all caches. */
  sweep(from: number): number {
    return this.#residents.sweep(from, (slot) => {
      this.#remove(slot);
    });
  }

  #isPlainWith(limits: Limits): boolean {
    return this.#ttlMs === FOREVER && !countsBytes(limits) && !this.#residents.usesHashes && !this.#residents.expects;
  }

  #slotOf(key: K): number {
    const slot = this.#index.find(key);
    return slot !== NONE || this.#others === undefined ? slot : (this.#others.get(key) ?? NONE);
  }

  #store(key: K, value: V, known: number): this {
    const residents = this.#residents;
    if (residents.bytes !== undefined) return this.#storeCounted(key, value, known);
    const isNew = known === NONE;
    const hash = isNew && residents.usesHashes ? this.#hashOf(key) : 0;
    if (isNew && residents.expects) residents.expect(hash);
    const slot = isNew ? this.#room(key) : known;
    residents.values[slot] = value;
    if (this.#ttlMs !== FOREVER) this.#endLater(slot);
    if (isNew) residents.insert(slot, hash);
    else residents.update(slot);
    return this;
  }

  /** A slot that has this key from now on. */
  #room(key: K): number {
    const slot = this.#residents.takeAny();
    if (this.#index.replace(slot, key)) return slot;
    if (!this.#index.remove(slot)) this.#forgetOther(slot);
    if (!this.#index.add(key, slot)) this.#bindOther(slot, key);
    return slot;
  }

  /** The same where bytes count: one entry may push out many, and an entry that grows may push out itself. */
  #storeCounted(key: K, value: V, known: number): this {
    const residents = this.#residents;
    const bytes = this.#bytesOf(key, value);
    let slot = known;
    if (bytes > residents.limits.maxEntryBytes || bytes > residents.limits.maxBytes) {
      if (slot !== NONE) this.#remove(slot);
      return this;
    }
    const hash = residents.usesHashes ? this.#hashOf(key) : 0;
    if (slot === NONE) residents.expect(hash);
    while (residents.isFullFor(bytes, slot)) {
      const victim = residents.evict();
      if (victim === NONE) break;
      if (!this.#index.remove(victim)) this.#forgetOther(victim);
      if (victim === slot) slot = NONE;
    }
    const isNew = slot === NONE;
    if (isNew) {
      slot = residents.take();
      if (!this.#index.add(key, slot)) this.#bindOther(slot, key);
    }
    residents.values[slot] = value;
    if (this.#ttlMs !== FOREVER) this.#endLater(slot);
    residents.weigh(slot, bytes);
    if (isNew) residents.insert(slot, hash);
    else residents.update(slot);
    return this;
  }

  #bindOther(slot: number, key: K): void {
    (this.#others ??= new Map<unknown, number>()).set(key, slot);
    this.#otherKeys.set(slot, key);
  }

  /** An object is a new key to its policy each time it comes. */
  #hashOf(key: K): number {
    return isPlainKey(key) ? hashOfKey(key) : hashOfInteger(++this.#turn);
  }

  #endLater(slot: number): void {
    this.#residents.setEnd(slot, elapsed() + this.#ttlMs);
    watchExpiry(this);
  }

  #bytesOf(key: K, value: V): number {
    const others = typeof key === 'string' ? this.#index.mappedTexts : isPlainKey(key) ? undefined : (this.#others?.size ?? 0);
    return entryBytes(this.#residents.limits, { text: '', copy: key, value, mapped: others === undefined ? undefined : others + 1 });
  }

  #keyOf(slot: number): K {
    const key = this.#keys.keys[slot];
    return (key === undefined ? this.#otherKeys.get(slot) : key) as K;
  }

  #remove(slot: number): void {
    if (!this.#index.remove(slot)) this.#forgetOther(slot);
    this.#residents.remove(slot);
  }

  #forgetOther(slot: number): void {
    // A slot that was free has no key at all; `undefined` is one.
    if (this.#others === undefined || !this.#otherKeys.has(slot)) return;
    this.#others.delete(this.#otherKeys.get(slot));
    this.#otherKeys.delete(slot);
  }
}
