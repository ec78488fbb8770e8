/**
 * The ways to give a method that takes a list a cache with an entry for each element: a decorator of either kind, and a function.
 */
import { checkBatchOptions } from './batch-options.js';
import type { CachedBatchDecorator, CachedBatchFunction } from './batch-types.js';
import { decoratorOf, functionOf } from './cached.js';

/**
 * For methods that take a list of ids, and give a list of results in its order, or a Map by id. Every element is an entry of its own: only those
 * that nobody has are loaded, in one call, each once. The order of the list is kept. A result that does not fit the list rejects all who wait for it, and
 * nothing of it is stored. Otherwise as `@Cached`.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_OPTION and others when the class is defined; `docs/errors.md` lists them.
 */
export const CachedBatch: CachedBatchDecorator = decoratorOf({ name: 'CachedBatch', check });

/**
 * The same without decorators, for tools that run none: `static { cachedBatch(this, 'findMany', { capacity: 1000 }) }`.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_OPTION and others, as `@CachedBatch` does.
 */
export const cachedBatch: CachedBatchFunction = functionOf({ name: 'cachedBatch', check });

/** Not the function itself: what checks batches is read when there is one. */
function check(options: unknown, where: string): ReturnType<typeof checkBatchOptions> {
  return checkBatchOptions(options, where);
}
