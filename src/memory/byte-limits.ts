/**
 * How much a cache may hold in bytes, and how bytes are counted.
 */
import { type ByteTotal, ENTRY_BYTES, INDEX_BYTES } from './sizes.js';

/** Limits of one cache in bytes, as estimated; Infinity for none. */
export interface ByteLimits {
  /** Of all entries together. */
  readonly maxBytes: number;
  /** Of one entry; a larger one is answered with and not stored. */
  readonly maxEntryBytes: number;
  /** The bytes a value takes. */
  readonly sizeOf: (value: unknown) => number;
  /** Where the bytes of many caches are added up; `undefined` when nobody limits them together. */
  readonly shared: ByteTotal | undefined;
}

/** Whether somebody needs to know how large entries are. */
export const countsBytes = ({ maxBytes, maxEntryBytes, shared }: ByteLimits): boolean =>
  shared !== undefined || maxBytes !== Number.POSITIVE_INFINITY || maxEntryBytes !== Number.POSITIVE_INFINITY;

/** A string of V8: a header, then one or two bytes for each character, in steps of 8. */
const textBytes = (text: string): number => 16 + Math.ceil(text.length / 8) * 8;

/** The bytes that keep a key: its copy, or its text where it has no copy. */
function keyBytes(text: string, copy: unknown): number {
  if (copy === undefined) return textBytes(text);
  if (typeof copy === 'string') return textBytes(copy);
  if (!Array.isArray(copy)) return 0;
  // A trace: its list, and what stands in it.
  return copy.reduce((sum: number, item: unknown) => sum + 8 + (typeof item === 'string' ? textBytes(item) : 0), 32);
}

/**
 * What one of `count` keys takes in a `Map` that is full and changes all the time. V8 takes the places of deleted keys for new ones only when they are half
 * of all, and doubles the table else; a place is three and a half words (its ordered-hash-table.h).
 */
const mapPlaceBytes = (count: number): number => (28 * 2 ** Math.ceil(Math.log2(2 * count))) / count;

/** An entry, as far as its size goes. */
export interface SizedEntry {
  readonly text: string;
  /** Its key as the index keeps it; `undefined` where it goes by its text. */
  readonly copy: unknown;
  readonly value: unknown;
  /** How many keys, itself included, lie in the `Map` that finds it; `undefined` if it is found otherwise. */
  readonly mapped: number | undefined;
  /** The groups it is in. */
  readonly tags?: readonly string[];
}

/** A tag of an entry: its place in the list of tags, and the place of the entry in the set of those that share it. */
const GROUP_BYTES = 64;

/** The estimated bytes of an entry: a whole number, so that sums come to 0 again. */
export function entryBytes({ sizeOf }: ByteLimits, { text, copy, value, mapped, tags = [] }: SizedEntry): number {
  const place = mapped === undefined ? INDEX_BYTES : mapPlaceBytes(mapped);
  const groups = tags.reduce((sum, tag) => sum + GROUP_BYTES + textBytes(tag), 0);
  return Math.ceil(ENTRY_BYTES + place + keyBytes(text, copy) + groups + sizeOf(value));
}
