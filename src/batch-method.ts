/**
 * One decorated batch method: from a call for a list to calls for its elements, each an ordinary call of the cache, and back.
 * The elements that nobody has are loaded together. Where the method answers with promises, they are gathered while all elements are looked for.
 * Elsewhere the first element that is loaded needs its value at once, so what is missing is found out before.
 */
import { type BatchDeclaration, BatchLoads } from './batch-loads.js';
import type { CachedMethod } from './cached-method.js';
import { ScrubjayError } from './errors.js';
import { type Batch, Gatherer } from './flight/batch.js';
import { answerOf, withElement } from './flight/batch-plan.js';
import { inNobodysName, isInNobodysName } from './flight/nobodys-name.js';
import type { Place } from './instance-places.js';
import { signalsIn } from './key/abort-signals.js';
import { type KeyRule, keyOfCall } from './key/call-key.js';
import { UNNAMED } from './key/parameters.js';
import { describe, isThenable } from './kinds.js';
import { type AnyMethod, isAsyncFunction } from './method-cache.js';
import { PromptBatch } from './prompt-batch.js';
import { transactionId } from './transactions.js';

/** Loads one element that the cache has not: `args` are those of the call for it. */
type LoadOne = (self: unknown, args: readonly unknown[]) => unknown;

export class BatchMethod {
  /** What the cache runs to load one element. */
  readonly element: AnyMethod;
  readonly #declaration: BatchDeclaration;
  readonly #gathering = new Gatherer();
  /** Says which calls may be loaded together: all their arguments but the list. */
  readonly #rest: KeyRule;
  /** How elements are loaded while those of a list are looked for. Elsewhere, as after a wait for the disk, they are gathered. */
  #loadOne: LoadOne | undefined;
  /** The method answers with promises, as far as is known where it is declared. */
  readonly #promises: boolean;
  readonly #loads: BatchLoads;
  #lonely = 0;

  constructor(declaration: BatchDeclaration) {
    const { method, rule, plan, settings, returnsPromise } = declaration;
    this.#declaration = declaration;
    this.#loads = new BatchLoads(declaration);
    this.#promises = returnsPromise || settings.gather || isAsyncFunction(method);
    const list = { ...(rule.parameters[plan.listAt] ?? UNNAMED), isIgnored: true };
    const parameters = withElement(rule.parameters, plan.listAt, list) as KeyRule['parameters'];
    this.#rest = { ...rule, parameters, pick: undefined, scope: undefined, when: undefined, needsNames: false, isHidden: false, byIdentity: true };
    const load: LoadOne = (self, args) => (this.#loadOne ?? ((...call) => this.#gathered(...call).add(this.#loads.idIn(args), signalsIn(args))))(self, args);
    // Of the same kind as the method: by that a cache tells whether its calls are answered with promises.
    this.element = isAsyncFunction(method)
      ? async function (this: unknown, ...args: unknown[]): Promise<unknown> {
          return load(this, args);
        }
      : function (this: unknown, ...args: unknown[]): unknown {
          return load(this, args);
        };
  }

  /** The call `self.method(...args)`. */
  call(cached: CachedMethod, self: unknown, args: readonly unknown[]): unknown {
    this.#loads.cached = cached;
    let place: Place | undefined;
    try {
      place = cached.placeOf(self);
    } catch (error) {
      return this.#fail(error, this.#promises);
    }
    if (place === undefined) return this.#loads.run(self, args);
    const list: unknown = args[this.#declaration.plan.listAt];
    if (place.cache.isBypassed) {
      place.cache.counters.bypassed += Array.isArray(list) ? list.length : 1;
      return this.#loads.run(self, args);
    }
    if (!Array.isArray(list)) return this.#callWithoutList(place, self, args);
    const isLater = this.#answersLater(place);
    if (list.length === 0) return this.#answerNone(self, args, isLater);
    const calls = Array.from(list as unknown[], (id) => this.#loads.withList(args, id));
    return isLater ? this.#findLater(place, self, calls) : this.#findNow(place, self, calls);
  }

  #answersLater({ cache }: Place): boolean {
    if (this.#promises || cache.isAsync) return true;
    // What was recovered may tell.
    cache.openNow();
    return cache.isAsync;
  }

  #answerNone(self: unknown, args: readonly unknown[], isLater: boolean): unknown {
    const answer = this.#answer([], []);
    if (isLater) return Promise.resolve(answer);
    // Whether a caller may write `.then` behind it only the method can tell, as long as nobody has seen it at work.
    return this.#loads.hasAnsweredAtOnce ? answer : this.#loads.run(self, args);
  }

  #callWithoutList({ cache }: Place, self: unknown, args: readonly unknown[]): unknown {
    const { counters, settings } = cache;
    if (settings.unkeyable === 'bypass') {
      counters.bypassed++;
      return this.#loads.run(self, args);
    }
    const { where, plan } = this.#declaration;
    const text = `${where}: argument ${plan.listAt + 1} must be a list of ids; got ${describe(args[plan.listAt])}. Pass an array, such as [...ids].`;
    return this.#fail(new ScrubjayError('SCRUBJAY_KEY_REFUSED', text), this.#promises || cache.isAsync);
  }

  #fail(error: unknown, isLater: boolean): Promise<never> {
    if (isLater) return Promise.reject(error as Error);
    throw error;
  }

