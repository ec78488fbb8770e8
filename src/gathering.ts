/**
 * Gathers evictions of one cache: those that are asked for within a time are done together, once, at the end of it. Until then calls are answered with what is there.
 * On disk it is gone at once: nobody could say how old it is after a restart.
 */
import { after, elapsed } from './clock.js';
import { type Change, type ChangedCache, carryOut } from './transactions.js';

/** A cache, as far as what is gathered of it goes. */
interface GatheringCache extends ChangedCache {
  readonly gathering: Gathering;
  readonly entries: ChangedCache['entries'] & { readonly removals: { takeOffDisk(slots: Iterable<number>): void } };
}

/** A change that removes entries. */
export interface Removal<T = unknown> extends Change<T> {
  readonly cache: GatheringCache;
  /** The same for removals of the same entries. */
  readonly label: string;
  /** Where the entries stand that it would remove now. */
  slots(): Iterable<number>;
}

/** Evictions that are to be done together. */
interface Gathered {
  readonly removal: Removal;
  /** In milliseconds of the rising clock. */
  readonly end: number;
  readonly callOff: () => void;
}

export class Gathering {
  readonly #gathered = new Map<string, Gathered>();

  /**
   * An eviction is asked for, to be done in `withinMs` milliseconds at the latest.
   * @throws SCRUBJAY_NOT_DURABLE when it is not gone from disk
   */
  add(removal: Removal, withinMs: number): void {
    const end = elapsed() + withinMs;
    const known = this.#gathered.get(removal.label);
    if (known === undefined || known.end > end) {
      known?.callOff();
      const callOff = after(withinMs, () => {
        this.#finish(removal.label);
      });
      this.#gathered.set(removal.label, { removal, end, callOff });
    }
    const { entries } = removal.cache;
    if (entries.journal !== undefined) entries.removals.takeOffDisk(removal.slots());
  }

  /** Whether the entry under `text` will go. */
  concerns(table: object, text: string): boolean {
    if (this.#gathered.size === 0) return false;
    return [...this.#gathered.values()].some(({ removal }) => removal.touches(table, text));
  }

  /** Does now what is still to be done. */
  flush(): void {
    for (const label of [...this.#gathered.keys()]) this.#finish(label);
  }

  #finish(label: string): void {
    const gathered = this.#gathered.get(label);
    if (gathered === undefined) return;
    this.#gathered.delete(label);
    gathered.callOff();
    carryOut([gathered.removal]);
  }
}

/** The same eviction, gathered. */
export const gathered = (removal: Removal, withinMs: number): Change<void> => ({
  cache: removal.cache,
  touches: removal.touches,
  carryOut: () => {
    removal.cache.gathering.add(removal, withinMs);
  },
});
