/**
 * Every cached method of the process, by name: to look at, to clear, to open and to close together.
 */
import { resolve } from 'node:path';
import { handleOn } from './batch-handle.js';
import type { CacheHandle } from './cache-handle.js';
import { checkDirectory, checkDurability, checkOnLocked, checkSignals } from './check-options.js';
import { ScrubjayError } from './errors.js';
import { cacheHealth, type RegistryHealth } from './health.js';
import { invalidateTags } from './invalidate-tags.js';
import type { Bytes } from './limit-options.js';
import type { MethodCache } from './method-cache.js';
import type { MethodStats } from './method-stats.js';
import { checkFlag, expectKnown, wrong } from './misuse.js';
import type { PersistSettings } from './options.js';
import { cacheDirectory } from './persist/cache-directory.js';
import { closeOn } from './persist/close-on.js';
import type { Durability, JournalOptions, OnLocked } from './persist/journal-options.js';
import { openJournals } from './persist/open-journals.js';
import type { RecoveryReport } from './persist/recovery.js';
import type { RecoveryProgress } from './persist/recovery-source.js';
import { type MemoryPressureOptions, type MemoryReport, ProcessMemory } from './process-memory.js';
import { type CacheEventListener, type CacheEventName, Listeners } from './stats/cache-events.js';
import { type Switches, switchesOfEnvironment } from './switches.js';
import { checkTags } from './tagging.js';

/** Defaults for every cache of a registry, and limits for all of them together. */
export interface RegistryOptions {
  /**
   * The most memory that the entries of all caches may take together, as their `sizeOf` estimates it. Beyond it, entries go from the cache whose hits
   * save the least load time for each byte. Default: no limit. May be changed at any time.
   */
  readonly maxBytes?: Bytes;
  /**
   * Drops entries in steps before the heap, or the memory of the container, is full, and lets caches grow again slowly: `true`, or
   * `{ heapFraction, residentFraction, onEvent }`. Default `false`.
   */
  readonly pressure?: boolean | MemoryPressureOptions;
  /**
   * Whether anything is cached at all. `false` runs every method, and nothing is read, stored or opened; what is deleted meanwhile is gone when caching is switched on again,
   * and what is `set` is deleted. May be changed at any time. Default `true`, unless the environment says `SCRUBJAY_DISABLED=1`.
   */
  readonly enabled?: boolean;
  /**
   * For development: results that all callers share are compared with what they were when somebody got them first, and one that was changed is reported, once for each key,
   * with its path. Makes every hit slow. Default `false`, unless the environment says `SCRUBJAY_WATCH_MUTATIONS=1`.
   */
  readonly watchMutations?: boolean;
  /**
   * For development and tests: looks for results that depend on something of the request, read from a store that `registerRequestStore` knows, which is not in their key.
   * `'report'` says so, once for each method and store; with `'refuse'` such results are not stored, either. Makes loads slower, hits not.
   * Default `'off'`, unless the environment says `SCRUBJAY_CONTEXT_GUARD=report` or `=refuse`.
   */
  readonly contextGuard?: 'off' | 'report' | 'refuse';
  /** Where and how caches are kept that say `persist` and nothing else. */
  readonly persist?: {
    /** The directory that holds one directory for each cache. Default `.scrubjay` in the working directory. */
    readonly directory?: string;
    /** Default `'interval'`: a power cut may take the last second. */
    readonly durability?: Durability;
    /** Default `'error'`: a cache whose directory another process holds says so, and `open` fails. */
    readonly onLocked?: OnLocked;
    /**
     * Signals such as `'SIGTERM'` that end the process without its exit hooks: they close all caches of the process first, as `'exit'` does. One that the application
     * listens to is left to it. Default: none.
     */
    readonly closeOn?: readonly NodeJS.Signals[];
  };
}

/** How `open` is to be done. */
export interface OpenOptions {
  /** Called for each piece that was read, about a megabyte. When it throws, it is not called again, and `open` throws that when everything is open. */
  readonly onProgress?: (progress: OpenProgress) => void;
}

/** How far the opening of one cache has come. */
export interface OpenProgress extends RecoveryProgress {
  readonly name: string;
}

/** What opening one persisted cache found. */
export interface OpenReport {
  readonly name: string;
  /** `undefined` when the directory could not be read; then `stats()` has the error. */
  readonly recovery: RecoveryReport | undefined;
}

