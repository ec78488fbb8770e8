/**
 * The caches of one decorated method, one for each class that runs it, and their names.
 * A name must not depend on which class happens to come first: after a restart it leads to the entries on disk.
 */
import { createHash } from 'node:crypto';
import type { CacheSettings } from './cache-settings.js';
import { ScrubjayError } from './errors.js';
import type { BatchPlan } from './flight/batch-plan.js';
import type { KeyRule } from './key/call-key.js';
import { pepperPrint } from './key/hidden-text.js';
import { nameOfFunction } from './kinds.js';
import { type AnyMethod, isAsyncFunction, MethodCache } from './method-cache.js';
import type { Registrar, Settings } from './options.js';

/** What a decorator has found out about a method. */
export interface Declaration {
  readonly method: AnyMethod;
  /** The property that holds the method; a private name such as `#find` is only a name. */
  readonly property: string | symbol;
  /** The property as names and messages show it. */
  readonly methodName: string;
  readonly isStatic: boolean;
  /** Something other than its kind says that the method answers with promises. */
  readonly returnsPromise: boolean;
  readonly settings: Settings;
  readonly rule: KeyRule;
  /** For a method that takes a list: `method` and `rule` are then those of one element. */
  readonly batch?: BatchPlan | undefined;
  readonly registry: Registrar;
}

/** Whose caches these are. */
export interface CachesOwner {
  /** Tells the method's replacement from any other. */
  readonly isReplacement: (member: unknown) => boolean;
  /** One of the caches was made as new. */
  readonly wasReset: () => void;
}

export class ClassCaches {
  readonly #declaration: Declaration;
  readonly #owner: CachesOwner;
  readonly #caches = new Map<object, MethodCache>();
  /** The caches of classes that had an instance. */
  readonly #met = new Set<MethodCache>();
  /** The class whose body holds the method. Standard decorators learn it from the first instance, and never for a private method. */
  declaringClass: object | undefined;

  constructor(declaration: Declaration, declaringClass: object | undefined, owner: CachesOwner) {
    this.#declaration = declaration;
    this.declaringClass = declaringClass;
    this.#owner = owner;
  }

  /** What was said of the method, as it holds in this registry. */
  get settings(): Settings {
    return this.#declaration.settings;
  }

