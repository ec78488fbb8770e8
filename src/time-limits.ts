/**
 * For how long callers wait for a load.
 */
import type { ScrubjayError } from './errors.js';
import type { Load } from './load.js';
import { tookTooLong, within } from './load-limits.js';
import type { LoadOutcomes, LoadOwner } from './load-outcomes.js';

const NONE = -1;
const NEVER = Number.POSITIVE_INFINITY;

export class TimeLimits {
  readonly #owner: LoadOwner;
  readonly #outcomes: LoadOutcomes;

  constructor(owner: LoadOwner, outcomes: LoadOutcomes) {
    this.#owner = owner;
    this.#outcomes = outcomes;
  }

  /** Nobody waits any more: counts that, and gives the error that callers get. */
  late(): ScrubjayError {
    const { counters, settings } = this.#owner;
    counters.timeouts++;
    return tookTooLong(settings.name, settings.loads.hardTimeoutMs);
  }

  /** From now on nobody waits for a load that is under way for longer than the user said; the time in the queue counts. */
  limit(flight: Load, isForced = false): void {
    const { table, key } = flight;
    const { settings, entries } = this.#owner;
    const { softTimeoutMs, hardTimeoutMs } = settings.loads;
    if (softTimeoutMs === NEVER && hardTimeoutMs === NEVER) return;
    const promise = within(flight.promise as Promise<unknown>, hardTimeoutMs, (resolve, reject) => {
      const error = this.late();
      const counts = table.flights.of(key) === flight;
      table.flights.giveUp(flight, error);
      const instead = this.#outcomes.standIn(table, key, { mayPause: counts, isForced });
      if (instead === undefined) reject(error);
      else resolve(instead.value);
    });
    flight.promise = promise;
    flight.until = flight.startedAt + hardTimeoutMs;
    if (entries.stale(table, key) === NONE) return;
    flight.promise = within(promise, softTimeoutMs, (resolve) => {
      const instead = this.#outcomes.standIn(table, key, { mayPause: false, isForced });
      if (instead === undefined) return;
      // Who comes when that is of no use any more waits for the load.
      flight.promise = promise;
      flight.isSlow = true;
      resolve(instead.value);
    });
  }
}
