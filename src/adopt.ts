/**
 * Takes objects into the registry of an application, so that several applications in one process do not meet in their caches.
 */
import { CACHED_METHOD, type CachedMethod } from './cached-method.js';
import { giveClassHome, giveHome, hasHome } from './homes.js';
import type { CacheRegistry } from './registry.js';

/** What is known of a cached method. */
export interface CachedMember {
  /** Its name in the class. */
  readonly name: string | symbol;
  /** Whether its cache says `persist`. */
  readonly isPersisted: boolean;
  /** What `scope` says, `undefined` where it says nothing: each object has entries of its own. */
  readonly scope: 'instance' | 'class' | 'value' | undefined;
  /** Whether it names a registry of its own, and is therefore kept there whoever has the object. */
  readonly hasRegistry: boolean;
}

/**
 * From now on what `self` caches is kept in `registry`: its cached methods are listed there before they are called, and opened with it. Methods that name a registry of
 * their own stay with that one, static methods with the registry of the process. Given a class, it says that the application has objects of it.
 * An object that an open application has already stays with that one. For the integration of a framework; an application that is alone in its process needs it not.
 * @throws SCRUBJAY_ADOPTED_LATE when a persisted method of `self` has been called already, and has entries elsewhere
 * @throws SCRUBJAY_BAD_OPTION and others where the defaults of `registry` do not go together with what a method says
 */
export function adopt(registry: CacheRegistry, self: object): void {
  if (typeof self === 'function') {
    giveClassHome(self, registry);
    return;
  }
  // Also an object without a cached method: what it evicts is evicted in its application.
  if (hasHome(self)) return;
  const methods = [...methodsOf(self).values()];
  for (const method of methods) method.expectMovable(self, registry);
  giveHome(self, registry);
  for (const method of methods) method.move(self, registry);
}

/**
 * The cached methods that objects of a class have, or that an object has; inherited ones, too. Private ones show to nobody. With `registry`, as they are in that.
 * @throws SCRUBJAY_BAD_OPTION and others where the defaults of `registry` do not go together with what a method says
 */
export function cachedMembersOf(owner: object, registry?: CacheRegistry): CachedMember[] {
  const holder: unknown = typeof owner === 'function' ? (owner as { prototype?: unknown }).prototype : owner;
  if (typeof holder !== 'object' || holder === null) return [];
  return Array.from(methodsOf(holder), ([name, method]) => ({ name, ...method.traitsIn(registry) }));
}

function methodsOf(object: object): Map<string | symbol, CachedMethod> {
  const found = new Map<string | symbol, CachedMethod>();
  for (let holder: unknown = object; typeof holder === 'object' && holder !== null && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    for (const name of Reflect.ownKeys(holder)) {
      const method: unknown = Object.getOwnPropertyDescriptor(holder, name)?.value;
      // A method that overrides another and calls it with `super` has two caches: both are the object's.
      if (typeof method === 'function' && CACHED_METHOD in method)
        found.set(found.has(name) ? Symbol(String(name)) : name, method[CACHED_METHOD] as CachedMethod);
    }
  }
  return found;
}
