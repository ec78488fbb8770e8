/**
 * What one `@CacheEvict` or `@CachePut` does around one call: which entries it is about is told before the method runs, what is to change when it has.
 */
import { types } from 'node:util';
import type { CachedMethod } from './cached-method.js';
import { putting } from './changes.js';
import type { CallKey } from './entry-keys.js';
import { ScrubjayError } from './errors.js';
import { valuesOf } from './flight/batch-result.js';
import { gathered } from './gathering.js';
import { describe } from './kinds.js';
import { keysOf, type Meant, MeantEntries, removalsOf, type Writer } from './meant-entries.js';
import type { Table } from './tables.js';
import type { Change } from './transactions.js';
import type { WritingSettings } from './writing-options.js';
import { type Site, type Sites, sitesOf } from './written-sites.js';

/** One operation around one call. */
export interface Planned {
  /** It is done before the method runs. */
  readonly isEarly: boolean;
  /** What is to change when the method has given `result`. */
  changes(result: unknown): readonly Change[];
  /** Nothing is to change: the method has failed. */
  abandon(): void;
}

const NOTHING: Planned = { isEarly: false, changes: () => [], abandon: () => undefined };

export class WritingOperation {
  readonly settings: WritingSettings;
  readonly #writer: Writer;
  readonly #entries: MeantEntries;

  constructor(settings: WritingSettings, writer: Writer) {
    this.settings = settings;
    this.#writer = writer;
    this.#entries = new MeantEntries(settings, writer);
  }

  /**
   * Checks whether the entries of a cached method can be told.
   * @throws SCRUBJAY_UNMAPPED
   */
  expectMapped(method: CachedMethod): void {
    this.#entries.expectMapped(method);
  }

