/**
 * One signal for several who share a load: it fires when all of them have left.
 */
export class JointSignal {
  readonly #controller = new AbortController();
  readonly #stops: (() => void)[] = [];
  /** One more than there are, until `complete` is said: the first to leave is not the last one as long as others may come. */
  #waiting = 1;
  #reason: unknown;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** One more shares the load, and leaves when one of `signals` fires; without any, never. */
  add(signals: readonly AbortSignal[]): void {
    this.#waiting++;
    const stop = (): void => {
      for (const signal of signals) signal.removeEventListener('abort', leave);
    };
    const leave = (event: { readonly target: EventTarget | null }): void => {
      stop();
      this.#leave((event.target as AbortSignal).reason);
    };
    const fired = signals.find(({ aborted }) => aborted);
    if (fired !== undefined) {
      this.#leave(fired.reason);
      return;
    }
    for (const signal of signals) signal.addEventListener('abort', leave);
    this.#stops.push(stop);
  }

  /** Everybody has come. */
  complete(): void {
    this.#leave(this.#reason);
  }

  /** The load is over: no listener stays behind. */
  end(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #leave(reason: unknown): void {
    this.#reason = reason;
    if (--this.#waiting === 0) this.#controller.abort(reason);
  }
}
