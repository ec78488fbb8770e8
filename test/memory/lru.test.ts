import { lru } from '../../src/memory/lru';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

class LruModel implements Model {
  list: number[] = [];
  insert(key: number): void {
    this.list.push(key);
  }
  touch(key: number): void {
    this.remove(key);
    this.insert(key);
  }
  update(key: number): void {
    this.touch(key);
  }
  remove(key: number): void {
    this.list = this.list.filter((other) => other !== key);
  }
  evict(): number | undefined {
    return this.list.shift();
  }
}

test('it agrees with a list that is searched from the front, whatever is done to it, restarts included', () => {
  expectAgreement(lru, () => new LruModel(), { withRestarts: true });
});

test.each([1, 2, 50])('it finds as many as that list does, with room for %d', (capacity) => {
  expect(hitsOf(new OrderedCache(lru, capacity), capacity, aTrace(2))).toBe(hitsOf(new LruModel(), capacity, aTrace(2)));
});

test('the order is that of the last uses, the one that goes is the one not used for the longest time', () => {
  const cache = new OrderedCache(lru, 4);
  for (const key of [0, 1, 2, 3]) cache.insert(key);
  expect(cache.touch(1)).toBe(true);
  expect(cache.keys()).toEqual([0, 2, 3, 1]);
  expect(cache.evict()).toBe(0);
});

test('a use of the most recent one changes nothing', () => {
  const cache = new OrderedCache(lru, 2);
  cache.insert(0);
  cache.insert(1);
  expect(cache.touch(1)).toBe(false);
  expect(cache.keys()).toEqual([0, 1]);
});
