/**
 * What must hold, and what was found: every acknowledged call goes into the model, every recovered entry is held against it.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Call, METHODS, type MethodName } from './load.js';
import { MethodModel, textOf } from './model.js';
import { CAPACITIES } from './plan.js';

/** Something that was claimed and does not hold. */
export class BrokenPromise extends Error {}

/** The entries of one method as a worker recovered them. */
export interface Recovered {
  readonly order: readonly string[];
  /** What each call holds, by the number of the call. */
  readonly held: readonly (readonly [callId: number, value: unknown])[];
}

export class Expectation {
  readonly #models = new Map(METHODS.map((method) => [method, new MethodModel(CAPACITIES[method])]));
  readonly #textById: ReadonlyMap<number, string>;

  constructor(asked: ReadonlyMap<MethodName, readonly Call[]>) {
    this.#textById = new Map([...asked.values()].flat().map((call) => [call.id, textOf(call)]));
  }

  #modelOf(method: MethodName): MethodModel {
    return this.#models.get(method) as MethodModel;
  }

  get entries(): number {
    return [...this.#models.values()].reduce((sum, model) => sum + model.order().length, 0);
  }

  /** A call was answered, by a load that gave `value`, or from memory: exactly what the model says must have happened. */
  answered(call: Call, number: number, value: string | undefined): void {
    const model = this.#modelOf(call.method);
    const key = textOf(call);
    const wasLoaded = value !== undefined;
    if (wasLoaded === model.has(key)) {
      throw new BrokenPromise(
        `call ${number}, ${call.method}(${key}), was ${wasLoaded ? 'loaded although it was in the cache' : 'answered from memory although it was never loaded'}`,
      );
    }
    model.answered(key, value);
  }

  /** Holds what came back after a kill against the model. `unheard` is the call that was under way: it may have been stored or not. Gives the hits whose order is forgotten. */
  compare(method: MethodName, recovered: Recovered, unheard: Call | undefined): number {
    const model = this.#modelOf(method);
    const key = unheard?.method === method ? textOf(unheard) : undefined;
    const values = new Map(recovered.held.map(([id, value]) => [this.#textById.get(id) as string, value]));
    const adopted = key !== undefined && !model.has(key) && values.has(key) ? JSON.stringify(values.get(key)) : undefined;
    const isInFlight = key !== undefined && (model.has(key) || adopted !== undefined);
    const alternatives = isInFlight ? [model.after(key, adopted), model] : [model];
    for (const alternative of alternatives) {
      const forgotten = alternative.hitsForgotten(recovered.order);
      if (forgotten === -1) continue;
      this.#compareValues(method, alternative, values);
      this.#models.set(method, alternative);
      return forgotten;
    }
    const lost = model.order().filter((text) => !recovered.order.includes(text));
    throw new BrokenPromise(
      lost.length > 0
        ? `${method}: ${lost.length} acknowledged entries are lost, such as ${lost[0]}`
        : `${method}: the order of use is not the one it was, whichever hits are left out of it`,
    );
  }

  #compareValues(method: MethodName, model: MethodModel, values: ReadonlyMap<string, unknown>): void {
    for (const text of model.order()) {
      if (!values.has(text)) throw new BrokenPromise(`${method}(${text}) is among the keys and has no value`);
      if (!isDeepStrictEqual(values.get(text), JSON.parse(model.valueOf(text) as string)))
        throw new BrokenPromise(`${method}(${text}) came back with another value`);
    }
  }

  /** From now on the order that was recovered is the order. */
  adoptOrder(method: MethodName, order: readonly string[]): void {
    this.#modelOf(method).reorder(order);
  }
}
