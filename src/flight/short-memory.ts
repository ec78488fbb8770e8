/**
 * What is remembered of keys for a short time only, such as that a load has failed.
 */
import { elapsed } from '../clock.js';

/** Beyond this many, those that are over are looked for. */
const MANY = 1000;

export class ShortMemory<T> {
  /** `until` in milliseconds of the rising clock. */
  readonly #byKey = new Map<string, { readonly what: T; readonly until: number }>();
  readonly #most: number;
  #lookAt = MANY;

  /** When there are more than `most`, the oldest go. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** From now on for `ms` milliseconds. */
  remember(key: string, what: T, ms: number): void {
    if (ms === 0) return;
    this.#byKey.delete(key);
    this.#byKey.set(key, { what, until: elapsed() + ms });
    if (this.#byKey.size >= this.#lookAt) {
      for (const [each, { until }] of this.#byKey) if (until <= elapsed()) this.#byKey.delete(each);
      this.#lookAt = Math.max(MANY, 2 * this.#byKey.size);
    }
    if (this.#byKey.size > this.#most) for (const oldest of this.#byKey.keys()) return void this.#byKey.delete(oldest);
  }

  recall(key: string): T | undefined {
    const found = this.#byKey.get(key);
    if (found === undefined || elapsed() < found.until) return found?.what;
    this.#byKey.delete(key);
    return undefined;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }

  clear(): void {
    this.#byKey.clear();
  }
}
