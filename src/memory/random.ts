/**
 * Drops any entry, each with the same probability: the slots stand side by side in one array, and the last one fills the gap of the one that goes.
 * The numbers are those of SplitMix with 32 bits of state: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014;
 * its mixing function is the 32-bit finalizer of MurmurHash3 (Appleby). Every 32-bit number comes once in 2^32.
 */
import { randomInt } from 'node:crypto';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { FIRST_STEP, grown } from './slots.js';

/** The odd number closest to 2^32 divided by the golden ratio. */
const STEP = 0x9e3779b9;

class RandomOrder implements EvictionOrder {
  readonly #seed: number;
  #state: number;
  #limit: number;
  #held = new Int32Array(FIRST_STEP);
  /** Where in `#held` each slot stands. */
  #places = new Int32Array(FIRST_STEP);
  #length = 0;

  constructor({ capacity }: PolicyContext, seed: number) {
    this.#limit = capacity;
    this.#seed = seed | 0;
    this.#state = this.#seed;
  }

  evict(): number {
    if (this.#length === 0) return -1;
    this.#state = (this.#state + STEP) | 0;
    const slot = this.#held[indexBelow(this.#length, this.#state)] as number;
    this.remove(slot);
    return slot;
  }

  insert(slot: number): void {
    while (slot >= this.#places.length) {
      this.#places = grown(this.#places, Int32Array, slot, this.#limit);
      this.#held = grown(this.#held, Int32Array, slot, this.#limit);
    }
    this.#places[slot] = this.#length;
    this.#held[this.#length++] = slot;
  }

  touch(): boolean {
    return false;
  }

  update(): void {}

  remove(slot: number): void {
    const place = this.#places[slot] as number;
    const last = this.#held[--this.#length] as number;
    this.#held[place] = last;
    this.#places[last] = place;
  }

  /** Begins with the seed again, too: what follows is what a new order would do. */
  clear(): void {
    this.#held = new Int32Array(FIRST_STEP);
    this.#places = new Int32Array(FIRST_STEP);
    this.#length = 0;
    this.#state = this.#seed;
  }

  resize(capacity: number): void {
    this.#limit = capacity;
  }

  /** In the order in which they would go if no other came: the numbers to come are known. */
  *slots(): Iterable<number> {
    const held = this.#held.slice(0, this.#length);
    let state = this.#state;
    for (let length = held.length; length > 0; length--) {
      state = (state + STEP) | 0;
      const index = indexBelow(length, state);
      yield held[index] as number;
      held[index] = held[length - 1] as number;
    }
  }

  restore(entries: readonly RestoredEntry[]): void {
    for (const { slot } of entries) this.insert(slot);
  }
}

/** A whole number from 0 to `length` - 1. */
function indexBelow(length: number, state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * length);
}

/** Draws others in each cache and each process. */
export const random: EvictionPolicy = { name: 'random', order: (context) => new RandomOrder(context, randomInt(2 ** 32)) };

/** Draws the same in each cache and each process. Of `seed`, a whole number, the lowest 32 bits count. */
export function randomWith({ seed }: { readonly seed: number }): EvictionPolicy {
  return { name: 'random', order: (context) => new RandomOrder(context, seed) };
}
