/**
 * How much a cache may hold in bytes, and how bytes are counted.
 */
import { type ByteTotal, ENTRY_BYTES } from './sizes.js';

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
  if (copy === undefined) return textBytes(text) + TEXT_ENTRY_BYTES;
  if (typeof copy === 'string') return textBytes(copy);
  if (!Array.isArray(copy)) return 0;
  // A trace: its list, and what stands in it.
  return copy.reduce((sum: number, item: unknown) => sum + 8 + (typeof item === 'string' ? textBytes(item) : 0), 32);
}

/** The place of a text in a Map. */
const TEXT_ENTRY_BYTES = 40;

/** The estimated bytes of an entry. */
export function entryBytes({ sizeOf }: ByteLimits, text: string, copy: unknown, value: unknown): number {
  return ENTRY_BYTES + keyBytes(text, copy) + sizeOf(value);
}
