/** Loads that fail, are slow, hang and are left, with every limit on them, in random order: nobody waits for ever, and nobody gets what is not theirs. */
import fc from 'fast-check';
import { Cached, type CachedOptions, CacheRegistry, cacheOf } from '../src/index';
import { manualClockForEachTest } from './support/manual-clock';
import { type Gate, gate } from './support/promises';
import { numRuns } from './support/thorough';

const time = manualClockForEachTest();

type Step =
  | { readonly kind: 'call'; readonly key: number; readonly canLeave: boolean }
  | { readonly kind: 'leave' | 'answer' | 'fail'; readonly which: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'delete' | 'set' | 'expire'; readonly key: number }
  | { readonly kind: 'clear' };

const key = fc.nat(2);
const which = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('call' as const), key, canLeave: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'answer' as const, 'answer' as const, 'fail' as const), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 49, 50, 99, 100, 1000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'set' as const, 'expire' as const), key }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
);

type Options = Pick<
  CachedOptions,
  'ttl' | 'staleIfError' | 'staleWhileRevalidate' | 'retryAfterError' | 'softTimeout' | 'hardTimeout' | 'maxLoads' | 'maxQueuedLoads' | 'cacheErrors'
>;
const perhaps = (...times: readonly number[]): fc.Arbitrary<number | undefined> => fc.constantFrom(undefined, ...times);
const options: fc.Arbitrary<Options> = fc
  .record({
    ttl: perhaps(50),
    staleIfError: perhaps(150),
    staleWhileRevalidate: perhaps(50),
    retryAfterError: perhaps(20),
    softTimeout: perhaps(50),
    hardTimeout: perhaps(100),
    maxLoads: perhaps(1, 2),
    maxQueuedLoads: perhaps(0, 1, 3),
    cacheErrors: perhaps(30),
  })
  .map(({ staleIfError, softTimeout, retryAfterError, maxLoads, maxQueuedLoads, cacheErrors, ...others }) => {
    const said = {
      ...others,
      staleIfError,
      // What needs another option, with it.
      softTimeout: staleIfError && softTimeout,
      retryAfterError: staleIfError && retryAfterError,
      maxLoads,
      maxQueuedLoads: maxLoads === undefined ? undefined : maxQueuedLoads,
      cacheErrors: cacheErrors && { ttl: cacheErrors },
    };
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Options;
  });

/** One run of the method. */
interface Load extends Gate<string> {
  readonly key: number;
  readonly value: string;
  readonly error: Error;
  /** When it began, as the number of a step. */
  readonly began: number;
  isOver: boolean;
  /** Nobody may count on it any more: its key was invalidated, somebody left, or it may have been given up. */
  isLoose: boolean;
}

interface Wait {
  readonly key: number;
  /** The step of the last removal of its key before it was made. */
  readonly removedAt: number;
  readonly controller: AbortController | undefined;
  outcome: { readonly value?: string; readonly error?: Error & { code?: string } } | undefined;
}

const settled = async (): Promise<void> => {
  for (let jobs = 0; jobs < 40; jobs++) await Promise.resolve();
};

class Run {
  readonly loads: Load[] = [];
  readonly waits: Wait[] = [];
  /** By key: the step of the last delete, set or clear; and the value that was set last. */
  readonly removedAt = [-1, -1, -1];
  readonly sets = new Map<string, number>();
  readonly disturbed = new Set<number>();
  readonly #options: Options;
  readonly #find: (key: number, signal?: AbortSignal) => Promise<string>;
  readonly #handle;
  #now = 0;

  constructor(said: Options) {
    this.#options = said;
    const begin = (of: number): Promise<string> => this.#begin(of);
    class Service {
      @Cached({ params: ['key', 'signal'], registry: new CacheRegistry(), ...said })
      async find(of: number, _signal?: AbortSignal): Promise<string> {
        return begin(of);
      }
    }
    const service = new Service();
    this.#find = (of, signal) => service.find(of, signal);
    this.#handle = cacheOf(service, 'find');
  }

  #begin(of: number): Promise<string> {
    const running = this.loads.filter((load) => !load.isOver);
    // A load that may have been given up has given its turn away, too.
    if (this.#options.hardTimeout === undefined) expect(running.length).toBeLessThan(this.#options.maxLoads ?? Number.POSITIVE_INFINITY);
    // One that was invalidated, or left, while it waited for its turn still runs for those who wait for it.
    const mayBeLate = this.#options.maxLoads !== undefined && this.disturbed.has(of);
    if (!mayBeLate) expect(running.filter((load) => load.key === of && !load.isLoose)).toEqual([]);
    const number = this.loads.length;
    const load = {
      ...gate<string>(),
      key: of,
      value: `${of}#${number}`,
      error: new Error(`${number} failed`),
      began: this.#now,
      isOver: false,
      isLoose: false,
    };
    this.loads.push(load);
    return load.promise;
  }

