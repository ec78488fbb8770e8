/**
 * The records that stand behind the entries of a cache at one moment, and their order of use, in as little memory as possible: for compaction, which
 * reads the log once more and keeps what is in here.
 */

/** Numbers that are sorted at once; fewer where a function compares them. */
const CHUNK = 2 ** 16;
const ORDER_CHUNK = 2 ** 13;
const NONE = -1;

export class LiveRecords {
  /** The record numbers; each chunk is in order. */
  readonly #lsns: Float64Array;
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
    for (let from = 0; from < this.#lsns.length; from += CHUNK) {
      this.#lsns.subarray(from, from + CHUNK).sort();
      yield;
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

  /** Chunk by chunk, then merged: sorting a million at once would take too long. */
  *#sortedByTurn(): Generator<undefined, Uint32Array> {
    const turns = this.#turns;
    let order = Uint32Array.from(turns, (_turn, at) => at);
    for (let from = 0; from < order.length; from += ORDER_CHUNK) {
      order.subarray(from, from + ORDER_CHUNK).sort((one, other) => (turns[one] as number) - (turns[other] as number));
      yield;
    }
    for (let width = ORDER_CHUNK; width < order.length; width *= 2) {
      const merged = new Uint32Array(order.length);
      for (let from = 0; from < order.length; from += 2 * width) {
        let left = from;
        let right = Math.min(from + width, order.length);
        const middle = right;
        const end = Math.min(from + 2 * width, order.length);
        for (let to = from; to < end; to++) {
          const isLeft = left < middle && (right >= end || (turns[order[left] as number] as number) <= (turns[order[right] as number] as number));
          merged[to] = order[isLeft ? left++ : right++] as number;
          if (to % CHUNK === 0) yield;
        }
      }
      order = merged;
    }
    return order;
  }

  #find(lsn: number): number {
    const lsns = this.#lsns;
    for (let from = 0; from < lsns.length; from += CHUNK) {
      let low = from;
      let high = Math.min(from + CHUNK, lsns.length) - 1;
      if (lsn < (lsns[low] as number) || lsn > (lsns[high] as number)) continue;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const found = lsns[middle] as number;
        if (found === lsn) return middle;
        if (found < lsn) low = middle + 1;
        else high = middle - 1;
      }
    }
    return NONE;
  }
}
