/**
 * The only place where scrubjay learns what time it is, and where its timers start; tests put a clock of their own here.
 */

/** What scrubjay needs of a clock. */
export interface Clock {
  /** Wall-clock time, in milliseconds since 1970; it may jump. Deadlines on disk are in this time, because they must mean the same after a restart. */
  now(): number;
  /** Time that only ever rises, in milliseconds, with fractions. Durations and deadlines in memory are in this time: nothing ends early or late because the wall clock is set. */
  elapsed(): number;
  /** Runs `work` every `everyMs` milliseconds without keeping the process alive; the returned function ends it. */
  repeat(everyMs: number, work: () => void): () => void;
  /** Runs `work` once after `delayMs` milliseconds without keeping the process alive; the returned function calls it off. */
  after(delayMs: number, work: () => void): () => void;
  /** Runs `work` once when others had their turn, without keeping the process alive. */
  soon(work: () => void): void;
}

const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  repeat(everyMs, work) {
    const timer = setInterval(work, everyMs);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  },
  after(delayMs, work) {
    // Node runs a timer at once that is longer than it can count.
    const isLonger = delayMs > LONGEST_TIMER_MS;
    let callOff = (): void => {
      clearTimeout(timer);
    };
    const next = (): void => {
      if (isLonger) callOff = systemClock.after(delayMs - LONGEST_TIMER_MS, work);
      else work();
    };
    const timer = setTimeout(next, Math.min(delayMs, LONGEST_TIMER_MS));
    timer.unref();
    return () => {
      callOff();
    };
  },
  soon(work) {
    setImmediate(work).unref();
  },
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

let current: Clock = systemClock;

/** The ES module and the CommonJS build may be loaded side by side, each with a `current` of its own: all are told, so that asking for the time stays one look. */
const SHARED = Symbol.for('scrubjay.clocks.v1');
interface SharedClock {
  clock: Clock | undefined;
  readonly listeners: Set<(clock: Clock) => void>;
}
const holder = globalThis as { [SHARED]?: SharedClock };
const shared: SharedClock = (holder[SHARED] ??= { clock: undefined, listeners: new Set() });
if (shared.clock !== undefined) current = shared.clock;
shared.listeners.add((clock) => {
  current = clock;
});

/** Wall-clock milliseconds of the clock in use. */
export const now = (): number => current.now();

/** Rising milliseconds of the clock in use. */
export const elapsed = (): number => current.elapsed();

/** A repeating timer of the clock in use. It never keeps the process alive. */
export const repeat = (everyMs: number, work: () => void): (() => void) => current.repeat(everyMs, work);

/** A timer of the clock in use that runs once. It never keeps the process alive. */
export const after = (delayMs: number, work: () => void): (() => void) => current.after(delayMs, work);

/** Runs `work` once, when others had their turn, by the clock in use. */
export const soon = (work: () => void): void => {
  current.soon(work);
};

/** The clock in use: its timers stop with it. */
export const clockInUse = (): Clock => current;

/** Puts `clock` in place of the clock in use, the system's own when left out. For tests. */
export function useClock(clock: Clock = systemClock): void {
  shared.clock = clock;
  for (const listener of shared.listeners) listener(clock);
}
