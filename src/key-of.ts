/**
 * The key of a call, for those who want to name an entry elsewhere: in a log, in a message to another process.
 */
import type { CacheHandle } from './cache-handle.js';
import { cacheOf } from './cache-of.js';
import { ScrubjayError } from './errors.js';
import { describe } from './kinds.js';
import type { AnyMethod } from './method-cache.js';

/**
 * The key of the call of a cached method with `args`, exactly as its entry has it in `keys()` and on disk: `keyOf(users.find, ['u1'])` is `id="u1"`.
 * Where the key depends on `this`, or several classes have the method, ask with a handle: `keyOf(cacheOf(users, 'find'), ['u1'])`.
 * @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_KEY_FAILED, SCRUBJAY_KEY_UNNAMED for a call that has none, SCRUBJAY_NOT_CACHED, SCRUBJAY_WHICH_CACHE
 */
export function keyOf<F extends AnyMethod>(method: F | CacheHandle<F>, args: Parameters<F>): string {
  if (!Array.isArray(args)) {
    throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `keyOf takes the arguments as a list, such as keyOf(users.find, ['u1']); got ${describe(args)}.`);
  }
  const isHandle = typeof method === 'object' && method !== null && typeof method.keyOf === 'function';
  return (isHandle ? method : cacheOf(method as F)).keyOf(...args);
}
