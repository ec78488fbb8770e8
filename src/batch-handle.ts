/**
 * What an application holds of a batch method: its entries, which are those of single elements, by the lists that the method takes.
 */

import { CacheHandle, type ValueOf } from './cache-handle.js';
import { ScrubjayError } from './errors.js';
import { answerOf, type BatchPlan, withElement } from './flight/batch-plan.js';
import { valuesOf } from './flight/batch-result.js';
import type { Removal } from './gathering.js';
import { describe } from './kinds.js';
import type { AnyMethod, MethodCache } from './method-cache.js';
import type { Table } from './tables.js';

/** Its `size`, `keys` and `stats` are of elements. */
class BatchHandle<F extends AnyMethod = AnyMethod> extends CacheHandle<F> {
  readonly #plan: BatchPlan;

  /** Made by `handleOn`. */
  constructor(cache: MethodCache, self: unknown, tableFor: () => Table, plan: BatchPlan) {
    super(cache, self, tableFor);
    this.#plan = plan;
  }

  /**
   * The key of the one element in the list.
   * @throws SCRUBJAY_BAD_OPTION for a list of more, or none: each element has a key of its own.
   */
  override keyOf(...args: Parameters<F>): string {
    const [call, ...others] = this.#calls(args);
    if (call !== undefined && others.length === 0) return super.keyOf(...call);
    throw new ScrubjayError(
      'SCRUBJAY_BAD_OPTION',
      `each element of ${this.name} has a key of its own; keyOf takes a list of one id, such as [['u1']]; got ${call === undefined ? 'none' : others.length + 1}.`,
    );
  }

  /** What a call would be answered with from memory alone; `undefined` unless every element is there. Counts a hit and a use for each. */
  override get(...args: Parameters<F>): ValueOf<F> | undefined {
    if (!this.has(...args)) return undefined;
    return this.#answer(args, (call) => super.get(...call));
  }

  override peek(...args: Parameters<F>): ValueOf<F> | undefined {
    if (!this.has(...args)) return undefined;
    return this.#answer(args, (call) => super.peek(...call));
  }

  /** Whether every element of the list is there. */
  override has(...args: Parameters<F>): boolean {
    return this.#calls(args).every((call) => super.has(...call));
  }

  /**
   * Stores the elements of `value` as the results for those of the list. Otherwise as for any method.
   * @throws SCRUBJAY_BATCH_MISMATCH when it does not fit the list, and nothing is stored.
   */
  override async set(args: Parameters<F>, value: ValueOf<F>): Promise<void> {
    const calls = this.#calls(args);
    const { listAt, returns } = this.#plan;
    const giver = `set of ${this.name} was given`;
    const textOf = (id: unknown): string | undefined => this.textOf(withElement(args, listAt, id));
    const values = valuesOf(value, this.#idsIn(args), { giver, shape: returns, textOf });
    await Promise.all(calls.map((call, index) => super.set(call, values[index] as ValueOf<F>)));
  }

  /** Removes the entries of all elements of the list; gives whether there was any. Otherwise as for any method. */
  override async delete(...args: Parameters<F>): Promise<boolean> {
    const existed = await Promise.all(this.#calls(args).map((call) => super.delete(...call)));
    return existed.includes(true);
  }

  /** Ends the entries of all elements of the list; gives whether there was a fresh one. Otherwise as for any method. */
  override async expire(...args: Parameters<F>): Promise<boolean> {
    const existed = await Promise.all(this.#calls(args).map((call) => super.expire(...call)));
    return existed.includes(true);
  }

  protected override removalsOf(args: Parameters<F>): readonly Removal[] {
    return this.#calls(args).flatMap((call) => super.removalsOf(call));
  }

  #answer(args: Parameters<F>, valueOf: (call: Parameters<F>) => unknown): ValueOf<F> {
    return answerOf(this.#plan.returns, this.#idsIn(args), this.#calls(args).map(valueOf)) as ValueOf<F>;
  }

  #calls(args: Parameters<F>): Parameters<F>[] {
    return this.#idsIn(args).map((id) => withElement(args, this.#plan.listAt, id) as Parameters<F>);
  }

  #idsIn(args: Parameters<F>): readonly unknown[] {
    const list: unknown = Array.isArray(args) ? args[this.#plan.listAt] : undefined;
    if (Array.isArray(list)) return Array.from(list as unknown[]);
    throw new ScrubjayError(
      'SCRUBJAY_BAD_OPTION',
      `${this.name} keeps its results by element; a handle takes the list of ids that the method takes, such as delete(['u1', 'u2']); got ${describe(list)}.`,
    );
  }
}

/** A handle on `cache`, by the arguments its method takes. */
export function handleOn(cache: MethodCache, self: unknown, tableFor: () => Table): CacheHandle {
  const { batch } = cache.settings;
  return batch === undefined ? new CacheHandle(cache, self, tableFor) : new BatchHandle(cache, self, tableFor, batch);
}
