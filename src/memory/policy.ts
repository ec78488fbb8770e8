/**
 * What an eviction policy is: an order over slot numbers. It sees neither keys nor values.
 */

/** Decides which slot goes when the cache is full. */
export interface EvictionPolicy {
  /** A new entry stands in `slot`, which the policy did not know or has removed. */
  insert(slot: number): void;
  /** The entry in `slot` was used. Gives whether that changed the order. */
  touch(slot: number): boolean;
  /** The entry in `slot` is gone. */
  remove(slot: number): void;
  /** The slot to be emptied next, -1 when there is none. Removes nothing by itself. */
  victim(): number;
  /** Everything is gone. */
  clear(): void;
  /** Every slot, the next victim first. */
  fromOldest(): Iterable<number>;
  /** Every slot, the next victim last. */
  fromNewest(): Iterable<number>;
}