  /** What is to be done about the call `self.method(...args)`, which has not begun. */
  plan(self: unknown, args: readonly unknown[]): Planned {
    const found = sitesOf(this.settings.target, self, this.#writer.where);
    this.expectMapped(found.methods[0]);
    const wanted = this.#ask('when', self, args, found.sites) ?? 'unknown';
    if (wanted === false) return NOTHING;
    if (this.settings.kind === 'evict') return this.#eviction(found.sites, self, args);
    return wanted === 'unknown' ? this.#removal(found.sites, self, args) : this.#put(found, self, args);
  }

  #eviction(sites: readonly Site[], self: unknown, args: readonly unknown[]): Planned {
    const { isEarly, withinMs, isAll, key } = this.settings;
    const meant = (site: Site): Meant => (isAll ? 'all' : key === undefined ? this.#entries.byName(site, args) : this.#entries.byHand(site, self, args));
    const removals = sites.flatMap((site) => removalsOf(site, meant(site)));
    const changes = withinMs === 0 ? removals : removals.map((removal) => gathered(removal, withinMs));
    return { ...NOTHING, isEarly, changes: (result) => (!isEarly && this.#ask('unless', self, [result, ...args], sites) === true ? [] : changes) };
  }

  /** In the place of a put nobody can decide about. */
  #removal(sites: readonly Site[], self: unknown, args: readonly unknown[]): Planned {
    return { ...NOTHING, changes: (result) => sites.flatMap((site) => this.#removalsAfter(site, self, args, result)) };
  }

  /** The method has run, and its call must not fail any more: what cannot be told is all there is. */
  #removalsAfter(site: Site, self: unknown, args: readonly unknown[], result: unknown): readonly Change[] {
    try {
      return removalsOf(site, this.#meantByPut(site, self, args, result));
    } catch (error) {
      site.cache.reportOnce(error as ScrubjayError);
      return removalsOf(site, 'all');
    }
  }

  #meantByPut(site: Site, self: unknown, args: readonly unknown[], result: unknown): Meant {
    return this.settings.key === undefined ? this.#entries.byName(site, args) : this.#entries.byHand(site, self, [result, ...args]);
  }

  #put({ sites, methods: [method] }: Sites, self: unknown, args: readonly unknown[]): Planned {
    const site = sites.find((each) => each.method === method);
    if (site === undefined) return NOTHING;
    const others = sites.filter((each) => each !== site);
    const table = this.#tableOf(site, others);
    // Without a key of their own, puts are stopped by whatever happens to the table.
    const keys = this.settings.key === undefined ? this.#keysByName(site, args) : [undefined];
    const begun = keys.map((key) => table.puts.begin(key?.text));
    const abandon = (): void => {
      for (const put of begun) table.puts.end(put);
    };
    const putAll = (result: unknown): readonly Change[] | undefined => {
      const meant = this.#meantByPut(site, self, args, result);
      if (meant === 'all' || 'parts' in meant || this.#ask('unless', self, [result, ...args], sites) !== false) return undefined;
      const found = this.#keysAfter(site, meant.calls);
      const values = this.#valuesOf(site, meant.calls, result);
      if (found === 'all' || values === undefined || found.length !== values.length) return undefined;
      return found.map((key, index) =>
        putting(site.cache, table, key, {
          value: values[index],
          args: meant.calls[index] ?? [],
          self: site.self,
          put: begun[index] ?? (begun[0] as (typeof begun)[0]),
        }),
      );
    };
    return {
      isEarly: false,
      abandon,
      changes: (result) => {
        const puts = putAll(result);
        if (puts === undefined) abandon();
        const removals = (puts === undefined ? sites : others).flatMap((each) => this.#removalsAfter(each, self, args, result));
        return [...removals, ...(puts ?? [])];
      },
    };
  }

  #keysAfter(site: Site, calls: readonly (readonly unknown[])[]): readonly CallKey[] | 'all' {
    try {
      return keysOf(site, calls);
    } catch {
      // It is said by what is removed instead.
      return 'all';
    }
  }

  #keysByName(site: Site, args: readonly unknown[]): readonly (CallKey | undefined)[] {
    const meant = this.#entries.byName(site, args);
    const keys = meant === 'all' || 'parts' in meant ? 'all' : keysOf(site, meant.calls);
    return keys === 'all' ? [undefined] : keys;
  }

  /** With whose entries a result is stored must be clear. */
  #tableOf({ cache, tables }: Site, others: readonly Site[]): Table {
    const { rule, name } = cache.settings;
    if (tables !== 'all') return tables[0] as Table;
    if (rule.scope === undefined && others.length === 0 && cache.tables.all.size === 1) return cache.tables.first;
    throw new ScrubjayError(
      'SCRUBJAY_WHICH_CACHE',
      `${this.#writer.where}: a result is stored with the entries of one instance, and several may have some in ${name}; name it: (self) => [self.users, 'find'].`,
    );
  }

  /** A value for each of the calls; `undefined` when the result does not fit them. */
  #valuesOf({ method, cache }: Site, calls: readonly (readonly unknown[])[], result: unknown): readonly unknown[] | undefined {
    const { batch } = method.keys;
    if (batch === undefined || (calls.length === 1 && !Array.isArray(result) && !types.isMap(result))) return [result];
    try {
      const ids = calls.map((call) => call[batch.listAt]);
      return valuesOf(result, ids, { giver: `${this.#writer.where}: the method gave`, shape: batch.returns, textOf: () => undefined });
    } catch (error) {
      cache.reportOnce(error as ScrubjayError);
      return undefined;
    }
  }

  /** What the user's function says; `undefined` when it fails, which is said once. */
  #ask(option: 'when' | 'unless', self: unknown, given: readonly unknown[], sites: readonly Site[]): boolean | undefined {
    const ask = this.settings[option];
    if (ask === undefined) return option === 'when';
    let answer: unknown;
    let cause: unknown;
    try {
      answer = ask.apply(self, given as unknown[]);
    } catch (error) {
      cause = error;
    }
    if (typeof answer === 'boolean') return answer;
    const said = types.isNativeError(cause) ? cause.message : `it must give true or false, and gave ${describe(answer)}`;
    const code = option === 'when' ? 'SCRUBJAY_WHEN_FAILED' : 'SCRUBJAY_UNLESS_FAILED';
    sites[0]?.cache.reportOnce(new ScrubjayError(code, `${this.#writer.where}: ${option} failed: ${said}; the entries went.`, { cause }));
    return undefined;
  }
}
