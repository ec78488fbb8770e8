/**
 * A doubly linked list of slot numbers, its links in one integer array: both links of a slot lie side by side, so that they cost one visit to memory.
 */
import { grown } from './slots.js';

const NONE = -1;
const FIRST_SLOTS = 16;

export class SlotList {
  /** At 2 × slot its neighbour towards the first, behind it that towards the last. */
  #links = new Int32Array(2 * FIRST_SLOTS);
  #first = NONE;
  #last = NONE;
  #length = 0;
  /** Slots it is made for; its array is not longer as long as none is beyond. */
  limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The slot at the beginning, or -1. */
  get first(): number {
    return this.#first;
  }

  /** The slot at the end, or -1. */
  get last(): number {
    return this.#last;
  }

  get length(): number {
    return this.#length;
  }

  /** The slot behind `slot`, or -1. */
  after(slot: number): number {
    return this.#links[2 * slot + 1] as number;
  }

  /** The slot before `slot`, or -1. */
  before(slot: number): number {
    return this.#links[2 * slot] as number;
  }

  /** Takes in a slot that is not in the list, as the last. */
  append(slot: number): void {
    while (2 * slot + 1 >= this.#links.length) this.#links = grown(this.#links, Int32Array, 2 * slot + 1, 2 * this.limit);
    const links = this.#links;
    const last = this.#last;
    links[2 * slot] = last;
    links[2 * slot + 1] = NONE;
    if (last === NONE) this.#first = slot;
    else links[2 * last + 1] = slot;
    this.#last = slot;
    this.#length++;
  }

  /** Gives whether it was not the last already. */
  moveToEnd(slot: number): boolean {
    const last = this.#last;
    if (slot === last) return false;
    const links = this.#links;
    const at = 2 * slot;
    const before = links[at] as number;
    const after = links[at + 1] as number;
    if (before === NONE) this.#first = after;
    else links[2 * before + 1] = after;
    links[2 * after] = before;
    links[at] = last;
    links[at + 1] = NONE;
    links[2 * last + 1] = slot;
    this.#last = slot;
    return true;
  }

  remove(slot: number): void {
    const links = this.#links;
    const before = links[2 * slot] as number;
    const after = links[2 * slot + 1] as number;
    if (before === NONE) this.#first = after;
    else links[2 * before + 1] = after;
    if (after === NONE) this.#last = before;
    else links[2 * after] = before;
    this.#length--;
  }

  /** Gives the first, which is none of the list's any more; -1 when it is empty. */
  takeFirst(): number {
    const slot = this.#first;
    if (slot === NONE) return NONE;
    const after = this.#links[2 * slot + 1] as number;
    this.#first = after;
    if (after === NONE) this.#last = NONE;
    else this.#links[2 * after] = NONE;
    this.#length--;
    return slot;
  }

  clear(): void {
    this.#links = new Int32Array(2 * FIRST_SLOTS);
    this.#first = NONE;
    this.#last = NONE;
    this.#length = 0;
  }

  /** Every slot, first to last. */
  *slots(): Iterable<number> {
    for (let slot = this.#first; slot !== NONE; slot = this.#links[2 * slot + 1] as number) yield slot;
  }
}
