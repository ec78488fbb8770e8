/**
 * How the calls of a method that takes a list become calls for its elements, and how their values become an answer.
 */
import type { BatchShape } from './batch-result.js';

export interface BatchPlan {
  /** The place of the list among the arguments. */
  readonly listAt: number;
  /** What the parameter of the list is called, where that is known; its element may be called something else. */
  readonly listName: string | undefined;
  /** What the method gives. */
  readonly returns: BatchShape;
}

/** The arguments with `value` in the place of the list: an element of it, or another list. */
export const withElement = (args: readonly unknown[], listAt: number, value: unknown): unknown[] => Object.assign([...args], { [listAt]: value });

/**
 * The answer to a call for `ids`: a list in their order, duplicates included; or a Map of what there is. A Map has no entry for what was not found,
 * as the one that the method gave had none.
 */
export function answerOf(returns: BatchShape, ids: readonly unknown[], values: readonly unknown[]): unknown {
  if (returns === 'list') return values;
  return new Map(ids.map((id, index) => [id, values[index]] as const).filter(([, value]) => value !== undefined));
}
