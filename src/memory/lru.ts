/**
 * Drops the entry that was not used for the longest time: a doubly linked list over slot numbers, the links in two integer arrays.
 * Exact: the order is that of the last uses, always.
 */
import type { EvictionPolicy } from './policy.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;

export class Lru implements EvictionPolicy {
  readonly #capacity: number;
  #older: Int32Array<ArrayBuffer>;
  #newer: Int32Array<ArrayBuffer>;
  #oldest = NONE;
  #newest = NONE;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#older = new Int32Array(Math.min(capacity, FIRST_STEP));
    this.#newer = new Int32Array(Math.min(capacity, FIRST_STEP));
  }

  insert(slot: number): void {
    while (slot >= this.#older.length) {
      this.#older = grown(this.#older, Int32Array, this.#capacity);
      this.#newer = grown(this.#newer, Int32Array, this.#capacity);
    }
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NONE;
    if (this.#newest === NONE) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
  }

  touch(slot: number): boolean {
    if (slot === this.#newest) return false;
    this.remove(slot);
    this.insert(slot);
    return true;
  }

  remove(slot: number): void {
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  victim(): number {
    return this.#oldest;
  }

  clear(): void {
    this.#oldest = NONE;
    this.#newest = NONE;
  }

  *fromOldest(): Iterable<number> {
    for (let slot = this.#oldest; slot !== NONE; slot = this.#newer[slot] as number) yield slot;
  }

  *fromNewest(): Iterable<number> {
    for (let slot = this.#newest; slot !== NONE; slot = this.#older[slot] as number) yield slot;
  }
}
