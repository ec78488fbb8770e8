/**
 * Drops entries by ARC: two LRU lists, of those used once and of those used again; how much room each gets follows from which of them lost the keys that come back.
 * Source: Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003, figure 4, with a target of real numbers.
 */
import { Ghosts } from './ghosts.js';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;
/** In which list of the paper a slot stands. */
const ONCE = 0;
const AGAIN = 1;

class ArcOrder implements EvictionOrder {
  readonly usesHashes = true;
  #capacity: number;
  /** T1, T2, B1 and B2 of the paper. */
  readonly #once: SlotList;
  readonly #again: SlotList;
  readonly #onceGone: Ghosts;
  readonly #againGone: Ghosts;
  /** The length that T1 should have: p of the paper. */
  #target = 0;
  #lists = new Uint8Array(FIRST_STEP);
  #hashes = new Int32Array(FIRST_STEP);
  /** Where the key that is expected was remembered. */
  #knownFrom: typeof ONCE | typeof AGAIN | typeof NONE = NONE;

  constructor({ capacity }: PolicyContext) {
    this.#capacity = capacity;
    this.#once = new SlotList(capacity);
    this.#again = new SlotList(capacity);
    this.#onceGone = new Ghosts(capacity);
    this.#againGone = new Ghosts(capacity);
  }

  /** Cases II and III of the paper, without the replacement. */
  expect(hash: number): void {
    const ones = this.#onceGone.size;
    const others = this.#againGone.size;
    this.#knownFrom = NONE;
    if (this.#onceGone.remove(hash)) {
      this.#knownFrom = ONCE;
      this.#target = Math.min(this.#target + Math.max(others / ones, 1), this.#capacity);
    } else if (this.#againGone.remove(hash)) {
      this.#knownFrom = AGAIN;
      this.#target = Math.max(this.#target - Math.max(ones / others, 1), 0);
    }
  }

  evict(): number {
    if (this.#knownFrom === NONE) {
      // Case IV.
      if (this.#once.length + this.#onceGone.size >= this.#capacity) {
        if (this.#onceGone.size === 0 && this.#once.length > 0) return this.#takeFirst(this.#once);
        this.#onceGone.removeOldest();
      } else if (this.#total >= 2 * this.#capacity) this.#againGone.removeOldest();
    }
    return this.#replace();
  }

  insert(slot: number, hash: number): void {
    this.#put(slot, hash, this.#knownFrom === NONE ? ONCE : AGAIN);
    this.#knownFrom = NONE;
    this.#trim();
  }

  touch(slot: number): boolean {
    if (this.#lists[slot] === AGAIN) return this.#again.moveToEnd(slot);
    this.#once.remove(slot);
    this.#again.append(slot);
    this.#lists[slot] = AGAIN;
    return true;
  }

  update(slot: number): void {
    this.touch(slot);
  }

  remove(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  clear(): void {
    for (const part of [this.#once, this.#again, this.#onceGone, this.#againGone]) part.clear();
    this.#target = 0;
    this.#lists = new Uint8Array(FIRST_STEP);
    this.#hashes = new Int32Array(FIRST_STEP);
    this.#knownFrom = NONE;
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#once.limit = this.#again.limit = capacity;
    this.#target = Math.min(this.#target, capacity);
    this.#trim();
  }

  *slots(): Iterable<number> {
    const isOnceFirst = this.#isOnceNext;
    yield* (isOnceFirst ? this.#once : this.#again).slots();
    yield* (isOnceFirst ? this.#again : this.#once).slots();
  }

  markOf(slot: number): number {
    return this.#lists[slot] as number;
  }

  restore(entries: readonly RestoredEntry[]): void {
    for (const { slot, hash, mark = ONCE } of entries) this.#put(slot, hash, mark === AGAIN ? AGAIN : ONCE);
  }

  get #total(): number {
    return this.#once.length + this.#again.length + this.#onceGone.size + this.#againGone.size;
  }

  get #isOnceNext(): boolean {
    const { length } = this.#once;
    return (length > 0 && (length > this.#target || (length === this.#target && this.#knownFrom === AGAIN))) || this.#again.length === 0;
  }

  #listOf(slot: number): SlotList {
    return this.#lists[slot] === AGAIN ? this.#again : this.#once;
  }

  #put(slot: number, hash: number, list: number): void {
    while (slot >= this.#lists.length) {
      this.#lists = grown(this.#lists, Uint8Array, slot, this.#capacity);
      this.#hashes = grown(this.#hashes, Int32Array, slot, this.#capacity);
    }
    this.#lists[slot] = list;
    this.#hashes[slot] = hash;
    this.#listOf(slot).append(slot);
  }

  #takeFirst(list: SlotList): number {
    const slot = list.first;
    if (slot !== NONE) list.remove(slot);
    return slot;
  }

  #replace(): number {
    const isOnce = this.#isOnceNext;
    const slot = this.#takeFirst(isOnce ? this.#once : this.#again);
    if (slot !== NONE) (isOnce ? this.#onceGone : this.#againGone).add(this.#hashes[slot] as number);
    return slot;
  }

  /** Deletions, and entries that left together, may have changed the lengths that the paper counts on. */
  #trim(): void {
    while (this.#onceGone.size > 0 && this.#once.length + this.#onceGone.size > this.#capacity) this.#onceGone.removeOldest();
    while (this.#againGone.size > 0 && this.#total > 2 * this.#capacity) this.#againGone.removeOldest();
  }
}

export const arc: EvictionPolicy = { name: 'arc', order: (context) => new ArcOrder(context) };
