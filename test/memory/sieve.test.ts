import { lru } from '../../src/memory/lru';
import { sieve } from '../../src/memory/sieve';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache, randomNumbers } from '../support/ordered-cache';
import { numRuns } from '../support/thorough';

class SieveModel implements Model {
  /** Oldest first. */
  queue: { key: number; visited: boolean }[] = [];
  hand: number | undefined;
  insert(key: number): void {
    this.queue.push({ key, visited: false });
  }
  touch(key: number): void {
    for (const entry of this.queue) if (entry.key === key) entry.visited = true;
  }
  update(key: number): void {
    this.remove(key);
    this.queue.push({ key, visited: true });
  }
  remove(key: number): void {
    const index = this.queue.findIndex((entry) => entry.key === key);
    if (this.hand === key) this.hand = this.queue[index + 1]?.key;
    this.queue.splice(index, 1);
  }
  evict(): number | undefined {
    if (this.queue.length === 0) return undefined;
    for (
      let index = Math.max(
        0,
        this.queue.findIndex(({ key }) => key === this.hand),
      );
      ;
      index = (index + 1) % this.queue.length
    ) {
      const entry = this.queue[index] as { key: number; visited: boolean };
      if (!entry.visited) {
        this.hand = entry.key;
        this.remove(entry.key);
        return entry.key;
      }
      entry.visited = false;
    }
  }
}

test('it agrees with an array and an index, whatever is done to it, restarts included', () => {
  expectAgreement(sieve, () => new SieveModel(), { withRestarts: true });
});

test.each([1, 2, 50])('it finds as many as the array does, with room for %d', (capacity) => {
  expect(hitsOf(new OrderedCache(sieve, capacity), capacity, aTrace(7))).toBe(hitsOf(new SieveModel(), capacity, aTrace(7)));
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('an order that is restored at any moment evicts as the one before would have, seed %d', (seed) => {
  const next = randomNumbers(seed);
  const capacity = 2 + Math.floor(next() * 12);
  const live = new OrderedCache(sieve, capacity);
  let restored = live.restarted();
  for (let call = 0; call < numRuns(5000, 400).numRuns; call++) {
    if (next() < 0.1) restored = (next() < 0.5 ? restored : live).restarted();
    const key = Math.floor(next() ** 2 * 2 * capacity);
    const chance = next();
    const evict = () => expect(restored.evict()).toBe(live.evict());
    if (!live.has(key)) while (live.size >= capacity || (live.size > 0 && next() < 0.03)) evict();
    const deed = !live.has(key) ? 'insert' : chance < 0.1 ? 'update' : chance < 0.2 ? 'remove' : 'touch';
    for (const cache of [live, restored]) cache[deed](key);
    expect(restored.keys()).toEqual(live.keys());
  }
});

test('survivors stay where they are, and the hand goes on from where the victim was', () => {
  const cache = new OrderedCache(sieve, 4);
  for (const key of [1, 2, 3, 4]) cache.insert(key);
  for (const key of [1, 3]) cache.touch(key);
  expect(cache.evict()).toBe(2);
  cache.insert(5);
  expect([cache.evict(), cache.evict(), cache.evict()]).toEqual([4, 5, 1]);
});

test('a hand that passed the newest begins with the oldest, also after a restart, also when others came meanwhile', () => {
  const cache = new OrderedCache(sieve, 3);
  for (const key of [1, 2]) cache.insert(key);
  cache.touch(1);
  expect(cache.evict()).toBe(2);
  for (const key of [3, 4]) cache.insert(key);
  expect(cache.keys()).toEqual([1, 3, 4]);
  expect(cache.restarted().keys()).toEqual([1, 3, 4]);
});

test('only the first use since the hand passed changes something', () => {
  const cache = new OrderedCache(sieve, 2);
  cache.insert(1);
  cache.insert(2);
  expect([cache.touch(1), cache.touch(1)]).toEqual([true, false]);
  expect(cache.evict()).toBe(2);
  expect(cache.touch(1)).toBe(true);
});

test('what goes is never told to have changed, also when all were visited', () => {
  const changed: number[] = [];
  const order = sieve.order({ capacity: 3, deadlineOf: () => 0, changed: (slot) => changed.push(slot) });
  for (const slot of [0, 1, 2]) {
    order.insert(slot, 0);
    order.touch(slot);
  }
  expect(order.evict()).toBe(0);
  expect(changed).toEqual([1, 2]);
});

test('a mark that a crash left behind is not taken for one of today', () => {
  const order = sieve.order({ capacity: 3, deadlineOf: () => 0, changed() {} });
  order.restore(
    [
      { slot: 0, hash: 0, storedAs: 1, mark: 3 },
      { slot: 1, hash: 0, storedAs: 3, mark: 0 },
    ],
    2,
  );
  expect([order.markOf?.(0), order.markOf?.(1), ...order.slots()]).toEqual([1, 0, 1, 0]);
});

test('after another policy, the order is that of storing and not that of the last uses', () => {
  const cache = new OrderedCache(lru, 3);
  for (const key of [1, 2, 3]) cache.insert(key);
  cache.touch(1);
  expect(cache.restarted(sieve).keys()).toEqual([1, 2, 3]);
});
