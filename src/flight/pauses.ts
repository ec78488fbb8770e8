/**
 * Which keys are not to be loaded for a while, because a load of them has just failed and there is something to answer with.
 */
import { elapsed } from '../clock.js';

/** Beyond this many, those that are over are looked for. */
const MANY = 1000;

export class Pauses {
  /** Until when, in milliseconds of the rising clock. */
  readonly #untils = new Map<string, number>();
  #lookAt = MANY;

  /** From now on for `ms` milliseconds. */
  begin(key: string, ms: number): void {
    if (ms === 0) return;
    this.#untils.set(key, elapsed() + ms);
    if (this.#untils.size < this.#lookAt) return;
    for (const [each, until] of this.#untils) if (until <= elapsed()) this.#untils.delete(each);
    this.#lookAt = Math.max(MANY, 2 * this.#untils.size);
  }

  has(key: string): boolean {
    const until = this.#untils.get(key);
    if (until === undefined) return false;
    if (elapsed() < until) return true;
    this.#untils.delete(key);
    return false;
  }

  end(key: string): void {
    this.#untils.delete(key);
  }

  get isEmpty(): boolean {
    return this.#untils.size === 0;
  }

  clear(): void {
    this.#untils.clear();
  }
}
