/**
 * What an application holds of one cached method: its entries by the method's own arguments, and its statistics.
 */

import { clearing, deletion, expiry, storing } from './changes.js';
import { durationMs } from './check-limits.js';
import { deletionWhere } from './delete-where.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import { gathered, type Removal } from './gathering.js';
import { invalidateTags } from './invalidate-tags.js';
import { keyOfCall } from './key/call-key.js';
import { describe, isThenable } from './kinds.js';
import type { Duration, LimitOptions } from './limit-options.js';
import type { AnyMethod, MethodCache } from './method-cache.js';
import type { MethodStats } from './method-stats.js';
import type { CacheEventListener, CacheEventName } from './stats/cache-events.js';
import type { Table } from './tables.js';
import { checkTags } from './tagging.js';
import { change } from './transactions.js';

/** What a method answers with, once it is awaited. */
export type ValueOf<F extends AnyMethod> = Awaited<ReturnType<F>>;

/** Evictions that are done together with others. Their promises are kept when what is asked for is gone from disk. */
export interface GatheredEvictions<F extends AnyMethod = AnyMethod> {
  /** Removes the entry of a call. */
  delete(...args: Parameters<F>): Promise<void>;
  /** Removes every entry whose key has these parts. */
  deleteWhere(parts: Readonly<Record<string, unknown>>): Promise<void>;
  /** Removes every entry of every instance. */
  clear(): Promise<void>;
}

/**
 * The cache of one method, typed by the method's signature. Arguments are those of a call; `this` is the instance the handle was asked for,
 * or the only one there is.
 *
 * Every call with arguments throws SCRUBJAY_KEY_REFUSED for arguments that have no key, and SCRUBJAY_WHICH_CACHE where several instances
 * have entries of their own and the handle was not asked for one of them.
 */
export class CacheHandle<F extends AnyMethod = AnyMethod> {
  readonly #cache: MethodCache;
  readonly #self: unknown;
  readonly #tableFor: () => Table;

  /** Made by `cacheOf` and the registry. */
  constructor(cache: MethodCache, self: unknown, tableFor: () => Table) {
    this.#cache = cache;
    this.#self = self;
    this.#tableFor = tableFor;
  }

  /** The name in the registry, such as `Users.find`. */
  get name(): string {
    return this.#cache.settings.name;
  }

  /** Entries held now, of all instances. */
  get size(): number {
    return this.#look().entries.size;
  }

  /**
   * The key of a call, exactly as its entry has it in `keys()` and on disk, whether there is an entry or not. Nothing is opened, loaded or counted.
   * @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_KEY_FAILED, SCRUBJAY_KEY_UNNAMED for a call that has none
   */
  keyOf(...args: Parameters<F>): string {
    return this.#textOf(args);
  }

