/**
 * One limit in bytes for many caches. When it is passed, entries go where the next miss is cheapest: from the cache whose hits save the least time for each byte it holds.
 * Within a cache its own policy says who goes. The idea of cost for each byte is that of GreedyDual-Size (Cao and Irani, "Cost-Aware WWW Proxy Caching
 * Algorithms", USITS 1997, section 4), taken for whole caches.
 */
import type { ByteTotal } from './sizes.js';

/** A cache under the limit. */
export interface BudgetMember {
  /** Estimated bytes it holds. */
  readonly bytes: number | undefined;
  /** Hits since its process began. */
  readonly hits: number;
  /** The mean time of a load, in milliseconds. */
  readonly meanLoadMs: number;
  /** Drops up to `count` entries. Gives how many went. */
  evict(count: number): number;
}

/** After so many evictions it is asked again whose misses are cheapest. */
const EVICTIONS_A_CHOICE = 64;
/** Loads nobody has timed yet, and loads of no time at all, count as this many milliseconds. */
const LEAST_LOAD_MS = 0.001;

export class ByteBudget {
  /** What all members hold together. Every member adds to it. */
  readonly total: ByteTotal = { bytes: 0 };
  /** Entries dropped because all together held too much. */
  evictions = 0;
  maxBytes: number;
  readonly #members: () => Iterable<BudgetMember>;
  /** Hits of each member, those of long ago counting less and less. */
  #recentHits = new WeakMap<BudgetMember, { seen: number; recent: number }>();
  #cheapest: BudgetMember | undefined;
  #left = 0;

  constructor(maxBytes: number, members: () => Iterable<BudgetMember>) {
    this.maxBytes = maxBytes;
    this.#members = members;
  }

  /** Brings all of them back below the limit. To be called after an entry was stored. */
  settle(): void {
    while (this.total.bytes > this.maxBytes) {
      const isNewChoice = this.#cheapest === undefined || this.#left-- === 0;
      if (isNewChoice) this.#choose();
      if (this.#cheapest !== undefined && this.#cheapest.evict(1) > 0) this.evictions++;
      else if (isNewChoice) return;
      else this.#cheapest = undefined;
    }
  }

  #choose(): void {
    this.#left = EVICTIONS_A_CHOICE;
    this.#cheapest = undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const member of this.#members()) {
      const worth = this.#worthOf(member);
      if ((member.bytes ?? 0) === 0 || worth >= least) continue;
      least = worth;
      this.#cheapest = member;
    }
  }

  /** Time saved for each byte. One hit is given to everybody: a cache that has just begun must be able to show what it is worth. */
  #worthOf(member: BudgetMember): number {
    const { seen, recent } = this.#recentHits.get(member) ?? { seen: 0, recent: 0 };
    const hits = recent / 2 + member.hits - seen;
    this.#recentHits.set(member, { seen: member.hits, recent: hits });
    return ((hits + 1) * Math.max(member.meanLoadMs, LEAST_LOAD_MS)) / Math.max(member.bytes ?? 0, 1);
  }
}
