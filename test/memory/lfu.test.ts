import { lfu, lfuWith } from '../../src/memory/lfu';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

class LfuModel implements Model {
  /** The one that changed last at the end. */
  entries: { key: number; count: number }[] = [];
  insert(key: number, _deadline?: number): void {
    this.entries.push({ key, count: 1 });
  }
  touch(key: number): void {
    const count = this.entries.find((entry) => entry.key === key)?.count ?? 0;
    this.remove(key);
    this.entries.push({ key, count: count + 1 });
  }
  update(key: number): void {
    this.touch(key);
  }
  remove(key: number): void {
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }
  evict(): number | undefined {
    const lowest = Math.min(...this.entries.map(({ count }) => count));
    const victim = this.entries.find(({ count }) => count === lowest);
    if (victim !== undefined) this.remove(victim.key);
    return victim?.key;
  }
}

/** Halves all counts after ten uses for each entry there is room for. */
class AgingModel extends LfuModel {
  uses = 0;
  constructor(public capacity: number) {
    super();
  }
  override insert(key: number): void {
    super.insert(key);
    this.#age();
  }
  override touch(key: number): void {
    super.touch(key);
    this.#age();
  }
  #age(): void {
    this.uses++;
    if (this.uses < 10 * this.capacity) return;
    this.uses = 0;
    // Those with the same count now go in the order of the counts they had.
    this.entries.sort((one, other) => one.count - other.count);
    for (const entry of this.entries) entry.count >>= 1;
  }
}

const exact = lfuWith({ aging: false });

test('without aging it agrees with a list that is searched, whatever is done to it, restarts included', () => {
  expectAgreement(exact, () => new LfuModel(), { withRestarts: true });
});

test.each([1, 2, 50])('with room for %d it finds as many as the list does', (capacity) => {
  expect(hitsOf(new OrderedCache(exact, capacity), capacity, aTrace(7))).toBe(hitsOf(new LfuModel(), capacity, aTrace(7)));
});

test.each([1, 2, 3, 50])('with aging and room for %d, too', (capacity) => {
  expect(hitsOf(new OrderedCache(lfu, capacity), capacity, aTrace(8))).toBe(hitsOf(new AgingModel(capacity), capacity, aTrace(8)));
});

test('what was popular once goes in the end, and without aging it does not', () => {
  const [aging, ageless] = [lfu, exact].map((policy) => {
    const cache = new OrderedCache(policy, 4);
    cache.insert(1);
    for (let use = 0; use < 100; use++) cache.touch(1);
    for (let key = 100; key < 600; key++) {
      while (cache.size >= 4) cache.evict();
      cache.insert(key);
      cache.touch(key);
      cache.touch(key);
    }
    return cache.has(1);
  });
  expect([aging, ageless]).toEqual([false, true]);
});

test('a count does not grow past what a mark can hold', () => {
  const order = exact.order({ capacity: 2, deadlineOf: () => 0, changed() {} });
  order.restore([{ slot: 0, hash: 0, storedAs: 1, mark: 2 ** 31 - 1 }], 0);
  order.touch(0);
  expect(order.markOf?.(0)).toBe(2 ** 31 - 1);
});
