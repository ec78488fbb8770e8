/**
 * Drops the entry that was not used for the longest time: a doubly linked list over slot numbers. Exact: the order is that of the last uses, always.
 */
import type { EvictionOrder, EvictionPolicy, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';

class LruOrder extends SlotList implements EvictionOrder {
  evict(): number {
    return this.takeFirst();
  }

  insert(slot: number): void {
    this.append(slot);
  }

  touch(slot: number): boolean {
    return this.moveToEnd(slot);
  }

  update(slot: number): void {
    this.moveToEnd(slot);
  }

  resize(capacity: number): void {
    this.limit = capacity;
  }

  restore(entries: readonly RestoredEntry[]): void {
    for (const { slot } of entries) this.append(slot);
  }
}

export const lru: EvictionPolicy = { name: 'lru', order: ({ capacity }) => new LruOrder(capacity) };