/** The caches of one application. Most have one registry for the whole process, `registry()`; one that wants its own passes it to `@Cached`. */
export class CacheRegistry {
  readonly #caches = new Map<string, MethodCache>();
  #directory = resolve('.scrubjay');
  #durability: Durability = 'interval';
  #onLocked: OnLocked = 'error';
  readonly #listeners = new Listeners();
  readonly #switches = switchesOfEnvironment();
  readonly #memory = new ProcessMemory(() => this.#caches.values());

  /** Where tests keep all caches, whatever their options say; NOWHERE for memory only. */
  #testDirectory: string | undefined;
  #isClosed = false;

  constructor(options: RegistryOptions = {}) {
    this.configure(options);
    everyRegistry.add(new WeakRef(this));
  }

  /**
   * Sets defaults for persisted caches that are not open yet, and limits for all caches. What is not said stays as it is.
   * @throws SCRUBJAY_UNKNOWN_OPTION, SCRUBJAY_BAD_OPTION
   */
  configure(options: RegistryOptions): void {
    expectKnown({ ...options }, ['persist', 'maxBytes', 'pressure', 'enabled', 'watchMutations', 'contextGuard'], 'registry.configure', 'option');
    const persist = { ...(options.persist ?? {}) };
    if (options.persist !== undefined && typeof options.persist !== 'object')
      throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', 'persist must be an object with directory, durability, onLocked or closeOn', options.persist);
    expectKnown(persist, ['directory', 'durability', 'onLocked', 'closeOn'], 'registry.configure', 'persist option');
    this.#directory = resolve(checkDirectory(persist.directory, 'registry.configure') ?? this.#directory);
    this.#durability = checkDurability(persist.durability, 'registry.configure') ?? this.#durability;
    this.#onLocked = checkOnLocked(persist.onLocked, 'registry.configure') ?? this.#onLocked;
    if (options.enabled !== undefined) this.#enable(checkFlag(options.enabled, 'enabled', 'registry.configure'));
    if (options.contextGuard !== undefined) this.#switches.contextGuard = checkGuard(options.contextGuard);
    if (options.watchMutations !== undefined) {
      this.#switches.watchMutations = checkFlag(options.watchMutations, 'watchMutations', 'registry.configure');
      this.#attend();
    }
    if (persist.closeOn !== undefined) closeOn(checkSignals(persist.closeOn, 'registry.configure'), openJournals.closeAll);
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
  place(
    name: string,
    own: Pick<PersistSettings, 'directory' | 'durability' | 'onLocked'>,
  ): Pick<JournalOptions, 'directory' | 'durability' | 'onLocked'> | undefined {
    if (this.#testDirectory === NOWHERE) return undefined;
    return {
      directory: cacheDirectory(this.#testDirectory ?? own.directory ?? this.#directory, name),
      durability: own.durability ?? this.#durability,
      onLocked: own.onLocked ?? this.#onLocked,
    };
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
  async open({ onProgress }: OpenOptions = {}): Promise<OpenReport[]> {
    this.#isClosed = false;
    if (!this.#switches.isEnabled) return [];
    const persisted = [...this.#caches.values()].filter((cache) => cache.settings.persist !== undefined);
    const tell = new Telling(onProgress);
    await Promise.all(persisted.map((cache) => cache.open((progress) => tell.progress({ name: cache.settings.name, ...progress }))));
    tell.throwWhatWasThrown();
    const lockedOut = persisted.find(
      ({ entries: { journal } }) => journal?.options.onLocked === 'error' && journal.lastError?.code === 'SCRUBJAY_DIRECTORY_BUSY',
    );
    if (lockedOut !== undefined) throw lockedOut.entries.journal?.lastError;
    return persisted.map((cache) => ({ name: cache.settings.name, recovery: cache.entries.journal?.recovery }));
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
    this.#testDirectory = directory === undefined ? NOWHERE : resolve(directory);
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

function checkGuard(guard: unknown): Switches['contextGuard'] {
  if (guard === 'off' || guard === 'report' || guard === 'refuse') return guard;
  throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', "contextGuard must be 'off', 'report' or 'refuse'", guard);
}

/** Tells an application of progress; its errors must not end a recovery. */
class Telling {
  #listener: OpenOptions['onProgress'];
  #error: { readonly thrown: unknown } | undefined;

  constructor(listener: OpenOptions['onProgress']) {
    this.#listener = listener;
  }

  progress(progress: OpenProgress): void {
    try {
      this.#listener?.(progress);
    } catch (thrown) {
      this.#listener = undefined;
      this.#error = { thrown };
    }
  }

  throwWhatWasThrown(): void {
    if (this.#error !== undefined) throw this.#error.thrown;
  }
}

const NOWHERE = '';

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
