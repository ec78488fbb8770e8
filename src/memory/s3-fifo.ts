/**
 * Drops entries by S3-FIFO: new ones wait in a small queue, of a tenth; those that are used there twice go on to the main queue, the others leave soon, and are
 * remembered. Who comes back while remembered goes to the main queue at once. In the main queue, used ones get another turn.
 * Source: Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023, section 4.1 and algorithm 1, in the variant of libCacheSim: a ghost that
 * is hit gives its place free, two uses promote.
 */
import { Ghosts } from './ghosts.js';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;
const SMALL_SHARE = 0.1;
const GHOST_SHARE = 0.9;
/** Uses in the small queue that promote. */
const PROMOTED_AT = 2;
/** Uses are counted up to here; the bits of a mark that hold them. */
const MOST_USES = 3;
/** Stands in the main queue. */
const IN_MAIN = 4;

class S3FifoOrder implements EvictionOrder {
  readonly usesHashes = true;
  readonly #context: PolicyContext;
  #capacity: number;
  readonly #small: SlotList;
  readonly #main: SlotList;
  readonly #ghosts: Ghosts;
  #marks = new Uint8Array(FIRST_STEP);
  #hashes = new Int32Array(FIRST_STEP);
  /** Whether the key that is expected was remembered. */
  #isKnown = false;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#capacity = context.capacity;
    this.#small = new SlotList(context.capacity);
    this.#main = new SlotList(context.capacity);
    this.#ghosts = new Ghosts(context.capacity);
  }

  expect(hash: number): void {
    this.#isKnown = this.#ghosts.remove(hash);
  }

  evict(): number {
    for (;;) {
      if (this.#main.length > this.#mainCapacity || this.#small.length === 0) return this.#evictFromMain();
      const victim = this.#evictFromSmall();
      if (victim !== NONE) return victim;
    }
  }

  insert(slot: number, hash: number): void {
    this.#put(slot, hash, this.#isKnown ? IN_MAIN : 0);
    this.#isKnown = false;
  }

  touch(slot: number): boolean {
    const mark = this.#marks[slot] as number;
    if ((mark & MOST_USES) === MOST_USES) return false;
    this.#marks[slot] = mark + 1;
    return true;
  }

  update(slot: number): void {
    this.touch(slot);
  }

  remove(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  clear(): void {
    this.#small.clear();
    this.#main.clear();
    this.#ghosts.clear();
    this.#marks = new Uint8Array(FIRST_STEP);
    this.#hashes = new Int32Array(FIRST_STEP);
    this.#isKnown = false;
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#small.limit = this.#main.limit = capacity;
    while (this.#ghosts.size > this.#ghostCapacity) this.#ghosts.removeOldest();
  }

  /** The queue that is too long first; in each, those that will stay at the end. */
  *slots(): Iterable<number> {
    const queues = this.#main.length > this.#mainCapacity ? [this.#main, this.#small] : [this.#small, this.#main];
    for (const isStaying of [false, true]) {
      for (const queue of queues) for (const slot of queue.slots()) if (this.#stays(slot) === isStaying) yield slot;
    }
  }

  markOf(slot: number): number {
    return this.#marks[slot] as number;
  }

  restore(entries: readonly RestoredEntry[]): void {
    for (const { slot, hash, mark = 0 } of entries) this.#put(slot, hash, mark & (IN_MAIN | MOST_USES));
  }

  get #mainCapacity(): number {
    return this.#capacity - Math.max(1, Math.floor(this.#capacity * SMALL_SHARE));
  }

  get #ghostCapacity(): number {
    return Math.floor(this.#capacity * GHOST_SHARE);
  }

  #listOf(slot: number): SlotList {
    return (this.#marks[slot] as number) & IN_MAIN ? this.#main : this.#small;
  }

  #stays(slot: number): boolean {
    const mark = this.#marks[slot] as number;
    return (mark & MOST_USES) >= (mark & IN_MAIN ? 1 : PROMOTED_AT);
  }

  #put(slot: number, hash: number, mark: number): void {
    while (slot >= this.#marks.length) {
      this.#marks = grown(this.#marks, Uint8Array, slot, this.#capacity);
      this.#hashes = grown(this.#hashes, Int32Array, slot, this.#capacity);
    }
    this.#marks[slot] = mark;
    this.#hashes[slot] = hash;
    this.#listOf(slot).append(slot);
  }

  /** -1 when everybody was promoted. */
  #evictFromSmall(): number {
    for (let slot = this.#small.first; slot !== NONE; slot = this.#small.first) {
      this.#small.remove(slot);
      if (!this.#stays(slot)) {
        this.#ghosts.add(this.#hashes[slot] as number);
        if (this.#ghosts.size > this.#ghostCapacity) this.#ghosts.removeOldest();
        return slot;
      }
      this.#marks[slot] = IN_MAIN;
      this.#main.append(slot);
      this.#context.changed(slot);
    }
    return NONE;
  }

  #evictFromMain(): number {
    for (let slot = this.#main.first; slot !== NONE; slot = this.#main.first) {
      if (!this.#stays(slot)) {
        this.#main.remove(slot);
        return slot;
      }
      this.#marks[slot] = (this.#marks[slot] as number) - 1;
      this.#main.moveToEnd(slot);
      this.#context.changed(slot);
    }
    return NONE;
  }
}

export const s3Fifo: EvictionPolicy = { name: 's3-fifo', order: (context) => new S3FifoOrder(context) };
