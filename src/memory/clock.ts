/**
 * Drops the entry that was stored first, but one that was used since the hand saw it last is passed over once: it goes to the end, its mark is taken away.
 * Source: Corbató, "A Paging Experiment with the Multics System", 1968, as FIFO with reinsertion: the hand is the beginning of the queue, one bit per entry.
 * After a restart a used entry stands where its mark was set, not where it was stored or passed over; everything else stands where it stood.
 */
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;

class ClockOrder implements EvictionOrder {
  readonly #context: PolicyContext;
  readonly #list: SlotList;
  /** By slot: 1 when it was used since it was stored or passed over. */
  #used = new Uint8Array(FIRST_STEP);

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#list = new SlotList(context.capacity);
  }

  evict(): number {
    const list = this.#list;
    let victim = list.first;
    while (victim !== NONE && this.#used[victim] === 1) victim = list.after(victim);
    if (victim === NONE) {
      // All were used, or there is none: the hand goes around once, and the first is the first again.
      victim = list.first;
      if (victim === NONE) return NONE;
      for (let slot = list.after(victim); slot !== NONE; slot = list.after(slot)) this.#passOver(slot);
    } else {
      while (list.first !== victim) {
        const slot = list.first;
        list.moveToEnd(slot);
        this.#passOver(slot);
      }
    }
    list.remove(victim);
    return victim;
  }

  insert(slot: number): void {
    while (slot >= this.#used.length) this.#used = grown(this.#used, Uint8Array, slot, this.#list.limit);
    this.#used[slot] = 0;
    this.#list.append(slot);
  }

  touch(slot: number): boolean {
    if (this.#used[slot] === 1) return false;
    this.#used[slot] = 1;
    return true;
  }

  /** A new entry, and in use already. */
  update(slot: number): void {
    this.#used[slot] = 1;
    this.#list.moveToEnd(slot);
  }

  remove(slot: number): void {
    this.#list.remove(slot);
  }

  clear(): void {
    this.#list.clear();
    this.#used = new Uint8Array(FIRST_STEP);
  }

  resize(capacity: number): void {
    this.#list.limit = capacity;
  }

  /** Those passed over come after all others, in the same order. */
  *slots(): Iterable<number> {
    for (const used of [0, 1]) for (const slot of this.#list.slots()) if (this.#used[slot] === used) yield slot;
  }

  markOf(slot: number): number {
    return this.#used[slot] as number;
  }

  restore(entries: readonly RestoredEntry[]): void {
    for (const { slot, mark } of entries) {
      this.insert(slot);
      if (mark === 1) this.#used[slot] = 1;
    }
  }

  #passOver(slot: number): void {
    this.#used[slot] = 0;
    this.#context.changed(slot);
  }
}

export const clock: EvictionPolicy = { name: 'clock', order: (context) => new ClockOrder(context) };
