/**
 * Drops entries by W-TinyLFU: new ones enter a small LRU window; who falls out of it gets into the main part only if it was asked for more often than the one that
 * would have to go for it. The main part is an LRU list in two segments. The window grows and shrinks as hits ask for it.
 * Sources: Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM TOS 2017, section 4; Einziger, Eytan, Friedman, Manes, "Adaptive
 * Software Cache Management", Middleware 2018, section 3 (hill climbing); details as in Caffeine 3.
 */
import { randomInt } from 'node:crypto';
import { FrequencySketch } from './frequency-sketch.js';
import { HillClimber } from './hill-climber.js';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';
import { SlotList } from './slot-list.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;
const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;
/** A mark is the segment, and above it the frequency. */
const SEGMENT_BITS = 2;

const FIRST_WINDOW_SHARE = 0.2;
const PROTECTED_SHARE = 0.8;
/** A candidate that is asked for so often is let in now and then although it lost: nobody shall keep others out by chosen collisions. */
const WARM = 6;
const ONE_IN = 128;
/** The most entries that move at one time because the window changes its size. */
const MOST_MOVES = 1000;

class WTinyLfuOrder implements EvictionOrder {
  readonly usesHashes = true;
  readonly #context: PolicyContext;
  readonly #seed: number;
  #random: number;
  #capacity: number;
  readonly #segments: readonly [window: SlotList, probation: SlotList, protectedOnes: SlotList];
  #segmentOf = new Uint8Array(FIRST_STEP);
  #hashes = new Int32Array(FIRST_STEP);
  #windowCapacity: number;
  #protectedCapacity: number;
  readonly #climber: HillClimber;
  /** Made when the cache is half full: before that nobody has to go. */
  #sketch: FrequencySketch | undefined;

  constructor(context: PolicyContext, seed: number) {
    this.#context = context;
    this.#capacity = context.capacity;
    this.#seed = this.#random = seed;
    this.#segments = [new SlotList(context.capacity), new SlotList(context.capacity), new SlotList(context.capacity)];
    this.#climber = new HillClimber(context.capacity);
    this.#windowCapacity = firstWindow(this.#capacity);
    this.#protectedCapacity = Math.floor(PROTECTED_SHARE * (this.#capacity - this.#windowCapacity));
  }

  expect(hash: number): void {
    this.#sketch?.increment(hash);
    this.#climb(false);
  }

  evict(): number {
    const [window, probation, protectedOnes] = this.#segments;
    let candidate = NONE;
    // The key that is expected will stand in the window.
    while (window.length > 0 && window.length >= this.#windowCapacity) {
      const slot = window.first;
      this.#relocate(slot, PROBATION);
      if (candidate === NONE) candidate = slot;
      else this.#context.changed(slot);
    }
    const newcomer = candidate;
    let victim = probation.first;
    if (victim === NONE) victim = protectedOnes.first;
    if (candidate === NONE) candidate = window.first;
    const loser = victim === NONE ? candidate : candidate === NONE || candidate === victim || this.#isAdmitted(candidate, victim) ? victim : candidate;
    if (newcomer !== NONE && newcomer !== loser) this.#context.changed(newcomer);
    if (loser !== NONE) this.remove(loser);
    return loser;
  }

