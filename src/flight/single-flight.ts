/**
 * One load per key: who asks while a load is under way waits for that load.
 * A flight that was fenced off (its key was deleted, set or cleared meanwhile) still answers those who wait for it, but its result is not stored,
 * and who asks afterwards starts a load of their own.
 * Who leaves (their AbortSignal fires) ends their own wait only. When the last one has left, the load itself is told to stop.
 */

import { LoadWork } from './bulkhead.js';
import { type Copies, FlightIndex, type FlightKey } from './flight-index.js';
import { addWaiter, finish, removeWaiter } from './waits.js';

/** One load under way. */
export class Flight<K extends FlightKey = FlightKey> extends LoadWork {
  readonly key: K;
  /** What those who ask meanwhile share; there is nothing to share before the method has given its promise. */
  promise: Promise<unknown> | undefined;
  /** The method runs, and has given nothing yet: who asks now is asked for by the method itself. */
  isEntered = false;
  /** The generation in which it began, where generations are counted. */
  began: number | undefined;
  /** What it gave was invalidated while it was under way. */
  isOutdated = false;
  /** It takes longer than its callers shall wait, where there is something to answer with meanwhile. */
  isSlow = false;
  /** It took too long, and nobody waits for it any more. What it gives after all is stored, unless its key was loaded or invalidated meanwhile. */
  isOverdue = false;
  /** How many wait for it; Infinity once somebody does who cannot leave. */
  waiting = 0;
  /** Stops the load; `undefined` when it began without a signal. */
  readonly controller: AbortController | undefined;

  constructor(key: K, name?: string, controller?: AbortController) {
    super(name);
    this.key = key;
    this.controller = controller;
  }
}

/** What is done around a load that gives a promise, and was made for `call`. */
export interface LoadEvents<C> {
  /** The load ended well, with this; said before `keep`, and for a flight that was fenced off, too. */
  ended(value: unknown, call: C): void;
  /**
   * The load failed; nothing is stored, and the failure reaches everybody who waits, as the very object that was thrown, unless there is something to answer with
   * instead. `counts` is false when the flight was fenced off.
   */
  failed(error: unknown, counts: boolean, call: C): { readonly value: unknown } | undefined;
  /** Whether what is stored may have to be waited for. */
  readonly isKeptLate: boolean;
  /** Stores the result. Not called when the flight was fenced off. Gives whether nobody may be answered before `kept` is called, where it is given. */
  keep(value: unknown, call: C, kept?: () => void): boolean;
}

const { then } = Promise.prototype;

export class SingleFlight {
  readonly #flights: FlightIndex<Flight>;

  constructor(copies: Copies) {
    this.#flights = new FlightIndex(copies);
  }

  /** The load for `key` that counts. */
  of(key: FlightKey): Flight | undefined {
    return this.#flights.get(key);
  }

  /** Whether a load for `key` has begun, and counts. */
  isLoading(key: FlightKey): boolean {
    return this.#flights.get(key)?.isOverdue === false;
  }

  /** A load begins. To be called before the method runs: what it invalidates itself counts, too. */
  begin(flight: Flight): void {
    this.#flights.add(flight);
  }

  /** The load is over; gives whether it still counts, and may be stored. */
  end(flight: Flight): boolean {
    finish(flight);
    // What still runs in its name may live on, and must not keep the result.
    flight.promise = undefined;
    return this.#flights.remove(flight);
  }

  /** The method gave a promise: what everybody who asks for `key` shares until it is settled. */
  follow<C>(flight: Flight, load: PromiseLike<unknown>, events: LoadEvents<C>, call: C): void {
    const landing = Promise.resolve(load);
    const failed = (error: unknown): unknown => this.#failed(flight, error, events, call);
    if (events.isKeptLate) {
      flight.promise = this.#followToDisk(flight, landing, events, call, failed);
      return;
    }
    // Less than an async function costs: as long as AsyncLocalStorage is in use, each promise is dear. As `await` does, it asks no promise for a `then` of its own.
    const landed = (value: unknown): unknown => {
      this.#landed(flight, value, events, call);
      return value;
    };
    flight.promise = then.call(landing, landed, failed);
  }

  /** The same where callers wait for the disk: each is answered in one step when that has it. A promise for `then` to wait for would take three, for hundreds who are answered together. */
  #followToDisk<C>(flight: Flight, landing: Promise<unknown>, events: LoadEvents<C>, call: C, failed: (error: unknown) => unknown): Promise<unknown> {
    return new Promise((answer, fail) => {
      const landed = (value: unknown): void => {
        const kept = (): void => {
          answer(value);
        };
        try {
          if (!this.#landed(flight, value, events, call, kept)) kept();
        } catch (error) {
          fail(error as Error);
        }
      };
      void then.call(landing, landed, (error: unknown) => {
        try {
          answer(failed(error));
        } catch (failure) {
          fail(failure as Error);
        }
      });
    });
  }

  /**
   * One more waits for `flight`, until it lands or one of `signals` fires; then the wait ends with the reason of that signal. `waiter` is the work of the caller, if it is
   * known to wait already.
   */
  join(flight: Flight, signals: readonly AbortSignal[], waiter = addWaiter(flight)): Promise<unknown> {
    const { promise } = flight as { promise: Promise<unknown> };
    if (signals.length === 0) {
      flight.waiting = Number.POSITIVE_INFINITY;
      return promise;
    }
    flight.waiting++;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        for (const signal of signals) signal.removeEventListener('abort', leave);
      };
      const leave = (event: Event): void => {
        stop();
        removeWaiter(flight, waiter);
        const { reason } = event.target as AbortSignal;
        reject(reason as Error);
        if (--flight.waiting === 0) this.#abandon(flight, reason);
      };
      for (const signal of signals) signal.addEventListener('abort', leave);
      promise.finally(stop).then(resolve, reject);
    });
  }

  /** Nobody waits any more. Who asks from now on must not get a load that was told to stop. */
  #abandon(flight: Flight, reason: unknown): void {
    this.#flights.remove(flight);
    flight.controller?.abort(reason);
    flight.turn?.leave(reason);
  }

  /** It has taken too long: who waited is told, and who asks from now on starts a load of their own. A load that was told to stop does not count any more. */
  giveUp(flight: Flight, reason: unknown): void {
    flight.isOverdue = true;
    flight.promise = undefined;
    if (flight.controller !== undefined) this.#flights.remove(flight);
    flight.controller?.abort(reason);
    flight.turn?.giveUp(reason);
  }

  /** Gives whether nobody may be answered before `kept` is called, where it is given. */
  #landed<C>(flight: Flight, value: unknown, events: LoadEvents<C>, call: C, kept?: () => void): boolean {
    events.ended(value, call);
    return this.end(flight) && events.keep(value, call, kept);
  }

  /** The flight is over before anybody hears of it: a caller that asks again inside its `catch` must start a new load. */
  #failed<C>(flight: Flight, error: unknown, events: LoadEvents<C>, call: C): unknown {
    const instead = events.failed(error, this.end(flight), call);
    if (instead === undefined) throw error;
    return instead.value;
  }

  /** From now on the load under way for `key` is not stored and not joined. */
  fence(key: { readonly text: string }): void {
    if (!this.#flights.isEmpty) this.#flights.removeText(key.text);
  }

  /** The keys of which a load is under way that counts. */
  keys(): string[] {
    return this.#flights.texts();
  }

  /** From now on no load under way is stored or joined. */
  fenceAll(): void {
    this.#flights.clear();
  }
}
