/**
 * One decorated method: whose entries serve a given `this`.
 * `this` is part of every call: two objects with different state must never share an entry by accident.
 */
import { handleOn } from './batch-handle.js';
import type { CacheHandle } from './cache-handle.js';
import { ClassCaches, type Declaration } from './class-caches.js';
import { atEndOfBusyTurn } from './clock.js';
import { ScrubjayError } from './errors.js';
import { isAsyncFunction, type MethodCache } from './method-cache.js';
import type { Table } from './tables.js';

/** Whose entries a call finds. */
export interface Place {
  readonly cache: MethodCache;
  readonly table: Table;
}

/** Under this symbol the replaced method leads to its CachedMethod; `cacheOf` of every build of the library finds it there. */
export const CACHED_METHOD = Symbol.for('scrubjay.cached-method.v1');

export class CachedMethod {
  readonly classes: ClassCaches;
  readonly #declaration: Declaration;
  /** By `this`. Weak: a cache does not keep the instances alive whose calls it remembers. */
  #places = new WeakMap<object, Place>();
  /** Who called last, and its place, until the end of a busy turn: kept for longer, it would keep the instance alive. */
  #lastSelf: unknown;
  #lastPlace: Place | undefined;
  /** The caches whose first table belongs to an instance. */
  #claimed = new WeakSet<MethodCache>();
  readonly #collected = new FinalizationRegistry<Place>(({ cache, table }) => {
    cache.entries.forget(table);
    // The first table stays, for the next instance that comes.
    if (table === cache.tables.first) this.#claimed.delete(cache);
    else cache.tables.all.delete(table);
  });

  constructor(declaration: Declaration, declaringClass: object | undefined) {
    this.#declaration = declaration;
    this.classes = new ClassCaches(declaration, declaringClass, {
      isReplacement: (member) => typeof member === 'function' && (member as { [CACHED_METHOD]?: unknown })[CACHED_METHOD] === this,
      wasReset: () => {
        this.#forgetPlaces();
      },
    });
  }

  #forgetPlaces(): void {
    this.#places = new WeakMap();
    this.#claimed = new WeakSet();
    this.#lastSelf = this.#lastPlace = undefined;
  }

  /** Where the entries of an object are that has called before; `undefined` for anything else. */
  knownPlaceOf(self: unknown): Place | undefined {
    return self === this.#lastSelf ? this.#lastPlace : this.#lookUpPlaceOf(self);
  }

  #lookUpPlaceOf(self: unknown): Place | undefined {
    const place = this.#places.get(self as object);
    if (place !== undefined && (this.#lastSelf !== undefined || atEndOfBusyTurn(() => (this.#lastSelf = this.#lastPlace = undefined)))) {
      this.#lastSelf = self;
      this.#lastPlace = place;
    }
    return place;
  }

  /** The call `self.method(...args)`. */
  call(self: unknown, args: readonly unknown[]): unknown {
    const { method, returnsPromise } = this.#declaration;
    let place: Place | undefined;
    try {
      place = this.placeOf(self);
    } catch (error) {
      if (!returnsPromise && !isAsyncFunction(method)) throw error;
      return Promise.reject(error as Error);
    }
    return place === undefined ? method.apply(self, args as unknown[]) : place.cache.find(place.table, self, args);
  }

  /**
   * Where the entries of `self` are; `undefined` for a method torn from its object, which runs uncached unless all objects share.
   * @throws SCRUBJAY_SCOPE_UNDECLARED
   */
  placeOf(self: unknown): Place | undefined {
    if ((typeof self === 'object' && self !== null) || typeof self === 'function') return this.#places.get(self) ?? this.#settle(self);
    const { declaringClass } = this.classes;
    if (this.#declaration.settings.scope !== 'class' || declaringClass === undefined) return undefined;
    const cache = this.classes.of(declaringClass);
    return { cache, table: cache.tables.first };
  }

  /**
   * Gives a newcomer its place; an object that only borrows the method has none, and its calls run uncached.
   * @throws SCRUBJAY_SCOPE_UNDECLARED when a second instance calls a persisted method that does not say whether instances share.
   */
  #settle(self: object): Place | undefined {
    if (!this.classes.hasMethod(self)) return undefined;
    const cache = this.classes.meet(self);
    const sharesTable = this.#declaration.isStatic || this.#declaration.settings.scope !== 'instance';
    const place = { cache, table: sharesTable ? cache.tables.first : this.#tableOfItsOwn(self, cache) };
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
    const table = isFirst ? cache.tables.first : cache.tables.add();
    if (cache.settings.persist === undefined) this.#collected.register(self, { cache, table });
    return table;
  }

  /**
   * A handle on the entries of `self`, an instance.
   * @throws SCRUBJAY_WHICH_CACHE when it only borrows the method.
   */
  handleOfInstance(self: object): CacheHandle {
    const place = this.placeOf(self);
    if (place === undefined)
      throw new ScrubjayError(
        'SCRUBJAY_WHICH_CACHE',
        `the object has no entries of ${this.#declaration.methodName}, it is no instance of its class; ask with one.`,
      );
    // Asked for each time: tests make caches as new.
    return handleOn(place.cache, self, () => (this.placeOf(self) as Place).table);
  }

  /** A handle on the entries of a class, for questions that need no instance. */
  handleOfClass(concrete: object): CacheHandle {
    const cache = this.classes.of(concrete);
    return handleOn(cache, this.#declaration.isStatic ? concrete : undefined, () => cache.tables.only());
  }

  /**
   * A handle where only the method is known.
   * @throws SCRUBJAY_WHICH_CACHE when several classes have a cache of it, or none yet.
   */
  handle(): CacheHandle {
    const [only, ...others] = this.classes.inUse;
    if (only !== undefined && others.length === 0) return this.handleOfClass(only);
    const { methodName } = this.#declaration;
    const howMany = only === undefined ? 'no class has' : 'several classes have';
    throw new ScrubjayError('SCRUBJAY_WHICH_CACHE', `${howMany} a cache of ${methodName}; ask with the class: cacheOf(Users, '${methodName}').`);
  }
}
