/**
 * What becomes of a load that has ended: what is stored of its result, and what callers get where it has failed.
 */
import type { ContextGuard, GuardedLoad } from './context-guard.js';
import type { Entries } from './entries.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import type { Bulkhead } from './flight/bulkhead.js';
import type { Flight } from './flight/single-flight.js';
import { type Freshness, isRemembered, isVetoed, NOT_STORED, type Result, ttlOf, type Unless } from './freshness.js';
import type { Gathering } from './gathering.js';
import type { KeyRule } from './key/call-key.js';
import { singleUseKind } from './kinds.js';
import { isRefusal, type LoadLimits } from './load-limits.js';
import type { CacheEvents } from './stats/cache-events.js';
import type { Counters } from './stats/counters.js';
import type { Table } from './tables.js';
import type { Tagging } from './tagging.js';

const NONE = -1;
const NO_TAGS: readonly string[] = [];

/** What a load gave. */
export interface Loaded extends Result {
  readonly isPromised: boolean;
  readonly guarded?: GuardedLoad | undefined;
  /** `undefined` where it must not be stored. */
  readonly tags: readonly string[] | undefined;
}

/** A load, as far as its failure goes. */
interface LoadUnderWay extends Flight<CallKey> {
  readonly table: Table;
  /** Whether the method gave a promise. */
  readonly isPromised: boolean;
}

/** How a load has failed. */
interface LoadFailure {
  readonly error: unknown;
  /** Whether it was not fenced off. */
  readonly counts: boolean;
  readonly call: { readonly self: unknown; readonly args: readonly unknown[]; readonly isForced?: boolean };
  /** Those it began with; a reset gives a cache new ones. */
  readonly counters: Counters;
}

/** Whose loads these are. */
export interface LoadOwner {
  readonly settings: {
    readonly name: string;
    readonly method: (this: any, ...args: any[]) => unknown;
    readonly freshness: Freshness;
    readonly unless: Unless | undefined;
    readonly loads: LoadLimits;
    readonly rule: KeyRule;
    readonly batch?: unknown;
  };
  readonly entries: Entries;
  readonly counters: Counters;
  readonly events: CacheEvents;
  readonly guard: ContextGuard;
  /** Set where only so many loads may run at one time. */
  readonly bulkhead: Bulkhead | undefined;
  /** Set where a function finds the tags of results. */
  readonly tagging: Tagging | undefined;
  readonly gathering: Gathering;
  /** Answers the call `self.method(...args)`. */
  find(table: Table, self: unknown, args: readonly unknown[]): unknown;
  /** Whether the method answers with promises, as far as is known. */
  isAsync: boolean;
  keyOf(table: Table, self: unknown, args: readonly unknown[]): CallKey;
  /** Somebody is answered with the entry in `slot`. */
  tellAge(slot: number): void;
  /** Tells the application once what went wrong without failing a call. */
  reportOnce(error: ScrubjayError): void;
}

export class LoadOutcomes {
  readonly owner: LoadOwner;

  constructor(owner: LoadOwner) {
    this.owner = owner;
  }

  /** The entry in `slot`, which is past its time, is of use. */
  answerWithStale(key: CallKey, slot: number): unknown {
    this.#countStaleHit(key);
    this.owner.tellAge(slot);
    return this.owner.entries.use(slot);
  }

