/**
 * From a key to the slot of its entry: open addressing with linear probing, the hash beside the slot number, so that one visit to memory tells
 * most keys apart. A key is a primitive value, or whatever else its owner compares by itself, as a call of several arguments.
 */
import { hashOfDouble, hashOfInteger, hashOfText } from './hash.js';
import { type Outgrown, OutgrownPlaces, OutgrownTexts } from './outgrown.js';
import { hashOfKey, hashOfStored, isPlainKey, type SlotKeys } from './slot-keys.js';

const NONE = -1;
const FIRST_PLACES = 16;
/** As many steps as it takes. A small integer, as the other limit is: the engine compares the two in one instruction. */
const NO_LIMIT = 0x3fffffff;
/** Nobody who does not know the seed gets this far by chance, at half as many keys as places; whoever gets here is refused. */
const MOST_STEPS = 128;

const LEAST_DELETES = 64;
/** A larger map of V8 lies among the large objects from the start. */
const MOST_RENEWED = 2048;

/** A larger table is not moved at once. */
const MOST_MOVED_AT_ONCE = 2 ** 15;

/** From this slot on strings lie among the other keys, all of them. */
const MOST_TEXTS = 2 ** 17;

/** A copy; `new Map(texts)` takes half as long again, as it makes a pair of each. */
function renewed(texts: ReadonlyMap<string, number>): Map<string, number> {
  const copy = new Map<string, number>();
  texts.forEach((slot, text) => copy.set(text, slot));
  return copy;
}

export class SlotIndex {
  readonly #keys: SlotKeys;
  /**
   * The slots of strings, which know their hash already when they come again: to ask the engine's own map costs less than to hash them anew.
   * `undefined` when they are so many that every visit to memory costs more than that; then they are hashed here. Measured by `bench -- --suite lru`.
   */
  #texts: Map<string, number> | undefined = new Map();
  /** How many more strings may be deleted before the map is made anew. */
  #deletesLeft = LEAST_DELETES;
  /** At 2 × place a hash, behind it slot + 1; 0 is free. */
  #places = new Int32Array(2 * FIRST_PLACES);
  /** By how many bits a hash is longer than the number of a place. */
  #shift = 32 - Math.log2(FIRST_PLACES);
  #count = 0;
  /** Those that have not moved yet to where they belong since that became larger. */
  #outgrown: Outgrown | undefined;

  constructor(keys: SlotKeys) {
    this.#keys = keys;
  }

  /** How many strings lie in the engine's map; `undefined` when they lie among the other keys. */
  get mappedTexts(): number | undefined {
    return this.#texts?.size;
  }

  /** The slot of a key that is a primitive value, or -1. Takes -0 for 0, and never finds NaN. */
  find(key: unknown): number {
    if (typeof key === 'string') return this.findText(key);
    if (typeof key === 'number') return this.findNumber(key);
    return isPlainKey(key) ? this.findBy(hashOfKey(key), (stored) => stored === key) : NONE;
  }

  // The next two hold one loop, written twice: in each the engine meets one kind of key, and compares it in the fastest way.
  findText(key: string): number {
    if (this.#texts !== undefined) return this.#texts.get(key) ?? NONE;
    const hash = hashOfText(key);
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash >>> this.#shift) << 1; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return this.#outgrown === undefined ? NONE : this.#movedOn(this.#outgrown.find(key, hash));
      if (places[at] === hash && keys[slot] === key) return slot;
    }
  }

