/** A clock that tests turn by hand: nothing sleeps, and a millisecond is exactly a millisecond. */
import { type Clock, useClock } from '../../src/clock';

export class ManualClock implements Clock {
  #ms = Date.UTC(2026, 0, 1);
  /** By how much the wall clock was set. */
  #jumpedMs = 0;
  readonly #timers = new Set<{ everyMs: number; nextAt: number; work: () => void }>();

  now(): number {
    return this.#ms + this.#jumpedMs;
  }

  elapsed(): number {
    return this.#ms;
  }

  repeat(everyMs: number, work: () => void): () => void {
    const timer = { everyMs, nextAt: this.#ms + everyMs, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  after(delayMs: number, work: () => void): () => void {
    const timer = {
      everyMs: Number.POSITIVE_INFINITY,
      nextAt: this.#ms + delayMs,
      work: () => {
        this.#timers.delete(timer);
        work();
      },
    };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  soon(work: () => void): void {
    setImmediate(work);
  }

  /** Timers that would still fire. */
  get timers(): number {
    return this.#timers.size;
  }

  /** The wall clock is set; no time passes. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** Lets time pass; timers that become due run in between. */
  advance(ms: number): void {
    const end = this.#ms + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.nextAt <= end).sort((one, other) => one.nextAt - other.nextAt)[0];
      if (due === undefined) break;
      this.#ms = due.nextAt;
      due.nextAt += due.everyMs;
      due.work();
    }
    this.#ms = end;
  }
}

/** Puts a manual clock in place for the length of every test of a file. */
export function manualClockForEachTest(): { readonly clock: ManualClock } {
  const holder = { clock: new ManualClock() };
  beforeEach(() => {
    holder.clock = new ManualClock();
    useClock(holder.clock);
  });
  afterEach(() => {
    useClock();
  });
  return holder;
}
