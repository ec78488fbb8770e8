/**
 * A clock that tests turn by hand: nothing sleeps, and a millisecond is exactly a millisecond.
 */
import { type Clock, clockInUse, useClock } from '../clock.js';

/** Taken before any test can put something else in its place. */
const { setImmediate: othersTurn } = globalThis;
/** A load in the background, with what it waits for, has ended after so many turns of others, unless it waits for the world outside. */
const TURNS = 10;

/** A clock for all caches of the process. It stands still, at midnight of 1 January 2026 UTC to begin with, until it is turned. */
export class ManualClock implements Clock {
  #ms = Date.UTC(2026, 0, 1);
  /** By how much the wall clock was set. */
  #jumpedMs = 0;
  readonly #timers = new Set<{ everyMs: number; nextAt: number; work: () => void }>();

  /** Wall-clock time, in milliseconds since 1970. */
  now(): number {
    return this.#ms + this.#jumpedMs;
  }

  /** Time that only ever rises, in milliseconds. */
  elapsed(): number {
    return this.#ms;
  }

  /** Runs `work` every `everyMs` milliseconds of this clock; the returned function ends it. */
  repeat(everyMs: number, work: () => void): () => void {
    const timer = { everyMs, nextAt: this.#ms + everyMs, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Runs `work` once, `delayMs` milliseconds of this clock from now; the returned function calls it off. */
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

  /** Runs `work` once when others had their turn; that needs no time to pass. */
  soon(work: () => void): void {
    othersTurn(work);
  }

  /** How many timers wait for this clock. */
  get timers(): number {
    return this.#timers.size;
  }

  /** The wall clock is set by `ms` milliseconds; no time passes. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** Lets `ms` milliseconds pass; timers that become due run in between. */
  advance(ms: number): void {
    const end = this.#ms + ms;
    for (let due = this.#nextUntil(end); due !== undefined; due = this.#nextUntil(end)) this.#run(due);
    this.#ms = end;
  }

  /** The same, and whatever timers and earlier calls have started in the background gets its turn: loads of `staleWhileRevalidate` and `refreshAhead`, slices of work. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#ms + ms;
    await this.settle();
    for (let due = this.#nextUntil(end); due !== undefined; due = this.#nextUntil(end)) {
      this.#run(due);
      await this.settle();
    }
    this.#ms = end;
  }

  /** Lets what goes on in the background come to its end, as far as it waits for neither time nor the world outside. No time passes. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => void othersTurn(resolve));
  }

  #nextUntil(end: number): { everyMs: number; nextAt: number; work: () => void } | undefined {
    return [...this.#timers].filter((timer) => timer.nextAt <= end).sort((one, other) => one.nextAt - other.nextAt)[0];
  }

  #run(timer: { everyMs: number; nextAt: number; work: () => void }): void {
    this.#ms = timer.nextAt;
    timer.nextAt += timer.everyMs;
    timer.work();
  }
}

/** A manual clock that is in use, until it is told otherwise. */
export interface ManualClockInUse extends ManualClock {
  /** Puts the clock back that was in use before. */
  restore(): void;
  /** `restore`, for `using clock = manualClock()`. */
  [Symbol.dispose](): void;
}

class ClockInUse extends ManualClock implements ManualClockInUse {
  readonly #before: Clock;

  constructor() {
    super();
    this.#before = clockInUse();
    useClock(this);
  }

  restore(): void {
    if (clockInUse() === this) useClock(this.#before);
  }

  [Symbol.dispose](): void {
    this.restore();
  }
}

/**
 * Puts a clock in the place of the system's, for every cache of the process, of all copies of the library: ttl, timers and work in the background go by it alone.
 * To be called before what a test looks at is stored: an entry keeps the end it was given. `restore()` gives the system's clock back.
 */
export function manualClock(): ManualClockInUse {
  return new ClockInUse();
}
