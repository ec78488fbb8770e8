/**
 * One decorated method: whose entries serve a given `this`.
 * `this` is part of every call: two objects with different state must never share an entry by accident.
 */
import { handleOn } from './batch-handle.js';
import type { CacheHandle } from './cache-handle.js';
import { type CachesOwner, ClassCaches, type Declaration } from './class-caches.js';
import { ScrubjayError } from './errors.js';
import { askAbout, homeOf, isStrange, openOf } from './homes.js';
import { InstancePlaces, type Place } from './instance-places.js';
import { isAsyncFunction, type MethodCache } from './method-cache.js';
import type { Registrar, RegistryDefaults } from './options.js';

/** Answers calls for lists. */
interface BatchCalls {
  call(cached: CachedMethod, self: unknown, args: readonly unknown[]): unknown;
}

/** Under this symbol the replaced method leads to its CachedMethod; `cacheOf` of every build of the library finds it there. */
export const CACHED_METHOD = Symbol.for('scrubjay.cached-method.v1');

export class CachedMethod {
  /** The caches in the registry that the decorator was given, or in that of the process. */
  classes: ClassCaches;
  /** What turns a call for a list into calls for its elements; `undefined` for a method that takes none. */
  batch: BatchCalls | undefined;
  /** What is declared where a registry has defaults, which the method and its class go before. */
  declaredIn: ((defaults: RegistryDefaults) => Declaration) | undefined;
  /** Those in the registries of applications that have taken objects in. */
  readonly #elsewhere = new WeakMap<Registrar, ClassCaches>();
  readonly #applications = new Set<WeakRef<Registrar>>();
  #declaration: Declaration;
  /** Where the entries of each object are. */
  readonly places = new InstancePlaces();
  readonly #owner: CachesOwner = {
    isReplacement: (member) => typeof member === 'function' && (member as { [CACHED_METHOD]?: unknown })[CACHED_METHOD] === this,
    wasReset: () => {
      this.places.clear();
    },
  };

  constructor(declaration: Declaration, declaringClass: object | undefined, batch: BatchCalls | undefined) {
    this.#declaration = declaration;
    this.batch = batch;
    this.classes = new ClassCaches(declaration, declaringClass, this.#owner);
  }

  /**
   * Another declaration takes the place of the first one, before anybody has called the method.
   * @throws SCRUBJAY_BAD_DECORATOR when somebody has
   */
  redeclare(declaration: Declaration, batch: BatchCalls | undefined): void {
    const { classes } = this;
    classes.withdraw();
    this.#declaration = declaration;
    this.batch = batch;
    this.classes = new ClassCaches(declaration, classes.declaringClass, this.#owner);
    this.places.clear();
    for (const concrete of classes.all) this.classes.of(concrete);
  }

  /** What others may know of it, as it is in `registry`. @throws what is wrong with the defaults of that */
  traitsIn(home: Registrar | undefined): { isPersisted: boolean; scope: 'instance' | 'class' | 'value' | undefined; hasRegistry: boolean } {
    const { persist, scope, isScopeSaid, registry } = (home !== undefined && this.#isMovable ? this.#classesIn(home) : this.classes).settings;
    const said = typeof scope === 'function' ? 'value' : scope;
    return { isPersisted: persist !== undefined, scope: isScopeSaid ? said : undefined, hasRegistry: registry !== undefined };
  }

  /** The caches in `registry`. */
  #classesIn(registry: Registrar): ClassCaches {
    if (registry === this.#declaration.registry) return this.classes;
    let classes = this.#elsewhere.get(registry);
    if (classes === undefined) {
      const declaration = (registry.defaults && this.declaredIn?.(registry.defaults)) ?? this.#declaration;
      classes = new ClassCaches({ ...declaration, registry }, this.classes.declaringClass, this.#owner);
      this.#elsewhere.set(registry, classes);
      this.#applications.add(new WeakRef(registry));
    }
    return classes;
  }

  /** The caches where those of `self` belong. */
  #classesFor(self: object): ClassCaches {
    const home = this.#homeOf(self);
    return home === undefined ? this.classes : this.#classesIn(home);
  }

  /** The registry that keeps what `self` caches, where that is not the one of the declaration. */
  #homeOf(self: object): Registrar | undefined {
    return this.#isMovable ? homeOf(self) : undefined;
  }

  /** Whether its entries are kept where its objects belong. */
  get #isMovable(): boolean {
    return this.#declaration.settings.registry === undefined && !this.#declaration.isStatic;
  }

  /** @throws SCRUBJAY_ADOPTED_LATE when `self` has been called already, and its entries are on disk elsewhere, and what is wrong with the defaults of `registry` */
  expectMovable(self: object, registry: Registrar): void {
    if (this.#isMovable) this.#classesIn(registry);
    const place = this.places.of(self);
    if (place === undefined || place.cache.settings.persist === undefined || !this.#isMovable) return;
    const { name } = place.cache.settings;
    throw new ScrubjayError(
      'SCRUBJAY_ADOPTED_LATE',
      `${name} was called before the application had its caches, as in a constructor, and keeps its entries on disk elsewhere; call it in onModuleInit or later.`,
    );
  }

  /** From now on what `self` caches is kept in `registry`. What it has cached so far, in memory, is forgotten. */
  move(self: object, registry: Registrar): void {
    if (this.#homeOf(self) !== registry) return;
    this.places.take(self);
    this.classes.forgetMeeting(self);
    this.#classesIn(registry).meet(self);
  }

  /** As messages call it. */
  get name(): string {
    return this.#declaration.methodName;
  }

  /** How the keys of its calls are made, and how a list becomes calls, where it takes one. */
  get keys(): Pick<Declaration, 'rule' | 'batch' | 'method'> {
    return this.#declaration;
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
    if ((typeof self === 'object' && self !== null) || typeof self === 'function') return this.places.of(self) ?? this.#settle(self);
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
    const cache = this.#classesFor(self).meet(self);
    if (this.#isMovable) this.#expectKnown(self, cache);
    return this.places.give(self, cache);
  }

  /** @throws what an application says that has made the object and not adopted it yet */
  #expectKnown(self: object, { settings: { name, persist } }: MethodCache): void {
    if (!isStrange(self) || persist?.() === undefined) return;
    askAbout(self, name, this.#homeOf(self) === undefined);
  }

  /**
   * The same for what removes entries: `undefined`, too, where there can be none yet.
   * @throws SCRUBJAY_SCOPE_UNDECLARED
   */
  placeWithEntries(self: object): Place | undefined {
    const classes = this.#classesFor(self);
    const isKnown = this.places.of(self) !== undefined || classes.settings.persist !== undefined || classes.has(classes.classOf(self));
    return isKnown ? this.placeOf(self) : undefined;
  }

  /**
   * The caches of a class and of those that inherit from it, as far as they can have entries: in the registry that `writer` belongs to; for one of nobody's, in every one.
   * Those of objects that are nobody's are always among them.
   */
  cachesUnder(owner: object, writer: unknown): readonly MethodCache[] {
    const home = typeof writer === 'object' && writer !== null ? this.#homeOf(writer) : undefined;
    const applications = home === undefined ? openOf(this.#applications) : [home];
    const all = new Set(applications.map((registry) => this.#classesIn(registry)));
    // What is persisted by an application is not looked for where the process would keep it.
    if (all.size === 0 || this.classes.met.length > 0) all.add(this.classes);
    return [...all].flatMap((classes) => {
      if (classes.settings.persist !== undefined) classes.of(owner);
      return classes.under(owner);
    });
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

  /**
   * A handle on the entries of a class, for questions that need no instance; of `registry`, or of whichever has some.
   * @throws SCRUBJAY_WHICH_CACHE when several registries have.
   */
  handleOfClass(concrete: object, registry?: Registrar): CacheHandle {
    const homes = this.#homesOf((classes) => classes.met.includes(concrete));
    const isAsked = registry !== undefined && this.#isMovable;
    const classes = isAsked ? this.#classesIn(registry) : (homes[0] ?? this.classes);
    if (!isAsked && homes.length > 1) {
      throw new ScrubjayError(
        'SCRUBJAY_WHICH_CACHE',
        `several applications of this process have a cache of ${this.#declaration.methodName}; ask with an instance, or say which: cacheOf(Users, '${this.#declaration.methodName}', registry).`,
      );
    }
    const cache = classes.of(concrete);
    return handleOn(cache, this.#declaration.isStatic ? concrete : undefined, () => cache.tables.only());
  }

  /** The caches of every open registry where they are as asked for. */
  #homesOf(isWanted: (classes: ClassCaches) => boolean): ClassCaches[] {
    return [this.classes, ...openOf(this.#applications).map((registry) => this.#classesIn(registry))].filter(isWanted);
  }

  /**
   * A handle where only the method is known.
   * @throws SCRUBJAY_WHICH_CACHE when several classes have a cache of it, or none yet.
   */
  handle(): CacheHandle {
    const met = this.#homesOf((classes) => classes.met.length > 0);
    const [only, ...others] = met.length > 0 ? new Set(met.flatMap((classes) => classes.met)) : this.classes.inUse;
    if (only !== undefined && others.length === 0) return this.handleOfClass(only);
    const { methodName } = this.#declaration;
    const howMany = only === undefined ? 'no class has' : 'several classes have';
    throw new ScrubjayError('SCRUBJAY_WHICH_CACHE', `${howMany} a cache of ${methodName}; ask with the class: cacheOf(Users, '${methodName}').`);
  }
}
