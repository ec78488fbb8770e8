/**
 * From the arguments of an everyday call to the slot of its entry, without building its key: a hash of the arguments, then a comparison with a copy of those
 * that were stored. What it finds is never another call's: it takes only values of which it sees all that the canonical text would, and everything else
 * it leaves to the text.
 */
import { hashOf, hashOfFew, isLastTrace, lastTrace, learnHashOf, NOT_EVERYDAY, valuesOf } from './everyday-values.js';
import { SlotIndex } from './slot-index.js';
import { hashOfStored, isPlainKey, type SlotKeys } from './slot-keys.js';

const NOT_HERE = -1;

/** What a method's calls look like to the table. */
export interface CallShape {
  /** Arguments from this place on are no part of a call; Infinity when all count. */
  readonly most: number;
  /** A trailing `undefined` up to this place is a missing argument; from there on a rest parameter gathers it. Infinity where there is none. */
  readonly trimmed: number;
}

/** The arguments of a call as they were before the method ran: a primitive value as it is, everything else as a hash with a trace behind it. */
export interface CallCopy {
  readonly key: unknown;
}

/** A number that is the same for the same call. */
export const hashOfCopy = ({ key }: CallCopy): number => hashOfStored(key);

export class CallTable {
  readonly #shape: CallShape;
  readonly #hashMask: number;
  readonly #index: SlotIndex;
  /** What `find` hashed last. */
  #lastHash = NOT_EVERYDAY;

  /** `hashMask` says which bits of the hash of several arguments are used; with few of them, tests see what collisions do. */
  constructor(shape: CallShape, keys: SlotKeys, hashMask = -1) {
    this.#shape = shape;
    this.#index = new SlotIndex(keys);
    this.#hashMask = hashMask;
  }

  /** The slot of the call with `args`, or -1 when it is not here. */
  find(args: readonly unknown[]): number {
    const count = this.#lengthOf(args);
    if (count === 1) {
      const only = args[0];
      if (isPlainKey(only)) {
        this.#lastHash = NOT_EVERYDAY;
        return this.#index.find(only);
      }
    }
    const hash = this.#masked(hashOf(args, count));
    this.#lastHash = hash;
    return hash === NOT_EVERYDAY ? NOT_HERE : this.#index.findBy(hash, isLastTrace);
  }

  /** The same for one argument, and only where it is a string or a number. */
  findOne(only: unknown): number {
    if (typeof only === 'string') return this.#index.findText(only);
    return typeof only === 'number' && !isMinusZero(only) ? this.#index.findNumber(only) : NOT_HERE;
  }

  /**
   * The same for two or three, and only where they are primitive values; it may not find what `find` would. What is no primitive value is in no key, and lists in a key
   * are equal to none.
   */
  findFew(count: number, one: unknown, two: unknown, three: unknown): number {
    if (count > this.#shape.most || (count === 2 ? two : three) === undefined) return NOT_HERE;
    const slot = this.#index.findFew(this.#masked(hashOfFew(count, one, two, three)), count, one, two, three);
    return slot !== NOT_HERE && !isMinusZero(one) && !isMinusZero(two) && !isMinusZero(three) ? slot : NOT_HERE;
  }

  /** The same as `copyOf` for the call that `find` was asked about right before. */
  copyOfLast(args: readonly unknown[]): CallCopy | undefined {
    const hash = this.#lastHash;
    return hash === NOT_EVERYDAY ? this.copyOf(args) : { key: lastTrace(hash) };
  }

  /** Whether `find`, asked right before `copyOfLast` gave this copy, has told whether the call is here; not so where a getter among the arguments disturbed it. */
  hasLookedFor({ key }: CallCopy): boolean {
    return this.#lastHash !== NOT_EVERYDAY || !isTrace(key);
  }

  /** How many strings lie in the engine's map; see SlotIndex. */
  get mappedTexts(): number | undefined {
    return this.#index.mappedTexts;
  }

  /** A copy of the call with `args`, to be taken before the method runs; `undefined` when it is not for the table. */
  copyOf(args: readonly unknown[]): CallCopy | undefined {
    const count = this.#lengthOf(args);
    if (count === 1 && isPlainKey(args[0])) return { key: args[0] };
    const hash = this.#masked(learnHashOf(args, count));
    return hash === NOT_EVERYDAY ? undefined : { key: lastTrace(hash) };
  }

  /** The slot of the call that was copied, or -1. */
  findCopy({ key }: CallCopy): number {
    return isTrace(key) ? this.#index.findBy(hashOfStored(key), (stored) => isSameTrace(stored, key)) : this.#index.find(key);
  }

  /** From now on the call, which is not here, is found in `slot`; gives false where it can not be, and goes by its text. */
  add({ key }: CallCopy, slot: number): boolean {
    return isTrace(key) ? this.#index.addBy(hashOfStored(key), key, slot) : this.#index.add(key, slot);
  }

  /** The entry in `slot`, which is here, is gone. */
  remove(slot: number): void {
    this.#index.remove(slot);
  }

  clear(): void {
    this.#index.clear();
  }

  /** Every slot in it. */
  slots(): Iterable<number> {
    return this.#index.slots();
  }

  #masked(hash: number): number {
    return hash === NOT_EVERYDAY ? hash : hash & this.#hashMask;
  }

  #lengthOf(args: readonly unknown[]): number {
    let count = args.length < this.#shape.most ? args.length : this.#shape.most;
    while (count > 0 && args[count - 1] === undefined && count <= this.#shape.trimmed) count--;
    return count;
  }
}

/** More items, or letters, may make a text that is too long for a key. */
const MOST_ITEMS = 64;
const MOST_LETTERS = 10_000;

/** Whether the text of a call is sure to be no longer than a key may be: an object has up to 40 names with 1,000 letters in all, each of which may take six. */
export function isSmall({ key }: CallCopy): boolean {
  if (typeof key === 'string') return key.length <= MOST_LETTERS;
  if (!isTrace(key)) return typeof key !== 'bigint';
  if (key.length > MOST_ITEMS) return false;
  let letters = 0;
  for (const item of key) if (typeof item === 'string') letters += item.length;
  return letters <= MOST_LETTERS;
}

/** How copies are told apart. A copy of several arguments has its hash in front. */
export const COPIES = {
  markOf: (copy: object): unknown => {
    const { key } = copy as CallCopy;
    return isTrace(key) ? key[0] : key;
  },
  areSame: (one: object, other: object): boolean => {
    const { key } = one as CallCopy;
    const { key: wanted } = other as CallCopy;
    return key === wanted || (isTrace(wanted) && isSameTrace(key, wanted));
  },
};

/** Arguments with the same key as those of which `key` is the copy. */
export const argumentsOf = (key: unknown): readonly unknown[] => (isTrace(key) ? valuesOf(key) : [key]);

const isMinusZero = (value: unknown): boolean => Object.is(value, -0);

/** The only keys that are no primitive values. */
const isTrace = (key: unknown): key is readonly unknown[] => Array.isArray(key);

function isSameTrace(stored: unknown, key: readonly unknown[]): boolean {
  if (!isTrace(stored) || stored.length !== key.length) return false;
  for (let index = 0; index < key.length; index++) if (!Object.is(stored[index], key[index])) return false;
  return true;
}
