/**
 * Finds out how large a part of a cache should be, by trying: a step, a look at the hit ratio, on in the same direction when it rose and back when it fell.
 * Source: Einziger, Eytan, Friedman, Manes, "Adaptive Software Cache Management", Middleware 2018, section 3.2; figures as in Caffeine 3.
 */

/** The first step, as a share of the capacity. */
const STEP_SHARE = 0.0625;
/** Each step is shorter than the one before. */
const DECAY = 0.98;
/** A change of the hit ratio that says that other keys are asked for now, so that steps begin anew. */
const RESTART_AT = 0.05;
/** Requests between two steps, for each entry of the capacity. */
const SAMPLE = 10;

export class HillClimber {
  #capacity = 0;
  #step = 0;
  #hits = 0;
  #requests = 0;
  #lastRatio = 0;
  /** Places that could not be moved yet. */
  #left = 0;

  constructor(capacity: number) {
    this.reset(capacity);
  }

  reset(capacity: number): void {
    this.#capacity = capacity;
    this.#step = -STEP_SHARE * capacity;
    this.#hits = this.#requests = this.#lastRatio = this.#left = 0;
  }

  /** Counts a request. Gives how many places the part should get now, negative when it should give them. */
  count(isHit: boolean): number {
    this.#requests++;
    if (isHit) this.#hits++;
    if (this.#requests < SAMPLE * this.#capacity) return this.#left;
    const ratio = this.#hits / this.#requests;
    const change = ratio - this.#lastRatio;
    const amount = change >= 0 ? this.#step : -this.#step;
    this.#step = Math.abs(change) >= RESTART_AT ? Math.sign(amount) * STEP_SHARE * this.#capacity : DECAY * amount;
    this.#lastRatio = ratio;
    this.#hits = this.#requests = 0;
    this.#left = Math.trunc(amount);
    return this.#left;
  }

  /** So many of the places could not be moved. */
  leave(places: number): void {
    this.#left = places;
  }
}
