/**
 * The keys of a cache by slot, and the hashes by which an index finds them.
 */
import { hashOfDouble, hashOfInteger, hashOfText, mixed, SEED } from './hash.js';

/** The keys of one cache by slot, shared by all of its indexes. */
export class SlotKeys {
  /** `undefined` where a slot is empty, or its entry goes by its text. */
  keys: unknown[] = [];
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

/** Of a key that is here: a primitive value, or a list that begins with its hash. */
export const hashOfStored = (key: unknown): number => (Array.isArray(key) ? (key[0] as number) : hashOfKey(key));
