/**
 * Drops entries by SIEVE: one bit per entry says "used since the hand passed", the hand walks from old to new, survivors stay where they are.
 * Source: Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024, algorithm 1. A restart changes nothing: the order after it evicts as the one before would have.
 */
import { inOrderOfStoring } from './fifo.js';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;
/** Used since the hand passed. */
const VISITED = 1;
/**
 * Stored while the hand, beyond the newest, waited to begin with the oldest again. Without this mark, a restart would take such an entry
 * for one that the hand stands at: in both cases it is the first that was stored after the last that was evicted.
 */
const HAND_WAITED = 2;

class SieveOrder implements EvictionOrder {
  readonly #context: PolicyContext;
  /** Oldest first. */
  readonly #list: SlotList;
  #marks = new Uint8Array(FIRST_STEP);
  /** The slot that is looked at next; NONE for the oldest. */
  #hand = NONE;
  /** Whether the hand passed the newest and did not begin again since. Invariant: exactly what was stored since then is marked HAND_WAITED. */
  #handWaits = false;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#list = new SlotList(context.capacity);
  }

  evict(): number {
    const list = this.#list;
    const marks = this.#marks;
    const start = this.#hand === NONE ? list.first : this.#hand;
    if (start === NONE) return NONE;
    let victim = start;
    while ((marks[victim] as number) & VISITED) {
      marks[victim] = (marks[victim] as number) & ~VISITED;
      if (victim !== start) this.#context.changed(victim);
      victim = list.after(victim);
      if (victim === NONE) victim = list.first;
    }
    // Only now is it known that the first one stays: when all were visited, the hand comes back to it.
    if (victim !== start) this.#context.changed(start);
    if (this.#handWaits) this.#forgetThatHandWaited(victim);
    this.#stepBeyond(victim);
    list.remove(victim);
    return victim;
  }

  insert(slot: number): void {
    while (slot >= this.#marks.length) this.#marks = grown(this.#marks, Uint8Array, slot, this.#list.limit);
    this.#marks[slot] = this.#handWaits ? HAND_WAITED : 0;
    this.#list.append(slot);
  }

  touch(slot: number): boolean {
    const mark = this.#marks[slot] as number;
    if (mark & VISITED) return false;
    this.#marks[slot] = mark | VISITED;
    return true;
  }

  /** A new entry, and visited already. */
  update(slot: number): void {
    if (slot === this.#hand) this.#stepBeyond(slot);
    this.#list.moveToEnd(slot);
    this.#marks[slot] = this.#handWaits ? VISITED | HAND_WAITED : VISITED;
  }

  remove(slot: number): void {
    if (slot === this.#hand) this.#stepBeyond(slot);
    this.#list.remove(slot);
  }

  clear(): void {
    this.#list.clear();
    this.#marks = new Uint8Array(FIRST_STEP);
    this.#hand = NONE;
    this.#handWaits = false;
  }

  resize(capacity: number): void {
    this.#list.limit = capacity;
  }

  *slots(): Iterable<number> {
    const hand = this.#hand === NONE ? this.#list.first : this.#hand;
    // The hand goes to the end, around to where it began and to the end again, and around once more for those that were visited before the first turn.
    yield* this.#between(hand, NONE, 0);
    yield* this.#between(this.#list.first, hand, 0);
    yield* this.#between(hand, NONE, VISITED);
    yield* this.#between(this.#list.first, hand, VISITED);
  }

  markOf(slot: number): number {
    return this.#marks[slot] as number;
  }

  restore(entries: readonly RestoredEntry[], lastEvicted: number): void {
    const queue = inOrderOfStoring(entries);
    const atHand = queue.find(({ storedAs }) => storedAs > lastEvicted);
    this.#handWaits = lastEvicted > 0 && (atHand === undefined || ((atHand.mark ?? 0) & HAND_WAITED) !== 0);
    if (lastEvicted > 0 && atHand !== undefined && !this.#handWaits) this.#hand = atHand.slot;
    const waitedSince = this.#handWaits ? lastEvicted : Number.POSITIVE_INFINITY;
    for (const { slot, storedAs, mark = 0 } of queue) {
      this.insert(slot);
      this.#marks[slot] = (mark & VISITED) | (storedAs > waitedSince ? HAND_WAITED : 0);
    }
  }

  #stepBeyond(slot: number): void {
    // A hand that waits already goes on waiting only until `evict` begins anew, which is now.
    this.#hand = this.#list.after(slot);
    this.#handWaits = this.#hand === NONE;
  }

  #forgetThatHandWaited(victim: number): void {
    for (let slot = this.#list.last; slot !== NONE; slot = this.#list.before(slot)) {
      const mark = this.#marks[slot] as number;
      if (!(mark & HAND_WAITED)) return;
      this.#marks[slot] = mark & ~HAND_WAITED;
      if (slot !== victim) this.#context.changed(slot);
    }
  }

  /** The slots from `from` to before `to` that are, or are not, visited. */
  *#between(from: number, to: number, visited: number): Iterable<number> {
    for (let slot = from; slot !== to && slot !== NONE; slot = this.#list.after(slot)) if (((this.#marks[slot] as number) & VISITED) === visited) yield slot;
  }
}

export const sieve: EvictionPolicy = { name: 'sieve', order: (context) => new SieveOrder(context) };
