/**
 * Every cached method of the process, by name: to look at, to clear, to open and to close together.
 */
import { handleOn } from './batch-handle.js';
import type { CacheHandle } from './cache-handle.js';
import { checkSignals } from './check-persist.js';
import { checkDefaults } from './default-options.js';
import { ScrubjayError } from './errors.js';
import { cacheHealth, type RegistryHealth } from './health.js';
import { invalidateTags } from './invalidate-tags.js';
import type { MethodCache } from './method-cache.js';
import type { MethodStats } from './method-stats.js';
import { checkFlag, expectKnown } from './misuse.js';
import type { RegistryDefaults } from './options.js';
import { closeOn } from './persist/close-on.js';
import type { Keeping, SaidKeeping } from './persist/journal-options.js';
import { openJournals } from './persist/open-journals.js';
import { type MemoryReport, ProcessMemory } from './process-memory.js';
import { type OpenOptions, type OpenReport, openTogether } from './registry-opening.js';
import { checkGuard, type NewRegistryOptions, type RegistryOptions } from './registry-options.js';
import { Places } from './registry-places.js';
import { type CacheEventListener, type CacheEventName, Listeners } from './stats/cache-events.js';
import { switchesOfEnvironment } from './switches.js';
import { checkTags } from './tagging.js';

/** The caches of one application. Most have one registry for the whole process, `registry()`; one that wants its own passes it to `@Cached`. */
export class CacheRegistry {
  readonly #caches = new Map<string, MethodCache>();
  readonly #places = new Places();
  readonly #listeners = new Listeners();
  readonly #switches = switchesOfEnvironment();
  readonly #memory = new ProcessMemory(() => this.#caches.values());
  #isClosed = false;

  /** What methods that are kept here do not say themselves, and their classes do not either. */
  readonly defaults: RegistryDefaults | undefined;

  constructor({ defaults, ...options }: NewRegistryOptions = {}) {
    if (defaults !== undefined) checkDefaults(defaults, 'new CacheRegistry: defaults', ['registry']);
    this.defaults = defaults && { ...defaults };
    this.configure(options);
    everyRegistry.add(new WeakRef(this));
  }

  /**
   * Sets defaults for persisted caches that are not open yet, and limits for all caches. What is not said stays as it is.
   * @throws SCRUBJAY_UNKNOWN_OPTION, SCRUBJAY_BAD_OPTION
   */
  configure(options: RegistryOptions): void {
    expectKnown({ ...options }, ['persist', 'maxBytes', 'pressure', 'enabled', 'watchMutations', 'contextGuard'], 'registry.configure', 'option');
    const signals = this.#places.configure(options.persist);
    if (options.enabled !== undefined) this.#enable(checkFlag(options.enabled, 'enabled', 'registry.configure'));
    if (options.contextGuard !== undefined) this.#switches.contextGuard = checkGuard(options.contextGuard);
    if (options.watchMutations !== undefined) {
      this.#switches.watchMutations = checkFlag(options.watchMutations, 'watchMutations', 'registry.configure');
      this.#attend();
    }
    if (signals !== undefined) closeOn(checkSignals(signals, 'registry.configure'), openJournals.closeAll);
    if (options.maxBytes !== undefined) this.#memory.limit(options.maxBytes);
    if (options.pressure !== undefined) this.#memory.watchPressure(options.pressure);
  }

  #enable(isEnabled: boolean): void {
    this.#switches.isEnabled = isEnabled;
    // What is loading must not be stored by somebody who was told that nothing is.
    if (!isEnabled) for (const cache of this.#caches.values()) cache.tables.fenceAll();
    this.#attend();
  }

  /** How the memory of all caches stands. */
  memory(): MemoryReport {
    return this.#memory.report();
  }

  /**
   * Takes a new cache in. A name in use gets a number behind it, unless entries on disk depend on it. For decorators; applications need not call it.
   * @throws SCRUBJAY_NAME_TAKEN when a persisted cache would share its name.
   */
  register(name: string, isPersisted: boolean, make: (name: string) => MethodCache): MethodCache {
    let free = name;
    for (let count = 2; this.#isTaken(free); count++) {
      if (isPersisted || this.#caches.get(free)?.settings.persist !== undefined) {
        throw new ScrubjayError(
          'SCRUBJAY_NAME_TAKEN',
          `there is already a cache named ${free}, and entries on disk are found by name; give one of the two another name: @Cached({ name: '…' }).`,
        );
      }
      free = `${name}#${count}`;
    }
    const cache = make(free);
    this.#memory.watch(cache);
    cache.events.shared = this.#listeners;
    cache.switches = this.#switches;
    cache.attend();
    this.#caches.delete(free);
    this.#caches.set(free, cache);
    return cache;
  }

  /** Takes out a cache that nobody has used. For decorators; applications need not call it. */
  withdraw(cache: MethodCache): void {
    const { name } = cache.settings;
    if (this.#caches.get(name) === cache) this.#caches.delete(name);
  }

  /** Where the cache of that name is kept when its own options do not say otherwise. For decorators; applications need not call it. */
  place(name: string, own: SaidKeeping): Keeping | undefined {
    return this.#places.place(name, own);
  }

  /** A cache that was closed leaves its name to the next one. */
  #isTaken(name: string): boolean {
    const cache = this.#caches.get(name);
    return cache !== undefined && cache.entries.journal?.state !== 'closed';
  }

