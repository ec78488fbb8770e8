/**
 * Loads that are made in one call: ids are gathered, loaded together, and each gets its own part of the result.
 * When gathered calls run is DataLoader's idea: after all promise jobs of the tick, so that what follows from one another still comes together.
 * Source: https://github.com/graphql/dataloader, `enqueuePostPromiseJob`.
 */
import { LoadWork } from './bulkhead.js';
import { Reads, recordOn } from './context-reads.js';
import { JointSignal } from './joint-signal.js';
import { finish, track, type Work, workOfCaller } from './waits.js';

/** Loads `ids`, and gives one value for each, in their order; `work` stands for the call. `signal` fires when nobody waits any more; never when somebody cannot leave. */
export type LoadMany = (ids: readonly unknown[], signal: AbortSignal, work: LoadWork) => Promise<readonly unknown[]>;

/** One id, and who waits for its value. */
interface Seat {
  readonly id: unknown;
  readonly signals: readonly AbortSignal[];
  /** Whether one of `signals` had fired before the call; what becomes of such a call is the affair of the method. */
  readonly hadFired: boolean;
  /** The load of this id. */
  readonly waiter: Work | undefined;
  readonly settle: (value: Promise<unknown>) => void;
}

const hasFired = ({ aborted }: AbortSignal): boolean => aborted;

export class Batch {
  readonly #load: LoadMany;
  readonly #mostIds: number;
  readonly #seats: Seat[] = [];
  /** What is read for all ids is read for each. */
  readonly #reads = new Reads();

  constructor(load: LoadMany, mostIds: number) {
    this.#load = load;
    this.#mostIds = mostIds;
  }

  /** One more id, whose value is promised. Who wants it leaves when one of `signals` fires. */
  add(id: unknown, signals: readonly AbortSignal[]): Promise<unknown> {
    this.#reads.tellCaller();
    return new Promise((settle) => this.#seats.push({ id, signals, hadFired: signals.some(hasFired), waiter: workOfCaller(), settle }));
  }

  /** Loads what was added, in calls of at most so many ids. A call that fails fails its own ids only. */
  dispatch(): void {
    // In a gathered batch some may have left already: their wait has ended, and nobody else waits for their ids.
    const staying = this.#seats.filter((seat) => {
      const left = seat.hadFired ? undefined : seat.signals.find(hasFired);
      if (left !== undefined) seat.settle(Promise.reject(left.reason as Error));
      return left === undefined;
    });
    for (const seats of chunksOf(staying, this.#mostIds)) this.#loadTogether(seats);
  }

  #loadTogether(seats: readonly Seat[]): void {
    const joint = new JointSignal();
    for (const { signals } of seats) joint.add(signals);
    joint.complete();
    const ids = seats.map(({ id }) => id);
    const work = new LoadWork(undefined);
    work.waiters = seats.flatMap(({ waiter }) => waiter ?? []);
    joint.signal.addEventListener('abort', () => work.turn?.leave(joint.signal.reason), { once: true });
    const values = track(work, () => recordOn(this.#reads, () => this.#load(ids, joint.signal, work))).finally(() => {
      joint.end();
      finish(work);
    });
    for (const [index, { settle }] of seats.entries()) settle(values.then((list) => list[index]));
  }
}

/** The pieces of a list, each of at most so many. */
export function chunksOf<T>(list: readonly T[], most: number): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let start = 0; start < list.length; start += most) chunks.push(list.slice(start, start + most));
  return chunks;
}

/** The batches that are being gathered in this tick: one for each owner and group of calls. */
export class Gatherer {
  readonly #batches = new Map<unknown, Map<string, Batch>>();

  /** The batch of this tick, which runs when nothing of the tick is left to do; `make` begins it. */
  batchOf(owner: unknown, group: string, make: () => Batch): Batch {
    let groups = this.#batches.get(owner);
    if (groups === undefined) this.#batches.set(owner, (groups = new Map<string, Batch>()));
    let batch = groups.get(group);
    if (batch === undefined) {
      groups.set(group, (batch = make()));
      afterThisTick(() => {
        this.#dispatch(owner, group);
      });
    }
    return batch;
  }

  #dispatch(owner: unknown, group: string): void {
    const groups = this.#batches.get(owner);
    const batch = groups?.get(group);
    // Who asks while it is loaded begins the next one.
    groups?.delete(group);
    if (groups?.size === 0) this.#batches.delete(owner);
    batch?.dispatch();
  }
}

/** Not nextTick alone: asked for by a timer or a socket it runs before all promise jobs, and a resolver that awaits something first would come too late. */
function afterThisTick(work: () => void): void {
  void Promise.resolve().then(() => {
    process.nextTick(work);
  });
}
