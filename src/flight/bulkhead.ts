/**
 * Lets at most so many loads run at one time; the others wait in a queue, first come, first served.
 * A load that is made within one of those that run does not wait for them: it would wait for itself.
 */
import { isThenable } from '../kinds.js';
import { circleThrough, removeWaiter, Work } from './waits.js';

/** Leave to run, now or later. */
export class Turn {
  /** Kept when it may run; `undefined` when that is now. It rejects when the turn is given up before. */
  readonly ready: Promise<void> | undefined;
  readonly work: Work;
  readonly #bulkhead: Bulkhead;
  #state: 'waits' | 'runs' | 'over';
  #settle: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined;

  constructor(bulkhead: Bulkhead, work: Work, isNow: boolean) {
    this.#bulkhead = bulkhead;
    this.work = work;
    this.#state = isNow ? 'runs' : 'waits';
    if (!isNow) this.ready = new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  /** Runs `load`; the turn is over when that is. */
  during<T>(load: () => T): T {
    let result: T;
    try {
      result = load();
    } catch (error) {
      this.giveUp(error);
      throw error;
    }
    const end = (): void => {
      this.giveUp(undefined);
    };
    if (isThenable(result)) return Promise.resolve(result).finally(end) as T;
    end();
    return result;
  }

  /** It may run. For the bulkhead. */
  begin(): void {
    this.#state = 'runs';
    this.#settle?.resolve();
  }

  /** Nobody waits for it any more: if it has not begun to run, it never will. */
  leave(reason: unknown): void {
    if (this.#state === 'waits') this.giveUp(reason);
  }

  /** The turn is over, and somebody else's. Whoever waits for it learns of `reason`. */
  giveUp(reason: unknown): void {
    const state = this.#state;
    this.#state = 'over';
    if (state === 'over') return;
    this.#bulkhead.end(this, state === 'runs');
    this.#settle?.reject(reason);
  }
}

/** A load, as far as its turn goes. */
export class LoadWork extends Work {
  /** It was never run: there was no room for it, or everybody left before. */
  isRefused = false;
  /** When the method began to run, in milliseconds of the rising clock. */
  startedAt = 0;
  /** From when on nobody waits for it any more. */
  until = Number.POSITIVE_INFINITY;
  /** Leave to run, where only so many may at one time. */
  turn: Turn | undefined;
}

export class Bulkhead extends Work {
  readonly most: number;
  readonly mostQueued: number;
  readonly #queue = new Set<Turn>();
  #running = 0;

  constructor(most: number, mostQueued: number) {
    super(undefined);
    this.most = most;
    this.mostQueued = mostQueued;
  }

  /** Whether the next one has to wait. */
  get isFull(): boolean {
    return this.#running >= this.most;
  }

  /** A turn for `work`, which is the caller's; `undefined` when the queue is full. */
  take(work: Work): Turn | undefined {
    if (!this.isFull || circleThrough(this) !== undefined) return this.#run(new Turn(this, work, true));
    if (this.#queue.size >= this.mostQueued) return undefined;
    const turn = new Turn(this, work, false);
    this.#queue.add(turn);
    this.waiters = [...(this.waiters ?? []), work];
    return turn;
  }

  /** A turn is over. For turns. */
  end(turn: Turn, didRun: boolean): void {
    if (didRun) this.#running--;
    else this.#leave(turn);
    for (const next of this.#queue) {
      if (this.isFull) return;
      this.#leave(next);
      this.#run(next).begin();
    }
  }

  #leave(turn: Turn): void {
    this.#queue.delete(turn);
    removeWaiter(this, turn.work);
  }

  #run(turn: Turn): Turn {
    this.#running++;
    // Who waits in the queue waits for those that run.
    if (!turn.work.isOver) turn.work.waiters = [...(turn.work.waiters ?? []), this];
    return turn;
  }
}
