/**
 * Where the entries of each object are: which cache, and which table in it.
 */
import { atEndOfBusyTurn } from './clock.js';
import { ScrubjayError } from './errors.js';
import type { MethodCache } from './method-cache.js';
import type { Table } from './tables.js';

/** Whose entries a call finds. */
export interface Place {
  readonly cache: MethodCache;
  readonly table: Table;
}

interface WeakPlace {
  readonly cache: WeakRef<MethodCache>;
  readonly table: WeakRef<Table>;
}

export class InstancePlaces {
  /** By `this`. Weak: a cache does not keep the instances alive whose calls it remembers. */
  #all = new WeakMap<object, Place>();
  /** Who called last, and its place, until the end of a busy turn: kept for longer, it would keep the instance alive. */
  #lastSelf: unknown;
  #lastPlace: Place | undefined;
  /** The caches whose first table belongs to an instance. */
  #claimed = new WeakSet<MethodCache>();
  // Weak, too: a cache of an application that has ended is not kept for the instances that it had.
  readonly #collected = new FinalizationRegistry<WeakPlace>((weak) => {
    const cache = weak.cache.deref();
    const table = weak.table.deref();
    if (cache === undefined || table === undefined) return;
    cache.entries.forget(table);
    this.#giveBack({ cache, table });
  });

  /** The place of an object that has called before; `undefined` for anything else. Asked at every call. */
  of(self: unknown): Place | undefined {
    return self === this.#lastSelf ? this.#lastPlace : this.#lookUp(self);
  }

  #lookUp(self: unknown): Place | undefined {
    const place = this.#all.get(self as object);
    if (place !== undefined && (this.#lastSelf !== undefined || atEndOfBusyTurn(() => (this.#lastSelf = this.#lastPlace = undefined)))) {
      this.#lastSelf = self;
      this.#lastPlace = place;
    }
    return place;
  }

  /**
   * Gives a newcomer its place in `cache`.
   * @throws SCRUBJAY_SCOPE_UNDECLARED when it is the second instance to call a persisted method that does not say whether instances share
   */
  give(self: object, cache: MethodCache): Place {
    const place = { cache, table: cache.settings.isByInstance ? this.#tableOfItsOwn(self, cache) : cache.tables.first };
    this.#all.set(self, place);
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
    if (cache.settings.persist === undefined) this.#collected.register(self, { cache: new WeakRef(cache), table: new WeakRef(table) }, self);
    return table;
  }

  /** Takes the place of an object away, and what it has cached in memory. */
  take(self: object): void {
    const place = this.#all.get(self);
    if (place === undefined) return;
    this.#all.delete(self);
    this.#lastSelf = this.#lastPlace = undefined;
    this.#collected.unregister(self);
    if (place.cache.settings.isByInstance) place.cache.entries.forget(place.table);
    this.#giveBack(place);
  }

  /** The first table of a cache stays, for the next instance that comes. */
  #giveBack({ cache, table }: Place): void {
    if (table === cache.tables.first) this.#claimed.delete(cache);
    else cache.tables.all.delete(table);
  }

  /** Nobody has a place any more. */
  clear(): void {
    this.#all = new WeakMap();
    this.#claimed = new WeakSet();
    this.#lastSelf = this.#lastPlace = undefined;
  }
}
