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
  /** Time spent in loads that ended well, in milliseconds. */
  loadTimeMs = 0;
  /** Entries dropped to make room. */
  evictions = 0;
  /** Entries found past their time. */
  expirations = 0;

  /** Begins to time a load; call what it gives when the load has ended well. */
  startLoad(): () => void {
    const startedAt = elapsed();
    return () => {
      this.loads++;
      this.loadTimeMs += elapsed() - startedAt;
    };
  }
}
