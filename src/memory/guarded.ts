/**
 * A policy that a user wrote, watched: when it throws, or names a slot that is not held, the least recently used one goes from then on, and somebody is told.
 * A cache must not fail a call because its policy does.
 */
import { ScrubjayError } from '../errors.js';
import { lru } from './lru.js';
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './policy.js';

const NONE = -1;

class GuardedOrder implements EvictionOrder {
  readonly usesHashes: boolean;
  /** There only where the policy has it. */
  readonly markOf?: (slot: number) => number;
  readonly #name: string;
  readonly #context: PolicyContext;
  readonly #held = new Set<number>();
  /** What the user wrote, or what took its place. */
  #order: EvictionOrder;
  #isReplaced = false;

  constructor(policy: EvictionPolicy, context: PolicyContext) {
    this.#name = policy.name;
    this.#context = context;
    this.#order = lru.order(context);
    try {
      this.#order = policy.order(context);
    } catch (error) {
      this.#replace(error);
    }
    this.usesHashes = this.#order.usesHashes === true;
    if (typeof this.#order.markOf === 'function') this.markOf = (slot) => this.#ask((order) => order.markOf?.(slot)) ?? 0;
  }

  expect(hash: number): void {
    this.#ask((order) => order.expect?.(hash));
  }

  evict(): number {
    if (this.#held.size === 0) return NONE;
    let slot = this.#ask((order) => order.evict()) ?? NONE;
    if (!this.#held.has(slot)) {
      this.#replace(`it evicted ${String(slot)}, which is not held`);
      slot = this.#order.evict();
    }
    this.#held.delete(slot);
    return slot;
  }

  insert(slot: number, hash: number): void {
    this.#held.add(slot);
    this.#ask((order) => {
      order.insert(slot, hash);
    });
  }

  touch(slot: number): boolean {
    return this.#ask((order) => order.touch(slot)) === true;
  }

  update(slot: number): void {
    this.#ask((order) => {
      order.update(slot);
    });
  }

  remove(slot: number): void {
    this.#held.delete(slot);
    this.#ask((order) => {
      order.remove(slot);
    });
  }

  clear(): void {
    this.#held.clear();
    this.#ask((order) => {
      order.clear();
    });
  }

  resize(capacity: number): void {
    this.#ask((order) => {
      order.resize(capacity);
    });
  }

  /** Exactly what is held, whatever the policy says. */
  slots(): Iterable<number> {
    const said = new Set(this.#ask((order) => firstOf(order.slots(), 2 * this.#held.size)) ?? []);
    return [...[...said].filter((slot) => this.#held.has(slot)), ...[...this.#held].filter((slot) => !said.has(slot))];
  }

  restore(entries: readonly RestoredEntry[], lastEvicted: number): void {
    for (const { slot } of entries) this.#held.add(slot);
    this.#ask((order) => {
      order.restore(entries, lastEvicted);
    });
  }

  #ask<T>(question: (order: EvictionOrder) => T): T | undefined {
    try {
      return question(this.#order);
    } catch (error) {
      // What took its place knows already what is held now.
      this.#replace(error);
      return undefined;
    }
  }

  #replace(cause: unknown): void {
    if (this.#isReplaced) return;
    this.#isReplaced = true;
    this.#order = lru.order(this.#context);
    for (const slot of this.#held) this.#order.insert(slot, 0);
    const said = cause instanceof Error ? cause.message : String(cause);
    const { code, message } = new ScrubjayError('SCRUBJAY_POLICY_FAILED', `the eviction policy ${this.#name} failed: ${said}; the cache goes on with lru.`);
    process.emitWarning(message, { type: 'ScrubjayWarning', code });
  }
}

/** At most so many: a list whose links are broken may have no end. */
function firstOf(slots: Iterable<number>, most: number): number[] {
  const first: number[] = [];
  for (const slot of slots) if (first.push(slot) > most) break;
  return first;
}

/** The same policy, watched. */
export const guarded = (policy: EvictionPolicy): EvictionPolicy => ({ name: policy.name, order: (context) => new GuardedOrder(policy, context) });
