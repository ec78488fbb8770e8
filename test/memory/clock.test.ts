import { clock } from '../../src/memory/clock';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

class ClockModel implements Model {
  queue: { key: number; used: boolean }[] = [];
  insert(key: number): void {
    this.queue.push({ key, used: false });
  }
  touch(key: number): void {
    for (const entry of this.queue) if (entry.key === key) entry.used = true;
  }
  update(key: number): void {
    this.remove(key);
    this.queue.push({ key, used: true });
  }
  remove(key: number): void {
    this.queue = this.queue.filter((entry) => entry.key !== key);
  }
  evict(): number | undefined {
    for (let first = this.queue.shift(); first !== undefined; first = this.queue.shift()) {
      if (!first.used) return first.key;
      this.queue.push({ key: first.key, used: false });
    }
    return undefined;
  }
}

test('it agrees with a queue that takes used ones in again, whatever is done to it', () => {
  expectAgreement(clock, () => new ClockModel(), { withRestarts: false });
});

test.each([1, 2, 50])('it finds as many as that queue does, with room for %d', (capacity) => {
  expect(hitsOf(new OrderedCache(clock, capacity), capacity, aTrace(6))).toBe(hitsOf(new ClockModel(), capacity, aTrace(6)));
});

test('only the first use since the hand passed changes something', () => {
  const cache = new OrderedCache(clock, 2);
  cache.insert(1);
  cache.insert(2);
  expect([cache.touch(1), cache.touch(1)]).toEqual([true, false]);
  expect(cache.evict()).toBe(2);
  expect(cache.touch(1)).toBe(true);
});

test('a restart keeps what was used, and the order of the others', () => {
  const cache = new OrderedCache(clock, 5);
  for (const key of [1, 2, 3, 4]) cache.insert(key);
  cache.touch(2);
  cache.insert(5);
  expect(cache.restarted().keys()).toEqual([1, 3, 4, 5, 2]);
});

test('a restart keeps the order of those that were passed over', () => {
  let cache = new OrderedCache(clock, 5);
  for (const key of [1, 2, 3, 4, 5]) cache.insert(key);
  for (const key of [2, 1, 3]) cache.touch(key);
  expect(cache.evict()).toBe(4);
  expect(cache.keys()).toEqual([5, 1, 2, 3]);
  cache = cache.restarted();
  expect(cache.keys()).toEqual([5, 1, 2, 3]);
  for (const key of [3, 1, 5, 2]) cache.touch(key);
  expect(cache.evict()).toBe(5);
  expect(cache.restarted().keys()).toEqual([1, 2, 3]);
});