  /** Every class that has a cache here, those that had an instance if there are any. */
  get inUse(): readonly object[] {
    const { met } = this;
    return met.length > 0 ? met : [...this.#caches.keys()];
  }

  /** Every class that had an instance. */
  get met(): readonly object[] {
    return [...this.#caches.keys()].filter((each) => this.#met.has(this.#caches.get(each) as MethodCache));
  }

  /** `self` has gone to another registry, before it was of any consequence here. */
  forgetMeeting(self: object): void {
    const cache = this.#caches.get(this.classOf(self));
    if (cache !== undefined) this.#met.delete(cache);
  }

  /** The class of `self` has an instance: gives its cache. */
  meet(self: object): MethodCache {
    const cache = this.of(this.classOf(self));
    this.#met.add(cache);
    return cache;
  }

  /** Whether `self` is an instance of a class that has the method; an object that borrows it is not. */
  hasMethod(self: object): boolean {
    try {
      return this.#inherits(self);
    } catch {
      // A Proxy or a getter that throws when it is asked what it is.
      return false;
    }
  }

  #inherits(self: object): boolean {
    const concrete = this.classOf(self);
    this.declaringClass ??= this.#findDeclaringClass(concrete);
    // A private method checks that by itself.
    if (this.declaringClass === undefined) return true;
    const home: unknown = this.#homeOf(this.declaringClass);
    return this.#declaration.isStatic && self === home ? true : Object.prototype.isPrototypeOf.call(home as object, self);
  }

  /** The cache of one concrete class: a method inherited by two classes has two. */
  of(concrete: object): MethodCache {
    const known = this.#caches.get(concrete);
    if (known !== undefined) return known;
    this.declaringClass ??= this.#findDeclaringClass(concrete);
    const name = this.#nameFor(concrete);
    const declared = this.declaringClass && this.#caches.get(this.declaringClass);
    // A class decorator has put a class of the same name in the place of the one that declares the method: the cache is its, too.
    const isReplaced = declared !== undefined && declared.settings.name === name && !this.#met.has(declared);
    const cache = isReplaced ? declared : this.#make(name, `${nearestName(concrete) ?? '(anonymous)'}.${this.#declaration.methodName}`);
    this.#caches.set(concrete, cache);
    if (isReplaced && this.declaringClass !== undefined) this.#caches.delete(this.declaringClass);
    return cache;
  }

  /** Every class that has a cache here. */
  get all(): readonly object[] {
    return [...this.#caches.keys()];
  }

  /**
   * Takes the caches out of the registry: nobody has used them.
   * @throws SCRUBJAY_BAD_DECORATOR when somebody has
   */
  withdraw(): void {
    const caches = [...this.#caches.values()];
    const used = caches.find(({ counters: { hits, misses, bypassed }, entries: { size } }) => hits + misses + bypassed + size > 0);
    if (used !== undefined) {
      throw new ScrubjayError(
        'SCRUBJAY_BAD_DECORATOR',
        `defaults for a class must be said before its methods are called, and ${used.settings.name} was; move the call behind the class.`,
      );
    }
    for (const cache of caches) this.#declaration.registry.withdraw(cache);
  }

  /** Whether a class has a cache. */
  has(concrete: object): boolean {
    return this.#caches.has(concrete);
  }

  /** The caches of a class and of those that inherit from it. */
  under(owner: object): readonly MethodCache[] {
    return [...this.#caches].filter(([one]) => one === owner || Object.prototype.isPrototypeOf.call(owner, one)).map(([, cache]) => cache);
  }

  /** The class of an instance; for a static method, the class itself. */
  classOf(self: object): object {
    if (this.#declaration.isStatic) return self;
    const prototype: unknown = Object.getPrototypeOf(self);
    const constructor: unknown = prototype === null ? undefined : (prototype as { constructor?: unknown }).constructor;
    return typeof constructor === 'function' ? constructor : Object;
  }

  /** The object that holds the methods of a class. */
  #homeOf(owner: object): object | undefined {
    return this.#declaration.isStatic ? owner : (owner as { prototype?: object }).prototype;
  }

  /** The highest class that has the replacement as its own. */
  #findDeclaringClass(concrete: object): object | undefined {
    let found: object | undefined;
    for (let above: unknown = concrete; typeof above === 'function'; above = Object.getPrototypeOf(above)) {
      const home = this.#homeOf(above);
      if (home !== undefined && this.#owner.isReplacement(Object.getOwnPropertyDescriptor(home, this.#declaration.property)?.value)) found = above;
    }
    return found;
  }

  /**
   * `Users.find`; `Admins.find` for a class that inherits it, `Users.find@Admins` for one that overrides it and calls it with `super`.
   * A name of its own stays with the class that declares the method.
   */
  #nameFor(concrete: object): string {
    const { settings, methodName } = this.#declaration;
    const declaring = this.declaringClass;
    const className = nearestName(concrete);
    if (className === undefined && settings.name === undefined && settings.persist !== undefined) {
      throw new ScrubjayError(
        'SCRUBJAY_BAD_OPTION',
        `the class of ${methodName} has no name, and entries on disk are found by name; name the class, or say name: '…'.`,
      );
    }
    const shown = className ?? '(anonymous)';
    const isDeclaring = concrete === declaring || (declaring !== undefined && className === nearestName(declaring));
    if (isDeclaring) return settings.name ?? `${shown}.${methodName}`;
    if (settings.name !== undefined) return `${settings.name}@${shown}`;
    return declaring !== undefined && this.#isOverridden(concrete)
      ? `${nearestName(declaring) ?? '(anonymous)'}.${methodName}@${shown}`
      : `${shown}.${methodName}`;
  }

  #isOverridden(concrete: object): boolean {
    const home = this.#homeOf(concrete);
    return home !== undefined && !this.#owner.isReplacement((home as Record<PropertyKey, unknown>)[this.#declaration.property]);
  }

  #make(wantedName: string, methodName: string): MethodCache {
    const { settings, rule, batch, registry, method, returnsPromise } = this.#declaration;
    const { persist } = settings;
    return registry.register(wantedName, persist !== undefined, (name) => {
      const place: CacheSettings['persist'] =
        persist &&
        (() => {
          const where = registry.place(name, persist);
          const { driver, codecs, onDamage, version, fileSystem: files } = persist;
          return where && { ...where, driver, codecs, onDamage, version, files, signature: signatureOf(this.#declaration) };
        });
      const { limits, freshness, loads, unless, isolate, unkeyable } = settings;
      return new MethodCache({
        name,
        method,
        methodName,
        returnsPromise,
        limits,
        freshness,
        unless,
        isolate,
        isByInstance: !this.#declaration.isStatic && settings.scope === 'instance',
        codecs: persist?.codecs ?? [],
        loads,
        unkeyable,
        rule: { ...rule, method: name },
        index: settings.index,
        tags: settings.tags,
        batch,
        persist: place,
        expectOpened: () => registry.expectOpened?.(name),
        report: warn,
        wasReset: this.#owner.wasReset,
      });
    });
  }
}

/** The name of a class, or of the nearest one above it that has a name: class decorators often put a nameless class in its place. */
function nearestName(owner: object): string | undefined {
  for (let above: unknown = owner; typeof above === 'function' && above !== Function.prototype; above = Object.getPrototypeOf(above)) {
    const name = nameOfFunction(above);
    if (name !== undefined) return name;
  }
  return undefined;
}

/**
 * What a restart must find unchanged for old entries to mean the same. The order of the parameters may change: keys are named.
 * Of functions that make keys or tags the source is all there is to compare.
 */
function signatureOf({ settings: { scope, tags }, rule, method, batch }: Declaration): string {
  const { parameters, pick, isHidden, pepper } = rule;
  const names = parameters
    .map(({ name, isRest, isIgnored, isSecret }) => `${isIgnored ? '-' : ''}${isSecret ? '*' : ''}${isRest ? '...' : ''}${name ?? ''}`)
    .sort();
  const scoped = typeof scope === 'function' ? sourceHash(scope) : scope;
  const kind = `${batch === undefined ? '' : 'batch '}${isAsyncFunction(method) ? 'async ' : ''}`;
  const veil = pepper === undefined ? '' : ` ${isHidden ? 'hidden ' : ''}pepper=${pepperPrint(pepper)}`;
  // Entries that were tagged in another way would not be found by their tags.
  const tagged = typeof tags === 'function' ? ` tags=${sourceHash(tags)}` : '';
  return `keys/1 ${kind}scope=${scoped}${veil}${tagged} ${pick === undefined ? `(${names.join(',')})` : `key=${sourceHash(pick)}`}`;
}

const sourceHash = (fn: object): string => createHash('sha256').update(Function.prototype.toString.call(fn)).digest('hex').slice(0, 16);

function warn(error: ScrubjayError): void {
  process.emitWarning(error.message, { type: 'ScrubjayWarning', code: error.code });
}
