import { arc } from '../../src/memory/arc';
import { aTrace, expectAgreement, hitsOf, type Model, OrderedCache } from '../support/ordered-cache';

/** Figure 4 of the paper, in lists of keys, least recently used first. */
class ArcModel implements Model {
  t1: number[] = [];
  t2: number[] = [];
  b1: number[] = [];
  b2: number[] = [];
  p = 0;
  from: 'b1' | 'b2' | undefined;
  constructor(public c: number) {}
  expect(key: number): void {
    this.from = this.b1.includes(key) ? 'b1' : this.b2.includes(key) ? 'b2' : undefined;
    if (this.from === 'b1') this.p = Math.min(this.c, this.p + Math.max(this.b2.length / this.b1.length, 1));
    if (this.from === 'b2') this.p = Math.max(0, this.p - Math.max(this.b1.length / this.b2.length, 1));
    this.b1 = this.b1.filter((ghost) => ghost !== key);
    this.b2 = this.b2.filter((ghost) => ghost !== key);
  }
  insert(key: number): void {
    (this.from === undefined ? this.t1 : this.t2).push(key);
    this.from = undefined;
    this.#trim();
  }
  touch(key: number): void {
    this.remove(key);
    this.t2.push(key);
  }
  update(key: number): void {
    this.touch(key);
  }
  remove(key: number): void {
    this.t1 = this.t1.filter((other) => other !== key);
    this.t2 = this.t2.filter((other) => other !== key);
  }
  resize(capacity: number): void {
    this.c = capacity;
    this.p = Math.min(this.p, capacity);
    this.#trim();
  }
  evict(): number | undefined {
    if (this.from === undefined) {
      if (this.t1.length + this.b1.length >= this.c) {
        if (this.b1.length === 0 && this.t1.length > 0) return this.t1.shift();
        this.b1.shift();
      } else if (this.t1.length + this.t2.length + this.b1.length + this.b2.length >= 2 * this.c) this.b2.shift();
    }
    const isFirst = this.t1.length > 0 && (this.t1.length > this.p || (this.from === 'b2' && this.t1.length === this.p));
    const [list, ghosts] = isFirst || this.t2.length === 0 ? [this.t1, this.b1] : [this.t2, this.b2];
    const key = list.shift();
    if (key !== undefined) ghosts.push(key);
    return key;
  }
  #trim(): void {
    while (this.b1.length > 0 && this.t1.length + this.b1.length > this.c) this.b1.shift();
    while (this.b2.length > 0 && this.t1.length + this.t2.length + this.b1.length + this.b2.length > 2 * this.c) this.b2.shift();
  }
}

test('it agrees with the figure of the paper in lists, whatever is done to it', () => {
  expectAgreement(arc, (capacity) => new ArcModel(capacity), { withRestarts: false, isForetold: false });
});

test.each([1, 2, 10, 50, 200])('it finds as many as the lists do, with room for %d', (capacity) => {
  const trace = aTrace(7);
  expect(hitsOf(new OrderedCache(arc, capacity), capacity, trace)).toBe(hitsOf(new ArcModel(capacity), capacity, trace));
});

test('which list an entry stands in comes back after a restart', () => {
  const cache = new OrderedCache(arc, 4);
  for (const key of [1, 2, 3, 4]) cache.insert(key);
  cache.touch(1);
  const restarted = cache.restarted();
  restarted.expect(5);
  expect([restarted.evict(), restarted.evict(), restarted.evict(), restarted.evict()]).toEqual([2, 3, 4, 1]);
});
