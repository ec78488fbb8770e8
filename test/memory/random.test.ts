import { random, randomWith } from '../../src/memory/random';
import { hitsOf, OrderedCache } from '../support/ordered-cache';

function victimsOf(cache: OrderedCache, calls: number): number[] {
  const victims: number[] = [];
  for (let key = 0; key < calls; key++) {
    if (cache.size >= cache.capacity) victims.push(cache.evict() as number);
    cache.insert(key);
  }
  return victims;
}

test('the same seed gives the same victims, another seed gives others', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => victimsOf(new OrderedCache(randomWith({ seed }), 10), 200));
  expect(one).toEqual(same);
  expect(one).not.toEqual(other);
});

test('the numbers are those of SplitMix with the finalizer of MurmurHash3', () => {
  const cache = new OrderedCache(randomWith({ seed: 0 }), 1000);
  for (let key = 0; key < 1000; key++) cache.insert(key);
  // Computed apart, from the two definitions.
  expect([0, 1, 2, 3, 4, 5].map(() => cache.evict())).toEqual([573, 237, 105, 296, 281, 852]);
});

test('without a seed two caches draw differently', () => {
  expect(victimsOf(new OrderedCache(random, 10), 200)).not.toEqual(victimsOf(new OrderedCache(random, 10), 200));
});

test.each([2, 3, 10, 64])('each of %d goes as often as the others, wherever it was stored', (capacity) => {
  const rounds = 2000 * capacity;
  const cache = new OrderedCache(randomWith({ seed: 5 }), capacity);
  const bySlot = new Array<number>(capacity).fill(0);
  let age = 0;
  for (let key = 0; key < capacity; key++) cache.insert(key);
  for (let key = capacity; key < capacity + rounds; key++) {
    const [slot] = cache.order.slots() as Iterable<number> as [number];
    bySlot[slot] = (bySlot[slot] as number) + 1;
    age += key - (cache.evict() as number);
    cache.insert(key);
  }
  for (const count of bySlot) expect(Math.abs(count - 2000)).toBeLessThan(6 * Math.sqrt(2000));
  // The mean age of a victim is the capacity: each lives through as many evictions on the average.
  expect(Math.abs(age / rounds - capacity)).toBeLessThan(0.05 * capacity);
});

test('slots() tells who will go, as long as nobody comes', () => {
  const cache = new OrderedCache(randomWith({ seed: 9 }), 40);
  for (let key = 0; key < 40; key++) cache.insert(key);
  for (let key = 0; key < 40; key += 3) cache.remove(key);
  const told = cache.keys();
  expect(told.map(() => cache.evict())).toEqual(told);
  expect(told).toHaveLength(26);
});

test('uses and new results change nothing', () => {
  const [one, other] = [0, 1].map(() => new OrderedCache(randomWith({ seed: 3 }), 20)) as [OrderedCache, OrderedCache];
  for (const cache of [one, other]) for (let key = 0; key < 20; key++) cache.insert(key);
  for (let key = 0; key < 20; key += 2) {
    expect(one.touch(key)).toBe(false);
    one.update(key);
  }
  expect(one.keys()).toEqual(other.keys());
});

test('of a loop over twice as many as there is room for, it finds some', () => {
  const loop = Array.from({ length: 20_000 }, (_, call) => call % 100);
  // A key lives through one miss with the probability 49/50, and through those of one turn with the hit ratio: h = (49/50)^(100 (1 - h)), h = 0.203.
  expect(hitsOf(new OrderedCache(randomWith({ seed: 4 }), 50), 50, loop) / loop.length).toBeCloseTo(0.203, 1);
});
