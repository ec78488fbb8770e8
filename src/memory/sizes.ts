/**
 * How many bytes the entry in each slot takes, and all of them together.
 */
import { grown } from './slots.js';

/** Bytes that an entry takes beside its key, its value and what finds it: slot, links, size, and the room that arrays grow into. */
export const ENTRY_BYTES = 40;
/** Its place in an index of our own, with the room that this grows into. */
export const INDEX_BYTES = 24;

/** A sum of bytes over many caches. */
export interface ByteTotal {
  bytes: number;
}

export class Sizes {
  total = 0;
  #bytes = new Float64Array(0);
  readonly #shared: ByteTotal | undefined;

  /** `shared` is where the total of this cache is added to. */
  constructor(shared: ByteTotal | undefined) {
    this.#shared = shared;
  }

  /** 0 for a slot that is empty, and for -1. */
  of(slot: number): number {
    return slot >= 0 && slot < this.#bytes.length ? (this.#bytes[slot] as number) : 0;
  }

  set(slot: number, bytes: number): void {
    if (slot >= this.#bytes.length) this.#bytes = grown(this.#bytes, Float64Array, slot, Number.POSITIVE_INFINITY);
    this.#add(bytes - (this.#bytes[slot] as number));
    this.#bytes[slot] = bytes;
  }

  clear(): void {
    this.#add(-this.total);
    this.#bytes = new Float64Array(0);
  }

  #add(bytes: number): void {
    this.total += bytes;
    if (this.#shared !== undefined) this.#shared.bytes += bytes;
  }
}
