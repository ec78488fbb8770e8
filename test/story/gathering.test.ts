/** Many evictions in a short time cost one load, in the words of docs/invalidation.md. */
import { Cached, CachedBatch, CacheEvict, CacheRegistry, cacheOf, withTransaction } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

interface ShopOptions {
  readonly registry?: CacheRegistry;
  readonly persist?: boolean;
  readonly ttl?: '1h';
  readonly staleIfError?: '1h';
}

/** A list of orders that everybody looks at, and that changes all the time. */
function aShop({ registry = new CacheRegistry(), persist = false, ...options }: ShopOptions = {}) {
  const loads: number[] = [];
  const source = { count: 0, read: async (count: number): Promise<number> => Promise.resolve(count) };
  class Shop {
    @Cached({ registry, params: ['shop'], ...options, ...(persist ? { persist: 'jsonl' } : {}) })
    async count(shop: string): Promise<number> {
      void shop;
      loads.push(source.count);
      return source.read(source.count);
    }
    @CacheEvict('count', { within: '2s', params: ['shop'] })
    async order(shop: string): Promise<void> {
      void shop;
      source.count++;
      return Promise.resolve();
    }
  }
  const shop = new Shop();
  return { shop, loads, source, cache: cacheOf(shop, 'count') };
}

test('1000 evictions in two seconds cost one load, and nothing older than two seconds is answered with', async () => {
  const { shop, loads } = aShop();
  await shop.count('s1');
  for (let order = 0; order < 1000; order++) {
    await shop.order('s1');
    expect(await shop.count('s1')).toBe(0);
    time.clock.advance(1);
  }
  time.clock.advance(1000);
  expect([await shop.count('s1'), loads]).toEqual([1000, [0, 1000]]);
});

test('the entry goes two seconds after the first eviction, to the millisecond, and the next eviction begins anew', async () => {
  const { shop, cache } = aShop();
  await shop.count('s1');
  await shop.order('s1');
  time.clock.advance(1000);
  await shop.order('s1');
  time.clock.advance(999);
  expect(cache.has('s1')).toBe(true);
  time.clock.advance(1);
  expect(cache.has('s1')).toBe(false);
  expect(await shop.count('s1')).toBe(2);
  await shop.order('s1');
  time.clock.advance(1999);
  expect(cache.has('s1')).toBe(true);
  time.clock.advance(1);
  expect(cache.has('s1')).toBe(false);
  expect(time.clock.timers).toBe(0);
});

test('other keys are gathered apart, and an eviction without within goes at once', async () => {
  const { shop, cache } = aShop();
  await Promise.all([shop.count('s1'), shop.count('s2')]);
  await shop.order('s1');
  time.clock.advance(1000);
  await shop.order('s2');
  time.clock.advance(1000);
  expect(cache.keys()).toEqual(['shop="s2"']);
  await cache.delete('s2');
  expect(cache.keys()).toEqual([]);
});

test('a load that is under way when they are done answers its callers and is not stored', async () => {
  const { shop, source, cache } = aShop();
  await shop.order('s1');
  const slow = gate();
  source.read = async (count) => {
    await slow.promise;
    return count;
  };
  const reading = shop.count('s1');
  time.clock.advance(2000);
  slow.open();
  expect([await reading, cache.has('s1')]).toEqual([1, false]);
});

test('a handle gathers, too: by call, by part, or all', async () => {
  const { shop, cache } = aShop();
  const warm = async (): Promise<unknown> => Promise.all(['s1', 's2', 's3'].map(async (id) => shop.count(id)));
  await warm();
  for (let round = 0; round < 10; round++) await cache.within('500ms').delete('s1');
  await cache.within(500).deleteWhere({ shop: 's2' });
  expect(cache.size).toBe(3);
  time.clock.advance(500);
  expect(cache.keys()).toEqual(['shop="s3"']);
  await warm();
  await cache.within('1s').clear();
  await cache.within('2s').clear();
  time.clock.advance(1000);
  expect([cache.size, time.clock.timers]).toEqual([0, 0]);
  expect(await errorOf(() => cache.within(0))).toMatchObject({ code: 'SCRUBJAY_BAD_TTL' });
});

test('a shorter time wins', async () => {
  const { shop, cache } = aShop();
  await shop.count('s1');
  await cache.within('10s').delete('s1');
  await cache.within('1s').delete('s1');
  time.clock.advance(1000);
  expect([cache.has('s1'), time.clock.timers]).toEqual([false, 0]);
});

