/**
 * From the arguments of an everyday call to the slot of its entry, without building its key: a hash of the arguments, then a comparison with a copy of those
 * that were stored. What it finds is never another call's: it takes only values of which it sees all that the canonical text would, and everything else
 * it leaves to the text.
 */
import { hashOf, isLastTrace, isMapKey, lastTrace, learnHashOf, NOT_EVERYDAY } from './everyday-values.js';

const NONE = -1;

/** What a method's calls look like to the table. */
export interface CallShape {
  /** Arguments from this place on are no part of a call; Infinity when all count. */
  readonly most: number;
  /** A trailing `undefined` is a missing argument; not so where a rest parameter gathers it. */
  readonly trims: boolean;
}

/** The arguments of a call as they were before the method ran. */
export interface CallCopy {
  readonly hash: number;
  /** A single primitive argument. */
  readonly only?: unknown;
  /** `undefined` for a single primitive argument. */
  readonly trace?: readonly unknown[];
}

const FIRST_PLACES = 32;

export class CallTable {
  readonly #shape: CallShape;
  readonly #hashMask: number;
  /** Calls with one primitive argument, the everyday case: the engine's own hash is the fastest. */
  readonly #byArgument = new Map<unknown, number>();
  /** All others: slot + 1 by hash, open addressing with linear probing; 0 is free. */
  #places = new Int32Array(FIRST_PLACES);
  #count = 0;
  /** By slot. */
  readonly #copies: (CallCopy | undefined)[] = [];

  /** `hashMask` says which bits of a hash are used; with few of them, tests see what collisions do. */
  constructor(shape: CallShape, hashMask = 0x7fffffff) {
    this.#shape = shape;
    this.#hashMask = hashMask;
  }

  /** The slot of the call with `args`, or -1 when it is not here. */
  find(args: readonly unknown[]): number {
    const count = this.#lengthOf(args);
    if (count === 1) {
      const only = args[0];
      if (isMapKey(only)) return this.#byArgument.get(only) ?? NONE;
    }
    if (this.#count === 0) return NONE;
    const hash = this.#masked(hashOf(args, count));
    if (hash === NOT_EVERYDAY) return NONE;
    const mask = this.#places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = (this.#places[place] as number) - 1;
      if (slot === NONE) return NONE;
      const copy = this.#copies[slot] as CallCopy;
      if (copy.hash === hash && isLastTrace(copy.trace as readonly unknown[])) return slot;
    }
  }

  /** A copy of the call with `args`, to be taken before the method runs; `undefined` when it is not for the table. */
  copyOf(args: readonly unknown[]): CallCopy | undefined {
    const count = this.#lengthOf(args);
    if (count === 1 && isMapKey(args[0])) return { hash: 0, only: args[0] };
    const hash = this.#masked(learnHashOf(args, count));
    return hash === NOT_EVERYDAY ? undefined : { hash, trace: lastTrace() };
  }

  /** From now on the call is found in `slot`. A slot has one call here: another way to write it goes by its text. */
  add(call: CallCopy, slot: number): void {
    if (this.#copies[slot] !== undefined) return;
    this.#copies[slot] = call;
    if (call.trace === undefined) {
      this.#byArgument.set(call.only, slot);
      return;
    }
    if (++this.#count * 2 > this.#places.length) this.#grow();
    this.#place(call.hash, slot);
  }

  /** Whether the entry in `slot` is found here. */
  has(slot: number): boolean {
    return this.#copies[slot] !== undefined;
  }

  /** The entry in `slot` is gone. */
  remove(slot: number): void {
    const call = this.#copies[slot];
    if (call === undefined) return;
    this.#copies[slot] = undefined;
    if (call.trace === undefined) {
      this.#byArgument.delete(call.only);
      return;
    }
    this.#count--;
    const mask = this.#places.length - 1;
    let place = call.hash & mask;
    while (this.#places[place] !== slot + 1) place = (place + 1) & mask;
    this.#close(place, mask);
  }

  clear(): void {
    this.#byArgument.clear();
    this.#places = new Int32Array(FIRST_PLACES);
    this.#count = 0;
    this.#copies.length = 0;
  }

  #masked(hash: number): number {
    return hash === NOT_EVERYDAY ? hash : hash & this.#hashMask;
  }

  #lengthOf(args: readonly unknown[]): number {
    let count = args.length < this.#shape.most ? args.length : this.#shape.most;
    if (this.#shape.trims) while (count > 0 && args[count - 1] === undefined) count--;
    return count;
  }

  #place(hash: number, slot: number): void {
    const mask = this.#places.length - 1;
    let place = hash & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = slot + 1;
  }

  #grow(): void {
    const old = this.#places;
    this.#places = new Int32Array(old.length * 2);
    for (const slot of old) if (slot !== 0) this.#place((this.#copies[slot - 1] as CallCopy).hash, slot - 1);
  }

  /** Moves back what was pushed on by the one that stood at `hole`, so that no search ends too early. */
  #close(hole: number, mask: number): void {
    for (let place = (hole + 1) & mask; this.#places[place] !== 0; place = (place + 1) & mask) {
      const home = (this.#copies[(this.#places[place] as number) - 1] as CallCopy).hash & mask;
      // It may move if its home does not lie between the hole and itself.
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      this.#places[hole] = this.#places[place] as number;
      hole = place;
    }
    this.#places[hole] = 0;
  }
}
