/**
 * How the elements are loaded that nobody has: calls of the method, each for a list of ids, within the limits of the cache.
 */
import type { BatchSettings } from './batch-options.js';
import type { CachedMethod } from './cached-method.js';
import { after, elapsed } from './clock.js';
import type { ScrubjayError } from './errors.js';
import { Batch, type LoadMany } from './flight/batch.js';
import { type BatchPlan, withElement } from './flight/batch-plan.js';
import { type ExpectedResult, mismatch, valuesOf } from './flight/batch-result.js';
import type { Bulkhead, LoadWork } from './flight/bulkhead.js';
import { withSignal } from './key/abort-signals.js';
import { type KeyRule, keyOfCall } from './key/call-key.js';
import { describe, isPrimitive, isThenable } from './kinds.js';
import { expectSameKey, runInTurn, tookTooLong } from './load-limits.js';
import type { AnyMethod, MethodCache } from './method-cache.js';

/** What a decorator has found out about a batch method. */
export interface BatchDeclaration {
  readonly method: AnyMethod;
  readonly plan: BatchPlan;
  readonly settings: BatchSettings;
  /** Makes the key of one element. */
  readonly rule: KeyRule;
  /** Something other than its kind says that the method answers with promises. */
  readonly returnsPromise: boolean;
  /** How messages begin, such as `@CachedBatch on Users.findMany`. */
  readonly where: string;
}

/** A call of the method that may have to wait for its turn. */
interface QueuedBatch {
  readonly cache: MethodCache;
  readonly work: LoadWork;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

export class BatchLoads {
  readonly #declaration: BatchDeclaration;
  /** What stands in the place of the method. */
  cached: CachedMethod | undefined;
  /** The method has given a result at once. */
  hasAnsweredAtOnce = false;

  constructor(declaration: BatchDeclaration) {
    this.#declaration = declaration;
  }

  /** An empty batch for calls like this one. */
  batch(self: unknown, args: readonly unknown[]): Batch {
    const load: LoadMany = async (ids, signal, work) => {
      const given = withSignal(this.withList(args, ids), signal);
      const run = (): unknown => this.load(self, given, this.#declaration.settings.gather);
      const cache = this.cached?.placeOf(self)?.cache;
      return (cache?.bulkhead === undefined ? run() : this.#inTurn({ cache, work, self, args: given }, run)) as Promise<readonly unknown[]>;
    };
    return new Batch(load, this.#declaration.settings.maxBatch);
  }

  /** A call of the method is one load, however many elements it loads. */
  #inTurn({ cache, work, self, args }: QueuedBatch, run: () => unknown): unknown {
    const { counters, settings } = cache;
    const ids = this.idIn(args) as readonly unknown[];
    const textsNow = (): string =>
      args.every((arg) => isPrimitive(arg) || arg === ids) && ids.every(isPrimitive)
        ? ''
        : ids.map((id) => keyOfCall(settings.rule, self, this.withList(args, id))).join('\n');
    const texts = textsNow();
    const expectSame = (): void => {
      expectSameKey(texts === textsNow(), settings.name);
    };
    const { hardTimeoutMs } = settings.loads;
    const late = (): ScrubjayError => tookTooLong(settings.name, hardTimeoutMs);
    work.until = elapsed() + hardTimeoutMs;
    const result = runInTurn(cache.bulkhead as Bulkhead, work, { name: settings.name, counters, run, expectSame, late });
    if (hardTimeoutMs === Number.POSITIVE_INFINITY || !isThenable(result)) return result;
    // Its elements are given up then, each by itself; what it gives after all is still of use.
    const callOff = after(hardTimeoutMs, () => work.turn?.giveUp(late()));
    return Promise.resolve(result).finally(callOff);
  }

  /** Runs the method for a list of ids, and gives their values, or a promise of them. */
  load(self: unknown, args: readonly unknown[], isPromised = false): readonly unknown[] | Promise<readonly unknown[]> {
    const ids = this.idIn(args) as readonly unknown[];
    const expected = this.#expectedFor(self, args);
    // A copy: what the method does to its list must not move the values.
    const result = this.run(self, this.withList(args, [...ids]));
    if (isThenable(result)) return Promise.resolve(result).then((settled) => valuesOf(settled, ids, expected));
    if (isPromised)
      throw mismatch(expected.giver, `${describe(result)} at once`, 'gather is for methods that answer with promises: make it async, or take gather away.');
    this.hasAnsweredAtOnce = true;
    return valuesOf(result, ids, expected);
  }

  #expectedFor(self: unknown, args: readonly unknown[]): ExpectedResult {
    const { where, plan, rule } = this.#declaration;
    const textOf = (id: unknown): string | undefined => {
      try {
        return keyOfCall(rule, self, this.withList(args, id));
      } catch {
        return undefined;
      }
    };
    return { giver: `${where}: the method gave`, shape: plan.returns, textOf };
  }

  /** The method itself. */
  run(self: unknown, args: readonly unknown[]): unknown {
    return this.#declaration.method.apply(self, args as unknown[]);
  }

  /** The list in the arguments of a call, or the element in those of a call for one. */
  idIn(args: readonly unknown[]): unknown {
    return args[this.#declaration.plan.listAt];
  }

  /** The arguments with `value` in the place of the list. */
  withList(args: readonly unknown[], value: unknown): unknown[] {
    return withElement(args, this.#declaration.plan.listAt, value);
  }
}