test('the elements of a batch', async () => {
  class Users {
    @CachedBatch({ registry: new CacheRegistry(), element: 'id' })
    async findMany(ids: readonly string[]): Promise<string[]> {
      return Promise.resolve([...ids]);
    }
  }
  const users = new Users();
  await users.findMany(['a', 'b', 'c']);
  await cacheOf(users, 'findMany').within('1s').delete(['a', 'b']);
  time.clock.advance(1000);
  expect(cacheOf(users, 'findMany').keys()).toEqual(['id="c"']);
});

test('flush and close do at once what is still to be done', async () => {
  for (const end of ['flush', 'close'] as const) {
    const registry = new CacheRegistry();
    const { shop, cache } = aShop({ registry });
    await shop.count('s1');
    await shop.order('s1');
    await registry[end]();
    expect([cache.has('s1'), time.clock.timers]).toEqual([false, 0]);
  }
});

test('in a transaction the time begins with its commit, and a rollback drops it', async () => {
  const { shop, cache } = aShop();
  await shop.count('s1');
  await errorOf(async () =>
    withTransaction(async () => {
      await shop.order('s1');
      throw new Error('rolled back');
    }),
  );
  time.clock.advance(2000);
  expect(cache.has('s1')).toBe(true);
  await withTransaction(async () => {
    await shop.order('s1');
    time.clock.advance(2000);
  });
  time.clock.advance(1999);
  expect(cache.has('s1')).toBe(true);
  time.clock.advance(1);
  expect(cache.has('s1')).toBe(false);
});

describe('on disk', () => {
  const start = (directory: string, options: ShopOptions = {}) => {
    const registry = new CacheRegistry({ persist: { directory } });
    return { registry, ...aShop({ registry, persist: true, ...options }) };
  };

  test('what is to go is gone from disk at once: after a crash it does not come back', async () => {
    const directory = temporaryDirectory();
    const before = start(directory);
    await before.shop.count('s1');
    await before.shop.count('s2');
    await before.shop.order('s1');
    expect(before.cache.has('s1')).toBe(true);
    const after = await crashed(directory, before.registry);
    expect(after.cache.keys()).toEqual(['shop="s2"']);
    await after.registry.close();
  });

  test('nor when it is expired meanwhile, and would still be of use', async () => {
    const directory = temporaryDirectory();
    const before = start(directory, { ttl: '1h', staleIfError: '1h' });
    await before.shop.count('s1');
    await before.shop.order('s1');
    await before.cache.expire('s1');
    const after = await crashed(directory, before.registry, { ttl: '1h', staleIfError: '1h' });
    after.source.read = async () => Promise.reject(new Error('down'));
    expect(await errorOf(() => after.shop.count('s1'))).toMatchObject({ message: 'down' });
    await after.registry.close();
  });

  test('nor does what a load has stored that was under way meanwhile', async () => {
    const directory = temporaryDirectory();
    const before = start(directory);
    await before.registry.open();
    const slow = gate();
    before.source.read = async (count) => {
      await slow.promise;
      return count;
    };
    const reading = before.shop.count('s1');
    await before.shop.order('s1');
    slow.open();
    await reading;
    expect(before.cache.peek('s1')).toBe(0);
    const after = await crashed(directory, before.registry);
    expect(after.cache.keys()).toEqual([]);
    await after.registry.close();
  });

  test('what is loaded afterwards is kept again', async () => {
    const directory = temporaryDirectory();
    const before = start(directory);
    await before.shop.count('s1');
    await before.shop.order('s1');
    time.clock.advance(2000);
    expect(await before.shop.count('s1')).toBe(1);
    await before.registry.close();
    const after = start(directory);
    expect([after.cache.keys(), await after.shop.count('s1')]).toEqual([['shop="s1"'], 1]);
    await after.registry.close();
    expect(warnings.messages).toEqual([]);
  });

  /** The files as a process leaves them that dies now, opened by the next one. */
  async function crashed(directory: string, registry: CacheRegistry, options: ShopOptions = {}): Promise<ReturnType<typeof start>> {
    const { cpSync } = await import('node:fs');
    const copy = temporaryDirectory();
    cpSync(directory, copy, { recursive: true });
    await registry.close();
    return start(copy, options);
  }
});
