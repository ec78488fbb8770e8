import { fifo } from '../../src/memory/fifo';
import { lru } from '../../src/memory/lru';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

class FifoModel implements Model {
  queue: number[] = [];
  insert(key: number): void {
    this.queue.push(key);
  }
  touch(): void {}
  update(key: number): void {
    this.remove(key);
    this.insert(key);
  }
  remove(key: number): void {
    this.queue = this.queue.filter((other) => other !== key);
  }
  evict(): number | undefined {
    return this.queue.shift();
  }
}

test('it agrees with a queue, whatever is done to it, restarts included', () => {
  expectAgreement(fifo, () => new FifoModel(), { withRestarts: true });
});

test.each([1, 2, 50])('it finds as many as a queue does, with room for %d', (capacity) => {
  expect(hitsOf(new OrderedCache(fifo, capacity), capacity, aTrace(3))).toBe(hitsOf(new FifoModel(), capacity, aTrace(3)));
});

test('a use changes nothing and says so', () => {
  const cache = new OrderedCache(fifo, 3);
  for (const key of [1, 2, 3]) cache.insert(key);
  expect([cache.touch(1), cache.touch(3), ...cache.keys()]).toEqual([false, false, 1, 2, 3]);
});

test('after another policy, the order is that of storing and not that of the last uses', () => {
  const cache = new OrderedCache(lru, 3);
  for (const key of [1, 2, 3]) cache.insert(key);
  cache.touch(1);
  expect(cache.restarted(fifo).keys()).toEqual([1, 2, 3]);
});
