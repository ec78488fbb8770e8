import { fifo } from '../../src/memory/fifo';
import { lru } from '../../src/memory/lru';
import { ttl } from '../../src/memory/ttl';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

class TtlModel implements Model {
  /** In the order of storing. */
  entries: { key: number; deadline: number }[] = [];
  insert(key: number, deadline: number): void {
    this.entries.push({ key, deadline });
  }
  touch(): void {}
  update(key: number, deadline: number): void {
    this.remove(key);
    this.insert(key, deadline);
  }
  remove(key: number): void {
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }
  evict(): number | undefined {
    const earliest = Math.min(...this.entries.map(({ deadline }) => deadline));
    const victim = this.entries.find(({ deadline }) => deadline === earliest);
    if (victim !== undefined) this.remove(victim.key);
    return victim?.key;
  }
}

test('it agrees with a list that is searched for the earliest end, whatever is done to it, restarts included', () => {
  expectAgreement(ttl, () => new TtlModel(), { withRestarts: true });
});

test.each([1, 2, 50])('it finds as many as the list does, with room for %d and several ttls', (capacity) => {
  const ttlOf = (key: number) => capacity * (1 + (key % 4));
  const hits = hitsOf(new OrderedCache(ttl, capacity), capacity, aTrace(4), ttlOf);
  expect(hits).toBe(hitsOf(new TtlModel(), capacity, aTrace(4), ttlOf));
});

test('with one ttl for all it evicts as fifo does', () => {
  const ttlOf = () => 1e9;
  const [one, other] = [new OrderedCache(ttl, 60), new OrderedCache(fifo, 60)];
  expect(hitsOf(one, 60, aTrace(5), ttlOf)).toBe(hitsOf(other, 60, aTrace(5), ttlOf));
  expect(one.keys()).toEqual(other.keys());
});

test('entries without end go last, the one that was stored first before the others', () => {
  const cache = new OrderedCache(ttl, 5);
  for (const key of [1, 2]) cache.insert(key);
  cache.insert(3, 1e15);
  cache.insert(4);
  cache.insert(5, 7);
  cache.update(1);
  expect(cache.keys()).toEqual([5, 3, 2, 4, 1]);
});

test('after another policy, of those with the same end the one that was stored first goes first', () => {
  const cache = new OrderedCache(lru, 3);
  for (const key of [1, 2, 3]) cache.insert(key, 9);
  cache.touch(1);
  expect(cache.restarted(ttl).keys()).toEqual([1, 2, 3]);
});

test('the deadline is asked for once when an entry is stored, and never again', () => {
  let asked = 0;
  const order = ttl.order({ capacity: 100, deadlineOf: (slot) => ++asked + slot, changed() {} });
  for (let slot = 0; slot < 100; slot++) order.insert(slot, 0);
  expect(asked).toBe(100);
  while (order.evict() >= 0);
  expect(asked).toBe(100);
});
