/**
 * Drops the entry that was stored first: a doubly linked list over slot numbers, in the order of storing. Uses change nothing.
 */
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';

class FifoOrder implements EvictionOrder {
  readonly #list: SlotList;

  constructor({ capacity }: PolicyContext) {
    this.#list = new SlotList(capacity);
  }

  evict(): number {
    const slot = this.#list.first;
    if (slot >= 0) this.#list.remove(slot);
    return slot;
  }

  insert(slot: number): void {
    this.#list.append(slot);
  }

  touch(): boolean {
    return false;
  }

  /** A new result is a new entry. */
  update(slot: number): void {
    this.#list.moveToEnd(slot);
  }

  remove(slot: number): void {
    this.#list.remove(slot);
  }

  clear(): void {
    this.#list.clear();
  }

  resize(capacity: number): void {
    this.#list.limit = capacity;
  }

  slots(): Iterable<number> {
    return this.#list.slots();
  }

  restore(entries: readonly RestoredEntry[]): void {
    // Not in the order given: where another policy kept them, that is the order of the last uses.
    for (const { slot } of inOrderOfStoring(entries)) this.#list.append(slot);
  }
}

/** The same entries, the one that was stored first at the beginning. */
export function inOrderOfStoring(entries: readonly RestoredEntry[]): RestoredEntry[] {
  return [...entries].sort((one, other) => one.storedAs - other.storedAs);
}

export const fifo: EvictionPolicy = { name: 'fifo', order: (context) => new FifoOrder(context) };
