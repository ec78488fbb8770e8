/**
 * Decides how much is to be shed for one number of bytes that should stay below a part of its limit.
 */

/** One number of bytes, and what was shed for it so far. */
export class PressureGauge {
  readonly #fraction: number;
  readonly #patience: number;
  /** Sheds since the number was last below. */
  #steps = 0;
  #step = FIRST_STEP;
  /** The number at the last shed; 0 when it was below since. */
  #shedAtBytes = 0;

  /** After `patience` sheds that did not bring the number below, it is shed for only when it grows. Default: for ever. */
  constructor(fraction: number, patience = Number.POSITIVE_INFINITY) {
    this.#fraction = fraction;
    this.#patience = patience;
  }

  /** Whether something should be shed, if the number is true. */
  isAbove(bytes: number, limitBytes: number): boolean {
    return bytes > limitBytes * this.#fraction;
  }

  /** Whether the number is so far below that the caches may grow again. */
  isCalm(bytes: number, limitBytes: number): boolean {
    return bytes < limitBytes * this.#fraction * CALM;
  }

  /**
   * The share, 0 to 1, of what the caches hold that should go now.
   * `isSettled` says that `bytes` shows what the last shed brought: a major collection has happened since.
   * From `urgentBytes` on it is shed without that, each time the number has grown.
   */
  share(bytes: number, limitBytes: number, isSettled: boolean, urgentBytes: number): number {
    if (!this.isAbove(bytes, limitBytes)) {
      // Garbage only adds to the number, so it is below whether a collection has happened or not.
      this.#steps = 0;
      this.#shedAtBytes = 0;
      return 0;
    }
    const thresholdBytes = limitBytes * this.#fraction;
    const hasGrown = bytes - this.#shedAtBytes > limitBytes * GROWN;
    // Not for the same reading again: all would be thrown away before a collection can show that a tenth was enough.
    if (isSettled ? this.#steps >= this.#patience && !hasGrown : !(bytes > urgentBytes && hasGrown)) return 0;
    const missing = (bytes - thresholdBytes * GOAL) / bytes;
    const hasHelped = bytes < this.#shedAtBytes * HELPED;
    this.#step = this.#steps === 0 || hasHelped ? FIRST_STEP : this.#step * 2;
    const share = Math.min(MOST, Math.max(this.#step, missing));
    this.#steps++;
    this.#shedAtBytes = bytes;
    return share;
  }
}

// A tenth is enough when little is missing. The caches may be a small part of what is held, so a step that brought nothing doubles the next one.
const FIRST_STEP = 0.1;
const MOST = 0.5;
const HELPED = 0.97;
/** Where a shed wants to arrive, as a part of the threshold: not just below it, or the next insert would be above. */
const GOAL = 0.95;
const CALM = 0.9;
/** What counts as growth, as a part of the limit. */
const GROWN = 0.02;
