/**
 * Drops the entry that was used least often; among equals, the one that got its count longest ago. A count is 1 when an entry is stored, and forgotten when it goes.
 * Buckets of equal counts in a list: every operation takes constant time. Source: Shah, Mitra, Matani, "An O(1) algorithm for implementing the LFU cache
 * eviction scheme", 2010. Counts age: all are halved after so many uses, or what was popular once would never go.
 */
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;
const HIGHEST_COUNT = 2 ** 31 - 1;
/** Counts are halved after as many uses as ten times the capacity. */
const USES_OF_AN_AGE = 10;

/** Entries with the same count, the one that got it longest ago first. */
interface Bucket {
  count: number;
  first: number;
  last: number;
  previous: Bucket | undefined;
  next: Bucket | undefined;
}

class LfuOrder implements EvictionOrder {
  readonly #isAging: boolean;
  #capacity: number;
  #usesLeft: number;
  /** At 2 × slot its neighbour towards the first of its bucket, behind it that towards the last. */
  #links = new Int32Array(2 * FIRST_STEP);
  #buckets: Bucket[] = [];
  /** Lowest count first. After an age several buckets may have the same count; what had the lower one before stands before the other. */
  #lowest: Bucket | undefined;

  constructor({ capacity }: PolicyContext, isAging: boolean) {
    this.#capacity = capacity;
    this.#isAging = isAging;
    this.#usesLeft = USES_OF_AN_AGE * capacity;
  }

  evict(): number {
    const slot = this.#lowest?.first ?? NONE;
    if (slot !== NONE) this.remove(slot);
    return slot;
  }

  insert(slot: number): void {
    while (2 * slot + 1 >= this.#links.length) this.#links = grown(this.#links, Int32Array, 2 * slot + 1, 2 * this.#capacity);
    this.#append(slot, this.#bucketFor(1, undefined));
    this.#age();
  }

  touch(slot: number): boolean {
    const bucket = this.#buckets[slot] as Bucket;
    const count = Math.min(bucket.count + 1, HIGHEST_COUNT);
    if (this.#isAlone(bucket) && (bucket.next === undefined || bucket.next.count > count)) bucket.count = count;
    else {
      const target = this.#bucketFor(count, bucket);
      this.remove(slot);
      this.#append(slot, target);
    }
    this.#age();
    return true;
  }

  update(slot: number): void {
    this.touch(slot);
  }

  remove(slot: number): void {
    const bucket = this.#buckets[slot] as Bucket;
    const before = this.#links[2 * slot] as number;
    const after = this.#links[2 * slot + 1] as number;
    if (before === NONE) bucket.first = after;
    else this.#links[2 * before + 1] = after;
    if (after === NONE) bucket.last = before;
    else this.#links[2 * after] = before;
    if (bucket.first === NONE) this.#unlink(bucket);
  }

  clear(): void {
    this.#links = new Int32Array(2 * FIRST_STEP);
    this.#buckets = [];
    this.#lowest = undefined;
    this.#usesLeft = USES_OF_AN_AGE * this.#capacity;
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#usesLeft = Math.min(this.#usesLeft, USES_OF_AN_AGE * capacity);
  }

  *slots(): Iterable<number> {
    for (let bucket = this.#lowest; bucket !== undefined; bucket = bucket.next) {
      for (let slot = bucket.first; slot !== NONE; slot = this.#links[2 * slot + 1] as number) yield slot;
    }
  }

  markOf(slot: number): number {
    return (this.#buckets[slot] as Bucket).count;
  }

  restore(entries: readonly RestoredEntry[]): void {
    let bucket: Bucket | undefined;
    for (const { slot, mark = 1 } of [...entries].sort((one, other) => (one.mark ?? 1) - (other.mark ?? 1))) {
      while (2 * slot + 1 >= this.#links.length) this.#links = grown(this.#links, Int32Array, 2 * slot + 1, 2 * this.#capacity);
      bucket = this.#bucketFor(mark, bucket);
      this.#append(slot, bucket);
    }
  }

  #isAlone({ first, last }: Bucket): boolean {
    return first === last;
  }

  #append(slot: number, bucket: Bucket): void {
    this.#buckets[slot] = bucket;
    this.#links[2 * slot] = bucket.last;
    this.#links[2 * slot + 1] = NONE;
    if (bucket.last === NONE) bucket.first = slot;
    else this.#links[2 * bucket.last + 1] = slot;
    bucket.last = slot;
  }

  /** The last bucket with this count, found from one with a lower or the same count, or from the beginning; a new one when there is none. */
  #bucketFor(count: number, from: Bucket | undefined): Bucket {
    let before = from;
    for (let next = before === undefined ? this.#lowest : before.next; next !== undefined && next.count <= count; next = next.next) before = next;
    if (before?.count === count) return before;
    const bucket: Bucket = { count, first: NONE, last: NONE, previous: before, next: before === undefined ? this.#lowest : before.next };
    if (before === undefined) this.#lowest = bucket;
    else before.next = bucket;
    if (bucket.next !== undefined) bucket.next.previous = bucket;
    return bucket;
  }

  #unlink({ previous, next }: Bucket): void {
    if (previous === undefined) this.#lowest = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
  }

  #age(): void {
    if (!this.#isAging || --this.#usesLeft > 0) return;
    this.#usesLeft = USES_OF_AN_AGE * this.#capacity;
    for (let bucket = this.#lowest; bucket !== undefined; bucket = bucket.next) bucket.count >>= 1;
  }
}

/** The policy `lfu` with or without aging; without, counts only rise, and what was popular once stays. */
export const lfuWith = ({ aging }: { readonly aging: boolean }): EvictionPolicy => ({ name: 'lfu', order: (context) => new LfuOrder(context, aging) });

export const lfu = lfuWith({ aging: true });
