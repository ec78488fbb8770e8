/**
 * A cache without values that asks an eviction policy what a cache would ask, at random, and holds every answer against what it knows itself.
 */
import type { EvictionOrder, EvictionPolicy, RestoredEntry } from '../index.js';

/** Largest mark that reaches the disk. */
const LARGEST_MARK = 2 ** 31 - 1;
/** Deeds that an error tells; with the seed, all of them can be had again. */
const DEEDS_TOLD = 40;

/** What is done how often; the rest of the deeds are calls: a key that is held is touched, another is stored. */
const RARE_DEEDS = { update: 0.06, remove: 0.06, evict: 0.02, expect: 0.01 };

interface Held {
  readonly key: number;
  readonly hash: number;
  storedAs: number;
  deadline: number;
  mark: number | undefined;
}

export class Rehearsal {
  readonly order: EvictionOrder;
  /** Every slot that was evicted so far. */
  readonly victims: number[] = [];
  /** By slot, the one that was stored or changed last at the end. */
  readonly held = new Map<number, Held>();
  readonly #policy: EvictionPolicy;
  readonly #seed: number;
  readonly #random: () => number;
  readonly #slots = new Map<number, number>();
  #free: number[] = [];
  #used = 0;
  #capacity: number;
  #stored = 0;
  #lastEvicted = 0;
  #deeds: string[] = [];
  #done = 0;
  #changed: number[] = [];

  constructor(policy: EvictionPolicy, capacity: number, seed: number) {
    this.#policy = policy;
    this.#capacity = capacity;
    this.#seed = seed;
    this.#random = randomNumbers(seed);
    this.order = this.#newOrder();
  }

