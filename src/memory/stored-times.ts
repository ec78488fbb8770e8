/**
 * When what stands in each slot was stored, for those who want to know how old it is.
 */
import { grown } from './slots.js';

export class StoredTimes {
  /** By slot, in milliseconds of the rising clock; NaN where nobody has noted it. */
  #moments = new Float64Array(0);

  note(slot: number, moment: number): void {
    const { length } = this.#moments;
    if (slot >= length) this.#moments = grown(this.#moments, Float64Array, slot, Number.POSITIVE_INFINITY).fill(Number.NaN, length);
    this.#moments[slot] = moment;
  }

  /** NaN where it is not known. */
  of(slot: number): number {
    return this.#moments[slot] ?? Number.NaN;
  }
}
