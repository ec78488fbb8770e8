/**
 * The entries that came back, in their order of use, by the numbers of their places. Values stay in the bytes that were read until they are asked for.
 */
import type { PersistDriver, ValueCodecs } from './contract.js';

/** Bytes that were read from a file, and the checksum of its header. */
export interface ReadBytes {
  readonly bytes: Buffer;
  readonly seed: number;
}

/** Parallel arrays by place; `order` has the places that count, the one that was put, used or changed last at the end. */
interface Arrays {
  readonly order: Int32Array;
  readonly keys: readonly string[];
  readonly lsns: Float64Array;
  readonly expiresAt: Float64Array;
  readonly marks: Int32Array;
  readonly isPromised: Uint8Array;
  readonly readNumbers: Int32Array;
  readonly offsets: Uint32Array;
  /** By place, of those that have any. */
  readonly tags: ReadonlyMap<number, readonly string[]>;
  readonly read: readonly ReadBytes[];
  /** The record number of the entry that was evicted last; 0 when none was. */
  readonly lastEvicted: number;
  /** The name of the policy that gave the marks; `undefined` where there are none. */
  readonly policy: string | undefined;
}

export class RecoveredEntries {
  readonly order: Int32Array;
  readonly lastEvicted: number;
  readonly policy: string | undefined;
  readonly #arrays: Arrays;

  constructor(arrays: Arrays) {
    this.#arrays = arrays;
    this.order = arrays.order;
    this.lastEvicted = arrays.lastEvicted;
    this.policy = arrays.policy;
  }

  get size(): number {
    return this.order.length;
  }

  keyAt(place: number): string {
    return this.#arrays.keys[place] as string;
  }

  /** The number of the record that put it. */
  lsnAt(place: number): number {
    return this.#arrays.lsns[place] as number;
  }

  /** Wall-clock milliseconds; Infinity for never. */
  expiresAt(place: number): number {
    return this.#arrays.expiresAt[place] as number;
  }

  /** What the eviction policy marked it with last. */
  markAt(place: number): number | undefined {
    const mark = this.#arrays.marks[place] as number;
    return mark < 0 ? undefined : mark;
  }

  isPromisedAt(place: number): boolean {
    return this.#arrays.isPromised[place] === 1;
  }

  /** What it is tagged with; `undefined` for nothing. */
  tagsAt(place: number): readonly string[] | undefined {
    return this.#arrays.tags.get(place);
  }

  /** Whether a promise was given of any of them. */
  get hasPromises(): boolean {
    return this.order.some((place) => this.isPromisedAt(place));
  }

  /** Where its record stands, and the number of the bytes it stands in. */
  recordAt(place: number): { readonly number: number; readonly read: ReadBytes; readonly offset: number } {
    const { read, readNumbers, offsets } = this.#arrays;
    const number = readNumbers[place] as number;
    return { number, read: read[number] as ReadBytes, offset: offsets[place] as number };
  }
}

const NOTHING = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);

export const NOTHING_RECOVERED = new RecoveredEntries({
  order: NOTHING,
  keys: [],
  lsns: NO_NUMBERS,
  expiresAt: NO_NUMBERS,
  marks: NOTHING,
  isPromised: new Uint8Array(0),
  readNumbers: NOTHING,
  offsets: new Uint32Array(0),
  tags: new Map(),
  read: [],
  lastEvicted: 0,
  policy: undefined,
});

/** Who knows how values are written. */
export interface ValueSource {
  readonly driver: PersistDriver;
  readonly codecs?: ValueCodecs | undefined;
}

/**
 * The value of the put at `offset` of `read`.
 * @throws whatever keeps the driver from decoding it
 */
export function valueAt({ driver, codecs }: ValueSource, { bytes, seed }: ReadBytes, offset: number): unknown {
  const frame = driver.readRecord(bytes, offset, seed);
  if (frame.kind !== 'good' || frame.content.type !== 'put') throw new Error('the record of an entry cannot be read any more');
  return driver.decodeValue(frame.content.value, codecs);
}
