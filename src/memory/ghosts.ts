/**
 * Hashes of keys that are gone, in the order in which they went: what some policies remember to learn whom they should have kept.
 * Open addressing over integers, so that a ghost takes some 20 bytes and keeps no key alive.
 */
import { SlotList } from './slot-list.js';
import { FIRST_STEP, grown } from './slots.js';

const NONE = -1;

export class Ghosts {
  readonly #list: SlotList;
  /** By number of the ghost. */
  #hashes = new Int32Array(FIRST_STEP);
  /** Number of the ghost + 1 by hash, with linear probing; 0 is free. */
  #places = new Int32Array(2 * FIRST_STEP);
  #free: number[] = [];
  #used = 0;

  /** Made for so many; more than that fit, too. */
  constructor(limit: number) {
    this.#list = new SlotList(limit);
  }

  get size(): number {
    return this.#list.length;
  }

  /** Remembers a hash as the one that went last. */
  add(hash: number): void {
    this.remove(hash);
    const ghost = this.#free.pop() ?? this.#used++;
    if (ghost >= this.#hashes.length) this.#hashes = grown(this.#hashes, Int32Array, ghost, Number.POSITIVE_INFINITY);
    this.#hashes[ghost] = hash;
    this.#list.append(ghost);
    if (2 * this.#list.length > this.#places.length) this.#spread();
    else this.#place(ghost);
  }

  has(hash: number): boolean {
    return this.#placeOf(hash) !== NONE;
  }

  /** Forgets a hash. Gives whether it was here. */
  remove(hash: number): boolean {
    const place = this.#placeOf(hash);
    if (place === NONE) return false;
    this.#forget(place);
    return true;
  }

  /** Forgets the one that went first. */
  removeOldest(): void {
    const oldest = this.#list.first;
    if (oldest !== NONE) this.#forget(this.#placeOf(this.#hashes[oldest] as number));
  }

  clear(): void {
    this.#list.clear();
    this.#hashes = new Int32Array(FIRST_STEP);
    this.#places = new Int32Array(2 * FIRST_STEP);
    this.#free = [];
    this.#used = 0;
  }

  /** Hashes come mixed, but not always well enough for their low bits alone. */
  #home(hash: number): number {
    return (Math.imul(hash, 0x9e3779b1) >>> 7) & (this.#places.length - 1);
  }

  #placeOf(hash: number): number {
    const mask = this.#places.length - 1;
    for (let place = this.#home(hash); ; place = (place + 1) & mask) {
      const ghost = (this.#places[place] as number) - 1;
      if (ghost === NONE) return NONE;
      if (this.#hashes[ghost] === hash) return place;
    }
  }

  #place(ghost: number): void {
    const mask = this.#places.length - 1;
    let place = this.#home(this.#hashes[ghost] as number);
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = ghost + 1;
  }

  #spread(): void {
    this.#places = new Int32Array(this.#places.length * 2);
    for (const ghost of this.#list.slots()) this.#place(ghost);
  }

  #forget(place: number): void {
    const ghost = (this.#places[place] as number) - 1;
    this.#list.remove(ghost);
    this.#free.push(ghost);
    const mask = this.#places.length - 1;
    // Moves back what was pushed on by the one that stood here, so that no search ends too early.
    let hole = place;
    for (let next = (place + 1) & mask; this.#places[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home(this.#hashes[(this.#places[next] as number) - 1] as number);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#places[hole] = this.#places[next] as number;
      hole = next;
    }
    this.#places[hole] = 0;
  }
}
