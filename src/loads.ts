/**
 * Runs the method where nobody has a fresh answer: one load for each key, stores what it gives, and answers with something older where the user allows that.
 */
import { elapsed, soon } from './clock.js';
import type { Entries } from './entries.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import type { Bulkhead } from './flight/bulkhead.js';
import { inNobodysName } from './flight/nobodys-name.js';
import type { Flight, LoadEvents } from './flight/single-flight.js';
import { addWaiter, circleThrough, track, type Work } from './flight/waits.js';
import { type Freshness, isRemembered, isVetoed, NOT_STORED, type Result, ttlOf, type Unless } from './freshness.js';
import type { Gathering } from './gathering.js';
import { withSignal } from './key/abort-signals.js';
import { isPrimitive, isThenable, singleUseKind } from './kinds.js';
import { expectSameKey, isRefusal, type LoadLimits, runInTurn, tookTooLong, within } from './load-limits.js';
import type { CacheEvents } from './stats/cache-events.js';
import type { Counters } from './stats/counters.js';
import type { Table } from './tables.js';
import type { Tagging } from './tagging.js';

const NONE = -1;

/** A call that nobody has a fresh answer to. */
export interface Call {
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly signals: readonly AbortSignal[];
  /** It is loaded although there may be a fresh entry. */
  readonly isForced?: boolean;
}

/** What a load gave. */
interface Loaded extends Result {
  readonly isPromised: boolean;
  /** `undefined` where it must not be stored. */
  readonly tags: readonly string[] | undefined;
}

/** How a load has failed. */
interface FailedLoad {
  readonly error: unknown;
  readonly isPromised: boolean;
  readonly flight: Flight;
  /** Whether it was not fenced off. */
  readonly counts: boolean;
  readonly isForced: boolean;
  readonly args: readonly unknown[];
}

const NO_TAGS: readonly string[] = [];

/** Whose loads these are. */
export interface LoadOwner {
  readonly settings: {
    readonly name: string;
    readonly method: (this: any, ...args: any[]) => unknown;
    readonly freshness: Freshness;
    readonly unless: Unless | undefined;
    readonly loads: LoadLimits;
    readonly batch?: unknown;
  };
  readonly entries: Entries;
  readonly counters: Counters;
  readonly events: CacheEvents;
  /** Set where only so many loads may run at one time. */
  readonly bulkhead: Bulkhead | undefined;
  /** Set where a function finds the tags of results. */
  readonly tagging: Tagging | undefined;
  /** Answers the call `self.method(...args)`. */
  find(table: Table, self: unknown, args: readonly unknown[]): unknown;
  readonly gathering: Gathering;
  /** Whether the method answers with promises, as far as is known. */
  isAsync: boolean;
  keyOf(table: Table, self: unknown, args: readonly unknown[]): CallKey;
  /** Tells the application once what went wrong without failing a call. */
  reportOnce(error: ScrubjayError): void;
}

export class Loads {
  readonly #owner: LoadOwner;
  /** The method has given a result at once. */
  #givesValues = false;

  constructor(owner: LoadOwner) {
    this.#owner = owner;
  }

  /** Answers a call whose entry is past its time, or not there: with what is still of use, by joining the load under way, or by a load. */
  answer(table: Table, key: CallKey, call: Call): unknown {
    const flight = table.flights.of(key.text);
    if (flight === undefined || (flight.promise === undefined && !flight.isEntered))
      return call.isForced === true ? this.#load(table, key, call) : this.#start(table, key, call);
    const stale = call.isForced === true ? undefined : this.#staleWhileLoading(table, key, flight.isSlow);
    if (stale !== undefined) return stale.value;
    const circle = flight.isEntered ? [flight] : circleThrough(flight);
    if (circle !== undefined) return this.#runPast(call, circle);
    return this.#join(table, key, flight, call);
  }

