import { s3Fifo } from '../../src/memory/s3-fifo';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

/** The definition of traces/reference.json, in lists of keys. */
class S3FifoModel implements Model {
  small: number[] = [];
  main: number[] = [];
  ghosts: number[] = [];
  uses: Record<number, number> = {};
  isKnown = false;
  constructor(public capacity: number) {}
  expect(key: number): void {
    this.isKnown = this.ghosts.includes(key);
    this.ghosts = this.ghosts.filter((ghost) => ghost !== key);
  }
  insert(key: number): void {
    (this.isKnown ? this.main : this.small).push(key);
    this.isKnown = false;
    this.uses[key] = 0;
  }
  touch(key: number): void {
    this.uses[key] = (this.uses[key] as number) + 1;
  }
  update(key: number): void {
    this.touch(key);
  }
  remove(key: number): void {
    this.small = this.small.filter((other) => other !== key);
    this.main = this.main.filter((other) => other !== key);
  }
  resize(capacity: number): void {
    this.capacity = capacity;
    this.ghosts = this.ghosts.slice(Math.max(0, this.ghosts.length - Math.floor(0.9 * capacity)));
  }
  evict(): number | undefined {
    const smallCapacity = Math.max(1, Math.floor(0.1 * this.capacity));
    while (this.small.length + this.main.length > 0) {
      if (this.main.length > this.capacity - smallCapacity || this.small.length === 0) {
        for (;;) {
          const key = this.main.shift() as number;
          const uses = Math.min(this.uses[key] as number, 3);
          if (uses === 0) return key;
          this.uses[key] = uses - 1;
          this.main.push(key);
        }
      }
      while (this.small.length > 0) {
        const key = this.small.shift() as number;
        if ((this.uses[key] as number) < 2) {
          this.ghosts = [...this.ghosts.filter((ghost) => ghost !== key), key].slice(-Math.floor(0.9 * this.capacity) || Number.POSITIVE_INFINITY);
          return key;
        }
        this.uses[key] = 0;
        this.main.push(key);
      }
    }
    return undefined;
  }
}

test('it agrees with the definition in lists, whatever is done to it', () => {
  expectAgreement(s3Fifo, (capacity) => new S3FifoModel(capacity), { withRestarts: false, isForetold: false });
});

test.each([1, 2, 9, 10, 20, 50, 200])('it finds as many as the lists do, with room for %d', (capacity) => {
  const trace = aTrace(7);
  expect(hitsOf(new OrderedCache(s3Fifo, capacity), capacity, trace)).toBe(hitsOf(new S3FifoModel(capacity), capacity, trace));
});

test('keys that come once do not push out keys that come again and again', () => {
  const capacity = 50;
  const cache = new OrderedCache(s3Fifo, capacity);
  const popular = Array.from({ length: 20 }, (_, key) => key);
  const call = (key: number): void => {
    if (cache.has(key)) {
      cache.touch(key);
      return;
    }
    cache.expect(key);
    while (cache.size >= capacity) cache.evict();
    cache.insert(key);
  };
  for (let round = 0; round < 5; round++) popular.forEach(call);
  for (let key = 1000; key < 3000; key++) call(key);
  expect(popular.filter((key) => cache.has(key))).toEqual(popular);
});

test('queue and uses come back after a restart', () => {
  const cache = new OrderedCache(s3Fifo, 10);
  for (const key of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) cache.insert(key);
  for (const key of [1, 1, 2, 2, 3]) cache.touch(key);
  expect([cache.evict(), cache.evict()]).toEqual([3, 4]);
  const restarted = cache.restarted();
  const victims = Array.from({ length: 8 }, () => restarted.evict());
  expect([...victims].sort((one, other) => (one as number) - (other as number))).toEqual([1, 2, 5, 6, 7, 8, 9, 10]);
  expect(victims.slice(-2).sort()).toEqual([1, 2]);
});
