/**
 * The way of a call about which more than the entries decides. Nearly no call of nearly no cache comes here, so that a hit need not ask about any of it.
 */
import type { Entries } from './entries.js';
import type { ScrubjayError } from './errors.js';
import { isWanted, type KeyRule } from './key/call-key.js';
import { isPrimitive } from './kinds.js';
import type { CacheEvents } from './stats/cache-events.js';
import type { Table } from './tables.js';

/** Whose calls these are. */
export interface AttendedCache {
  readonly settings: { readonly rule: KeyRule };
  readonly entries: Entries;
  readonly events: CacheEvents;
  readonly isOpen: boolean;
  readonly isAsync: boolean;
  open(): Promise<void>;
  openNow(): void;
  find(table: Table, self: unknown, args: readonly unknown[]): unknown;
  /** Answers as if nothing but the entries decided. */
  findPlain(table: Table, self: unknown, args: readonly unknown[]): unknown;
  /** Runs the method past the cache. */
  bypass(self: unknown, args: readonly unknown[]): unknown;
  tellHit(slot: number): void;
  reportOnce(error: ScrubjayError): void;
}

export class AttendedCalls {
  readonly #cache: AttendedCache;

  constructor(cache: AttendedCache) {
    this.#cache = cache;
  }

  /** Whether calls have to come here once the cache is open. */
  get isNeeded(): boolean {
    return this.#cache.settings.rule.when !== undefined || this.#cache.events.wants('cache:hit');
  }

  /** Answers the call `self.method(...args)`. */
  find(table: Table, self: unknown, args: readonly unknown[]): unknown {
    const cache = this.#cache;
    const { pick, scope, when } = cache.settings.rule;
    if (!cache.isOpen) {
      // Whatever may change while we wait would make it another call: an object among the arguments, the state behind `key`, `scope` and `when`.
      if (cache.isAsync && pick === undefined && scope === undefined && when === undefined && args.every(isPrimitive))
        return cache.open().then(() => cache.find(table, self, args));
      cache.openNow();
    }
    if (when !== undefined && !this.#isWanted(self, args)) return cache.bypass(self, args);
    const known = table.calls === undefined ? -1 : table.calls.find(args);
    if (known >= 0 && cache.entries.isUntroubled(known)) cache.tellHit(known);
    return cache.findPlain(table, self, args);
  }

  #isWanted(self: unknown, args: readonly unknown[]): boolean {
    try {
      return isWanted(this.#cache.settings.rule, self, args);
    } catch (error) {
      this.#cache.reportOnce(error as ScrubjayError);
      return false;
    }
  }
}
