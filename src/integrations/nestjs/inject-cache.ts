/**
 * The cache of a method, injected: `@InjectCache(Users, 'find') private readonly found: CacheHandle<Users['find']>`.
 */
import { type FactoryProvider, Inject, type Type } from '@nestjs/common';
import { CacheRegistry, cachedMembersOf, cacheOf, ScrubjayError } from '../../index.js';

/** A cache that somebody wants to have injected. Weak, as classes of tests come and go. */
interface Wanted {
  readonly owner: WeakRef<Type<unknown>>;
  readonly name: string;
  readonly token: symbol;
}

const wanted: Wanted[] = [];
const tokens = new WeakMap<object, Map<string, symbol>>();

/**
 * Injects the cache of a provider's method, as the application that injects it has it: a CacheHandle of all instances of the class.
 * @throws SCRUBJAY_NOT_CACHED when the class is defined, for a method without a cache
 */
export function InjectCache<T, K extends keyof T & string>(owner: Type<T>, name: K): ParameterDecorator & PropertyDecorator {
  return Inject(cacheToken(owner, name));
}

/** The token under which the cache of a method is found, for `inject:` of a factory and for `app.get`. */
export function cacheToken<T, K extends keyof T & string>(owner: Type<T>, name: K): symbol {
  const className = typeof owner === 'function' ? owner.name : String(owner);
  if (typeof owner !== 'function' || !cachedMembersOf(owner).some((member) => member.name === name)) {
    throw new ScrubjayError(
      'SCRUBJAY_NOT_CACHED',
      `InjectCache takes a class and the name of one of its cached methods; ${className}.${name} has no cache. Put @Cached(…) before the method${owner === undefined ? ', and look for a circle among the imports: the class was not there yet' : ''}.`,
    );
  }
  const known = tokens.get(owner) ?? new Map<string, symbol>();
  tokens.set(owner, known);
  let token = known.get(name);
  if (token === undefined) {
    // Nest shows it when the module is missing, so it says what to do.
    token = Symbol(`cache of ${className}.${name}, which ScrubjayModule.forRoot() provides (SCRUBJAY_MODULE_MISSING)`);
    known.set(name, token);
    wanted.push({ owner: new WeakRef(owner), name, token });
  }
  return token;
}

/** A provider for each cache that somebody wants; to be asked for when an application is made, as more may be wanted by then. */
export function wantedCaches(): FactoryProvider[] {
  return wanted.flatMap(({ owner, name, token }) => {
    const held = owner.deref();
    return held === undefined
      ? []
      : [{ provide: token, inject: [CacheRegistry], useFactory: (registry: CacheRegistry) => cacheOf(held as Type<Record<string, never>>, name, registry) }];
  });
}