  /** Where tags were invalidated since the load began, and its result turns out to carry one of them, the call, which came after, is made anew. */
  #join(table: Table, key: CallKey, flight: Flight, { self, args, signals }: Call): Promise<unknown> {
    const owner = this.#owner;
    owner.counters.joined++;
    const answer = table.flights.join(key.text, flight, signals);
    if (owner.tagging?.isOlder(flight) !== true) return answer;
    return answer.then((value) => (flight.isOutdated ? owner.find(table, self, args) : value));
  }

  /** The call is made by the load that it would wait for. The bare method would have run again, and so does this one; what it gives is that call's alone. */
  #runPast({ self, args }: Call, circle: readonly Work[]): unknown {
    const { counters, settings, isAsync } = this.#owner;
    counters.bypassed++;
    counters.selfWaits++;
    // Where results come at once nobody waits: such a call is an ordinary recursion.
    if (isAsync) this.#owner.reportOnce(selfWait(settings.name, circle));
    return settings.method.apply(self, args as unknown[]);
  }

  #start(table: Table, key: CallKey, call: Call): unknown {
    const { entries, settings } = this.#owner;
    const slot = entries.stale(table, key);
    if (slot === NONE) return this.#loadUnlessFailed(table, key, call);
    const isPaused = table.pauses.recall(key.text) === true;
    const mayWait = entries.isWithin(slot, settings.freshness.staleWhileRevalidateMs);
    if (isPaused || (mayWait && this.refresh(table, key, call))) return this.#answerWithStale(key, slot);
    return this.#loadUnlessFailed(table, key, call);
  }

  /** An error that is remembered is as good as a load that fails with it. */
  #loadUnlessFailed(table: Table, key: CallKey, call: Call): unknown {
    const failure = table.failures.isEmpty ? undefined : table.failures.recall(key.text);
    if (failure === undefined) return this.#load(table, key, call);
    this.#owner.counters.errorHits++;
    if (failure.isPromised) return Promise.reject(failure.error as Error);
    throw failure.error;
  }

  /** What there is of a result that is not longer past its time than that; answers with it are counted. */
  stale(table: Table, key: CallKey, graceMs: number): (() => unknown) | undefined {
    const { entries } = this.#owner;
    const slot = graceMs === 0 ? NONE : entries.stale(table, key);
    return slot !== NONE && entries.isWithin(slot, graceMs) ? () => this.#answerWithStale(key, slot) : undefined;
  }

  /** Whether a load of it that is under way need not be waited for, and what it is answered with then. */
  #staleWhileLoading(table: Table, key: CallKey, isSlow: boolean): { readonly value: unknown } | undefined {
    const { staleWhileRevalidateMs, staleIfErrorMs } = this.#owner.settings.freshness;
    const answer = this.stale(table, key, isSlow ? Math.max(staleWhileRevalidateMs, staleIfErrorMs) : staleWhileRevalidateMs);
    return answer && { value: answer() };
  }

  /**
   * Loads in the background, in nobody's name, unless a load is under way. Gives false where that cannot be done: a sync method would have to be called later,
   * with arguments that may have changed by then.
   */
  refresh(table: Table, key: CallKey, call: Call): boolean {
    const { counters, isAsync, settings } = this.#owner;
    if (table.flights.isLoading(key.text)) return true;
    if (!isAsync && !call.args.every(isPrimitive)) return false;
    counters.refreshes++;
    const { controller, args } = withOwnSignal(call);
    const flight = table.flights.begin(key.text, settings.name, controller);
    const load = (): void => {
      if (table.flights.of(key.text) !== flight) return;
      try {
        const result = this.#run(table, key, flight, { ...call, args, signals: [] });
        if (isThenable(result)) void Promise.resolve(result).catch(() => undefined);
      } catch {
        // It is counted, and the next call may try again.
      }
    };
    if (isAsync) inNobodysName(load);
    else soon(() => inNobodysName(load));
    return true;
  }

  #answerWithStale(key: CallKey, slot: number): unknown {
    this.#countStaleHit(key);
    return this.#owner.entries.use(slot);
  }

  #countStaleHit({ text }: CallKey): void {
    const { counters, events } = this.#owner;
    counters.staleHits++;
    events.tell('cache:hit', () => text, { stale: true });
  }

  #load(table: Table, key: CallKey, call: Call): unknown {
    const { counters, events } = this.#owner;
    counters.misses++;
    events.tell('cache:miss', () => key.text);
    const { controller, args } = withOwnSignal(call);
    const flight = table.flights.begin(key.text, this.#owner.settings.name, controller);
    // Before the method runs: what it asks for itself must find that its caller waits.
    const waiter = addWaiter(flight);
    return this.#run(table, key, flight, { ...call, args }, waiter);
  }

  /** Runs the method, stores what it gives, and answers when that is kept as its durability promises. */
  #run(table: Table, key: CallKey, flight: Flight, { self, args, signals, isForced = false }: Call, waiter?: Work): unknown {
    const owner = this.#owner;
    const { entries, counters } = owner;
    const { flights } = table;
    const { tagging } = owner;
    flight.startedAt = elapsed();
    tagging?.begin(flight);
    let tags: readonly string[] | undefined = NO_TAGS;
    const ended = (value: unknown): void => {
      counters.endLoad(flight.startedAt);
      if (tagging !== undefined) tags = this.#tagsOf(tagging, flight, value, { self, args });
    };
    const failed = (error: unknown, counts: boolean, isPromised = true): { readonly value: unknown } | undefined => {
      tagging?.fail(flight);
      return this.#insteadOfError(table, key, { error, isPromised, flight, counts, isForced, args });
    };
    let result: unknown;
    try {
      result = this.#enter(table, key, flight, { self, args });
    } catch (error) {
      const instead = failed(error, flights.end(key.text, flight), false);
      if (instead === undefined) throw error;
      return instead.value;
    }
    if (isThenable(result)) {
      owner.isAsync = true;
      const keep = (value: unknown): Promise<void> | undefined =>
        this.#keep(table, key, { self, value, args, isPromised: true, tags }) ? entries.journal?.whenDurable() : undefined;
      flights.follow(key.text, flight, result, { ended, failed, keep } satisfies LoadEvents);
      if (this.#isTimed) this.#limit(table, key, flight, isForced);
      return flights.join(key.text, flight, signals, waiter);
    }
    this.#givesValues = true;
    ended(result);
    if (flights.end(key.text, flight) && this.#keep(table, key, { self, value: result, args, isPromised: false, tags })) entries.journal?.makeDurable();
    return result;
  }

  /** Runs the method in the name of its load. A result that comes at once waits for nothing, and needs no name. */
  #enter(table: Table, key: CallKey, flight: Flight, { self, args }: Omit<Call, 'signals'>): unknown {
    const { settings, isAsync, bulkhead, counters } = this.#owner;
    const run = (): unknown => {
      flight.isEntered = true;
      try {
        return settings.method.apply(self, args as unknown[]);
      } finally {
        flight.isEntered = false;
      }
    };
    if (this.#givesValues && !isAsync) return run();
    // Of a batch it is the calls of the method that wait for their turn, not the elements.
    if (bulkhead === undefined || settings.batch !== undefined || (!isAsync && bulkhead.isFull)) return track(flight, run);
    const expectSame = (): void => {
      if (!args.every(isPrimitive)) expectSameKey(this.#owner.keyOf(table, self, args).text === key.text, settings.name);
    };
    return track(flight, () => runInTurn(bulkhead, flight, { name: settings.name, counters, run, expectSame, late: () => this.#late() }));
  }

  #late(): ScrubjayError {
    const { counters, settings } = this.#owner;
    counters.timeouts++;
    return tookTooLong(settings.name, settings.loads.hardTimeoutMs);
  }

  get #isTimed(): boolean {
    const { softTimeoutMs, hardTimeoutMs } = this.#owner.settings.loads;
    return softTimeoutMs !== Number.POSITIVE_INFINITY || hardTimeoutMs !== Number.POSITIVE_INFINITY;
  }

  /** From now on nobody waits for a load that is under way for longer than the user said; the time in the queue counts. */
  #limit(table: Table, key: CallKey, flight: Flight, isForced: boolean): void {
    const { settings, entries } = this.#owner;
    const { softTimeoutMs, hardTimeoutMs } = settings.loads;
    const promise = within(flight.promise as Promise<unknown>, hardTimeoutMs, (resolve, reject) => {
      const error = this.#late();
      const counts = table.flights.of(key.text) === flight;
      table.flights.giveUp(key.text, flight, error);
      const instead = this.#standIn(table, key, { mayPause: counts, isForced });
      if (instead === undefined) reject(error);
      else resolve(instead.value);
    });
    flight.promise = promise;
    flight.until = flight.startedAt + hardTimeoutMs;
    if (entries.stale(table, key) === NONE) return;
    flight.promise = within(promise, softTimeoutMs, (resolve) => {
      const instead = this.#standIn(table, key, { mayPause: false, isForced });
      if (instead === undefined) return;
      // Who comes when that is of no use any more waits for the load.
      flight.promise = promise;
      flight.isSlow = true;
      resolve(instead.value);
    });
  }

  /** What callers get where a load has failed, if not its error; the error may be remembered. */
  #insteadOfError(table: Table, key: CallKey, { error, isPromised, flight, counts, isForced, args }: FailedLoad): { readonly value: unknown } | undefined {
    const { counters, settings } = this.#owner;
    const { freshness, name } = settings;
    const isRefused = flight.isRefused || (settings.batch !== undefined && isRefusal(error));
    // Who waited has had an answer already.
    const isTold = flight.isOverdue;
    if (!isRefused) counters.loadErrors++;
    const mayPause = counts && !isRefused && !isTold;
    const instead = isTold ? undefined : this.#standIn(table, key, { mayPause, isForced });
    if (instead !== undefined || !mayPause || freshness.cacheErrors === undefined) return instead;
    try {
      if (isRemembered(freshness.cacheErrors, error, args, name)) table.failures.remember(key.text, { error, isPromised }, freshness.cacheErrors.ttlMs);
    } catch (problem) {
      this.#owner.reportOnce(problem as ScrubjayError);
    }
    return undefined;
  }

  /** What stands in for a result that does not come, where the user allows that; then it is not tried again for a while. */
  #standIn(table: Table, key: CallKey, { mayPause, isForced }: { mayPause: boolean; isForced: boolean }): { readonly value: unknown } | undefined {
    const { entries, settings } = this.#owner;
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

  /** The tags of a result; `undefined` where it is not to be stored. */
  #tagsOf(
    tagging: Tagging,
    flight: Flight,
    value: unknown,
    call: { readonly self: unknown; readonly args: readonly unknown[] },
  ): readonly string[] | undefined {
    try {
      return tagging.land(flight, value, call);
    } catch (error) {
      this.#owner.reportOnce(error as ScrubjayError);
      return undefined;
    }
  }

  /** Stores the result of a load. What is to be evicted soon must not come back from disk: the load may have begun before that was asked for. */
  #keep(table: Table, key: CallKey, result: Loaded): boolean {
    const { entries, gathering } = this.#owner;
    const isStored = this.#store(table, key, result);
    if (isStored && entries.journal !== undefined && gathering.concerns(table, key.text)) {
      try {
        entries.takeOffDisk([entries.keys.slotOf(table, key)]);
      } catch (error) {
        this.#owner.reportOnce(error as ScrubjayError);
      }
    }
    return isStored;
  }

  /** Stores what was not loaded but written, as if a load of this call had given it now. */
  storeWritten(table: Table, key: CallKey, value: unknown, { self, args }: Pick<Call, 'self' | 'args'>): void {
    const { tagging, isAsync } = this.#owner;
    let tags: readonly string[] | undefined = NO_TAGS;
    try {
      if (tagging !== undefined) tags = tagging.tagsOf(value, { self, args });
    } catch (error) {
      this.#owner.reportOnce(error as ScrubjayError);
      tags = undefined;
    }
    this.#store(table, key, { self, value, args, isPromised: isAsync, tags });
  }

  /** Stores a result, as long as its freshness says; gives whether it is stored. */
  #store(table: Table, key: CallKey, result: Loaded): boolean {
    const { entries, counters, settings } = this.#owner;
    const { value, isPromised, tags } = result;
    let ttlMs = NOT_STORED;
    try {
      const isKept = tags !== undefined && this.#canBeKept(value) && !isVetoed(settings.unless, result, settings.name);
      if (isKept) ttlMs = ttlOf(settings.freshness, result, settings.name);
    } catch (error) {
      this.#owner.reportOnce(error as ScrubjayError);
    }
    if (ttlMs !== NOT_STORED) {
      entries.put(table, key, value, isPromised, ttlMs, tags);
      return true;
    }
    counters.unstored++;
    // What is not stored does not leave an older result in its place.
    entries.discard(table, key);
    return false;
  }

  /** A stream or an iterator would be at its end for the next caller. */
  #canBeKept(value: unknown): boolean {
    const kind = singleUseKind(value);
    if (kind === undefined) return true;
    const advice = 'return what was read from it, such as an array, or take the decorator away.';
    const { name } = this.#owner.settings;
    this.#owner.reportOnce(
      new ScrubjayError('SCRUBJAY_RESULT_REFUSED', `${name} gave ${kind}, which can be read only once; such results are not cached: ${advice}`),
    );
    return false;
  }
}

/** The load belongs to everybody who waits for it, so it gets a signal of its own in the place of its first caller's. */
function withOwnSignal({ args, signals }: Call): { readonly controller: AbortController | undefined; readonly args: readonly unknown[] } {
  if (signals.length === 0) return { controller: undefined, args };
  const controller = new AbortController();
  return { controller, args: withSignal(args, controller.signal) };
}

function selfWait(name: string, circle: readonly Work[]): ScrubjayError {
  const way = [...circle, circle[0]].flatMap((work) => work?.name ?? []).join(' → ');
  return new ScrubjayError(
    'SCRUBJAY_SELF_WAIT',
    `a load of ${name} asked for its own result, and would have waited for itself for ever: ${way}. The method was run for that call instead, and the result of that not stored. ` +
      'Let it ask something that is not cached, or something else.',
  );
}
