/**
 * `@CacheDefaults`: what the cached methods of a class have in common. Decorators of methods run before that of their class, so methods that have their caches already get others.
 */
import { CACHED_METHOD, type CachedMethod } from './cached-method.js';
import type { AnyClass } from './decorator-types.js';
import { checkDefaults } from './default-options.js';
import { describe, nameOfFunction } from './kinds.js';
import type { DefaultOptions } from './options.js';
import { misplaced } from './placement.js';

/**
 * Options for every `@Cached` and `@CachedBatch` method in the body of a class, where the method itself says nothing: `@CacheDefaults({ ttl: '5m', persist: 'jsonl' })`. What a method says
 * wins, option by option; `undefined` takes a default away. Methods of subclasses have none of it, unless they are inherited. Standard decorators do not show `#private` methods: those
 * say their options themselves.
 * @throws SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION and others when the class is defined, also where they do not go together with what a method says
 */
export function CacheDefaults(options: DefaultOptions): (target: AnyClass, context?: ClassDecoratorContext) => void {
  return (target, context) => {
    const isClass = typeof target === 'function' && (context === undefined || (context as { kind?: unknown }).kind === 'class');
    if (!isClass)
      throw misplaced(
        '@CacheDefaults stands before a class',
        `it was applied to ${describe(target)}`,
        'Put it before the class; a method says its options in @Cached.',
      );
    setDefaults(target, options, `@CacheDefaults on ${nameOfFunction(target) ?? '(anonymous)'}`);
  };
}

/** The same without decorators: `static { cacheDefaults(this, { ttl: '5m' }) }`, before or behind what makes its methods cached. */
export function cacheDefaults(owner: AnyClass, options: DefaultOptions): void {
  if (typeof owner !== 'function')
    throw misplaced('cacheDefaults takes a class', `it was given ${describe(owner)}`, "Write static { cacheDefaults(this, { ttl: '5m' }) }.");
  setDefaults(owner, options, `cacheDefaults of ${nameOfFunction(owner) ?? '(anonymous)'}`);
}

type Redeclare = (defaults: DefaultOptions) => void;

const defaultsByClass = new WeakMap<object, DefaultOptions>();
const methodsByClass = new WeakMap<object, Set<CachedMethod>>();
const redeclareBy = new WeakMap<CachedMethod, Redeclare>();

/** What was said for all cached methods of a class. */
export const defaultsOf = (owner: object): DefaultOptions => defaultsByClass.get(owner) ?? {};

/** What is to be done when the class of a method gets defaults afterwards; `owner` is the class, where it is known. */
export function whenDefaults(method: CachedMethod, owner: object | undefined, redeclare: Redeclare): void {
  redeclareBy.set(method, redeclare);
  if (owner === undefined) return;
  const methods = methodsByClass.get(owner) ?? new Set();
  methodsByClass.set(owner, methods.add(method));
}

function setDefaults(owner: AnyClass, options: unknown, where: string): void {
  checkDefaults(options, where);
  const defaults = { ...defaultsOf(owner), ...(options as DefaultOptions) };
  defaultsByClass.set(owner, defaults);
  const methods = new Set([...(methodsByClass.get(owner) ?? []), ...ownMethods(owner.prototype), ...ownMethods(owner)]);
  for (const method of methods) redeclareBy.get(method)?.(defaults);
}

/** The cached methods that stand in an object itself. */
function ownMethods(holder: object): CachedMethod[] {
  return Reflect.ownKeys(holder).flatMap((name) => {
    const method: unknown = Object.getOwnPropertyDescriptor(holder, name)?.value;
    return typeof method === 'function' && CACHED_METHOD in method ? [method[CACHED_METHOD] as CachedMethod] : [];
  });
}