  findNumber(key: number): number {
    const hash = key === (key | 0) ? hashOfInteger(key) : hashOfDouble(key);
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash >>> this.#shift) << 1; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return this.#outgrown === undefined ? NONE : this.#movedOn(this.#outgrown.find(key, hash));
      if (places[at] === hash && keys[slot] === key) return slot;
    }
  }

  /** The slot of a list that begins with this hash, with these `count` values behind it, two or three of them, or -1. Takes -0 for 0, and never finds NaN. */
  findFew(hash: number, count: number, one: unknown, two: unknown, three: unknown): number {
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash >>> this.#shift) << 1; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return this.#outgrown === undefined ? NONE : this.#findFewOutgrown(this.#outgrown, hash, [one, two, three].slice(0, count));
      const key = keys[slot];
      if (places[at] !== hash || !Array.isArray(key)) continue;
      if (key.length === count + 1 && key[1] === one && key[2] === two && (count === 2 || key[3] === three)) return slot;
    }
  }

  #findFewOutgrown(outgrown: Outgrown, hash: number, few: readonly unknown[]): number {
    return this.#movedOn(
      outgrown.findBy(hash, (key) => Array.isArray(key) && key.length === few.length + 1 && few.every((value, index) => key[index + 1] === value)),
    );
  }

  /** The slot of a key with this hash for which `isWanted` says yes, or -1. */
  findBy(hash: number, isWanted: (key: unknown) => boolean): number {
    const places = this.#places;
    const { keys } = this.#keys;
    const mask = places.length - 2;
    for (let at = (hash >>> this.#shift) << 1; ; at = (at + 2) & mask) {
      const slot = (places[at + 1] as number) - 1;
      if (slot === NONE) return this.#outgrown === undefined ? NONE : this.#movedOn(this.#outgrown.findBy(hash, isWanted));
      if (places[at] === hash && isWanted(keys[slot])) return slot;
    }
  }

  /** Takes in a primitive value that is not here; gives false, and does not, where too many keys fall on the same places, and for what is none. */
  add(key: unknown, slot: number): boolean {
    if (typeof key === 'string' && this.#texts !== undefined && slot < MOST_TEXTS) this.#texts.set(key, slot);
    else if (!this.#addElsewhere(key, slot)) return false;
    this.#keys.keys[slot] = key;
    return true;
  }

  /** The same for a key that is found with `findBy`: a list that begins with this hash. */
  addBy(hash: number, key: readonly unknown[], slot: number): boolean {
    this.#moveSome();
    if (!this.#place(hash, slot)) return false;
    this.#keys.keys[slot] = key;
    return true;
  }

  /** The key of `slot` is gone. Gives whether it was here. */
  remove(slot: number): boolean {
    const { keys } = this.#keys;
    const key = keys[slot];
    if (key === undefined) return false;
    keys[slot] = undefined;
    if (typeof key === 'string' && this.#texts !== undefined) this.#deleteText(this.#texts, key);
    else this.#clear(slot, typeof key === 'number' && key === (key | 0) ? hashOfInteger(key) : hashOfStored(key), key);
    this.#moveSome();
    return true;
  }

  /** One string takes the place of another. Gives false, and does nothing, if they are none, or lie among the other keys. */
  replace(slot: number, key: unknown): boolean {
    const { keys } = this.#keys;
    const before = keys[slot];
    if (this.#texts === undefined || typeof before !== 'string' || typeof key !== 'string') return false;
    this.#deleteText(this.#texts, before);
    this.#texts.set(key, slot);
    keys[slot] = key;
    return true;
  }

  /**
   * The engine keeps the places of deleted keys, and lays out the whole map anew when there is no other left. With a map that has lived for a while that takes V8 several times as
   * long as making one from the start, as long as it is small; so that is done before.
   */
  #deleteText(texts: Map<string, number>, key: string): void {
    texts.delete(key);
    if (--this.#deletesLeft > 0) return;
    if (texts.size <= MOST_RENEWED) this.#texts = renewed(texts);
    // The engine has room for a power of two, and doubles it once.
    this.#deletesLeft = Math.max(2 ** (Math.ceil(Math.log2(texts.size)) + 1) - texts.size, LEAST_DELETES);
  }

  clear(): void {
    this.#texts = new Map();
    this.#deletesLeft = LEAST_DELETES;
    this.#places = new Int32Array(2 * FIRST_PLACES);
    this.#shift = 32 - Math.log2(FIRST_PLACES);
    this.#count = 0;
    this.#outgrown = undefined;
  }

  /** Every slot in it. */
  *slots(): Iterable<number> {
    yield* this.#texts?.values() ?? [];
    const places = this.#places;
    for (let at = 1; at < places.length; at += 2) if (places[at] !== 0) yield (places[at] as number) - 1;
    yield* this.#outgrown?.slots() ?? [];
  }

  /** `mostSteps` away from its home, at the most. */
  #place(hash: number, slot: number, mostSteps = MOST_STEPS): boolean {
    if ((this.#count + 1) * 4 > this.#places.length) this.#grow();
    const places = this.#places;
    const mask = places.length - 2;
    let at = (hash >>> this.#shift) << 1;
    for (let steps = 0; places[at + 1] !== 0; at = (at + 2) & mask) if (++steps === mostSteps) return false;
    places[at] = hash;
    places[at + 1] = slot + 1;
    this.#count++;
    return true;
  }

  #clear(slot: number, hash: number, key: unknown): void {
    const places = this.#places;
    const mask = places.length - 2;
    const shift = this.#shift;
    let at = (hash >>> shift) << 1;
    for (; places[at + 1] !== slot + 1; at = (at + 2) & mask) if (places[at + 1] === 0) return this.#outgrown?.remove(slot, hash, key);
    this.#outgrown?.forget(key);
    this.#count--;
    // Moves back what was pushed on by the one that stood here, so that no search ends too early.
    let hole = at;
    for (at = (at + 2) & mask; places[at + 1] !== 0; at = (at + 2) & mask) {
      const home = ((places[at] as number) >>> shift) << 1;
      // It may move if its home does not lie between the hole and itself.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at] as number;
      places[hole + 1] = places[at + 1] as number;
      hole = at;
    }
    places[hole + 1] = 0;
  }

  #addElsewhere(key: unknown, slot: number): boolean {
    this.#moveSome();
    if (typeof key === 'number') return key === key && this.#place(key === (key | 0) ? hashOfInteger(key) : hashOfDouble(key), slot);
    if (typeof key === 'string' && this.#texts !== undefined) this.#moveTexts(this.#texts);
    return isPlainKey(key) && this.#place(hashOfKey(key), slot);
  }

  #moveTexts(texts: Map<string, number>): void {
    this.#texts = undefined;
    // With room for as many again: it does not grow before all have moved.
    const length = 8 * 2 ** Math.ceil(Math.log2(texts.size + this.#count));
    if (length > this.#places.length) this.#grow(length);
    this.#moveAll();
    this.#outgrown = new OutgrownTexts(texts);
  }

  #grow(length = this.#places.length * 2): void {
    this.#moveAll();
    this.#outgrown = new OutgrownPlaces(this.#places, this.#shift, this.#keys);
    const isSmall = this.#places.length <= MOST_MOVED_AT_ONCE;
    this.#places = new Int32Array(length);
    this.#shift = 33 - Math.log2(length);
    this.#count = 0;
    if (isSmall) this.#moveAll();
  }

  #moveAll(): void {
    while (this.#outgrown !== undefined) this.#moveSome();
  }

  /** What was found among those that have not moved takes longer to find than others: a cache that only gives hits would never be done with them. */
  #movedOn(slot: number): number {
    if (slot !== NONE) this.#moveSome();
    return slot;
  }

  /** At each key that is added, removed, or found where it was. */
  #moveSome(): void {
    if (this.#outgrown?.move(this.#take) === true) this.#outgrown = undefined;
  }

  readonly #take = (hash: number, slot: number): void => {
    this.#place(hash, slot, NO_LIMIT);
  };
}
