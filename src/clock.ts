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
  readonly listeners: Set<(clock: Clock | undefined) => void>;
}
const holder = globalThis as { [SHARED]?: SharedClock };
const shared: SharedClock = (holder[SHARED] ??= { clock: undefined, listeners: new Set() });
if (shared.clock !== undefined) current = shared.clock;
shared.listeners.add((clock) => {
  current = clock ?? systemClock;
  forget();
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
export function useClock(clock?: Clock): void {
  shared.clock = clock;
  for (const listener of shared.listeners) listener(clock);
}

/** How much later than it was read the time may be before an answer depends on it, in milliseconds. */
const MARGIN_MS = 1000;
/** As many answers are given by one reading, at the most. */
const ANSWERS = 16;
/** So many readings within so many milliseconds make a busy turn. */
const BUSY_READINGS = 8;
const BUSY_MS = 0.2;

const UNKNOWN = Number.POSITIVE_INFINITY;
/** The time as it was read in this turn of the event loop, when the turn is a busy one. */
let readAt = UNKNOWN;
let answersLeft = 0;
let isBusy = false;
let readings = 0;
let firstReadAt = 0;

/**
 * Whether the deadline at `index`, in rising milliseconds, is still to come. Exact to the millisecond, but for one case: in a turn of the event loop that asks many times, a deadline
 * that is more than a second away is compared with a time that was read in the same turn, at most 16 questions ago, because to read the time costs more than
 * all else in a hit. Only who blocks the event loop for more than a second in one turn can see the difference.
 */
export function isBefore(deadlines: Float64Array, index: number): boolean {
  // Read here: a number with a fraction that is passed on is an object, unless the compiler takes in this whole function where it is called.
  const deadline = deadlines[index] as number;
  if (answersLeft > 0 && readAt + MARGIN_MS < deadline) {
    answersLeft--;
    return true;
  }
  return deadline === Number.POSITIVE_INFINITY || read() < deadline;
}

function read(): number {
  const moment = current.elapsed();
  if (isBusy) {
    readAt = moment;
    answersLeft = ANSWERS;
  } else if (moment - firstReadAt > BUSY_MS) {
    readings = 0;
    firstReadAt = moment;
  } else if (++readings === BUSY_READINGS) beginBusyTurn();
  return moment;
}

const { now: systemNow } = performance;
/** Not there in a browser's world, which a test may run in. */
const { setImmediate: systemSetImmediate } = globalThis as { setImmediate?: typeof setImmediate };

/** Not by a clock that somebody turns, be it ours or that of a test framework: it may leap within a turn. */
function beginBusyTurn(): void {
  readings = 0;
  if (current !== systemClock || performance.now !== systemNow || systemSetImmediate === undefined || setImmediate !== systemSetImmediate) return;
  isBusy = true;
  // Runs before the event loop can wait for anything, and keeps it from waiting.
  setImmediate(forget);
}

/** Has `work` done at the end of this turn of the event loop, if it is a busy one; gives whether it will be. */
export function atEndOfBusyTurn(work: () => void): boolean {
  if (isBusy) endings.push(work);
  return isBusy;
}

const endings: (() => void)[] = [];

function forget(): void {
  for (const work of endings.splice(0)) work();
  isBusy = false;
  readAt = UNKNOWN;
  answersLeft = 0;
  readings = 0;
}
