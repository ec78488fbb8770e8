/**
 * From a key to the slot of its entry: open addressing with linear probing, the hash beside the slot number, so that one visit to memory tells
 * most keys apart. A key is a primitive value, or whatever else its owner compares by itself, as a call of several arguments.
 */
import { hashOfDouble, hashOfInteger, hashOfText, mixed, SEED } from './hash.js';

const NONE = -1;
const FIRST_PLACES = 16;
/** Nobody who does not know the seed gets this far by chance, at half as many keys as places; whoever gets here is refused. */
const MOST_STEPS = 128;

/** The keys of one cache by slot, shared by all of its indexes. */
export class SlotKeys {
  /** `undefined` where a slot is empty, or its entry goes by its text. */
  keys: unknown[] = [];
  hashes = new Int32Array(FIRST_PLACES);

  /** The key in `slot`, and its hash where the index will need it again. */
  set(slot: number, key: unknown, hash: number): void {
    if (slot >= this.hashes.length) this.#grow(slot);
    this.keys[slot] = key;
    this.hashes[slot] = hash;
  }

  clear(): void {
    this.keys = [];
    this.hashes = new Int32Array(FIRST_PLACES);
  }

  #grow(slot: number): void {
    const larger = new Int32Array(Math.max(slot + 1, Math.ceil(this.hashes.length * 1.5)));
    larger.set(this.hashes);
    this.hashes = larger;
  }
}

/** Whether an index compares a value by itself: not `NaN`, which is not equal to itself, and not `-0`, which is equal to `0`. */
export function isPlainKey(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return true;
    case 'number':
      return value === 0 ? 1 / value > 0 : value === value;
    default:
      return value === null;
  }
}

const TRUE = 0x7feb352d;
const FALSE = 0x2c1b3c6d;
const NULL = 0x1b873593;

/** The hash of a key that is a primitive value. */
export function hashOfKey(key: unknown): number {
  switch (typeof key) {
    case 'string':
      return hashOfText(key);
    case 'number':
      return key === (key | 0) ? hashOfInteger(key) : hashOfDouble(key);
    case 'bigint':
      return mixed(SEED, Number(BigInt.asIntN(32, key)));
    default:
      return key === null ? NULL : key === true ? TRUE : FALSE;
  }
}

/** More strings than these lie among the other keys. */
const MOST_TEXTS = 2 ** 17;

export class SlotIndex {
  readonly #keys: SlotKeys;
  /**
   * The slots of strings, which know their hash already when they come again: to ask the engine's own map costs less than to hash them anew.
   * `undefined` when they are so many that every visit to memory costs more than that; then they are hashed here. Measured by `bench -- --suite lru`.
   */
  #texts: Map<string, number> | undefined = new Map();
  /** At 2 × place a hash, behind it slot + 1; 0 is free. */
  #places = new Int32Array(2 * FIRST_PLACES);
  #count = 0;

  constructor(keys: SlotKeys) {
    this.#keys = keys;
  }

  /** The slot of a key that is a primitive value, or -1. */
  find(key: unknown): number {
    if (typeof key === 'string') {
      if (this.#texts !== undefined) return this.#texts.get(key) ?? NONE;
      return this.#findText(key, hashOfText(key));
    }
    if (typeof key === 'number') return this.#findNumber(key, key === (key | 0) ? hashOfInteger(key) : hashOfDouble(key));
    return this.findBy(hashOfKey(key), (stored) => stored === key);
  }

  // The next two are one loop, written twice: in each the engine meets one kind of key, and compares it in the fastest way.
  #findText(key: string, hash: number): number {
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return NONE;
      if (places[at] === hash && keys[slot] === key) return slot;
    }
  }

  #findNumber(key: number, hash: number): number {
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return NONE;
      if (places[at] === hash && keys[slot] === key) return slot;
    }
  }

  /** The slot of a key with this hash for which `isWanted` says yes, or -1. */
  findBy(hash: number, isWanted: (key: unknown) => boolean): number {
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return NONE;
      if (places[at] === hash && isWanted(keys[slot])) return slot;
    }
  }

  /** Takes in a primitive value that is not here; gives false, and does not, where too many keys fall on the same places. */
  add(key: unknown, slot: number): boolean {
    if (typeof key === 'string' && this.#texts !== undefined) {
      if (this.#texts.size < MOST_TEXTS) {
        this.#texts.set(key, slot);
        this.#keys.keys[slot] = key;
        return true;
      }
      this.#moveTexts(this.#texts);
    }
    return this.addBy(hashOfKey(key), key, slot);
  }

  /** The same for a key that is found with `findBy`. */
  addBy(hash: number, key: unknown, slot: number): boolean {
    if (!this.#place(hash, slot)) return false;
    this.#keys.set(slot, key, hash);
    return true;
  }

  /** The key of `slot`, which is here, is gone. */
  remove(slot: number): void {
    const { keys, hashes } = this.#keys;
    const key = keys[slot];
    keys[slot] = undefined;
    if (typeof key === 'string' && this.#texts !== undefined) this.#texts.delete(key);
    else this.#clear(slot, hashes[slot] as number);
  }

  clear(): void {
    this.#texts = new Map();
    this.#places = new Int32Array(2 * FIRST_PLACES);
    this.#count = 0;
  }

  /** Every slot in it. */
  *slots(): Iterable<number> {
    yield* this.#texts?.values() ?? [];
    const places = this.#places;
    for (let at = 1; at < places.length; at += 2) if (places[at] !== 0) yield (places[at] as number) - 1;
  }

  /** `mostSteps` away from its home, at the most. */
  #place(hash: number, slot: number, mostSteps = MOST_STEPS): boolean {
    if ((this.#count + 1) * 4 > this.#places.length) this.#grow();
    const places = this.#places;
    const mask = places.length - 2;
    let at = (hash << 1) & mask;
    for (let steps = 0; places[at + 1] !== 0; at = (at + 2) & mask) if (++steps === mostSteps) return false;
    places[at] = hash;
    places[at + 1] = slot + 1;
    this.#count++;
    return true;
  }

  #clear(slot: number, hash: number): void {
    const places = this.#places;
    const mask = places.length - 2;
    let at = (hash << 1) & mask;
    while (places[at + 1] !== slot + 1) at = (at + 2) & mask;
    this.#count--;
    // Moves back what was pushed on by the one that stood here, so that no search ends too early.
    let hole = at;
    for (at = (at + 2) & mask; places[at + 1] !== 0; at = (at + 2) & mask) {
      const home = ((places[at] as number) << 1) & mask;
      // It may move if its home does not lie between the hole and itself.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at] as number;
      places[hole + 1] = places[at + 1] as number;
      hole = at;
    }
    places[hole + 1] = 0;
  }

  #moveTexts(texts: ReadonlyMap<string, number>): void {
    this.#texts = undefined;
    for (const [text, slot] of texts) {
      const hash = hashOfText(text);
      this.#place(hash, slot, Number.POSITIVE_INFINITY);
      this.#keys.set(slot, text, hash);
    }
  }

  #grow(): void {
    const old = this.#places;
    this.#places = new Int32Array(old.length * 2);
    this.#count = 0;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] !== 0) this.#place(old[from] as number, (old[from + 1] as number) - 1, Number.POSITIVE_INFINITY);
    }
  }
}
