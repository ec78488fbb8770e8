/**
 * Keys of an index that has become too small for them, and has got a larger one in its place. Some of them move with each key that is added, removed or found here: to move half a
 * million at once would hold up everybody else for tens of milliseconds. Redis (dict.c, incremental rehashing) does the same.
 */
import { hashOfText } from './hash.js';
import type { SlotKeys } from './slot-keys.js';

const NONE = -1;
/** In the place of a slot + 1: the key is gone. */
const GONE = -1;
/** So many places, or strings, are looked at each time. At half as many keys as places, all have moved before the next table is full. */
const AT_ONCE = 32;

/** What is still to be moved. */
export interface Outgrown {
  /** The slot of a key that is a primitive value, or -1. */
  find(key: unknown, hash: number): number;
  /** The slot of a key with this hash for which `isWanted` says yes, or -1. */
  findBy(hash: number, isWanted: (key: unknown) => boolean): number;
  /** The key of `slot`, which has not moved, is gone. */
  remove(slot: number, hash: number, key: unknown): void;
  /** The same of one that has moved. */
  forget(key: unknown): void;
  /** Hands some keys over; gives whether those were the last. */
  move(take: (hash: number, slot: number) => void): boolean;
  /** Every slot that is here. */
  slots(): Iterable<number>;
}

/**
 * A table of hashes and slots that is full; see SlotIndex. Keys stay in it when they have moved, so that searches go on past them, and are not found: they may be gone since, and their
 * slot may have the same key again, from another index.
 */
export class OutgrownPlaces implements Outgrown {
  readonly #places: Int32Array;
  readonly #shift: number;
  readonly #keys: SlotKeys;
  #next = 0;

  constructor(places: Int32Array, shift: number, keys: SlotKeys) {
    this.#places = places;
    this.#shift = shift;
    this.#keys = keys;
  }

  find(key: unknown, hash: number): number {
    return this.findBy(hash, (stored) => stored === key);
  }

  findBy(hash: number, isWanted: (key: unknown) => boolean): number {
    const at = this.#placeWhere(hash, (place) => this.#places[place] === hash && isWanted(this.#keys.keys[this.#slotAt(place)]));
    return at === NONE ? NONE : this.#slotAt(at);
  }

  remove(slot: number, hash: number): void {
    const at = this.#placeWhere(hash, (place) => this.#slotAt(place) === slot);
    if (at !== NONE) this.#places[at + 1] = GONE;
  }

  /** Nobody finds it here. */
  forget(): void {}

  move(take: (hash: number, slot: number) => void): boolean {
    const places = this.#places;
    const end = Math.min(this.#next + 2 * AT_ONCE, places.length);
    for (let at = this.#next; at < end; at += 2) {
      if ((places[at + 1] as number) > 0) take(places[at] as number, this.#slotAt(at));
    }
    this.#next = end;
    return end === places.length;
  }

  *slots(): Iterable<number> {
    for (let at = this.#next; at < this.#places.length; at += 2) if ((this.#places[at + 1] as number) > 0) yield this.#slotAt(at);
  }

  #slotAt(place: number): number {
    return (this.#places[place + 1] as number) - 1;
  }

  /** The first place from that of `hash` on whose key has not moved, and is the right one; -1 where there is none. */
  #placeWhere(hash: number, isRight: (place: number) => boolean): number {
    const places = this.#places;
    const mask = places.length - 2;
    for (let at = (hash >>> this.#shift) << 1; places[at + 1] !== 0; at = (at + 2) & mask) {
      if (at >= this.#next && places[at + 1] !== GONE && isRight(at)) return at;
    }
    return NONE;
  }
}

/**
 * The engine's map of strings, which stay in it until all have moved, or are gone: to delete that many from it would make the engine lay it out anew several times.
 */
export class OutgrownTexts implements Outgrown {
  readonly #texts: Map<string, number>;
  readonly #next: Iterator<[string, number]>;
  /** How many of them have moved. */
  #moved = 0;

  constructor(texts: Map<string, number>) {
    this.#texts = texts;
    this.#next = texts.entries();
  }

  find(key: unknown): number {
    return this.#texts.get(key as string) ?? NONE;
  }

  findBy(): number {
    return NONE;
  }

  remove(_slot: number, _hash: number, key: unknown): void {
    this.#texts.delete(key as string);
  }

  /** Else it would be found here, and its slot may be another's. */
  forget(key: unknown): void {
    if (this.#texts.delete(key as string)) this.#moved--;
  }

  move(take: (hash: number, slot: number) => void): boolean {
    for (let count = 0; count < AT_ONCE; count++) {
      const { done, value } = this.#next.next();
      if (done === true) return true;
      take(hashOfText(value[0]), value[1]);
      this.#moved++;
    }
    return false;
  }

  slots(): Iterable<number> {
    return [...this.#texts.values()].slice(this.#moved);
  }
}
