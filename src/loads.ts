/**
 * Runs the method where nobody has a fresh answer: one load for each key, stores what it gives, and answers with something older where the user allows that.
 */
import { isAgeAsked } from './cache-control.js';
import { soon } from './clock.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import { inNobodysName } from './flight/nobodys-name.js';
import type { Flight } from './flight/single-flight.js';
import { addWaiter, circleThrough, track, type Work } from './flight/waits.js';
import { withSignal } from './key/abort-signals.js';
import { staysSame } from './key/call-key.js';
import { isPrimitive, isThenable } from './kinds.js';
import { type Call, Load } from './load.js';
import { expectSameKey, runInTurn } from './load-limits.js';
import { LoadOutcomes, type LoadOwner } from './load-outcomes.js';
import type { Table } from './tables.js';
import { TimeLimits } from './time-limits.js';

const NONE = -1;
const NO_SIGNALS: readonly AbortSignal[] = [];

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
    const flight = table.flights.of(key);
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
    const answer = this.#tellingAge(table, key, flight, table.flights.join(flight, signals));
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
    const { counters, isAsync } = this.#owner;
    if (table.flights.isLoading(key)) return true;
    if (!isAsync && !call.args.every(isPrimitive)) return false;
    counters.refreshes++;
    const flight = this.#begin(table, key, call.signals);
    const load = (): void => {
      if (table.flights.of(key) !== flight) return;
      try {
        const result = this.#run(flight, call, NO_SIGNALS);
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
    if (events.wants('cache:miss')) events.tell('cache:miss', () => key.text);
    const load = this.#begin(table, key, call.signals);
    // Before the method runs: what it asks for itself must find that its caller waits.
    return this.#run(load, call, call.signals, addWaiter(load));
  }

  /** From now on a load is under way; it has not run yet. */
  #begin(table: Table, key: CallKey, signals: readonly AbortSignal[]): Load {
    const load = new Load(this.outcomes, table, key, signals.length === 0 ? undefined : new AbortController());
    table.flights.begin(load);
    return load;
  }

  /** Runs the method, stores what it gives, and answers when that is kept as its durability promises, or one of `signals` fires. */
  #run(load: Load, asked: Call, signals: readonly AbortSignal[], waiter?: Work): unknown {
    const { flights } = load.table;
    // It belongs to everybody who waits for it, so it gets a signal of its own in the place of its first caller's.
    const call = load.controller === undefined ? asked : { ...asked, args: withSignal(asked.args, load.controller.signal) };
    let result: unknown;
    try {
      result = load.run(this.#enter, call);
    } catch (error) {
      const instead = load.failed(error, flights.end(load), call);
      if (instead === undefined) throw error;
      this.#tellAgeOfOlder(load.table, load.key, load);
      return instead.value;
    }
    if (isThenable(result)) {
      load.isPromised = this.#owner.isAsync = true;
      flights.follow(load, result, load, call);
      this.#times.limit(load, call.isForced);
      return this.#tellingAge(load.table, load.key, load, flights.join(load, signals, waiter));
    }
    this.#givesValues = true;
    load.ended(result, call);
    if (flights.end(load)) load.keepNow(result, call);
    return result;
  }

  /** Runs the method in the name of its load. A result that comes at once waits for nothing, and needs no name. */
  readonly #enter = (load: Load, call: Call): unknown => {
    const { settings, isAsync, bulkhead, counters } = this.#owner;
    if (this.#givesValues && !isAsync) return this.#invoke(load, call);
    const run = (): unknown => this.#invoke(load, call);
    // Of a batch it is the calls of the method that wait for their turn, not the elements.
    if (bulkhead === undefined || settings.batch !== undefined || (!isAsync && bulkhead.isFull)) return track(load, run);
    const expectSame = (): void => {
      const { self, args } = call;
      if (!args.every(isPrimitive)) expectSameKey(this.#owner.keyOf(load.table, self, args).text === load.key.text, settings.name);
    };
    return track(load, () => runInTurn(bulkhead, load, { name: settings.name, counters, run, expectSame, late: () => this.#times.late() }));
  };

  #invoke(load: Load, { self, args }: Call): unknown {
    load.isEntered = true;
    try {
      return this.#owner.settings.method.apply(self, args as unknown[]);
    } finally {
      load.isEntered = false;
    }
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
