/**
 * One decorated method: which cache, and whose entries in it, serve a given `this`.
 * `this` is part of every call: two objects with different state must never share an entry by accident.
 */
import { CacheHandle } from './cache-handle.js';
import type { Table } from './entries.js';
import { ScrubjayError } from './errors.js';
import type { KeyRule } from './key/call-key.js';
import { nameOfFunction } from './kinds.js';
import { type AnyMethod, isAsyncFunction, MethodCache } from './method-cache.js';
import type { Registrar, Settings } from './options.js';

/** What a decorator has found out about a method. */
export interface Declaration {
  readonly method: AnyMethod;
  readonly methodName: string;
  readonly isStatic: boolean;
  readonly settings: Settings;
  readonly rule: KeyRule;
  readonly registry: Registrar;
  /** The class whose body holds the method, once it is known. Standard decorators learn it from the first instance. */
  declaringClass: object | undefined;
}

/** Whose entries a call finds. */
interface Place {
  readonly cache: MethodCache;
  readonly table: Table;
}

/** Under this symbol the replaced method leads to its CachedMethod; `cacheOf` of every build of the library finds it there. */
export const CACHED_METHOD = Symbol.for('scrubjay.cached-method.v1');

export class CachedMethod {
  readonly #declaration: Declaration;
  readonly #caches = new Map<object, MethodCache>();
  /** By `this`. Weak: a cache does not keep the instances alive whose calls it remembers. */
  readonly #places = new WeakMap<object, Place>();
  /** The caches whose first table belongs to an instance. */
  readonly #claimed = new WeakSet<MethodCache>();
  readonly #collected = new FinalizationRegistry<Place>(({ cache, table }) => {
    cache.tables.delete(table);
    cache.entries.forget(table);
  });

  constructor(declaration: Declaration) {
    this.#declaration = declaration;
  }

  /** The call `self.method(...args)`. */
  call(self: unknown, args: readonly unknown[]): unknown {
    const { method } = this.#declaration;
    let place: Place | undefined;
    try {
      place = this.#placeOf(self);
    } catch (error) {
      if (!isAsyncFunction(method)) throw error;
      return Promise.reject(error as Error);
    }
    return place === undefined ? method.apply(self, args as unknown[]) : place.cache.find(place.table, self, args);
  }

  /** Where the entries of `self` are; `undefined` for a method torn from its object, which runs uncached unless all objects share. */
  #placeOf(self: unknown): Place | undefined {
    if ((typeof self === 'object' && self !== null) || typeof self === 'function') return this.#places.get(self) ?? this.#settle(self);
    const { declaringClass, settings } = this.#declaration;
    if (settings.scope !== 'class' || declaringClass === undefined) return undefined;
    const cache = this.cacheOfClass(declaringClass);
    return { cache, table: cache.firstTable };
  }

  /** Makes the cache of a newcomer's class known to the registry, before its first call. */
  meet(self: object): void {
    this.cacheOfClass(this.#declaration.isStatic ? self : classOf(self));
  }

  /**
   * Gives a newcomer its place.
   * @throws SCRUBJAY_SCOPE_UNDECLARED when a second instance calls a persisted method that does not say whether instances share.
   */
  #settle(self: object): Place {
    const cache = this.cacheOfClass(this.#declaration.isStatic ? self : classOf(self));
    const sharesTable = this.#declaration.isStatic || this.#declaration.settings.scope !== 'instance';
    const place = { cache, table: sharesTable ? cache.firstTable : this.#tableOfItsOwn(self, cache) };
    this.#places.set(self, place);
    return place;
  }

  #tableOfItsOwn(self: object, cache: MethodCache): Table {
    const isFirst = !this.#claimed.has(cache);
    if (!isFirst && cache.settings.persist !== undefined) {
      throw new ScrubjayError(
        'SCRUBJAY_SCOPE_UNDECLARED',
        `a second instance calls ${cache.settings.name}, whose entries on disk belong to the first; say whether instances share them: ` +
          "@Cached({ scope: 'class' }), or separate them by a value: scope: (self) => self.tenantId.",
      );
    }
    this.#claimed.add(cache);
    const table = isFirst ? cache.firstTable : cache.newTable();
    if (cache.settings.persist === undefined) this.#collected.register(self, { cache, table });
    return table;
  }

  /** The cache of one concrete class: a method inherited by two classes has two. */
  cacheOfClass(concrete: object): MethodCache {
    const known = this.#caches.get(concrete);
    if (known !== undefined) return known;
    const made = this.#makeCache(this.#nameFor(concrete));
    this.#caches.set(concrete, made);
    return made;
  }

  /** `Users.find`; `Admins.find` for a subclass that inherits it; an own name is kept by the class that declares it. */
  #nameFor(concrete: object): string {
    const { settings, methodName } = this.#declaration;
    this.#declaration.declaringClass ??= declaringClassOf(concrete, methodName, this.#declaration.isStatic);
    const className = nameOfFunction(concrete);
    const declaringName = nameOfFunction(this.#declaration.declaringClass);
    if (settings.persist !== undefined && className === undefined) {
      throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `the class of ${methodName} has no name, and a cache on disk needs one; name the class.`);
    }
    if (settings.name === undefined) return `${className ?? '(anonymous)'}.${methodName}`;
    return className === declaringName ? settings.name : `${settings.name}@${className ?? '(anonymous)'}`;
  }

  #makeCache(wantedName: string): MethodCache {
    const { settings, rule, registry, method } = this.#declaration;
    const { persist } = settings;
    return registry.register(wantedName, persist !== undefined, (name) => {
      const place =
        persist &&
        ((): ReturnType<NonNullable<ConstructorParameters<typeof MethodCache>[0]['persist']>> => ({
          ...registry.place(name, persist),
          driver: persist.driver,
          files: persist.fileSystem,
          signature: signatureOf(settings, rule),
        }));
      return new MethodCache({
        name,
        method,
        capacity: settings.capacity,
        ttlMs: settings.ttlMs,
        rule: { ...rule, method: name },
        persist: place,
        report: warn,
      });
    });
  }

  /** A handle on the entries of `self`, an instance, or the class itself for a static method. */
  handleOfInstance(self: object): CacheHandle {
    const place = this.#placeOf(self) as Place;
    return new CacheHandle(place.cache, self, () => place.table);
  }

  /** A handle on the entries of a class, for questions that need no instance. */
  handleOfClass(concrete: object): CacheHandle {
    const cache = this.cacheOfClass(concrete);
    return new CacheHandle(cache, this.#declaration.isStatic ? concrete : undefined, () => cache.onlyTable());
  }

  /**
   * A handle where only the method is known.
   * @throws SCRUBJAY_WHICH_CACHE when several classes have a cache of it, or none yet.
   */
  handle(): CacheHandle {
    const { methodName, declaringClass } = this.#declaration;
    const [only, ...others] = [...this.#caches.keys()];
    if (only !== undefined && others.length === 0) return this.handleOfClass(only);
    if (only === undefined && declaringClass !== undefined) return this.handleOfClass(declaringClass);
    throw new ScrubjayError(
      'SCRUBJAY_WHICH_CACHE',
      `${only === undefined ? 'no class has' : 'several classes have'} a cache of ${methodName}; ask with the class: cacheOf(Users, '${methodName}').`,
    );
  }
}

/** What a restart must find unchanged for old entries to mean the same. The order of the parameters may change: keys are named. */
function signatureOf(settings: Settings, rule: KeyRule): string {
  const names = rule.parameters.map((parameter) => `${parameter.isIgnored ? '-' : ''}${parameter.isRest ? '...' : ''}${parameter.name ?? ''}`).sort();
  const scope = typeof settings.scope === 'function' ? 'value' : settings.scope;
  return `keys/1 scope=${scope} ${rule.pick === undefined ? `(${names.join(',')})` : 'picked'}`;
}

function classOf(self: object): object {
  const prototype: unknown = Object.getPrototypeOf(self);
  const constructor: unknown = prototype === null ? undefined : (prototype as { constructor?: unknown }).constructor;
  return typeof constructor === 'function' ? constructor : Object;
}

/** The class in whose body the method stands: the highest one that has the replaced method as its own. */
function declaringClassOf(concrete: object, methodName: string, isStatic: boolean): object {
  const member = (holder: object): unknown =>
    Object.getOwnPropertyDescriptor(isStatic ? holder : ((holder as { prototype?: object }).prototype ?? {}), methodName)?.value;
  for (let above: unknown = concrete; typeof above === 'function'; above = Object.getPrototypeOf(above)) {
    const found = member(above);
    if (typeof found === 'function' && CACHED_METHOD in found) return above;
  }
  return concrete;
}

function warn(error: ScrubjayError): void {
  process.emitWarning(error.message, { type: 'ScrubjayWarning', code: error.code });
}
