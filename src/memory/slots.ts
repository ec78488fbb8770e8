/**
 * The numbered places of one cache: values and deadlines in parallel arrays by slot number.
 * Slots are what keeps the organs apart: a policy orders numbers, the journal remembers record numbers for numbers, neither sees a key or a value.
 */

const NONE = -1;
/** The deadline of an entry that was found past its time, and of an empty slot. */
export const EXPIRED = Number.NEGATIVE_INFINITY;

/** The slots of one cache. Grows in steps, so that a large capacity costs nothing before it is used. */
export class Slots {
  /** The most slots in use at one time; may be changed. */
  capacity: number;
  /** The stored result of each slot; `undefined` is a result like any other. */
  values: unknown[] = [];
  /** Whether the method gave a promise of the result. */
  isPromised: Uint8Array = new Uint8Array(FIRST_STEP);
  /**
   * The moment from which on each entry needs a look before it is used, in milliseconds of the rising clock: its end, or earlier when something is due before that.
   * Infinity for never. `undefined` as long as none ever ends.
   */
  deadlines: Float64Array | undefined;
  /** The first moment at which each entry is no longer fresh; `undefined` as long as those are the deadlines. */
  ends: Float64Array | undefined;
  /** For how long an entry can be of use after its end, in milliseconds. */
  graceMs = 0;
  /** Nothing is of no use any more before this moment. */
  nextDeadline = Number.POSITIVE_INFINITY;
  /** The earliest such moment that was seen, or set, since a look at all of them began. */
  leastDeadline = Number.POSITIVE_INFINITY;
  /** A free slot, or -1; the one that is taken and given back again and again in a full cache. */
  #spare = NONE;
  /** The other free slots. */
  #free: number[] = [];
  #used = 0;
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Entries stored now. */
  get size(): number {
    return this.#size;
  }

  /** Slots that have ever been in use; every slot number is less. */
  get reach(): number {
    return this.#used;
  }

  get isFull(): boolean {
    return this.#size >= this.capacity;
  }

  /** Takes a free slot. */
  take(): number {
    this.#size++;
    const spare = this.#spare;
    if (spare !== NONE) {
      this.#spare = NONE;
      return spare;
    }
    if (this.#free.length > 0) return this.#free.pop() as number;
    const slot = this.#used++;
    if (slot >= this.isPromised.length) this.#grow(slot);
    return slot;
  }

  /** The entry in `slot` ends at `end`; if something is due before that, at `due`. */
  setEnd(slot: number, end: number, due = end): void {
    if (this.deadlines === undefined) {
      if (due === Number.POSITIVE_INFINITY) return;
      this.deadlines = new Float64Array(this.isPromised.length).fill(Number.POSITIVE_INFINITY);
    }
    if (due !== end) this.ends ??= this.deadlines.slice();
    this.deadlines[slot] = due;
    if (this.ends !== undefined) this.ends[slot] = end;
    const gone = end + this.graceMs;
    if (gone < this.nextDeadline) this.nextDeadline = gone;
    if (gone < this.leastDeadline) this.leastDeadline = gone;
  }

  endOf(slot: number): number {
    return this.ends === undefined ? this.deadlineOf(slot) : (this.ends[slot] as number);
  }

  deadlineOf(slot: number): number {
    return this.deadlines === undefined ? Number.POSITIVE_INFINITY : (this.deadlines[slot] as number);
  }

  /** Gives a slot back and lets go of its value. */
  release(slot: number): void {
    this.values[slot] = undefined;
    if (this.deadlines !== undefined) this.deadlines[slot] = Number.POSITIVE_INFINITY;
    if (this.ends !== undefined) this.ends[slot] = Number.POSITIVE_INFINITY;
    this.#size--;
    if (this.#spare === NONE) this.#spare = slot;
    else this.#free.push(slot);
  }

  /** Gives everything back at once. */
  clear(): void {
    this.values = [];
    this.isPromised = new Uint8Array(FIRST_STEP);
    this.deadlines = this.ends = undefined;
    this.nextDeadline = this.leastDeadline = Number.POSITIVE_INFINITY;
    this.#spare = NONE;
    this.#free = [];
    this.#used = 0;
    this.#size = 0;
  }

  #grow(slot: number): void {
    this.isPromised = grown(this.isPromised, Uint8Array, slot, this.capacity);
    this.values = grownList(this.values, this.isPromised.length);
    if (this.deadlines === undefined) return;
    const from = this.deadlines.length;
    this.deadlines = grown(this.deadlines, Float64Array, slot, this.capacity).fill(Number.POSITIVE_INFINITY, from);
    if (this.ends !== undefined) this.ends = grown(this.ends, Float64Array, slot, this.capacity).fill(Number.POSITIVE_INFINITY, from);
  }
}

/** Slots to begin with. */
export const FIRST_STEP = 16;

type Numbers = Int32Array | Float64Array | Uint8Array | Uint32Array;

/** A longer copy of `array` with room for `index`: half as long again, but not longer than `limit` as long as that is enough. */
export function grown<A extends Numbers>(array: A, Kind: new (length: number) => A, index: number, limit: number): A {
  const wanted = Math.max(array.length + (array.length >> 1), FIRST_STEP);
  const larger = new Kind(Math.max(index + 1, index < limit ? Math.min(wanted, limit) : wanted));
  larger.set(array);
  return larger;
}

/** A copy of `list` that has room for `length` elements, and no more: a list that grows by itself has room for half as many again. */
function grownList(list: readonly unknown[], length: number): unknown[] {
  const larger = new Array<unknown>(length);
  for (let index = 0; index < list.length; index++) larger[index] = list[index];
  return larger;
}
