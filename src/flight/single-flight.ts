/**
 * One load per key: who asks while a load is under way waits for that load.
 * A flight that was fenced off (its key was deleted, set or cleared meanwhile) still answers those who wait for it, but its result is not stored,
 * and who asks afterwards starts a load of their own.
 */

/** One load under way. */
export interface Flight {
  /** What those who ask meanwhile share; there is nothing to share before the method has given its promise. */
  promise: Promise<unknown> | undefined;
}

/** What is done around a load that gives a promise. */
export interface LoadEvents {
  /** The load ended well. */
  readonly ended: () => void;
  /** The load failed; nothing is stored, and the failure reaches everybody who waits, as the very object that was thrown. */
  readonly failed: () => void;
  /** Stores the result. Not called when the flight was fenced off; what it gives is waited for before anybody is answered. */
  readonly keep: (value: unknown) => Promise<void> | undefined;
}

export class SingleFlight {
  readonly #flights = new Map<string, Flight>();

  /** The load under way for `key`, if there is one to wait for. */
  under(key: string): Promise<unknown> | undefined {
    return this.#flights.get(key)?.promise;
  }

  /** A load for `key` begins. To be called before the method runs: what it invalidates itself counts, too. */
  begin(key: string): Flight {
    const flight: Flight = { promise: undefined };
    this.#flights.set(key, flight);
    return flight;
  }

  /** The load is over; gives whether it still counts, and may be stored. */
  end(key: string, flight: Flight): boolean {
    const counts = this.#flights.get(key) === flight;
    if (counts) this.#flights.delete(key);
    return counts;
  }

  /** The method gave a promise: gives the one that everybody who asks for `key` shares until it is settled. */
  follow(key: string, flight: Flight, load: PromiseLike<unknown>, events: LoadEvents): Promise<unknown> {
    flight.promise = this.#land(key, flight, load, events);
    return flight.promise;
  }

  async #land(key: string, flight: Flight, load: PromiseLike<unknown>, { ended, failed, keep }: LoadEvents): Promise<unknown> {
    let value: unknown;
    try {
      value = await load;
    } catch (error) {
      // The flight is over before anybody hears of it: a caller that asks again inside its `catch` must start a new load.
      this.end(key, flight);
      failed();
      throw error;
    }
    ended();
    if (this.end(key, flight)) await keep(value);
    return value;
  }

  /** From now on the load under way for `key` is not stored and not joined. */
  fence(key: string): void {
    this.#flights.delete(key);
  }

  /** From now on no load under way is stored or joined. */
  fenceAll(): void {
    this.#flights.clear();
  }
}
