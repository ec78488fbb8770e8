/**
 * What one cache holds, by slot: values, deadlines and sizes, the limits on them, and the order in which they go. It knows no keys: whoever does
 * is told who went.
 */
import { elapsed, isBefore } from '../clock.js';
import { type ByteLimits, countsBytes } from './byte-limits.js';
import { Idle, watched } from './idle.js';
import type { EvictionOrder, EvictionPolicy, RestoredEntry } from './policy.js';
import { Sizes } from './sizes.js';
import { EXPIRED, Slots } from './slots.js';

const NONE = -1;
/** Slots that are looked at between two pauses. */
const SWEPT_AT_ONCE = 256;

/** How much a cache may hold, and who goes first. */
export interface Limits extends ByteLimits {
  /** The most entries. */
  readonly capacity: number;
  readonly policy: EvictionPolicy;
  /** For how long an entry can be of use after its end, in milliseconds. Default 0. */
  readonly graceMs?: number;
  /** For how long an entry lives that nobody uses, in milliseconds. Default Infinity. */
  readonly idleMs?: number;
}

/** What stands in a slot. */
export interface Content {
  readonly value: unknown;
  readonly isPromised: boolean;
  /** Its end, and the moment at which something is due, in milliseconds of the rising clock. */
  readonly end: number;
  readonly due: number;
  readonly bytes: number;
}

export class Residents extends Slots {
  /** Whether `expect` and `insert` want to know the hash of a key. */
  usesHashes: boolean;
  /** Whether the policy wants to know of keys that will be stored. */
  expects: boolean;
  #limits: Limits;
  /** Set where entries end when nobody uses them. */
  readonly #idle: Idle | undefined;
  #order: EvictionOrder;
  /** Set as long as somebody needs to know how large entries are. */
  #sizes: Sizes | undefined;
  readonly #changed: (slot: number) => void;

