/**
 * Where the entries are that a method which writes changes: the caches and tables behind the name of a cached method.
 */
import { CACHED_METHOD, type CachedMethod } from './cached-method.js';
import type { WhichTables } from './changes.js';
import { ScrubjayError } from './errors.js';
import { describe, nameOfFunction } from './kinds.js';
import type { MethodCache } from './method-cache.js';
import type { WrittenTarget } from './writing-options.js';

/** Entries of one cached method that belong together. */
export interface Site {
  readonly method: CachedMethod;
  readonly cache: MethodCache;
  readonly tables: WhichTables;
  /** The instance whose entries they are; `undefined` for those of all. */
  readonly self: object | undefined;
}

/** What a target means for one `this`. */
export interface Sites {
  /** The cached method that a call reaches, and behind it those that it overrides and may call with `super`. */
  readonly methods: readonly [CachedMethod, ...CachedMethod[]];
  /** Where entries may be, those of the first method first. */
  readonly sites: readonly Site[];
}

/**
 * Finds what a target means.
 * @throws SCRUBJAY_BAD_OPTION, SCRUBJAY_NOT_CACHED, SCRUBJAY_SCOPE_UNDECLARED
 */
export function sitesOf(target: WrittenTarget, self: unknown, where: string): Sites {
  const { owner, name } = ownerOf(target, self, where);
  const { holder, methods } = methodsOf(owner, name, where);
  // The entries of one: of an instance, or of the class whose static method was called.
  const isOne = holder === owner && (typeof owner !== 'function' || owner === self);
  return { methods, sites: methods.flatMap((method) => (isOne ? sitesOfOne(method, owner) : sitesOfClass(method, owner, self))) };
}

/**
 * The cached methods of that name of an instance or a class, and where they were found.
 * @throws SCRUBJAY_NOT_CACHED
 */
export function methodsOf(owner: object, name: PropertyKey, where: string): { readonly holder: object; readonly methods: Sites['methods'] } {
  const prototype = typeof owner === 'function' ? (owner.prototype as object | undefined) : undefined;
  for (const holder of [prototype, owner]) {
    const methods = cachedAlong(holder, name);
    if (holder !== undefined && isSome(methods)) return { holder, methods };
  }
  throw notCached(owner, name, where);
}

/**
 * Whether a class has a method of that name that could be the target: when the class is defined, the method may still be without its cache.
 * @throws SCRUBJAY_NOT_CACHED
 */
export function expectMethod(target: WrittenTarget, owner: object, where: string): void {
  if (typeof target === 'function') return;
  const holders = [(owner as { prototype?: Record<PropertyKey, unknown> }).prototype, owner as Record<PropertyKey, unknown>];
  if (!holders.some((holder) => holder !== undefined && target in holder)) throw notCached(owner, target, where);
}

function ownerOf(target: WrittenTarget, self: unknown, where: string): { owner: object; name: PropertyKey } {
  const pair: unknown = typeof target === 'function' ? target(self) : [self, target];
  const [owner, name] = Array.isArray(pair) ? (pair as unknown[]) : [];
  const isOwner = (typeof owner === 'object' && owner !== null) || typeof owner === 'function';
  if (isOwner && (typeof name === 'string' || typeof name === 'symbol' || typeof name === 'number')) return { owner, name };
  const found =
    typeof target === 'function'
      ? `the target gave ${Array.isArray(pair) ? `[${pair.map(describe).join(', ')}]` : describe(pair)}`
      : `this is ${describe(self)}`;
  const advice =
    typeof target === 'function' ? "Write () => [Users, 'find'], or (self) => [self.users, 'find'] for one instance." : 'Call the method on its object.';
  throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: the target must be an object or a class and the name of its cached method; ${found}. ${advice}`);
}

const isSome = (methods: readonly CachedMethod[]): methods is readonly [CachedMethod, ...CachedMethod[]] => methods.length > 0;

function notCached(owner: object, name: PropertyKey, where: string): ScrubjayError {
  const shown = `${nameOfFunction(typeof owner === 'function' ? owner : owner.constructor) ?? describe(owner)}.${String(name)}`;
  return new ScrubjayError('SCRUBJAY_NOT_CACHED', `${where}: its target ${shown} has no cache; put @Cached(…) before it, or name a method that has one.`);
}

/** The cached methods of that name, from the lowest to the highest class. */
function cachedAlong(holder: object | undefined, name: PropertyKey): readonly CachedMethod[] {
  const found = new Set<CachedMethod>();
  for (let at: unknown = holder; at !== null && at !== undefined && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    const method: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
    if (typeof method === 'function' && CACHED_METHOD in method) found.add(method[CACHED_METHOD] as CachedMethod);
  }
  return [...found];
}

function sitesOfOne(method: CachedMethod, self: object): Site[] {
  const place = method.placeWithEntries(self);
  if (place === undefined) return [];
  place.cache.openNow();
  return [{ method, cache: place.cache, tables: [place.table], self }];
}

function sitesOfClass(method: CachedMethod, owner: object, writer: unknown): Site[] {
  return method.cachesUnder(owner, writer).map((cache) => {
    cache.openNow();
    return { method, cache, tables: 'all', self: undefined };
  });
}