  insert(slot: number, hash: number): void {
    this.#put(slot, hash, WINDOW);
    const window = this.#segments[WINDOW];
    while (window.length > this.#windowCapacity) this.#move(window.first, PROBATION);
    if (this.#sketch === undefined && 2 * this.#size >= this.#capacity) this.#sketch = new FrequencySketch(this.#capacity);
  }

  touch(slot: number): boolean {
    this.#sketch?.increment(this.#hashes[slot] as number);
    const isMoved = this.#promote(slot);
    this.#climb(true);
    return isMoved;
  }

  update(slot: number): void {
    this.#sketch?.increment(this.#hashes[slot] as number);
    this.#promote(slot);
  }

  remove(slot: number): void {
    this.#listOf(slot).remove(slot);
  }

  clear(): void {
    for (const segment of this.#segments) segment.clear();
    this.#segmentOf = new Uint8Array(FIRST_STEP);
    this.#hashes = new Int32Array(FIRST_STEP);
    this.#sketch = undefined;
    this.#random = this.#seed;
    this.#resetSizes();
  }

  resize(capacity: number): void {
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    for (const segment of this.#segments) segment.limit = capacity;
    // What was counted for another capacity is counted anew.
    if (this.#sketch !== undefined) this.#sketch = new FrequencySketch(capacity);
    this.#resetSizes();
    this.#demote();
  }

  *slots(): Iterable<number> {
    const [window, probation, protectedOnes] = this.#segments;
    yield* probation.slots();
    yield* window.slots();
    yield* protectedOnes.slots();
  }

  markOf(slot: number): number {
    const frequency = this.#sketch?.frequency(this.#hashes[slot] as number) ?? 0;
    return (frequency << SEGMENT_BITS) | (this.#segmentOf[slot] as number);
  }

  restore(entries: readonly RestoredEntry[]): void {
    if (2 * entries.length >= this.#capacity) this.#sketch = new FrequencySketch(this.#capacity);
    for (const { slot, hash, mark = PROBATION } of entries) {
      this.#put(slot, hash, Math.min(mark & 3, PROTECTED));
      for (let left = mark >> SEGMENT_BITS; left > 0; left--) this.#sketch?.increment(hash);
    }
    this.#demote();
  }

  get #size(): number {
    const [window, probation, protectedOnes] = this.#segments;
    return window.length + probation.length + protectedOnes.length;
  }

  #listOf(slot: number): SlotList {
    return this.#segments[this.#segmentOf[slot] as 0 | 1 | 2];
  }

  #put(slot: number, hash: number, segment: number): void {
    while (slot >= this.#segmentOf.length) {
      this.#segmentOf = grown(this.#segmentOf, Uint8Array, slot, this.#capacity);
      this.#hashes = grown(this.#hashes, Int32Array, slot, this.#capacity);
    }
    this.#segmentOf[slot] = segment;
    this.#hashes[slot] = hash;
    this.#listOf(slot).append(slot);
  }

  /** Gives whether it changed its place. */
  #promote(slot: number): boolean {
    if (this.#segmentOf[slot] !== PROBATION) return this.#listOf(slot).moveToEnd(slot);
    if (this.#protectedCapacity === 0) return this.#segments[PROBATION].moveToEnd(slot);
    this.#relocate(slot, PROTECTED);
    this.#demote();
    return true;
  }

  /** Because of another slot. */
  #move(slot: number, segment: number): void {
    this.#relocate(slot, segment);
    this.#context.changed(slot);
  }

  #relocate(slot: number, segment: number): void {
    this.#listOf(slot).remove(slot);
    this.#segmentOf[slot] = segment;
    this.#listOf(slot).append(slot);
  }

  #demote(): void {
    const protectedOnes = this.#segments[PROTECTED];
    while (protectedOnes.length > this.#protectedCapacity) this.#move(protectedOnes.first, PROBATION);
  }

  #isAdmitted(candidate: number, victim: number): boolean {
    const sketch = this.#sketch;
    if (sketch === undefined) return true;
    const frequency = sketch.frequency(this.#hashes[candidate] as number);
    if (frequency > sketch.frequency(this.#hashes[victim] as number)) return true;
    return frequency >= WARM && this.#nextRandom() % ONE_IN === 0;
  }

  /** Marsaglia, "Xorshift RNGs", Journal of Statistical Software 2003, section 3. */
  #nextRandom(): number {
    let next = this.#random;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.#random = next;
    return next >>> 0;
  }

  #resetSizes(): void {
    this.#climber.reset(this.#capacity);
    this.#windowCapacity = firstWindow(this.#capacity);
    this.#protectedCapacity = Math.floor(PROTECTED_SHARE * (this.#capacity - this.#windowCapacity));
  }

  #climb(isHit: boolean): void {
    if (this.#sketch === undefined) return;
    const wanted = this.#climber.count(isHit);
    if (wanted !== 0) this.#shiftWindow(wanted);
  }

  /** The window gets so many places from the protected segment, or gives them back. Where there are not as many, the rest comes next time. */
  #shiftWindow(places: number): void {
    const room = places > 0 ? Math.min(places, this.#protectedCapacity) : Math.max(places, 1 - this.#windowCapacity);
    const [window, probation, protectedOnes] = this.#segments;
    let moved = 0;
    if (room > 0) {
      this.#protectedCapacity -= room;
      this.#demote();
      for (; moved < Math.min(room, MOST_MOVES); moved++) {
        const slot = probation.length > 0 ? probation.first : protectedOnes.first;
        if (slot === NONE) break;
        this.#move(slot, WINDOW);
      }
      this.#protectedCapacity += room - moved;
      this.#windowCapacity += moved;
    } else {
      for (; moved < Math.min(-room, MOST_MOVES) && window.length > 0; moved++) this.#move(window.first, PROBATION);
      this.#protectedCapacity += moved;
      this.#windowCapacity -= moved;
    }
    this.#climber.leave(room > 0 ? room - moved : room + moved);
  }
}

/** A fifth, and one at least. Caffeine begins with a hundredth, and needs long to climb where a large window is wanted: docs/eviction.md has the figures. */
const firstWindow = (capacity: number): number => Math.max(1, Math.floor(FIRST_WINDOW_SHARE * capacity));

/** The policy `w-tinylfu` with a seed of its own: the same calls give the same victims. Of `seed`, a whole number, the lowest 32 bits count. */
export const wTinyLfuWith = ({ seed }: { readonly seed: number }): EvictionPolicy => ({
  name: 'w-tinylfu',
  order: (context) => new WTinyLfuOrder(context, seed | 0 || 1),
});

export const wTinyLfu = wTinyLfuWith({ seed: randomInt(1, 2 ** 31) });