  /** `changed` is called when the place or the mark of a slot changes because of another one. */
  constructor(limits: Limits, changed: (slot: number) => void = () => {}) {
    super(limits.capacity);
    this.graceMs = limits.graceMs ?? 0;
    this.#limits = limits;
    this.#changed = changed;
    this.#idle = limits.idleMs === undefined || limits.idleMs === Number.POSITIVE_INFINITY ? undefined : new Idle(limits.idleMs);
    this.#order = this.#newOrder(limits.capacity);
    this.usesHashes = this.#order.usesHashes === true;
    this.expects = this.#order.expect !== undefined;
    this.#sizes = countsBytes(limits) ? new Sizes(limits.shared) : undefined;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Estimated bytes of everything held; `undefined` as long as nobody needs to know. */
  get bytes(): number | undefined {
    return this.#sizes?.total;
  }

  /** The name of the policy whose marks `markOf` gives; `undefined` for a policy without marks. */
  get marksOf(): string | undefined {
    return this.#order.markOf === undefined ? undefined : this.#limits.policy.name;
  }

  markOf(slot: number): number {
    return this.#order.markOf?.(slot) ?? 0;
  }

  /** Whether the entry in `slot` is fresh, and nothing is due. */
  isUntroubled(slot: number): boolean {
    const { deadlines } = this;
    if (deadlines === undefined) return true;
    return isBefore(deadlines, slot);
  }

  /** Whether the entry in `slot` has not come to its end. */
  isFresh(slot: number): boolean {
    return this.isUntroubled(slot) || (this.ends !== undefined && elapsed() < this.endOf(slot));
  }

  /** The entry in `slot` ends at `end`, or earlier where nobody uses it; if something is due before that, at `due`. */
  override setEnd(slot: number, end: number, due = end): void {
    if (this.#idle === undefined) super.setEnd(slot, end, due);
    else {
      this.#idle.begin(slot, end, due);
      this.#renew(slot, this.#idle);
    }
  }

  #renew(slot: number, idle: Idle): void {
    const { end, due } = idle.from(slot, elapsed());
    super.setEnd(slot, end, due);
  }

  /** What was due for the entry in `slot` is being done: nothing is, until its end. */
  settle(slot: number): void {
    this.setEnd(slot, this.latestEndOf(slot));
  }

  /** The end of the entry in `slot` if it is in use all the time. */
  latestEndOf(slot: number): number {
    return this.#idle === undefined ? this.endOf(slot) : this.#idle.latestEndOf(slot);
  }

  /** Whether the entry in `slot`, which is not fresh, is of use for `graceMs` milliseconds after its end. */
  isWithin(slot: number, graceMs: number): boolean {
    return elapsed() < this.endOf(slot) + graceMs;
  }

  /** Lets go of the value of an entry that has come to its end, and is of no use any more. It keeps its place until it is stored anew or removed. Gives whether this is news. */
  expire(slot: number): boolean {
    if (this.endOf(slot) === EXPIRED || this.isWithin(slot, this.graceMs)) return false;
    super.setEnd(slot, EXPIRED);
    this.values[slot] = undefined;
    this.weigh(slot, 0);
    return true;
  }

  /** The entry in `slot` is used. Gives whether its place or its mark changed. */
  touch(slot: number): boolean {
    return this.#order.touch(slot);
  }

  /** Whether somebody has to go before an entry of so many bytes can be stored: a new one, or the one in `replaced`. */
  isFullFor(bytes: number, replaced: number): boolean {
    if (replaced === NONE && this.isFull) return true;
    return this.#sizes !== undefined && this.#sizes.total + bytes - this.#sizes.of(replaced) > this.#limits.maxBytes;
  }

  /** Whether there is more than the limits allow. */
  get isTooMuch(): boolean {
    return this.size > this.capacity || (this.#sizes !== undefined && this.#sizes.total > this.#limits.maxBytes);
  }

  /** A key that is not held will be stored: to be said before anybody is evicted for it. */
  expect(hash: number): void {
    this.#order.expect?.(hash);
  }

  /** Empties the slot of the one who goes first, and gives it; -1 when nothing is held. */
  evict(): number {
    const slot = this.#order.evict();
    if (slot === NONE) return NONE;
    if (this.#sizes !== undefined) this.#sizes.set(slot, 0);
    this.release(slot);
    return slot;
  }

  /** A slot for a new entry: a free one, or the one of whoever goes first, whose value still stands in it. Only where no bytes are counted. */
  takeAny(): number {
    return this.isFull ? this.#order.evict() : this.take();
  }

  /** What stands in a slot that was taken from now on. */
  fill(slot: number, { value, isPromised, end, due, bytes }: Content): void {
    this.values[slot] = value;
    this.isPromised[slot] = isPromised ? 1 : 0;
    this.setEnd(slot, end, due);
    this.weigh(slot, bytes);
  }

  /** Gives the new entry in a slot that was taken, and is filled, its place in the order. */
  insert(slot: number, hash: number): void {
    this.#order.insert(slot, hash);
  }

  /** The entry in `slot` was stored anew. */
  update(slot: number): void {
    this.#order.update(slot);
  }

  /** Empties the slot of an entry that is deleted. */
  remove(slot: number): void {
    this.#order.remove(slot);
    if (this.#sizes !== undefined) this.#sizes.set(slot, 0);
    this.release(slot);
  }

  /** The entry in `slot` takes so many bytes. */
  weigh(slot: number, bytes: number): void {
    this.#sizes?.set(slot, bytes);
  }

  override clear(): void {
    super.clear();
    this.#order.clear();
    this.#sizes?.clear();
  }

  /** Every slot held, next to go first. */
  inOrder(): Iterable<number> {
    return this.#order.slots();
  }

  /** Gives entries, which were taken in already, their places. */
  restore(entries: readonly RestoredEntry[], lastEvicted: number): void {
    this.#order.restore(entries, lastEvicted);
  }

  /** Other limits from now on; evict as long as it is too much. `hashOf` and `bytesOf` are asked about the entries held. */
  relimit(limits: Limits, hashOf: (slot: number) => number, bytesOf: (slot: number) => number): void {
    const before = this.#limits;
    this.#limits = limits;
    this.capacity = limits.capacity;
    if (limits.policy !== before.policy) {
      const slots = [...this.#order.slots()];
      this.#order = this.#newOrder(Math.max(limits.capacity, before.capacity, this.reach));
      this.usesHashes = this.#order.usesHashes === true;
      this.expects = this.#order.expect !== undefined;
      const held = slots.map((slot, index) => ({ slot, hash: this.usesHashes ? hashOf(slot) : 0, storedAs: index + 1, mark: undefined }));
      this.#order.restore(held, 0);
    }
    this.#order.resize(limits.capacity);
    if (countsBytes(limits) && this.#sizes !== undefined && limits.sizeOf === before.sizeOf && limits.shared === before.shared) return;
    this.#sizes?.clear();
    this.#sizes = countsBytes(limits) ? new Sizes(limits.shared) : undefined;
    if (this.#sizes !== undefined) for (const slot of this.#order.slots()) this.#sizes.set(slot, bytesOf(slot));
  }

  /** Looks at some slots from `from` on, and names those that have come to their end. Gives where to go on; -1 when all were looked at. */
  sweep(from: number, ended: (slot: number) => void): number {
    const moment = elapsed();
    if (from === 0) this.leastDeadline = Number.POSITIVE_INFINITY;
    const to = Math.min(from + SWEPT_AT_ONCE, this.reach);
    for (let slot = from; slot < to; slot++) {
      const gone = this.endOf(slot) + this.graceMs;
      if (gone <= moment) ended(slot);
      else if (gone < this.leastDeadline) this.leastDeadline = gone;
    }
    if (to < this.reach) return to;
    this.nextDeadline = this.leastDeadline;
    return NONE;
  }

  #newOrder(capacity: number): EvictionOrder {
    // An order by end goes by the ends that use does not move.
    const order = this.#limits.policy.order({ capacity, deadlineOf: (slot) => this.latestEndOf(slot), changed: this.#changed });
    const idle = this.#idle;
    if (idle === undefined) return order;
    return watched(order, (slot) => {
      // What has ended does not come back by being used, as something stale is.
      if (elapsed() < this.endOf(slot)) this.#renew(slot, idle);
    });
  }
}