  /** Looks for every element, then loads in one call those that nobody has. */
  async #findLater({ cache, table }: Place, self: unknown, calls: readonly (readonly unknown[])[]): Promise<unknown> {
    // While the cache is being opened some elements are looked for at once and some later; gathered, they still make one call.
    const gather = this.#declaration.settings.gather || !cache.isOpen;
    let batch: Batch | undefined;
    // What is fetched anew in the background, and is no part of this call.
    let background: Batch | undefined;
    const loadOne: LoadOne = (owner, args) => {
      if (isInNobodysName()) return (background ??= this.#loads.batch(owner, args)).add(this.#loads.idIn(args), []);
      batch ??= gather ? this.#gathered(owner, args) : this.#loads.batch(owner, args);
      return batch.add(this.#loads.idIn(args), signalsIn(args));
    };
    const found = this.#loadingWith(loadOne, () =>
      calls.map((call) => {
        try {
          return cache.find(table, self, call);
        } catch (error) {
          return Promise.reject(error as Error);
        }
      }),
    );
    if (!gather) batch?.dispatch();
    inNobodysName(() => background?.dispatch());
    return this.#answer(calls, await Promise.all(found));
  }

  /** The same where the method may give its result at once. */
  #findNow(place: Place, self: unknown, calls: readonly (readonly unknown[])[]): unknown {
    const { plan, settings } = this.#declaration;
    const load = (args: readonly unknown[]): readonly unknown[] | Promise<readonly unknown[]> => this.#loads.load(self, args);
    const batch = new PromptBatch({ ...place, self, calls, listAt: plan.listAt, mostIds: settings.maxBatch, load });
    const found = this.#loadingWith(
      (_self, args) => batch.load(args),
      () => batch.find(),
    );
    if (found.some(isThenable)) return Promise.all(found).then((values) => this.#answer(calls, values));
    return this.#answer(calls, found);
  }

  #loadingWith<T>(loadOne: LoadOne, work: () => T): T {
    const outer = this.#loadOne;
    this.#loadOne = loadOne;
    try {
      return work();
    } finally {
      this.#loadOne = outer;
    }
  }

  /** The batch of this tick for calls like this one. */
  #gathered(self: unknown, args: readonly unknown[]): Batch {
    return this.#gathering.batchOf(self, this.#groupOf(args), () => this.#loads.batch(self, args));
  }

  /**
   * The same text for calls that differ in their list only. What has no key at all shares its batch with nobody; and what is read within a transaction is read
   * with nobody outside of it: neither may see what the other one sees.
   */
  #groupOf(args: readonly unknown[]): string {
    try {
      return `${transactionId()}:${keyOfCall(this.#rest, undefined, args)}`;
    } catch {
      return `~${++this.#lonely}`;
    }
  }

  #answer(calls: readonly (readonly unknown[])[], values: readonly unknown[]): unknown {
    return answerOf(
      this.#declaration.plan.returns,
      calls.map((call) => this.#loads.idIn(call)),
      values,
    );
  }
}
