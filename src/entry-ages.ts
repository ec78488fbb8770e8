/**
 * How old entries are, for whoever has asked for that with `withCacheControl({ onAge })`: until somebody does (`isAgeAsked`), nobody calls this.
 */
import { cacheControl } from './cache-control.js';
import { elapsed } from './clock.js';
import { ScrubjayError } from './errors.js';
import { describe } from './kinds.js';
import type { Residents } from './memory/residents.js';
import { StoredTimes } from './memory/stored-times.js';

/** Whose entries these are. */
interface Aging {
  readonly residents: Pick<Residents, 'latestEndOf'>;
  /** How long they live, where all live equally long. */
  ttlMs(): number;
}

export class EntryAges {
  readonly #aging: Aging;
  #times: StoredTimes | undefined;

  constructor(aging: Aging) {
    this.#aging = aging;
  }

  /** The entry in `slot` was stored at `moment`. */
  note(slot: number, moment: number): void {
    (this.#times ??= new StoredTimes()).note(slot, moment);
  }

  /**
   * The moment at which the entry in `slot` was stored. Where nobody has noted it, as before anybody asked and on disk, it is reckoned from the time that it has left;
   * NaN for one that never ends.
   */
  storedAt(slot: number): number {
    const noted = this.#times?.of(slot) ?? Number.NaN;
    if (!Number.isNaN(noted)) return noted;
    const ttlMs = this.#aging.ttlMs();
    return ttlMs === Number.POSITIVE_INFINITY ? Number.NaN : this.#aging.residents.latestEndOf(slot) - ttlMs;
  }

  /** Tells whoever runs the call that it was answered with the entry in `slot`. */
  tell(slot: number, report: (error: ScrubjayError) => void): void {
    const onAge = cacheControl()?.onAge;
    if (onAge === undefined) return;
    const age = elapsed() - this.storedAt(slot);
    try {
      onAge(Number.isNaN(age) ? undefined : Math.max(age, 0));
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : describe(cause);
      report(new ScrubjayError('SCRUBJAY_LISTENER_FAILED', `onAge of withCacheControl failed: ${said}. The call was answered all the same.`, { cause }));
    }
  }

  clear(): void {
    this.#times = undefined;
  }
}
