/**
 * What one cache counts. Only counters that rise, so that they can be summed over methods and processes; rates are derived by whoever reads them.
 */
import { elapsed } from '../clock.js';

/** The counters of one method's cache since its process began. */
export class Counters {
  /** Calls answered from memory. */
  hits = 0;
  /** Calls answered with a result past its time, because the user allows that. */
  staleHits = 0;
  /** Calls that started a load. */
  misses = 0;
  /** Calls that waited for a load somebody else had started. */
  joined = 0;
  /** Calls that ran the method without looking into the cache: no key could be built, or the user wanted none. */
  bypassed = 0;
  /** Those of them that would have waited for themselves. */
  selfWaits = 0;
  /** Loads in the background. */
  refreshes = 0;
  /** Loads that ended well. */
  loads = 0;
  /** Results that were answered with and not stored. */
  unstored = 0;
  /** Loads that ended with an error. */
  loadErrors = 0;
  /** Calls that got an error which is remembered. */
  errorHits = 0;
  /** Loads that had to wait for their turn. */
  queued = 0;
  /** Loads that were not begun, because too many waited for their turn. */
  rejected = 0;
  /** Loads that nobody waited for any more, because they took too long. */
  timeouts = 0;
  /** Time spent in loads that ended well, in milliseconds. */
  loadTimeMs = 0;
  /** Entries dropped to make room. */
  evictions = 0;
  /** Entries found past their time. */
  expirations = 0;

  /** A load that began at this moment of the rising clock has ended well. */
  endLoad(startedAt: number): void {
    this.loads++;
    this.loadTimeMs += elapsed() - startedAt;
  }
}