  #countStaleHit(key: CallKey): void {
    const { counters, events } = this.owner;
    counters.staleHits++;
    events.tell('cache:hit', () => key.text, { stale: true });
  }

  /** What callers get where a load has failed, if not its error; the error may be remembered. */
  insteadOfError(load: LoadUnderWay, { error, counts, call, counters }: LoadFailure): { readonly value: unknown } | undefined {
    const { settings } = this.owner;
    const { table, key, isPromised } = load;
    const { self, args, isForced = false } = call;
    const { freshness, name } = settings;
    const isRefused = load.isRefused || (settings.batch !== undefined && isRefusal(error));
    // Who waited has had an answer already.
    const isTold = load.isOverdue;
    if (!isRefused) counters.loadErrors++;
    const mayPause = counts && !isRefused && !isTold;
    const instead = isTold ? undefined : this.standIn(table, key, { mayPause, isForced });
    if (instead !== undefined || !mayPause || freshness.cacheErrors === undefined) return instead;
    try {
      if (isRemembered(freshness.cacheErrors, { self, error, args }, name))
        table.failures.remember(key.text, { error, isPromised }, freshness.cacheErrors.ttlMs);
    } catch (problem) {
      this.owner.reportOnce(problem as ScrubjayError);
    }
    return undefined;
  }

  /** What stands in for a result that does not come, where the user allows that; then it is not tried again for a while. */
  standIn(table: Table, key: CallKey, { mayPause, isForced }: { mayPause: boolean; isForced: boolean }): { readonly value: unknown } | undefined {
    const { entries, settings } = this.owner;
    const { freshness } = settings;
    const fresh = isForced && freshness.staleIfErrorMs > 0 ? entries.fresh(table, key) : NONE;
    if (fresh !== NONE) return { value: entries.valueAt(fresh) };
    const slot = entries.stale(table, key);
    if (slot === NONE) return undefined;
    if (mayPause) table.pauses.remember(key.text, true, freshness.retryAfterErrorMs);
    if (!entries.isWithin(slot, freshness.staleIfErrorMs)) return undefined;
    this.#countStaleHit(key);
    return { value: entries.valueAt(slot) };
  }

  /** Stores the result of a load. What is to be evicted soon must not come back from disk: the load may have begun before that was asked for. */
  keep(table: Table, key: CallKey, result: Loaded): boolean {
    const { entries, gathering } = this.owner;
    // Its source works again.
    table.forgetFailure(key);
    const isStored = this.#store(table, key, result);
    if (isStored && entries.journal !== undefined && gathering.concerns(table, key.text)) {
      try {
        entries.removals.takeOffDisk([entries.keys.slotOf(table, key)]);
      } catch (error) {
        this.owner.reportOnce(error as ScrubjayError);
      }
    }
    return isStored;
  }

  /** Stores what was not loaded but written, as if a load of this call had given it now. */
  storeWritten(table: Table, key: CallKey, value: unknown, { self, args }: { readonly self: unknown; readonly args: readonly unknown[] }): void {
    const { tagging, isAsync } = this.owner;
    let tags: readonly string[] | undefined = NO_TAGS;
    try {
      if (tagging !== undefined) tags = tagging.tagsOf(value, { self, args });
    } catch (error) {
      this.owner.reportOnce(error as ScrubjayError);
      tags = undefined;
    }
    this.#store(table, key, { self, value, args, isPromised: isAsync, tags });
  }

  /** Stores a result, as long as its freshness says; gives whether it is stored. */
  #store(table: Table, key: CallKey, result: Loaded): boolean {
    const { entries, counters, settings } = this.owner;
    const { value, isPromised, tags } = result;
    let ttlMs = NOT_STORED;
    try {
      const isKept =
        result.guarded?.mayBeStored() !== false && tags !== undefined && this.#canBeKept(value) && !isVetoed(settings.unless, result, settings.name);
      if (isKept) ttlMs = ttlOf(settings.freshness, result, settings.name);
    } catch (error) {
      this.owner.reportOnce(error as ScrubjayError);
    }
    if (ttlMs !== NOT_STORED) {
      entries.put(table, key, value, isPromised, ttlMs, tags);
      return true;
    }
    counters.unstored++;
    // What is not stored does not leave an older result in its place.
    entries.removals.discard(table, key);
    return false;
  }

  /** A stream or an iterator would be at its end for the next caller. */
  #canBeKept(value: unknown): boolean {
    const kind = singleUseKind(value);
    if (kind === undefined) return true;
    const advice = 'return what was read from it, such as an array, or take the decorator away.';
    const { name } = this.owner.settings;
    this.owner.reportOnce(
      new ScrubjayError('SCRUBJAY_RESULT_REFUSED', `${name} gave ${kind}, which can be read only once; such results are not cached: ${advice}`),
    );
    return false;
  }
}
