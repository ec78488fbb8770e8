import { FrequencySketch } from '../../src/memory/frequency-sketch';
import { HillClimber } from '../../src/memory/hill-climber';
import { lru } from '../../src/memory/lru';
import { wTinyLfuWith } from '../../src/memory/w-tinylfu';
import { aTrace, hitsOf, OrderedCache, randomNumbers } from '../support/ordered-cache';
import { isThorough } from '../support/thorough';

const policy = wTinyLfuWith({ seed: 7 });

/** A key as the cache sees it: its hash. */
const mixed = (key: number): number => Math.imul(key ^ (key >>> 16), 0x9e3779b1);

function call(cache: OrderedCache, key: number): boolean {
  if (cache.has(key)) {
    cache.touch(key);
    return true;
  }
  cache.expect(key);
  while (cache.size >= cache.capacity) cache.evict();
  cache.insert(key);
  return false;
}

const hits = (cache: OrderedCache, keys: readonly number[]): number => keys.filter((key) => call(cache, key)).length;

const loop = (length: number, rounds: number): number[] => Array.from({ length: length * rounds }, (_, at) => mixed(at % length));

test('of a loop over more than there is room for it keeps most of what fits, where LRU keeps nothing', () => {
  const trace = loop(1000, 100);
  expect(hits(new OrderedCache(lru, 500), trace)).toBe(0);
  expect(hits(new OrderedCache(policy, 500), trace)).toBeGreaterThan(0.35 * trace.length);
});

test('a scan of keys that come once does not wash out what comes again and again', () => {
  const popular = Array.from({ length: 80 }, (_, key) => mixed(key));
  const cache = new OrderedCache(policy, 100);
  for (let round = 0; round < 10; round++) hits(cache, popular);
  for (let key = 10_000; key < 11_500; key++) call(cache, mixed(key));
  expect(popular.filter((key) => cache.has(key)).length).toBeGreaterThan(55);
});

test('it follows when other keys are asked for', () => {
  const cache = new OrderedCache(policy, 100);
  const phase = (first: number): number[] => aTrace(first, 20_000).map((key) => mixed(first + (key % 150)));
  hits(cache, phase(0));
  hits(cache, phase(5000));
  expect(hits(cache, phase(5000)) / 20_000).toBeGreaterThan(0.6);
});

test('the window grows where keys come in bursts', () => {
  // Each key is asked for eight times, soon after one another, and never again: only a window holds it for so long.
  const next = randomNumbers(3);
  const trace = Array.from({ length: isThorough ? 200_000 : 60_000 }, (_, at) => mixed(1_000_000 + Math.floor(at / 8 + next() * 60)));
  const found = hits(new OrderedCache(policy, 100), trace);
  expect(found).toBeGreaterThan(0.9 * hits(new OrderedCache(lru, 100), trace));
});

test('the same seed gives the same victims', () => {
  const trace = aTrace(5).map(mixed);
  const [one, other] = [policy, wTinyLfuWith({ seed: 7 })].map((each) => hitsOf(new OrderedCache(each, 60), 60, trace));
  expect(one).toBe(other);
});

test('segment and frequency come back after a restart', () => {
  const cache = new OrderedCache(policy, 100);
  const popular = Array.from({ length: 60 }, (_, key) => mixed(key));
  for (let round = 0; round < 10; round++) hits(cache, popular);
  for (let key = 0; key < 100; key++) call(cache, mixed(1000 + key));
  const restarted = cache.restarted();
  for (let key = 0; key < 500; key++) call(restarted, mixed(5000 + key));
  expect(popular.filter((key) => restarted.has(key)).length).toBeGreaterThan(50);
});

test('a sketch never says less than was counted in an age, and seldom more', () => {
  const sketch = new FrequencySketch(1000);
  const counts = new Map<number, number>();
  const next = randomNumbers(1);
  for (let at = 0; at < 5000; at++) {
    const key = mixed(Math.floor(2000 ** next()));
    sketch.increment(key);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const errors = [...counts].map(([key, count]) => sketch.frequency(key) - Math.min(count, 15));
  expect(Math.min(...errors)).toBe(0);
  expect(errors.filter((error) => error > 0).length).toBeLessThan(0.05 * errors.length);
  const strangers = Array.from({ length: 1000 }, (_, at) => sketch.frequency(mixed(1_000_000 + at)));
  expect(strangers.filter((frequency) => frequency > 0).length).toBeLessThan(100);
});

test('a sketch halves all counts at the end of an age', () => {
  const sketch = new FrequencySketch(10);
  for (let at = 0; at < 12; at++) sketch.increment(1);
  for (let at = 0; at < 87; at++) sketch.increment(mixed(100 + at));
  expect(sketch.frequency(1)).toBeGreaterThanOrEqual(12);
  sketch.increment(mixed(7777));
  expect(sketch.frequency(1)).toBeLessThanOrEqual(7);
  expect(sketch.frequency(1)).toBeGreaterThanOrEqual(6);
});

test('a climber goes on while the hit ratio rises, turns when it falls, and steps out again when it jumps', () => {
  const climber = new HillClimber(1000);
  const sample = (ratio: number): number => {
    let places = 0;
    for (let at = 0; at < 10_000; at++) places = climber.count(at < ratio * 10_000);
    climber.leave(0);
    return places;
  };
  // From no requests to 50 % is a jump.
  expect([sample(0.5), sample(0.51), sample(0.52), sample(0.51), sample(0.3)]).toEqual([-62, -62, -61, 60, -58]);
  expect(sample(0.31)).toBe(-62);
});
