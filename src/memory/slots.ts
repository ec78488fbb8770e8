/**
 * The numbered places of one cache: values and deadlines in parallel arrays by slot number.
 * Slots are what keeps the organs apart: a policy orders numbers, the journal remembers record numbers for numbers, neither sees a key or a value.
 */

/** The slots of one cache. Grows in steps, so that a large capacity costs nothing before it is used. */
export class Slots {
  readonly capacity: number;
  /** The stored result of each slot; `undefined` is a result like any other. */
  readonly values: unknown[] = [];
  /** The first moment at which each slot is no longer fresh, in wall-clock milliseconds; Infinity for never. */
  deadlines: Float64Array<ArrayBuffer>;
  #free: number[] = [];
  #used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.deadlines = new Float64Array(Math.min(capacity, FIRST_STEP));
  }

  /** Entries stored now. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  /** Takes a free slot. Only to be called when the cache is not full. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const slot = this.#used++;
    if (slot >= this.deadlines.length) this.deadlines = grown(this.deadlines, Float64Array, this.capacity);
    return slot;
  }

  /** Gives a slot back and lets go of its value. */
  release(slot: number): void {
    this.values[slot] = undefined;
    this.#free.push(slot);
  }

  /** Gives everything back at once. */
  clear(): void {
    this.values.length = 0;
    this.deadlines = new Float64Array(Math.min(this.capacity, FIRST_STEP));
    this.#free = [];
    this.#used = 0;
  }
}

/** Slots to begin with. */
export const FIRST_STEP = 16;

type Numbers = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A copy of `array` of twice the length, but not longer than `limit`. */
export function grown<A extends Numbers>(array: A, Kind: new (length: number) => A, limit: number): A {
  const larger = new Kind(Math.min(limit, array.length * 2));
  larger.set(array);
  return larger;
}
