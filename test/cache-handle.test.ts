import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { errorOf } from './support/promises';

const registry = new CacheRegistry();
let loads = 0;
class Squares {
  @Cached({ registry, capacity: 3, params: ['n'] })
  of(n: number): number | undefined {
    loads++;
    return n < 0 ? undefined : n * n;
  }
}
const squares = new Squares();
const cache = cacheOf(squares, 'of');
beforeEach(async () => {
  await cache.clear();
  loads = 0;
});

test('get gives what is stored, counts as a hit and as a use; without an entry it loads nothing', () => {
  for (const n of [1, 2, 3]) squares.of(n);
  const { hits } = cache.stats();
  expect([cache.get(1), cache.get(9)]).toEqual([1, undefined]);
  expect(cache.stats().hits).toBe(hits + 1);
  expect(cache.keys()).toEqual(['n=2', 'n=3', 'n=1']);
  expect(loads).toBe(3);
});

test('peek and has are neither counted nor a use', () => {
  for (const n of [1, 2, 3]) squares.of(n);
  const before = cache.stats();
  expect([cache.peek(1), cache.peek(9), cache.has(1), cache.has(9)]).toEqual([1, undefined, true, false]);
  expect(cache.stats()).toEqual(before);
  expect(cache.keys()).toEqual(['n=1', 'n=2', 'n=3']);
});

test('a cached undefined is told from nothing by has', () => {
  squares.of(-1);
  expect([cache.get(-1), cache.has(-1), cache.has(-2)]).toEqual([undefined, true, false]);
});

test('set stores the result of a call, which then loads nothing, and drops the oldest where there is no room', async () => {
  for (const n of [1, 2, 3]) squares.of(n);
  await cache.set([4], 99);
  expect([squares.of(4), loads, cache.has(1), cache.size]).toEqual([99, 3, false, 3]);
});

test.each([
  ['text in place of the list', '1', 1],
  ['an object in place of the list', {}, 1],
  ['nothing in place of the list', undefined, 1],
  ['a promise in place of the result', [1], Promise.resolve(1)],
])('set with %s is an error that says what is wanted', async (_what, args, value) => {
  const error = await errorOf(() => cache.set(args as never, value as never));
  expect(error).toMatchObject({
    code: 'SCRUBJAY_BAD_OPTION',
    message: expect.stringMatching(/^set of Squares\.of takes the arguments as a list and the result itself/),
  });
  expect(cache.size).toBe(0);
});

test('set replaces, and makes the entry the most recent one', async () => {
  for (const n of [1, 2, 3]) squares.of(n);
  await cache.set([1], 7);
  expect([squares.of(1), cache.keys(), cache.size]).toEqual([7, ['n=2', 'n=3', 'n=1'], 3]);
});

test('delete removes one entry and says whether there was one', async () => {
  for (const n of [1, 2]) squares.of(n);
  expect([await cache.delete(1), await cache.delete(1), cache.keys()]).toEqual([true, false, ['n=2']]);
  squares.of(1);
  expect(loads).toBe(3);
});

test('delete takes effect at once, before its promise is kept', () => {
  squares.of(1);
  void cache.delete(1);
  expect(cache.has(1)).toBe(false);
});

test.each([[0], [''], [false], [null], [undefined]])('delete(%p) removes that one key only', async (value) => {
  class Odd {
    @Cached({ registry })
    of(_value: unknown): number {
      return 1;
    }
  }
  const odd = new Odd();
  for (const each of [0, '', false, null, undefined]) odd.of(each);
  expect(await cacheOf(odd, 'of').delete(value)).toBe(true);
  expect(cacheOf(odd, 'of').size).toBe(4);
});

test('clear removes everything, and what comes afterwards is cached as before', async () => {
  for (const n of [1, 2, 3]) squares.of(n);
  await cache.clear();
  expect([cache.size, cache.keys()]).toEqual([0, []]);
  for (const n of [5, 6, 7, 8, 6]) squares.of(n);
  expect(cache.keys()).toEqual(['n=7', 'n=8', 'n=6']);
});

test('a value set for an async method is answered as a promise', async () => {
  class Later {
    @Cached({ registry })
    async of(n: number): Promise<number> {
      return Promise.resolve(n);
    }
  }
  const later = new Later();
  await cacheOf(later, 'of').set([1], 5);
  const answer = later.of(1);
  expect(answer).toBeInstanceOf(Promise);
  expect(await answer).toBe(5);
});
