/**
 * Runs the method where nobody has a fresh answer: one load for each key, stores what it gives, and answers with something older where the user allows that.
 */
import { soon } from './clock.js';
import type { Entries } from './entries.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import { inNobodysName } from './flight/nobodys-name.js';
import type { Flight, LoadEvents } from './flight/single-flight.js';
import { addWaiter, circleThrough, track, type Work } from './flight/waits.js';
import { type Freshness, isVetoed, NOT_STORED, type Result, ttlOf, type Unless } from './freshness.js';
import { withSignal } from './key/abort-signals.js';
import { isPrimitive, isThenable, singleUseKind } from './kinds.js';
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

const NO_TAGS: readonly string[] = [];

/** Whose loads these are. */
export interface LoadOwner {
  readonly settings: {
    readonly name: string;
    readonly method: (this: any, ...args: any[]) => unknown;
    readonly freshness: Freshness;
    readonly unless: Unless | undefined;
  };
  readonly entries: Entries;
  readonly counters: Counters;
  readonly events: CacheEvents;
  /** Set where a function finds the tags of results. */
  readonly tagging: Tagging | undefined;
  /** Answers the call `self.method(...args)`. */
  find(table: Table, self: unknown, args: readonly unknown[]): unknown;
  /** Whether the method answers with promises, as far as is known. */
  isAsync: boolean;
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
    const stale = call.isForced === true ? undefined : this.#staleWhileLoading(table, key);
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
    if (slot === NONE) return this.#load(table, key, call);
    const isPaused = table.pauses.has(key.text);
    const mayWait = entries.isWithin(slot, settings.freshness.staleWhileRevalidateMs);
    if (isPaused || (mayWait && this.refresh(table, key, call))) return this.#answerWithStale(key, slot);
    return this.#load(table, key, call);
  }

  /** What there is of a result that is not longer past its time than that; answers with it are counted. */
  stale(table: Table, key: CallKey, graceMs: number): (() => unknown) | undefined {
    const { entries } = this.#owner;
    const slot = graceMs === 0 ? NONE : entries.stale(table, key);
    return slot !== NONE && entries.isWithin(slot, graceMs) ? () => this.#answerWithStale(key, slot) : undefined;
  }

  /** Whether a load of it that is under way need not be waited for, and what it is answered with then. */
  #staleWhileLoading(table: Table, key: CallKey): { readonly value: unknown } | undefined {
    const answer = this.stale(table, key, this.#owner.settings.freshness.staleWhileRevalidateMs);
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
    const args = call.signals.length === 0 ? call.args : withSignal(call.args, new AbortController().signal);
    const flight = table.flights.begin(key.text, settings.name);
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
    // The load belongs to everybody who waits for it, so it gets a signal of its own in the place of its first caller's.
    const controller = call.signals.length === 0 ? undefined : new AbortController();
    const flight = table.flights.begin(key.text, this.#owner.settings.name, controller);
    const args = controller === undefined ? call.args : withSignal(call.args, controller.signal);
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
    const stopTiming = counters.startLoad();
    tagging?.begin(flight);
    let tags: readonly string[] | undefined = NO_TAGS;
    const ended = (value: unknown): void => {
      stopTiming();
      if (tagging !== undefined) tags = this.#tagsOf(tagging, flight, value, { self, args });
    };
    const failed = (_error: unknown, counts: boolean): { readonly value: unknown } | undefined => {
      counters.loadErrors++;
      tagging?.fail(flight);
      return this.#insteadOfError(table, key, { counts, isForced });
    };
    let result: unknown;
    try {
      result = this.#enter(flight, self, args);
    } catch (error) {
      const instead = failed(error, flights.end(key.text, flight));
      if (instead === undefined) throw error;
      return instead.value;
    }
    if (isThenable(result)) {
      owner.isAsync = true;
      const keep = (value: unknown): Promise<void> | undefined =>
        this.#store(table, key, { self, value, args, isPromised: true, tags }) ? entries.journal?.whenDurable() : undefined;
      flights.follow(key.text, flight, result, { ended, failed, keep } satisfies LoadEvents);
      return flights.join(key.text, flight, signals, waiter);
    }
    this.#givesValues = true;
    ended(result);
    if (flights.end(key.text, flight) && this.#store(table, key, { self, value: result, args, isPromised: false, tags })) entries.journal?.makeDurable();
    return result;
  }

  /** Runs the method in the name of its load. A result that comes at once waits for nothing, and needs no name. */
  #enter(flight: Flight, self: unknown, args: readonly unknown[]): unknown {
    const { settings, isAsync } = this.#owner;
    flight.isEntered = true;
    try {
      if (this.#givesValues && !isAsync) return settings.method.apply(self, args as unknown[]);
      return track(flight, () => settings.method.apply(self, args as unknown[]));
    } finally {
      flight.isEntered = false;
    }
  }

  /** What a load that failed is answered with, where the user allows that; then it is not tried again for a while. */
  #insteadOfError(table: Table, key: CallKey, { counts, isForced }: { counts: boolean; isForced: boolean }): { readonly value: unknown } | undefined {
    const { entries, settings } = this.#owner;
    const { freshness } = settings;
    const fresh = isForced && freshness.staleIfErrorMs > 0 ? entries.fresh(table, key) : NONE;
    if (fresh !== NONE) return { value: entries.valueAt(fresh) };
    const slot = entries.stale(table, key);
    if (slot === NONE) return undefined;
    if (counts) table.pauses.begin(key.text, freshness.retryAfterErrorMs);
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

function selfWait(name: string, circle: readonly Work[]): ScrubjayError {
  const way = [...circle, circle[0]].flatMap((work) => work?.name ?? []).join(' → ');
  return new ScrubjayError(
    'SCRUBJAY_SELF_WAIT',
    `a load of ${name} asked for its own result, and would have waited for itself for ever: ${way}. The method was run for that call instead, and the result of that not stored. ` +
      'Let it ask something that is not cached, or something else.',
  );
}
