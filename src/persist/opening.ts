/**
 * Work that can be done in short steps, for a caller who waits for it and for one who cannot, even for both at once.
 */
import { elapsed } from '../clock.js';

/** Others get their turn after this many milliseconds of one slice. */
const SLICE_MS = 4;

export class Opening<T> {
  readonly #steps: Generator<void, T>;
  #result: { readonly value: T } | undefined;
  #inSlices: Promise<T> | undefined;

  constructor(steps: Generator<void, T>) {
    this.#steps = steps;
  }

  /** Does what is left of the work at once. */
  now(): T {
    while (this.#result === undefined) this.#step();
    return this.#result.value;
  }

  /** Does the work in slices, and lets others run in between. */
  inSlices(): Promise<T> {
    this.#inSlices ??= this.#run();
    return this.#inSlices;
  }

  async #run(): Promise<T> {
    while (this.#result === undefined) {
      const startedAt = elapsed();
      do this.#step();
      while (this.#result === undefined && elapsed() - startedAt < SLICE_MS);
      if (this.#result === undefined) await new Promise(setImmediate);
    }
    return this.#result.value;
  }

  #step(): void {
    const step = this.#steps.next();
    if (step.done === true) this.#result = { value: step.value };
  }
}