  async take(one: Step): Promise<void> {
    this.#now++;
    this.#do(one);
    await settled();
    expect(this.waits.filter(({ controller, outcome }) => controller?.signal.aborted === true && outcome === undefined)).toEqual([]);
    for (const key of [0, 1, 2]) this.#check(key, this.removedAt[key] as number, this.#handle.peek(key));
  }

  #do(one: Step): void {
    if (one.kind === 'call') this.#call(one.key, one.canLeave);
    else if (one.kind === 'wait') this.#wait(one.ms);
    else if (one.kind === 'clear') {
      for (const key of [0, 1, 2]) this.#remove(key);
      void this.#handle.clear();
    } else if ('key' in one) {
      if (one.kind === 'expire') this.#disturb(one.key);
      else this.#remove(one.key);
      if (one.kind === 'set') this.sets.set(`${one.key}=${this.#now}`, this.#now);
      void (one.kind === 'set' ? this.#handle.set([one.key], `${one.key}=${this.#now}`) : this.#handle[one.kind](one.key));
    } else if (one.kind === 'leave') this.#leave(one.which);
    else this.#end(one.which, one.kind === 'fail');
  }

  #call(of: number, canLeave: boolean): void {
    const controller = canLeave ? new AbortController() : undefined;
    const wait: Wait = { key: of, removedAt: this.removedAt[of] as number, controller, outcome: undefined };
    this.waits.push(wait);
    this.#find(of, controller?.signal).then(
      (value) => (wait.outcome = { value }),
      (error: Error) => (wait.outcome = { error }),
    );
  }

  #wait(ms: number): void {
    if (this.#options.hardTimeout !== undefined) for (const load of this.loads) load.isLoose = true;
    time.clock.advance(ms);
  }

  #remove(of: number): void {
    this.removedAt[of] = this.#now;
    this.#disturb(of);
  }

  /** Who asks for it from now on may be loaded for anew. */
  #disturb(of: number): void {
    this.disturbed.add(of);
    for (const load of this.loads) load.isLoose ||= load.key === of;
  }

  #leave(index: number): void {
    const waiting = this.waits.filter(({ controller, outcome }) => controller !== undefined && outcome === undefined);
    const wait = waiting[index % waiting.length];
    if (wait === undefined) return;
    this.#disturb(wait.key);
    wait.controller?.abort();
  }

  #end(index: number, fails: boolean): void {
    const running = this.loads.filter(({ isOver }) => !isOver);
    const load = running[index % running.length];
    if (load === undefined) return;
    load.isOver = true;
    if (fails) load.fail(load.error);
    else load.open(load.value);
  }

  /** What somebody sees is of that key, and was neither loaded nor set before that step. */
  #check(of: number, after: number, value: string | undefined): void {
    if (value === undefined) return;
    const load = this.loads.find((each) => each.value === value);
    expect(load?.key ?? Number(value.split('=')[0])).toBe(of);
    expect(load?.began ?? this.sets.get(value)).toBeGreaterThanOrEqual(after);
  }

  /** Everything that runs ends, and all the time there is goes by. */
  async finish(): Promise<void> {
    for (let rounds = 0; rounds < 100 && this.loads.some(({ isOver }) => !isOver); rounds++) {
      this.#now++;
      this.#end(0, rounds % 3 === 2);
      await settled();
    }
    expect(this.waits.filter(({ outcome }) => outcome === undefined)).toEqual([]);
    for (const wait of this.waits) this.#judge(wait);
  }

  #judge({ key: of, removedAt, controller, outcome }: Wait): void {
    const { value, error } = outcome as NonNullable<Wait['outcome']>;
    if (error === undefined) {
      this.#check(of, removedAt, value);
      return;
    }
    const isOwn = this.loads.some((load) => load.error === error && load.key === of && load.began >= removedAt);
    const isLate = error.code === 'SCRUBJAY_LOAD_TIMEOUT' && this.#options.hardTimeout !== undefined;
    const isTooMuch = error.code === 'SCRUBJAY_TOO_MANY_LOADS' && this.#options.maxLoads !== undefined;
    const hasLeft = error === controller?.signal.reason;
    expect({ error, isRight: isOwn || isLate || isTooMuch || hasLeft }).toEqual({ error, isRight: true });
  }
}

test('no waiter is lost, no load is made twice, and nothing is stored that should not be', async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), async (said, steps) => {
      const run = new Run(said);
      for (const each of steps) await run.take(each);
      await run.finish();
    }),
    numRuns(20_000, 100),
  );
}, 600_000);
