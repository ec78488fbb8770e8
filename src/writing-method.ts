/**
 * A method that writes, and what its decorators change in caches around it. All of them stand around the method together, whatever their order: with `@Cached` on the same method,
 * entries go at every call, also at one that is answered from the cache.
 */
import { dressed } from './declare.js';
import type { ScrubjayError } from './errors.js';
import { isThenable } from './kinds.js';
import type { AnyMethod } from './method-cache.js';
import { misplaced } from './placement.js';
import { type Change, carryOut, holdAll, makeDurable, whenDurable } from './transactions.js';
import type { Planned, WritingOperation } from './writing-operation.js';

/** Under this symbol the replaced method leads to its WritingMethod. */
const WRITING = Symbol.for('scrubjay.writing-method.v1');

export class WritingMethod {
  /** What runs in the middle: the user's method, or what caches it. */
  readonly method: AnyMethod;
  /** The user's method. */
  readonly original: AnyMethod;
  readonly operations: readonly WritingOperation[];
  /** What takes the method's place. */
  readonly replacement: AnyMethod;
  /** It answers with promises, as far as is known where it is declared. */
  readonly isAsync: boolean;

  constructor(method: AnyMethod, { original, operations, isAsync }: Pick<WritingMethod, 'original' | 'operations' | 'isAsync'>) {
    this.method = method;
    this.original = original;
    this.operations = operations;
    this.isAsync = isAsync;
    const run = (self: unknown, args: readonly unknown[]): unknown => this.#run(self, args);
    const replacement = function (this: unknown, ...args: unknown[]): unknown {
      return run(this, args);
    };
    this.replacement = dressed(replacement, method, { [WRITING]: { value: this } });
  }

  /** What has taken the place of `method`, when it is one; a wrapper that somebody else has put around it is not. */
  static of(method: AnyMethod): WritingMethod | undefined {
    const found = (method as { [WRITING]?: WritingMethod })[WRITING];
    return found?.replacement === method ? found : undefined;
  }

  #run(self: unknown, args: readonly unknown[]): unknown {
    let planned: readonly Planned[];
    try {
      planned = this.#plan(self, args);
    } catch (error) {
      if (!this.isAsync) throw error;
      return Promise.reject(error as Error);
    }
    const early = carriedOut(planned.filter(({ isEarly }) => isEarly).flatMap((each) => each.changes(undefined)));
    let result: unknown;
    try {
      result = this.method.apply(self, args as unknown[]);
    } catch (error) {
      abandon(planned);
      makeDurable(early);
      throw error;
    }
    if (isThenable(result)) return finishLater(result, planned, early);
    makeDurable([...early, ...carriedOut(lateChanges(planned, result))]);
    return result;
  }

  /** All of it, or none. */
  #plan(self: unknown, args: readonly unknown[]): readonly Planned[] {
    const planned: Planned[] = [];
    try {
      for (const operation of this.operations) planned.push(operation.plan(self, args));
    } catch (error) {
      abandon(planned);
      throw error;
    }
    return planned;
  }
}

async function finishLater(result: PromiseLike<unknown>, planned: readonly Planned[], early: readonly Change[]): Promise<unknown> {
  let value: unknown;
  try {
    value = await result;
  } catch (error) {
    abandon(planned);
    await whenDurable(early);
    throw error;
  }
  await whenDurable([...early, ...carriedOut(lateChanges(planned, value))]);
  return value;
}

const lateChanges = (planned: readonly Planned[], result: unknown): readonly Change[] =>
  planned.filter(({ isEarly }) => !isEarly).flatMap((each) => each.changes(result));

function abandon(planned: readonly Planned[]): void {
  for (const each of planned) each.abandon();
}

/** Carries changes out, unless a transaction holds them; gives those that are carried out. What is removed goes before what is stored. */
function carriedOut(changes: readonly Change[]): readonly Change[] {
  const ordered = [...changes.filter(({ inDoubt }) => inDoubt === undefined), ...changes.filter(({ inDoubt }) => inDoubt !== undefined)];
  if (holdAll(ordered)) return [];
  carryOut(ordered);
  return ordered;
}

/** One always runs, the other does not: the entry would never be read. */
export const contradiction = (where: string): ScrubjayError =>
  misplaced(`${where}: a method has @Cached or @CachePut`, 'it has both, and a put always runs the method', 'Take one of the two away.');