  /** The names of all caches, in the order in which they came. */
  list(): string[] {
    return [...this.#caches.keys()];
  }

  /** The cache of that name. */
  get(name: string): CacheHandle | undefined {
    const cache = this.#caches.get(name);
    return cache && handleOn(cache, undefined, () => cache.tables.only());
  }

  /**
   * From now on `listener` is told of what becomes of the calls and entries of every cache, of those to come as well; see `CacheHandle.on`.
   * @throws SCRUBJAY_BAD_OPTION for an event that does not exist
   */
  on(name: CacheEventName, listener: CacheEventListener): this {
    this.#listeners.on(name, listener);
    return this.#attend();
  }

  /** `listener` is told of it no longer. */
  off(name: CacheEventName, listener: CacheEventListener): this {
    this.#listeners.off(name, listener);
    return this.#attend();
  }

  #attend(): this {
    for (const cache of this.#caches.values()) cache.attend();
    return this;
  }

  /** What every cache has counted since its process began, by name. */
  stats(): Record<string, MethodStats> {
    return Object.fromEntries([...this.#caches].map(([name, cache]) => [name, cache.stats()]));
  }

  /** Whether every cache is as its options want it; a failing disk shows here, and is gone from here when it works again. */
  health(): RegistryHealth {
    const caches = [...this.#caches].map(([name, { settings, entries }]) => [name, cacheHealth(settings.persist !== undefined, entries.journal)] as const);
    return { isHealthy: caches.every(([, { isHealthy }]) => isHealthy), caches: Object.fromEntries(caches) };
  }

  /**
   * Removes every entry of every cache. All are tried, then the first failure is thrown.
   * @throws SCRUBJAY_NOT_DURABLE when a removal could not be written; memory is empty all the same.
   */
  async clear(): Promise<void> {
    await this.#all((cache) => cache.clear());
  }

  /**
   * Removes every entry with one of these tags from every cache, at once; gives how many fresh ones went. Loads under way that turn out to carry one of them answer those
   * who asked before, and are not stored. A persisted cache that is not open yet is opened for it. All are tried, then the first failure is thrown.
   * @throws SCRUBJAY_BAD_OPTION for what is no list of texts
   * @throws SCRUBJAY_NOT_DURABLE when a removal could not be written; the entries are gone from memory all the same.
   */
  async invalidateTags(tags: readonly string[]): Promise<number> {
    const wanted = checkTags(tags, 'registry.invalidateTags');
    let gone = 0;
    await this.#all(async (cache) => {
      const ofCache = await invalidateTags(cache, wanted);
      gone += ofCache;
    });
    return gone;
  }

  /**
   * Recovers every persisted cache now, side by side and in slices of a few milliseconds, so that no call has to wait for it. What cannot be read is reported
   * and runs in memory. Nothing as long as caching is switched off.
   * @throws SCRUBJAY_DIRECTORY_BUSY when another process holds the directory of a cache that does not say `onLocked: 'memory'`; all others are open then.
   */
  async open(options: OpenOptions = {}): Promise<OpenReport[]> {
    this.#isClosed = false;
    if (!this.#switches.isEnabled) return [];
    return openTogether(
      [...this.#caches.values()].filter((cache) => cache.settings.persist !== undefined),
      options,
    );
  }

  /** Makes everything durable that was acknowledged so far, the order of use included, whatever durability a cache has. */
  async flush(): Promise<void> {
    await this.#all((cache) => cache.flush());
  }

  /** Whether it was closed, and not opened again. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends every journal in order. The methods go on answering, from memory. Names of persisted caches are free again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#all((cache) => cache.close());
  }

  /**
   * Makes every cache as a new process would find it: empty, nothing counted, limits as declared. Loads under way answer their callers and are not stored. Persisted
   * caches are kept below `directory` from then on, whatever their options say, and in memory only where none is given; what is on disk stays as it is. For tests:
   * `freshCaches` of `scrubjay/testing` does it to every registry.
   */
  async reset(directory?: string): Promise<void> {
    this.#places.placeTests(directory);
    await this.#all(async (cache) => {
      await cache.reset();
      this.#memory.watch(cache);
    });
  }

  /** `close`, for `await using registry = new CacheRegistry()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #all(work: (cache: MethodCache) => Promise<unknown>): Promise<void> {
    const results = await Promise.allSettled([...this.#caches.values()].map((cache) => work(cache)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/** Every registry there is, as long as somebody holds it, of every build of the library. */
const EVERY = Symbol.for('scrubjay.registries.v1');
const everywhere = globalThis as { [EVERY]?: Set<WeakRef<CacheRegistry>> };
const everyRegistry: Set<WeakRef<CacheRegistry>> = (everywhere[EVERY] ??= new Set());

/** Every registry of this process that somebody holds: the one of the process, and those of applications that have their own. */
export function registries(): CacheRegistry[] {
  const all: CacheRegistry[] = [];
  for (const reference of everyRegistry) {
    const held = reference.deref();
    if (held === undefined) everyRegistry.delete(reference);
    else all.push(held);
  }
  return all;
}

/** Kept on globalThis, so that the ESM and the CommonJS build, loaded together, know the same caches. */
const SHARED = Symbol.for('scrubjay.registry.v1');
const holder = globalThis as { [SHARED]?: CacheRegistry };
holder[SHARED] ??= new CacheRegistry();

/** The registry of this process, which every `@Cached` uses that was not given another. */
export const registry: CacheRegistry = holder[SHARED];
