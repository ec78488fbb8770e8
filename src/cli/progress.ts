/**
 * Says on a terminal how long work is taking; elsewhere it says nothing.
 */
import { elapsed } from '../clock.js';

const FIRST_AFTER_MS = 500;
const EVERY_MS = 200;

export class Progress {
  readonly #terminal: { write(text: string): unknown } | undefined;

  constructor(stderr: { write(text: string): unknown; readonly isTTY?: boolean }) {
    this.#terminal = stderr.isTTY === true ? stderr : undefined;
  }

  /** Does all of `steps`. */
  through<T>(what: string, steps: Generator<void, T>): T {
    const startedAt = elapsed();
    let saidAt = startedAt + FIRST_AFTER_MS - EVERY_MS;
    let didSay = false;
    try {
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
        if (this.#terminal === undefined || elapsed() - saidAt < EVERY_MS) continue;
        saidAt = elapsed();
        didSay = true;
        this.#terminal.write(`\r${what} … ${Math.round((saidAt - startedAt) / 100) / 10} s `);
      }
    } finally {
      if (didSay) this.#terminal?.write('\r\x1b[K');
    }
  }
}
