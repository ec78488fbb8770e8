/**
 * What is to be checked of a method when it gets its cache: decorators of TypeScript run in the order of the methods, and what one names may still be without.
 */
import { CACHED_METHOD, type CachedMethod } from './cached-method.js';

type Check = (method: CachedMethod) => void;

const expected = new WeakMap<object, Map<PropertyKey, Check[]>>();

/** Checks the cached method `name` of a class: now, or when it gets its cache. */
export function whenCached(owner: object, name: PropertyKey, check: Check): void {
  const holders = [(owner as { prototype?: object }).prototype, owner] as readonly (Record<PropertyKey, unknown> | undefined)[];
  const found = holders.map((holder) => holder?.[name]).find((method) => typeof method === 'function' && CACHED_METHOD in method);
  if (found !== undefined) {
    check((found as { [CACHED_METHOD]: CachedMethod })[CACHED_METHOD]);
    return;
  }
  const checks = expected.get(owner) ?? new Map<PropertyKey, Check[]>();
  expected.set(owner, checks.set(name, [...(checks.get(name) ?? []), check]));
}

/** The method `name` of a class has got its cache. */
export function nowCached(owner: object, name: PropertyKey, method: CachedMethod): void {
  const checks = expected.get(owner);
  for (const check of checks?.get(name) ?? []) check(method);
  checks?.delete(name);
}
