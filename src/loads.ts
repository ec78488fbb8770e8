/**
 * Runs the method where nobody has a fresh answer: one load for each key, stores what it gives, and answers with something older where the user allows that.
 */
import { isAgeAsked } from './cache-control.js';
import { elapsed, soon } from './clock.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import { inNobodysName } from './flight/nobodys-name.js';
import type { Flight, LoadEvents } from './flight/single-flight.js';
import { addWaiter, circleThrough, track, type Work } from './flight/waits.js';
import { withSignal } from './key/abort-signals.js';
import { staysSame } from './key/call-key.js';
import { isPrimitive, isThenable } from './kinds.js';
import { expectSameKey, runInTurn } from './load-limits.js';
import { LoadOutcomes, type LoadOwner } from './load-outcomes.js';
import type { Table } from './tables.js';
import { TimeLimits } from './time-limits.js';

const NONE = -1;
const NO_TAGS: readonly string[] = [];

/** A call that nobody has a fresh answer to. */
export interface Call {
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly signals: readonly AbortSignal[];
  /** It is loaded although there may be a fresh entry. */
  readonly isForced?: boolean;
}

export class Loads {
  readonly #owner: LoadOwner;
  readonly outcomes: LoadOutcomes;
  readonly #times: TimeLimits;
  /** The method has given a result at once. */
  #givesValues = false;

  constructor(owner: LoadOwner) {
    this.#owner = owner;
    this.outcomes = new LoadOutcomes(owner);
    this.#times = new TimeLimits(owner, this.outcomes);
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

  /**
   * Where tags were invalidated since the load began, and its result turns out to carry one of them, the call, which came after, is made anew; one that may be another call
   * by then does not wait to find out.
   */
  #join(table: Table, key: CallKey, flight: Flight, call: Call): unknown {
    const owner = this.#owner;
    const { self, args, signals } = call;
    const isOlder = owner.tagging?.isOlder(flight) === true;
    if (isOlder && !staysSame(owner.settings.rule, args)) return this.#load(table, key, call);
    owner.counters.joined++;
    const answer = this.#tellingAge(table, key, flight, table.flights.join(key.text, flight, signals));
    if (!isOlder) return answer;
    return answer.then((value) => (flight.isOutdated ? owner.find(table, self, args) : value));
  }

  /** Whoever waits for a load is told how old the answer is, where something older stands in for what the load does not give. */
  #tellingAge(table: Table, key: CallKey, flight: Flight, answer: Promise<unknown>): Promise<unknown> {
    if (!isAgeAsked()) return answer;
    return answer.then((value) => {
      this.#tellAgeOfOlder(table, key, flight);
      return value;
    });
  }

  #tellAgeOfOlder(table: Table, key: CallKey, { startedAt }: Flight): void {
    const { entries } = this.#owner;
    const slot = entries.keys.slotOf(table, key);
    if (slot !== NONE && !(entries.ages.storedAt(slot) >= startedAt)) this.#owner.tellAge(slot);
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
    if (isPaused || (mayWait && this.refresh(table, key, call))) return this.outcomes.answerWithStale(key, slot);
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
    return slot !== NONE && entries.isWithin(slot, graceMs) ? () => this.outcomes.answerWithStale(key, slot) : undefined;
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
      if (tagging !== undefined) tags = tagging.land(flight, value, { self, args });
    };
    const failed = (error: unknown, counts: boolean, isPromised = true): { readonly value: unknown } | undefined => {
      tagging?.fail(flight);
      return this.outcomes.insteadOfError(table, key, { error, isPromised, flight, counts, isForced, self, args, counters });
    };
    const guarded = owner.guard.begin(self, args);
    const enter = (): unknown => this.#enter(table, key, flight, { self, args });
    let result: unknown;
    try {
      result = guarded === undefined ? enter() : guarded.run(enter);
    } catch (error) {
      const instead = failed(error, flights.end(key.text, flight), false);
      if (instead === undefined) throw error;
      this.#tellAgeOfOlder(table, key, flight);
      return instead.value;
    }
    if (isThenable(result)) {
      owner.isAsync = true;
      const keep = (value: unknown): Promise<void> | undefined =>
        this.outcomes.keep(table, key, { self, value, args, isPromised: true, guarded, tags }) ? entries.journal?.whenDurable() : undefined;
      flights.follow(key.text, flight, result, { ended, failed, keep } satisfies LoadEvents);
      this.#times.limit(table, key, flight, isForced);
      return this.#tellingAge(table, key, flight, flights.join(key.text, flight, signals, waiter));
    }
    this.#givesValues = true;
    ended(result);
    if (flights.end(key.text, flight) && this.outcomes.keep(table, key, { self, value: result, args, isPromised: false, guarded, tags }))
      entries.journal?.makeDurable();
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
    return track(flight, () => runInTurn(bulkhead, flight, { name: settings.name, counters, run, expectSame, late: () => this.#times.late() }));
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
