/**
 * The records that stand behind the entries of a cache at one moment, and their order of use, in as little memory as possible: for compaction, which
 * reads the log once more and keeps what is in here.
 */

/** Numbers looked at between two pauses. */
const STEP = 2 ** 14;
/** How many digits there are when numbers are sorted digit by digit. */
const DIGITS = 2 ** 11;
const NONE = -1;

export class LiveRecords {
  /** The record numbers, in order. */
  #lsns: Float64Array;
  /** Behind the one that was found last: records are met in their order, but for the uses they tell of. */
  #next = 0;
  readonly #turns: Float64Array;
  readonly #marks: Int32Array;
  #turn = 0;
  /** The name of the policy that gave the marks. */
  policy: string | undefined;
  /** Record number of the entry that was evicted last; 0 when none was. */
  lastEvicted = 0;

  constructor(lsns: Float64Array) {
    this.#lsns = lsns;
    this.#turns = new Float64Array(lsns.length);
    this.#marks = new Int32Array(lsns.length);
  }

  get size(): number {
    return this.#lsns.length;
  }

  /** To be done before anything else, in steps. */
  *sort(): Generator<void> {
    const { size } = this;
    const largest = largestOf(this.#lsns);
    let target: Float64Array = new Float64Array(size);
    for (let unit = 1; unit <= largest; unit *= DIGITS) {
      const places = new Uint32Array(DIGITS);
      for (let from = 0; from < size; from += STEP, yield) countDigits(this.#lsns, from, unit, places);
      for (let digit = 0, place = 0; digit < DIGITS; digit++) place += swap(places, digit, place);
      for (let from = 0; from < size; from += STEP, yield) moveByDigits(this.#lsns, target, from, unit, places);
      [this.#lsns, target] = [target, this.#lsns];
    }
  }

  /** The entry was put, or used. Gives whether it is one of these. */
  touch(lsn: number): boolean {
    const at = this.#find(lsn);
    if (at === NONE) return false;
    this.#turns[at] = ++this.#turn;
    return true;
  }

  /** The policy marks the entry. */
  mark(lsn: number, mark: number): void {
    const at = this.#find(lsn);
    if (at !== NONE) this.#marks[at] = mark;
  }

  /** From now on the marks are those of this policy; the others mean nothing to it. */
  markBy(policy: string | undefined): void {
    if (policy !== this.policy) this.#marks.fill(0);
    this.policy = policy;
  }

  /** The record numbers with their marks, the one that was used last at the end; some at a time. */
  *inOrder(count: number): Generator<{ readonly lsns: number[]; readonly marks: number[] } | undefined> {
    const order = yield* this.#sortedByTurn();
    for (let from = 0; from < order.length; from += count) {
      const some = Array.from(order.subarray(from, from + count));
      yield { lsns: some.map((at) => this.#lsns[at] as number), marks: some.map((at) => this.#marks[at] as number) };
    }
  }

  /** Each turn belongs to one record, so none needs to be compared with another. Those that were never touched come first. */
  *#sortedByTurn(): Generator<undefined, Int32Array> {
    const order = new Int32Array(this.size);
    const recordOfTurn = new Int32Array(this.#turn + 1).fill(NONE);
    let found = 0;
    for (let from = 0; from < order.length; from += STEP, yield) found = spreadByTurn(this.#turns, from, recordOfTurn, order, found);
    for (let from = 0; from < recordOfTurn.length; from += STEP, yield) found = gather(recordOfTurn, from, order, found);
    return order;
  }

  #find(lsn: number): number {
    const lsns = this.#lsns;
    const next = lsns[this.#next] as number;
    if (lsn === next) return this.#next++;
    if (lsn < next && lsn > (lsns[this.#next - 1] as number)) return NONE;
    for (let low = 0, high = lsns.length - 1; low <= high; ) {
      const middle = (low + high) >>> 1;
      const found = lsns[middle] as number;
      if (found === lsn) {
        this.#next = middle + 1;
        return middle;
      }
      if (found < lsn) low = middle + 1;
      else high = middle - 1;
    }
    return NONE;
  }
}

// Functions of their own: a generator that is still running is not compiled anew, and stays slow to its end.

function largestOf(numbers: Float64Array): number {
  let largest = 0;
  for (let at = 0; at < numbers.length; at++) largest = Math.max(largest, numbers[at] as number);
  return largest;
}

const digitOf = (number: number, unit: number): number => {
  const rest = Math.floor(number / unit);
  return rest - Math.floor(rest / DIGITS) * DIGITS;
};

function countDigits(numbers: Float64Array, from: number, unit: number, counts: Uint32Array): void {
  const to = Math.min(from + STEP, numbers.length);
  for (let at = from; at < to; at++) {
    const digit = digitOf(numbers[at] as number, unit);
    counts[digit] = (counts[digit] as number) + 1;
  }
}

/** Puts `value` in, and gives what was there. */
function swap(numbers: Uint32Array, at: number, value: number): number {
  const before = numbers[at] as number;
  numbers[at] = value;
  return before;
}

/** `places` says where the next number of each digit belongs. */
function moveByDigits(numbers: Float64Array, target: Float64Array, from: number, unit: number, places: Uint32Array): void {
  const to = Math.min(from + STEP, numbers.length);
  for (let at = from; at < to; at++) {
    const number = numbers[at] as number;
    const digit = digitOf(number, unit);
    const place = places[digit] as number;
    target[place] = number;
    places[digit] = place + 1;
  }
}

function spreadByTurn(turns: Float64Array, from: number, recordOfTurn: Int32Array, untouched: Int32Array, count: number): number {
  let found = count;
  const to = Math.min(from + STEP, turns.length);
  for (let at = from; at < to; at++) {
    const turn = turns[at] as number;
    if (turn === 0) untouched[found++] = at;
    else recordOfTurn[turn] = at;
  }
  return found;
}

function gather(recordOfTurn: Int32Array, from: number, order: Int32Array, count: number): number {
  let found = count;
  const to = Math.min(from + STEP, recordOfTurn.length);
  for (let turn = from; turn < to; turn++) {
    const at = recordOfTurn[turn] as number;
    if (at !== NONE) order[found++] = at;
  }
  return found;
}
