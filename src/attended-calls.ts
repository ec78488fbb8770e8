/**
 * The way of a call about which more than the entries decides. Nearly no call of nearly no cache comes here, so that a hit need not ask about any of it.
 */
import { type CheckedControl, cacheControl, isControlInUse } from './cache-control.js';
import { elapsed } from './clock.js';
import type { Entries } from './entries.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import type { Freshness } from './freshness.js';
import type { HandOut } from './hand-out.js';
import { signalsIn } from './key/abort-signals.js';
import { isWanted, type KeyRule, staysSame } from './key/call-key.js';
import { isThenable } from './kinds.js';
import type { Loads } from './loads.js';
import type { CacheEvents } from './stats/cache-events.js';
import type { Switches } from './switches.js';
import type { Table } from './tables.js';
import { isInTransaction } from './transactions.js';

/** Whose calls these are. */
export interface AttendedCache {
  readonly settings: { readonly name: string; readonly rule: KeyRule; readonly freshness: Freshness };
  readonly switches: Switches;
  readonly loads: Loads;
  readonly handOut: HandOut;
  readonly entries: Entries;
  readonly events: CacheEvents;
  readonly isOpen: boolean;
  readonly isAsync: boolean;
  open(): Promise<void>;
  openNow(): void;
  find(table: Table, self: unknown, args: readonly unknown[]): unknown;
  /** Answers as if nothing but the entries decided. */
  findPlain(table: Table, self: unknown, args: readonly unknown[]): unknown;
  /** Runs the method past the cache. */
  bypass(self: unknown, args: readonly unknown[]): unknown;
  /** Whether calls run past the cache at this moment, whatever they are. */
  readonly isBypassed: boolean;
  keyOf(table: Table, self: unknown, args: readonly unknown[]): CallKey;
  findWithoutKey(error: ScrubjayError, self: unknown, args: readonly unknown[]): unknown;
  tellHit(slot: number): void;
  /** Whether the transaction that this is part of has changed the entry under `text`. */
  isTouched(table: Table, text: string): boolean;
  reportOnce(error: ScrubjayError): void;
}

export class AttendedCalls {
  readonly #cache: AttendedCache;

  constructor(cache: AttendedCache) {
    this.#cache = cache;
  }

  /** Whether calls have to come here once the cache is open. */
  get isNeeded(): boolean {
    const { settings, switches, events, handOut } = this.#cache;
    return handOut.isNeeded || settings.rule.when !== undefined || !switches.isEnabled || isControlInUse() || events.wants('cache:hit');
  }

  /** Answers the call `self.method(...args)`. */
  find(table: Table, self: unknown, args: readonly unknown[]): unknown {
    const cache = this.#cache;
    if (cache.isBypassed) return cache.bypass(self, args);
    const { rule } = cache.settings;
    if (!cache.isOpen) {
      if (cache.isAsync && staysSame(rule, args)) return cache.open().then(() => cache.find(table, self, args));
      try {
        cache.openNow();
      } catch (error) {
        if (cache.isAsync) return Promise.reject(error as Error);
        throw error;
      }
    }
    const control = cacheControl();
    const isPast = (rule.when !== undefined && !this.#isWanted(self, args)) || this.#isTouched(table, self, args);
    if (isPast) return control?.mode === 'onlyIfCached' ? this.#refuse() : cache.bypass(self, args);
    const answer = this.#answer(control, table, self, args);
    if (!cache.handOut.isNeeded) return answer;
    const hand = (value: unknown): unknown => cache.handOut.give(value, () => cache.keyOf(table, self, args).text);
    return isThenable(answer) ? Promise.resolve(answer).then(hand) : hand(answer);
  }

  #answer(control: CheckedControl | undefined, table: Table, self: unknown, args: readonly unknown[]): unknown {
    return control === undefined || (control.mode === 'default' && control.minFreshMs === 0 && control.maxStaleMs === 0)
      ? this.#findTold(table, self, args)
      : this.#findControlled(control, table, self, args);
  }

  #findTold(table: Table, self: unknown, args: readonly unknown[]): unknown {
    const cache = this.#cache;
    const known = table.calls === undefined ? -1 : table.calls.find(args);
    if (known >= 0 && cache.entries.isUntroubled(known)) cache.tellHit(known);
    return cache.findPlain(table, self, args);
  }

  /** Answers as a CacheControl says. */
  #findControlled({ mode, minFreshMs, maxStaleMs }: CheckedControl, table: Table, self: unknown, args: readonly unknown[]): unknown {
    const cache = this.#cache;
    const { entries, loads, settings } = cache;
    let key: CallKey;
    try {
      key = cache.keyOf(table, self, args);
    } catch (error) {
      return mode === 'onlyIfCached' ? this.#refuse(error) : cache.findWithoutKey(error as ScrubjayError, self, args);
    }
    const slot = entries.fresh(table, key);
    const isFreshEnough = mode !== 'refresh' && slot >= 0 && entries.endOf(slot) - elapsed() >= minFreshMs;
    if (isFreshEnough) return this.#findTold(table, self, args);
    const graceMs = mode === 'onlyIfCached' && minFreshMs === 0 ? Math.max(maxStaleMs, settings.freshness.staleWhileRevalidateMs) : maxStaleMs;
    const stale = mode === 'refresh' || slot >= 0 ? undefined : loads.stale(table, key, graceMs);
    if (stale !== undefined) return stale();
    if (mode === 'onlyIfCached') return this.#refuse();
    if (mode === 'default' && minFreshMs === 0) return this.#findTold(table, self, args);
    const signals = signalsIn(args);
    if (signals.some(({ aborted }) => aborted) || isInTransaction()) return cache.bypass(self, args);
    return loads.answer(table, key, { self, args, signals, isForced: true });
  }

  #refuse(cause?: unknown): Promise<never> {
    const { settings, isAsync } = this.#cache;
    const error = new ScrubjayError(
      'SCRUBJAY_ONLY_IF_CACHED',
      `${settings.name}: there is no result of this call in the cache, and its caller wants none that is not there: withCacheControl({ mode: 'onlyIfCached' }). In HTTP's words: 504.`,
      { cause },
    );
    if (isAsync) return Promise.reject(error);
    throw error;
  }

  /** Whether the transaction that the call is part of has changed its entry. */
  #isTouched(table: Table, self: unknown, args: readonly unknown[]): boolean {
    const cache = this.#cache;
    if (!isInTransaction()) return false;
    try {
      return cache.isTouched(table, cache.keyOf(table, self, args).text);
    } catch {
      // A call without a key is the affair of `find`.
      return false;
    }
  }

  #isWanted(self: unknown, args: readonly unknown[]): boolean {
    try {
      return isWanted(this.#cache.settings.rule, self, args);
    } catch (error) {
      this.#cache.reportOnce(error as ScrubjayError);
      return false;
    }
  }
}