  /** The stored value of a call, or `undefined` where there is none; counts as a hit and as a use. A cached `undefined` is told apart by `has`. */
  get(...args: Parameters<F>): ValueOf<F> | undefined {
    if (!this.#isOn) return undefined;
    const { cache, slot, key } = this.#lookUp(args);
    if (slot < 0) return undefined;
    cache.counters.hits++;
    cache.tellHit(slot);
    cache.entries.use(slot);
    return cache.handOut.give(cache.entries.valueAt(slot), () => key.text) as ValueOf<F>;
  }

  /** The same without being counted and without counting as a use. */
  peek(...args: Parameters<F>): ValueOf<F> | undefined {
    if (!this.#isOn) return undefined;
    const { cache, slot, key } = this.#lookUp(args);
    return slot < 0 ? undefined : (cache.handOut.give(cache.entries.valueAt(slot), () => key.text) as ValueOf<F>);
  }

  /** Whether a call would be answered from memory. No use, not counted. */
  has(...args: Parameters<F>): boolean {
    if (!this.#isOn) return false;
    return this.#lookUp(args).slot >= 0;
  }

  /**
   * Stores `value` as the result of the call with `args`, at once; while caching is switched off, removes what there is. A load of it that is under way answers its callers and is not stored.
   * The promise is kept when the entry is as durable as the cache promises. A value that would not come back equal is in memory only.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written, and what was there before may come back; the new value is in memory all the same.
   */
  async set(args: Parameters<F>, value: ValueOf<F>): Promise<void> {
    if (!Array.isArray(args) || isThenable(value)) {
      throw new ScrubjayError(
        'SCRUBJAY_BAD_OPTION',
        `set of ${this.name} takes the arguments as a list and the result itself, such as set(['u1'], user); got ${describe(args)} and ${describe(value)}.`,
      );
    }
    if (!this.#isOn) {
      await this.delete(...args);
      return;
    }
    const { cache, table, key } = this.#locate(args);
    const tags = cache.tagging?.tagsOf(value, { self: this.#self, args });
    await change(storing(cache, table, key, { value, tags }), () => undefined);
  }

  /**
   * Removes the entry of a call, at once; gives whether there was one. A load of it that is under way answers its callers and is not stored.
   * The promise is kept when the removal is as durable as the cache promises.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written; the entry is gone from memory all the same.
   */
  async delete(...args: Parameters<F>): Promise<boolean> {
    const { cache, table, key } = this.#locate(args);
    return change(deletion(cache, [table], [key]), () => this.#lookUp(args).slot >= 0);
  }

  /**
   * Removes every entry whose key has these parts, at once, whatever its other parts are: `deleteWhere({ id: 'u1' })`; gives how many fresh ones went. Parts are
   * called what the parameters are, values are equal as in keys; `undefined` stands for calls without the argument. Of all instances, unless the handle was asked for
   * one. What cannot be told to be different goes, too: hidden keys, and long ones that show only their beginning. Loads under way that it may concern answer their
   * callers and are not stored. Takes time for each entry that goes where the parts are in `index`, else for each there is.
   * The promise is kept when the removal is as durable as the cache promises.
   * @throws SCRUBJAY_BAD_KEY_NAME for names that keys do not have, SCRUBJAY_BAD_OPTION when it names none
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written; the entries are gone from memory all the same.
   */
  async deleteWhere(parts: Readonly<Record<string, unknown>>): Promise<number> {
    const removal = this.#removalWhere(parts);
    return change(removal, () => removal.foresee());
  }

  /**
   * Removes every entry with one of these tags, of all instances, at once; gives how many fresh ones went. Loads under way that turn out to carry one of them answer
   * those who asked before, and are not stored. The promise is kept when the removal is as durable as the cache promises.
   * @throws SCRUBJAY_BAD_OPTION for what is no list of texts, and where the method has no `tags`
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written; the entries are gone from memory all the same.
   */
  async invalidateTags(tags: readonly string[]): Promise<number> {
    const where = `invalidateTags of ${this.name}`;
    if (this.#cache.settings.tags === undefined)
      throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: its results have no tags; say what they are with the option tags.`);
    return invalidateTags(this.#cache, checkTags(tags, where));
  }

  /**
   * Ends the entry of a call now; gives whether there was a fresh one. The next call loads it anew, and is answered with the old one meanwhile, or if that fails, as
   * `staleWhileRevalidate` and `staleIfError` allow. Without either it is removed. A load of it that is under way answers its callers and is not stored.
   * The promise is kept when that is as durable as the cache promises.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written; it has ended in memory all the same.
   */
  async expire(...args: Parameters<F>): Promise<boolean> {
    const { cache, table, key } = this.#locate(args);
    return change(expiry(cache, table, key), () => this.#lookUp(args).slot >= 0);
  }

  /**
   * Removes every entry of every instance, at once. Loads under way answer their callers and are not stored.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written; memory is empty all the same.
   */
  async clear(): Promise<void> {
    await this.#open().clear();
  }

  /**
   * Evictions that are gathered: `cacheOf(users.find).within('2s').delete('u1')` is done two seconds later at the latest, together with all that ask for the same meanwhile, so that many
   * cost one load. Until then calls are answered with what is there. It is gone from disk at once. `registry.flush()` and `close()` do what is still to be done.
   * @throws SCRUBJAY_BAD_TTL
   */
  within(time: Duration): GatheredEvictions<F> {
    const withinMs = durationMs(time, `within of ${this.name}`, 'within');
    const gather = async (removals: readonly Removal[]): Promise<void> => {
      await Promise.all(removals.map((removal) => change(gathered(removal, withinMs), () => undefined)));
    };
    return {
      delete: async (...args) => gather(this.removalsOf(args)),
      deleteWhere: async (parts) => gather([this.#removalWhere(parts)]),
      clear: async () => gather([clearing(this.#open(), 'all')]),
    };
  }

  /** The keys of the fresh entries as readable text, next to be dropped first. Of all instances, unless the handle was asked for one that has entries of its own. */
  keys(): string[] {
    const { entries } = this.#look();
    return this.#self === undefined ? entries.texts() : entries.texts(this.#tableFor());
  }

  /**
   * Other limits from now on, or another policy; what is not said stays as it is. Entries are kept as far as they have room. Until the process ends.
   * @throws SCRUBJAY_BAD_CAPACITY, SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION
   */
  configure(limits: LimitOptions): void {
    this.#cache.relimit(limits);
  }

  /**
   * From now on `listener` is told of what becomes of the calls and entries of all instances: right after it, as a microtask, in the caller's AsyncLocalStorage. A listener
   * that fails is reported once, and harms nothing. The same one is told once.
   * @throws SCRUBJAY_BAD_OPTION for an event that does not exist
   */
  on(name: CacheEventName, listener: CacheEventListener): this {
    this.#cache.events.listeners.on(name, listener);
    this.#cache.attend();
    return this;
  }

  /** `listener` is told of it no longer. */
  off(name: CacheEventName, listener: CacheEventListener): this {
    this.#cache.events.listeners.off(name, listener);
    this.#cache.attend();
    return this;
  }

  /** What the cache has counted since its process began, and how it stands. */
  stats(): MethodStats {
    return this.#cache.stats();
  }

  /** The key of a call as text; `undefined` for arguments that have none. */
  protected textOf(args: readonly unknown[]): string | undefined {
    try {
      return this.#textOf(args);
    } catch {
      return undefined;
    }
  }

  /** @internal What removes the entry of a call. */
  protected removalsOf(args: Parameters<F>): readonly Removal[] {
    const { cache, table, key } = this.#locate(args);
    return [deletion(cache, [table], [key])];
  }

  #removalWhere(parts: Readonly<Record<string, unknown>>): ReturnType<typeof deletionWhere> {
    return deletionWhere(this.#open(), parts, this.#self === undefined ? undefined : { self: this.#self, table: this.#tableFor() });
  }

  /** Whether anything is cached at the moment. */
  get #isOn(): boolean {
    return this.#cache.switches.isEnabled;
  }

  /** For a look at what there is; no file is opened for it while caching is switched off. */
  #look(): MethodCache {
    return this.#isOn ? this.#open() : this.#cache;
  }

  #open(): MethodCache {
    this.#cache.openNow();
    return this.#cache;
  }

  /** The slot of the fresh entry of a call, or -1; the transaction that this is part of sees no entry it has changed. */
  #lookUp(args: readonly unknown[]): { cache: MethodCache; slot: number; key: CallKey } {
    const { cache, table, key } = this.#locate(args);
    return { cache, key, slot: cache.isTouched(table, key.text) ? -1 : cache.entries.fresh(table, key) };
  }

  #locate(args: readonly unknown[]): { cache: MethodCache; table: Table; key: CallKey } {
    const cache = this.#open();
    const table = this.#tableFor();
    this.#expectScope();
    return { cache, table, key: cache.keyOf(table, this.#self, args) };
  }

  #textOf(args: readonly unknown[]): string {
    this.#expectScope();
    return keyOfCall(this.#cache.settings.rule, this.#self, args);
  }

  #expectScope(): void {
    const { rule } = this.#cache.settings;
    if (this.#self === undefined && rule.scope !== undefined) {
      throw new ScrubjayError(
        'SCRUBJAY_WHICH_CACHE',
        `the calls of ${this.name} are separated by a value of their instance; ask for the handle of one: cacheOf(instance, 'method').`,
      );
    }
  }
}