  /** Does `count` random things. Keys come from twice as many as there is room for, small ones more often. */
  run(count: number, afterEach: () => void = () => {}): this {
    for (let done = 0; done < count; done++) {
      const key = Math.floor(this.#random() ** 2 * (2 * this.#capacity + 2));
      let chance = this.#random();
      const happens = (deed: keyof typeof RARE_DEEDS) => (chance -= RARE_DEEDS[deed]) < 0;
      if (happens('expect')) this.#expect(hashOf(key));
      else if (happens('evict')) this.evict();
      else if (!this.#slots.has(key)) this.store(key);
      else if (happens('update')) this.update(key);
      else if (happens('remove')) this.remove(key);
      else this.touch(key);
      afterEach();
    }
    return this;
  }

  /** Stores the keys from 0 on, as many as there is room for. */
  fill(): this {
    for (let key = 0; key < this.#capacity; key++) this.store(key);
    return this;
  }

  holds(key: number): boolean {
    return this.#slots.has(key);
  }

  /** Stores a key that is not held, and makes room for it before. */
  store(key: number): number {
    const hash = hashOf(key);
    this.#expect(hash);
    while (this.held.size >= this.#capacity) this.evict();
    const slot = this.#free.pop() ?? this.#used++;
    this.#does(`insert ${slot}`);
    this.#slots.set(key, slot);
    this.held.set(slot, { key, hash, storedAs: ++this.#stored, deadline: key % 5 === 0 ? Number.POSITIVE_INFINITY : (key * 7) % 50, mark: undefined });
    this.order.insert(slot, hash);
    this.#marked(slot);
    return slot;
  }

  touch(key: number): void {
    const slot = this.#slotOf(key);
    this.#does(`touch ${slot}`);
    const changes: unknown = this.order.touch(slot);
    if (typeof changes !== 'boolean') this.fail('touch to give true or false', String(changes));
    if (changes) this.#moves(slot);
  }

  update(key: number): void {
    const slot = this.#slotOf(key);
    const entry = this.held.get(slot) as Held;
    this.#does(`update ${slot}`);
    entry.storedAs = ++this.#stored;
    entry.deadline = entry.deadline > 40 ? 3 : entry.deadline + 17;
    this.order.update(slot);
    this.#moves(slot);
  }

  remove(key: number): void {
    const slot = this.#slotOf(key);
    this.#does(`remove ${slot}`);
    this.order.remove(slot);
    this.#forget(slot);
  }

  evict(): void {
    this.#changed = [];
    this.#does('evict');
    const victim = this.order.evict();
    this.#deeds[this.#deeds.length - 1] = `evict: ${victim}`;
    if (this.held.size === 0 ? victim !== -1 : !this.held.has(victim)) this.fail(`the victim to be ${this.#heldText()}`, String(victim));
    for (const slot of this.#changed) this.#moves(slot);
    if (victim === -1) return;
    this.victims.push(victim);
    this.#lastEvicted = (this.held.get(victim) as Held).storedAs;
    this.#forget(victim);
  }

  /** Evicts until nothing is held. */
  drain(): this {
    while (this.held.size > 0) this.evict();
    this.evict();
    return this.check();
  }

  clear(): this {
    this.#does('clear');
    this.order.clear();
    this.held.clear();
    this.#slots.clear();
    this.#free = [];
    this.#used = 0;
    this.#lastEvicted = 0;
    return this.check();
  }

  resize(capacity: number): this {
    this.#does(`resize ${capacity}`);
    this.#capacity = capacity;
    this.order.resize(capacity);
    this.check();
    while (this.held.size > capacity) this.evict();
    return this.check();
  }

  /** The same entries in a new order of the same policy, as after a restart. With `renumbered`, they stand in other slots than before. */
  restarted({ marks, renumbered }: { readonly marks: boolean; readonly renumbered: boolean }): Rehearsal {
    const other = new Rehearsal(this.#policy, this.#capacity, this.#seed + 1);
    const entries: RestoredEntry[] = [];
    for (const [slot, entry] of this.held) {
      const newSlot = renumbered ? entries.length : slot;
      other.held.set(newSlot, { ...entry });
      other.#slots.set(entry.key, newSlot);
      entries.push({ slot: newSlot, hash: entry.hash, storedAs: entry.storedAs, mark: marks ? entry.mark : undefined });
    }
    other.#used = renumbered ? entries.length : this.#used;
    other.#free = renumbered ? [] : [...this.#free];
    other.#stored = this.#stored;
    other.#lastEvicted = this.#lastEvicted;
    other.#does(
      `restore ${entries.map(({ slot, storedAs, mark }) => `${slot} (stored as ${storedAs}, mark ${mark})`).join(', ')}; last evicted ${this.#lastEvicted}`,
    );
    other.order.restore(entries, this.#lastEvicted);
    return other.check();
  }

  /** Holds `slots()` against what is held. */
  check(): this {
    const slots: number[] = [];
    for (const slot of this.order.slots()) {
      slots.push(slot);
      // An order that goes around in a circle would go on for ever.
      if (slots.length > this.held.size) break;
    }
    const isRight = slots.length === this.held.size && new Set(slots).size === slots.length && slots.every((slot) => this.held.has(slot));
    if (!isRight) this.fail(`slots() to be ${this.#heldText()}, each once`, textOf(slots));
    return this;
  }

  fail(wanted: string, found: string): never {
    const told = this.#deeds.slice(-DEEDS_TOLD);
    const before = this.#done - told.length;
    throw new Error(
      `Eviction policy ${this.#policy.name}, capacity ${this.#capacity}, seed ${this.#seed}: wanted ${wanted}; found ${found}.\n` +
        `Done${before > 0 ? `, after ${before} others` : ''}: ${told.join('; ') || 'nothing'}.`,
    );
  }

  #newOrder(): EvictionOrder {
    return this.#policy.order({
      capacity: this.#capacity,
      deadlineOf: (slot) => this.held.get(slot)?.deadline ?? this.fail('deadlineOf() to be asked for slots that are held', `a call for ${slot}`),
      changed: (slot) => {
        if (!this.held.has(slot)) this.fail('changed() to be called for slots that are held', `a call for ${slot}`);
        this.#changed.push(slot);
      },
    });
  }

  #expect(hash: number): void {
    if (this.order.expect === undefined) return;
    this.#does(`expect ${hash}`);
    this.order.expect(hash);
  }

  #does(deed: string): void {
    this.#done++;
    this.#deeds.push(deed);
    if (this.#deeds.length > 2 * DEEDS_TOLD) this.#deeds = this.#deeds.slice(-DEEDS_TOLD);
  }

  #moves(slot: number): void {
    const entry = this.held.get(slot) as Held;
    this.held.delete(slot);
    this.held.set(slot, entry);
    this.#marked(slot);
  }

  #marked(slot: number): void {
    const mark = this.order.markOf?.(slot);
    if (mark !== undefined && !(Number.isInteger(mark) && mark >= 0 && mark <= LARGEST_MARK)) {
      this.fail(`the mark of slot ${slot} to be a whole number from 0 to 2^31 - 1`, String(mark));
    }
    (this.held.get(slot) as Held).mark = mark;
  }

  #forget(slot: number): void {
    this.#slots.delete((this.held.get(slot) as Held).key);
    this.held.delete(slot);
    this.#free.push(slot);
  }

  #slotOf(key: number): number {
    return this.#slots.get(key) as number;
  }

  #heldText(): string {
    return this.held.size === 0 ? 'none (-1)' : `among ${textOf([...this.held.keys()])}`;
  }
}

function textOf(slots: readonly number[]): string {
  return slots.length === 0 ? 'none' : `${slots.slice(0, 40).join(', ')}${slots.length > 40 ? `, … (${slots.length})` : ''}`;
}

/** Some keys share a hash, as they may in a cache. */
function hashOf(key: number): number {
  return Math.imul((key % 16 === 1 ? key - 1 : key) + 1, 0x9e3779b1) | 0;
}

/** Numbers from 0 to below 1, always the same for a seed. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (14), 2003, section 3. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
