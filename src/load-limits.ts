/**
 * How many loads of a method run at one time, and for how long anybody waits for one.
 */
import { after, elapsed } from './clock.js';
import { isScrubjayError, ScrubjayError } from './errors.js';
import { Bulkhead, type LoadWork } from './flight/bulkhead.js';

/** What a user said about loads, after the checks. */
export interface LoadLimits {
  /** The most that run at one time; Infinity for any number. */
  readonly maxLoads: number;
  /** The most that wait for their turn. */
  readonly maxQueuedLoads: number;
  /** After so many milliseconds those who wait are answered with something older, if there is such. Infinity for never. */
  readonly softTimeoutMs: number;
  /** After so many milliseconds nobody waits any more. Infinity for never. */
  readonly hardTimeoutMs: number;
}

export const NO_LOAD_LIMITS: LoadLimits = {
  maxLoads: Number.POSITIVE_INFINITY,
  maxQueuedLoads: 1000,
  softTimeoutMs: Number.POSITIVE_INFINITY,
  hardTimeoutMs: Number.POSITIVE_INFINITY,
};

/** Lets so many loads of a method run at one time; `undefined` where any number may. */
export const bulkheadOf = ({ maxLoads, maxQueuedLoads }: LoadLimits): Bulkhead | undefined =>
  maxLoads === Number.POSITIVE_INFINITY ? undefined : new Bulkhead(maxLoads, maxQueuedLoads);

/** What counts loads that have to wait, or are refused. */
interface QueueCounters {
  queued: number;
  rejected: number;
}

/** A load that may have to wait for its turn. `expectSame` fails when it is not the same any more as before it waited. */
export interface QueuedLoad {
  readonly name: string;
  readonly counters: QueueCounters;
  readonly run: () => unknown;
  readonly expectSame: () => void;
  /** Nobody waits for it any more: the error that callers get. */
  readonly late: () => ScrubjayError;
}

/** Runs a load when it is its turn: at once, or later as a promise. One for which there is no room is rejected with SCRUBJAY_TOO_MANY_LOADS. */
export function runInTurn(bulkhead: Bulkhead, work: LoadWork, load: QueuedLoad): unknown {
  const turn = (work.turn = bulkhead.take(work));
  work.isRefused = turn?.ready !== undefined || turn === undefined;
  if (turn === undefined) {
    load.counters.rejected++;
    return Promise.reject(tooMany(load.name, bulkhead));
  }
  if (turn.ready === undefined) return turn.during(load.run);
  load.counters.queued++;
  return turn.ready.then(() => {
    return turn.during(() => {
      load.expectSame();
      const startedAt = elapsed();
      if (startedAt >= work.until) throw load.late();
      work.isRefused = false;
      work.startedAt = startedAt;
      return load.run();
    });
  });
}

/**
 * Arguments that were changed while a load waited for its turn make it another call.
 * @throws SCRUBJAY_ARGUMENTS_CHANGED
 */
export function expectSameKey(isSame: boolean, name: string): void {
  if (isSame) return;
  throw new ScrubjayError(
    'SCRUBJAY_ARGUMENTS_CHANGED',
    `${name}: a call waited for its turn, as maxLoads says, and its arguments were changed meanwhile, so that it would have been another call. Give each call objects of its own.`,
  );
}

/** Whether a load was never run. */
export const isRefusal = (error: unknown): boolean =>
  isScrubjayError(error) && (error.code === 'SCRUBJAY_TOO_MANY_LOADS' || error.code === 'SCRUBJAY_ARGUMENTS_CHANGED');

const tooMany = (name: string, { most, mostQueued }: Bulkhead): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_TOO_MANY_LOADS',
    `${name}: ${most} loads are under way and ${mostQueued} wait for their turn, which is as many as maxLoads and maxQueuedLoads allow; this one was not begun. ` +
      'Try again later; if that happens every day, raise the one that the source can bear, or say staleIfError.',
  );

/** Nobody waited any longer. */
export const tookTooLong = (name: string, hardTimeoutMs: number): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOAD_TIMEOUT',
    `${name}: a load took longer than its hardTimeout of ${hardTimeoutMs} ms, and nobody waits for it any more. Find out what its source does, or raise hardTimeout.`,
  );

/** The same promise, but that `late` may settle it after `delayMs` milliseconds. */
export function within(
  promise: Promise<unknown>,
  delayMs: number,
  late: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
): Promise<unknown> {
  if (delayMs === Number.POSITIVE_INFINITY) return promise;
  return new Promise((resolve, reject) => {
    const callOff = after(delayMs, () => {
      late(resolve, reject);
    });
    promise.finally(callOff).then(resolve, reject);
  });
}
