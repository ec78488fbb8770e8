/**
 * Drops the entry whose time is over first; of several with the same end, and of those without end, which go last, the one that was stored first.
 * A binary heap over slot numbers (Williams, "Algorithm 232: Heapsort", CACM 1964) that knows where each slot stands.
 */
import { inOrderOfStoring } from './fifo.js';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { FIRST_STEP, grown } from './slots.js';

class TtlOrder implements EvictionOrder {
  readonly #context: PolicyContext;
  #limit: number;
  /** Invariant: none goes before the one at (index - 1) >> 1. */
  #heap = new Int32Array(FIRST_STEP);
  #length = 0;
  /** By slot: where in the heap it stands, when its time is over, and how many were stored before it. */
  #places = new Int32Array(FIRST_STEP);
  #deadlines = new Float64Array(FIRST_STEP);
  #storedAs = new Float64Array(FIRST_STEP);
  #stored = 0;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#limit = context.capacity;
  }

  evict(): number {
    if (this.#length === 0) return -1;
    const slot = this.#heap[0] as number;
    this.remove(slot);
    return slot;
  }

  insert(slot: number): void {
    while (slot >= this.#heap.length) this.#grow(slot);
    this.#stamp(slot);
    // With one ttl for all, the new one is the last of all and stays where it is put.
    this.#rise(slot, this.#length++);
  }

  touch(): boolean {
    return false;
  }

  update(slot: number): void {
    this.#stamp(slot);
    this.#settle(slot, this.#places[slot] as number);
  }

  remove(slot: number): void {
    const last = this.#heap[--this.#length] as number;
    if (last !== slot) this.#settle(last, this.#places[slot] as number);
  }

  clear(): void {
    this.#heap = new Int32Array(FIRST_STEP);
    this.#places = new Int32Array(FIRST_STEP);
    this.#deadlines = new Float64Array(FIRST_STEP);
    this.#storedAs = new Float64Array(FIRST_STEP);
    this.#length = 0;
    this.#stored = 0;
  }

  resize(capacity: number): void {
    this.#limit = capacity;
  }

  slots(): Iterable<number> {
    return this.#heap.slice(0, this.#length).sort((one, other) => (this.#isBefore(one, other) ? -1 : 1));
  }

  restore(entries: readonly RestoredEntry[]): void {
    for (const { slot } of inOrderOfStoring(entries)) this.insert(slot);
  }

  #grow(slot: number): void {
    this.#heap = grown(this.#heap, Int32Array, slot, this.#limit);
    this.#places = grown(this.#places, Int32Array, slot, this.#limit);
    this.#deadlines = grown(this.#deadlines, Float64Array, slot, this.#limit);
    this.#storedAs = grown(this.#storedAs, Float64Array, slot, this.#limit);
  }

  #stamp(slot: number): void {
    this.#deadlines[slot] = this.#context.deadlineOf(slot);
    this.#storedAs[slot] = this.#stored++;
  }

  #isBefore(one: number, other: number): boolean {
    const end = this.#deadlines[one] as number;
    const otherEnd = this.#deadlines[other] as number;
    return end < otherEnd || (end === otherEnd && (this.#storedAs[one] as number) < (this.#storedAs[other] as number));
  }

  /** Puts `slot` where it belongs, beginning with `place`, of which nobody else has need. */
  #settle(slot: number, place: number): void {
    this.#rise(slot, this.#sink(slot, place));
  }

  #rise(slot: number, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1] as number;
      if (!this.#isBefore(slot, parent)) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(slot, place);
  }

  /** Moves those up that go before `slot`, and gives the place that is left. */
  #sink(slot: number, from: number): number {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#length) return place;
      if (child + 1 < this.#length && this.#isBefore(this.#heap[child + 1] as number, this.#heap[child] as number)) child++;
      const next = this.#heap[child] as number;
      if (!this.#isBefore(next, slot)) return place;
      this.#put(next, place);
      place = child;
    }
  }

  #put(slot: number, place: number): void {
    this.#heap[place] = slot;
    this.#places[slot] = place;
  }
}

export const ttl: EvictionPolicy = { name: 'ttl', order: (context) => new TtlOrder(context) };
