/**
 * Ends entries that nobody has used for a while: each use moves the end of an entry on, but never beyond the end that it has anyhow.
 * The order of eviction is told of each use already, so that a hit on other caches need not ask whether this is one of those.
 */
import type { EvictionOrder } from './policy.js';
import { grown } from './slots.js';

export class Idle {
  readonly #idleMs: number;
  /** By slot: its end, and the moment something is due, if it is in use all the time. */
  #ends = new Float64Array(0);
  #dues = new Float64Array(0);

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  begin(slot: number, end: number, due: number): void {
    if (slot >= this.#ends.length) {
      this.#ends = grown(this.#ends, Float64Array, slot, Number.POSITIVE_INFINITY);
      this.#dues = grown(this.#dues, Float64Array, slot, Number.POSITIVE_INFINITY);
    }
    this.#ends[slot] = end;
    this.#dues[slot] = due;
  }

  /** Its end if it is in use all the time. */
  latestEndOf(slot: number): number {
    return this.#ends[slot] as number;
  }

  /** Its end, and the moment something is due, when it is used now and never again. */
  from(slot: number, moment: number): { readonly end: number; readonly due: number } {
    const end = Math.min(this.#ends[slot] as number, moment + this.#idleMs);
    return { end, due: Math.min(this.#dues[slot] as number, end) };
  }
}

/** The same order; `used` is told of each use. */
export function watched(order: EvictionOrder, used: (slot: number) => void): EvictionOrder {
  const touch = order.touch.bind(order);
  return Object.assign(order, {
    touch(slot: number): boolean {
      used(slot);
      return touch(slot);
    },
  });
}
