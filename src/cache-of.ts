/**
 * From a cached method to its cache.
 */
import type { CacheHandle } from './cache-handle.js';
import { CACHED_METHOD, type CachedMethod } from './cached-method.js';
import { ScrubjayError } from './errors.js';
import { describe } from './kinds.js';
import type { AnyMethod } from './method-cache.js';
import type { CacheRegistry } from './registry.js';

/** The cache of a method: `cacheOf(users.find)`. */
export function cacheOf<F extends AnyMethod>(method: F): CacheHandle<F>;
/** The cache of a class's method: `cacheOf(Users, 'find')`; of one of several applications in the process: `cacheOf(Users, 'find', registry)`. */
export function cacheOf<I extends object, K extends keyof I>(
  owner: abstract new (...args: never[]) => I,
  name: K,
  registry?: CacheRegistry,
): CacheHandle<Extract<I[K], AnyMethod>>;
/** One instance's entries, `cacheOf(users, 'find')`, or the cache of a static method, `cacheOf(Users, 'rate')`. */
export function cacheOf<T extends object, K extends keyof T>(owner: T, name: K): CacheHandle<Extract<T[K], AnyMethod>>;
/** @throws SCRUBJAY_NOT_CACHED for a method without a cache, SCRUBJAY_WHICH_CACHE when more than one could be meant. */
export function cacheOf(owner: object, name?: PropertyKey, registry?: CacheRegistry): CacheHandle {
  if (name === undefined) return expectCached(owner, 'the method').handle();
  const where = `${describe(owner)}.${String(name)}`;
  if (typeof owner !== 'function') return expectCached((owner as Record<PropertyKey, unknown>)[name], where).handleOfInstance(owner);
  const inherited: unknown = (owner as { prototype?: Record<PropertyKey, unknown> }).prototype?.[name];
  const method = isCached(inherited) ? inherited : (owner as unknown as Record<PropertyKey, unknown>)[name];
  return expectCached(method, where).handleOfClass(owner, registry);
}

const isCached = (method: unknown): method is AnyMethod & { [CACHED_METHOD]: CachedMethod } => typeof method === 'function' && CACHED_METHOD in method;

function expectCached(method: unknown, where: string): CachedMethod {
  if (isCached(method)) return method[CACHED_METHOD];
  throw new ScrubjayError(
    'SCRUBJAY_NOT_CACHED',
    `${where} has no cache; put @Cached(…) before it, or ask for a method that has one (got ${describe(method)}).`,
  );
}
