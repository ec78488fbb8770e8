/** A cache of keys over the order of a policy, with what a disk would know of it, and slow models to compare it with. */
import fc from 'fast-check';
import type { EvictionOrder, EvictionPolicy } from '../../src/memory/policy';
import { numRuns } from './thorough';

interface Entry {
  readonly slot: number;
  deadline: number;
  storedAs: number;
  mark: number | undefined;
}

export class OrderedCache {
  readonly order: EvictionOrder;
  readonly #policy: EvictionPolicy;
  /** By key; the one that was stored or changed last at the end. */
  readonly #entries = new Map<number, Entry>();
  readonly #keys = new Map<number, number>();
  readonly #free: number[] = [];
  #used = 0;
  #stored = 0;
  #lastEvicted = 0;
  #changed: number[] = [];
  capacity: number;

  constructor(policy: EvictionPolicy, capacity: number) {
    this.#policy = policy;
    this.capacity = capacity;
    this.order = policy.order({
      capacity,
      deadlineOf: (slot) => this.#at(slot).deadline,
      changed: (slot) => this.#changed.push(this.#keyIn(slot)),
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: number): boolean {
    return this.#entries.has(key);
  }

  /** A key that is not held will be stored. */
  expect(key: number): void {
    this.order.expect?.(key);
    // What changes because of it is on disk before anything else.
    for (const other of this.#changed.splice(0)) this.#moves(other);
  }

  insert(key: number, deadline = Number.POSITIVE_INFINITY): void {
    const slot = this.#free.pop() ?? this.#used++;
    this.#entries.set(key, { slot, deadline, storedAs: ++this.#stored, mark: undefined });
    this.#keys.set(slot, key);
    this.order.insert(slot, key);
    this.#moves(key);
  }

  touch(key: number): boolean {
    const isChanged = this.order.touch(this.#slotOf(key));
    for (const other of this.#changed.splice(0)) this.#moves(other);
    if (isChanged) this.#moves(key);
    return isChanged;
  }

  update(key: number, deadline = Number.POSITIVE_INFINITY): void {
    const entry = this.#entries.get(key) as Entry;
    entry.deadline = deadline;
    entry.storedAs = ++this.#stored;
    this.order.update(entry.slot);
    this.#moves(key);
  }

  remove(key: number): void {
    this.order.remove(this.#slotOf(key));
    this.#forget(key);
  }

  evict(): number | undefined {
    const slot = this.order.evict();
    if (slot < 0) return undefined;
    const key = this.#keyIn(slot);
    for (const other of this.#changed.splice(0)) this.#moves(other);
    this.#lastEvicted = this.#at(slot).storedAs;
    this.#forget(key);
    return key;
  }

  clear(): void {
    this.order.clear();
    for (const key of [...this.#entries.keys()]) this.#forget(key);
  }

  resize(capacity: number): void {
    this.capacity = capacity;
    this.order.resize(capacity);
  }

  /** Keys, next to go first. */
  keys(): number[] {
    const keys: number[] = [];
    for (const slot of this.order.slots()) if (keys.push(this.#keyIn(slot)) > this.size) throw new Error('slots() gives more than are held');
    return keys;
  }

  /** The same entries in a new order, in other slots. */
  restarted(policy = this.#policy): OrderedCache {
    const other = new OrderedCache(policy, this.capacity);
    const entries = Array.from(this.#entries, ([key, entry], slot) => {
      other.#entries.set(key, { ...entry, slot });
      other.#keys.set(slot, key);
      return { slot, hash: key, storedAs: entry.storedAs, mark: policy.name === this.#policy.name ? entry.mark : undefined };
    });
    other.#used = entries.length;
    other.#stored = this.#stored;
    other.#lastEvicted = this.#lastEvicted;
    other.order.restore(entries, this.#lastEvicted);
    return other;
  }

  #moves(key: number): void {
    const entry = this.#entries.get(key) as Entry;
    entry.mark = this.order.markOf?.(entry.slot);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #forget(key: number): void {
    const slot = this.#slotOf(key);
    this.#entries.delete(key);
    this.#keys.delete(slot);
    this.#free.push(slot);
  }

  #slotOf(key: number): number {
    return (this.#entries.get(key) as Entry).slot;
  }

  #keyIn(slot: number): number {
    return this.#keys.get(slot) as number;
  }

  #at(slot: number): Entry {
    return this.#entries.get(this.#keyIn(slot)) as Entry;
  }
}

/** What a policy is defined as, over keys, however slow. To be copied, it keeps its state in plain public properties. */
export interface Model {
  expect?(key: number): void;
  resize?(capacity: number): void;
  insert(key: number, deadline: number): void;
  touch(key: number): void;
  update(key: number, deadline: number): void;
  remove(key: number): void;
  evict(): number | undefined;
}

function drained(model: Model): number[] {
  const copy: Model = Object.assign(Object.create(Object.getPrototypeOf(model)), structuredClone({ ...model }));
  const keys: number[] = [];
  for (let key = copy.evict(); key !== undefined; key = copy.evict()) keys.push(key);
  return keys;
}

const deeds = ['call', 'call', 'call', 'call', 'call', 'call', 'update', 'remove', 'evict', 'resize', 'clear', 'restart'] as const;

/** What is compared, beside every victim. */
interface Comparison {
  readonly withRestarts: boolean;
  /** Whether the order says beforehand who will go, one after the other; otherwise only who is held is compared. */
  readonly isForetold?: boolean;
}

/** Does the same random things to a cache with the policy and to the model, and compares every victim and what is held. */
export function expectAgreement(policy: EvictionPolicy, newModel: (capacity: number) => Model, { withRestarts, isForetold = true }: Comparison): void {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.tuple(fc.constantFrom(...deeds), fc.nat(10), fc.nat(12)), { maxLength: 150 }),
      (capacity, steps) => {
        let cache = new OrderedCache(policy, capacity);
        let model = newModel(capacity);
        const evict = () => expect(cache.evict()).toBe(model.evict());
        for (const [deed, key, number] of steps) {
          const deadline = number > 9 ? Number.POSITIVE_INFINITY : number;
          if (deed === 'evict') evict();
          else if (deed === 'restart') cache = withRestarts ? cache.restarted() : cache;
          else if (deed === 'resize' && number > 8) {
            cache.resize(key + 1);
            model.resize?.(key + 1);
            while (cache.size > cache.capacity) evict();
          } else if (deed === 'clear' && number > 10) {
            cache.clear();
            model = newModel(cache.capacity);
          } else if (!cache.has(key)) {
            cache.expect(key);
            model.expect?.(key);
            while (cache.size >= cache.capacity) evict();
            cache.insert(key, deadline);
            model.insert(key, deadline);
          } else if (deed === 'update' || deed === 'remove') {
            cache[deed](key, deadline);
            model[deed](key, deadline);
          } else {
            cache.touch(key);
            model.touch(key);
          }
          if (isForetold) expect(cache.keys()).toEqual(drained(model));
          else expect(cache.keys().sort()).toEqual(drained(model).sort());
        }
      },
    ),
    numRuns(300, 100),
  );
}

/** Keys as services ask for them: a few often and many seldom, with a loop over more than there is room for now and then. Always the same for a seed. */
export function aTrace(seed: number, length = 20_000): number[] {
  const next = randomNumbers(seed);
  const keys: number[] = [];
  while (keys.length < length) {
    if (next() < 0.002) for (let key = 1000; key < 1080; key++) keys.push(key);
    else keys.push(Math.floor(400 ** next()));
  }
  return keys;
}

/** Calls of the trace that find their key. A deadline is a number of calls from the call that stores. */
export function hitsOf(
  cache: OrderedCache | Model,
  capacity: number,
  trace: readonly number[],
  ttlOf: (key: number) => number = () => Number.POSITIVE_INFINITY,
): number {
  const deadlines = new Map<number, number>();
  let hits = 0;
  trace.forEach((key, call) => {
    const deadline = deadlines.get(key);
    if (deadline !== undefined && call < deadline) {
      hits++;
      cache.touch(key);
      return;
    }
    if (deadline !== undefined) {
      cache.remove(key);
      deadlines.delete(key);
    }
    cache.expect?.(key);
    while (deadlines.size >= capacity) deadlines.delete(cache.evict() as number);
    deadlines.set(key, call + ttlOf(key));
    cache.insert(key, call + ttlOf(key));
  });
  return hits;
}

/** Numbers from 0 to below 1, always the same for a seed: a linear congruential generator (Knuth, MMIX), its upper half. */
export function randomNumbers(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 32n) / 2 ** 32;
  };
}
