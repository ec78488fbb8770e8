/**
 * What an eviction policy is: an order over slot numbers that says who goes when there is no room. It sees neither keys nor values.
 */

/** What a policy may know of the cache it orders. */
export interface PolicyContext {
  /** The most entries the cache may hold. Limits in bytes may keep it far below that. */
  readonly capacity: number;
  /** The first moment at which the entry in `slot` is no longer fresh, in wall-clock milliseconds; Infinity for never. */
  deadlineOf(slot: number): number;
  /** To be called when a deed changes the place or the mark of another slot, so that the change reaches the disk. */
  changed(slot: number): void;
}

/** An eviction policy: a name, and an order for each cache that uses it. */
export interface EvictionPolicy {
  /** Also stands on disk beside what the policy marks its entries with: another name means that old marks mean nothing. */
  readonly name: string;
  /** A new and empty order for one cache. */
  order(context: PolicyContext): EvictionOrder;
}

/**
 * The order of one cache. `slot` is a small whole number, 0 or more, less than the largest capacity the order was ever given, and used again after its
 * entry is gone. `hash` is a 32-bit whole number made of the key: the same for the same key as long as the process runs, so that a policy may remember keys that are gone.
 *
 * The cache asks in this order when it stores a new key: `expect(hash)`; `evict()` as often as there is no room; `insert(slot, hash)`.
 */
export interface EvictionOrder {
  /** Whether it looks at hashes; it is given 0 where it does not. */
  readonly usesHashes?: boolean;
  /** A key that is not held is about to be inserted. For policies that learn from it before somebody is evicted. */
  expect?(hash: number): void;
  /** Picks who goes, forgets it, and gives its slot; -1 when nothing is held. */
  evict(): number;
  /** A new entry stands in `slot`, which is not held. */
  insert(slot: number, hash: number): void;
  /** The entry in `slot` answered a call. Gives whether that changed its place or its mark. */
  touch(slot: number): boolean;
  /** The entry in `slot` was stored anew under the same key, perhaps with another deadline. */
  update(slot: number): void;
  /** The entry in `slot` was deleted, or its time is over. */
  remove(slot: number): void;
  /** Everything is gone. */
  clear(): void;
  /** The cache may hold more, or fewer, entries from now on. What is too much is evicted one by one afterwards. */
  resize(capacity: number): void;
  /** Every slot held, next to go first, as far as the policy can tell beforehand. Changes nothing. */
  slots(): Iterable<number>;
  /** What must be known of the entry in `slot`, beside when it changed last, to restore its place: a whole number from 0 to 2^31 - 1. Left out where nothing must. */
  markOf?(slot: number): number;
  /** Takes over entries that were in order before, the one that was inserted, updated or changed last at the end. Called on an empty order. */
  restore(entries: readonly RestoredEntry[], lastEvicted: number): void;
}

/** An entry that comes back: from disk, or from another policy. */
export interface RestoredEntry {
  readonly slot: number;
  readonly hash: number;
  /** Rises with the order in which the entries were stored, `lastEvicted` included, which is 0 when it is not known. */
  readonly storedAs: number;
  /** What `markOf` gave last; `undefined` when it gave none, or when another policy did. */
  readonly mark: number | undefined;
}
