/** How old the results are that callers get, for those who ask, in the words of docs/control.md. */
import { Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf, withCacheControl } from '../../src/index';
import { StoredTimes } from '../../src/memory/stored-times';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

type Options = CachedOptions<(id: string) => unknown>;

function aService(options: Options = {}) {
  const registry = options.registry ?? new CacheRegistry();
  const service = { source: (id: string): unknown => Promise.resolve(id) };
  class Users {
    @Cached({ params: ['id'], registry, scope: 'class', ...options })
    find(id: string): unknown {
      return service.source(id);
    }
  }
  const users = new Users();
  return { users, service, cache: cacheOf(users, 'find'), registry: registry as CacheRegistry };
}

/** What `work` is told of ages. */
async function agesOf(work: () => unknown, mode?: 'refresh' | 'onlyIfCached'): Promise<(number | undefined)[]> {
  const ages: (number | undefined)[] = [];
  await withCacheControl({ ...(mode && { mode }), onAge: (age) => ages.push(age) }, work);
  return ages;
}

describe('what was stored before anybody asked', () => {
  test('has the age that its ttl tells, and none without one', async () => {
    // The first test of this file: nobody has asked yet.
    const { users } = aService({ ttl: '1h' });
    const { users: forever } = aService();
    const noted = jest.spyOn(StoredTimes.prototype, 'note');
    await Promise.all([users.find('a'), forever.find('a')]);
    expect(noted).not.toHaveBeenCalled();
    time.clock.advance(5000);
    expect(await agesOf(() => Promise.all([users.find('a'), forever.find('a')]))).toEqual([5000, undefined]);
    await Promise.all([users.find('b'), forever.find('b')]);
    expect(noted).toHaveBeenCalled();
    expect(await agesOf(() => Promise.all([users.find('a'), forever.find('a'), forever.find('b')]))).toEqual([5000, undefined, 0]);
  });
});

test('each call that a cache answers tells how long ago its result was stored; one that is loaded tells nothing', async () => {
  await agesOf(() => undefined);
  const { users, cache } = aService();
  expect(await agesOf(() => users.find('a'))).toEqual([]);
  time.clock.advance(1500);
  expect(await agesOf(() => users.find('b'))).toEqual([]);
  time.clock.advance(1000);
  expect(await agesOf(async () => [await users.find('a'), await users.find('b'), await users.find('c')])).toEqual([2500, 1000]);
  expect(await agesOf(() => cache.get('a'))).toEqual([2500]);
  expect(await agesOf(() => users.find('a'), 'onlyIfCached')).toEqual([2500]);
  expect(await agesOf(() => users.find('a'), 'refresh')).toEqual([]);
  time.clock.advance(7);
  expect(await agesOf(() => users.find('a'))).toEqual([7]);
});

test('a ttl that differs from result to result, and idle, change nothing', async () => {
  const { users } = aService({ ttl: () => '1m', idle: '10s', nullTtl: '1h', jitter: '1ms' });
  await users.find('a');
  for (const age of [5000, 10000, 15000]) {
    time.clock.advance(5000);
    expect(await agesOf(() => users.find('a'))).toEqual([age]);
  }
});

test('an entry in a place that another one had has its own age', async () => {
  const { users } = aService({ capacity: 1 });
  await users.find('a');
  time.clock.advance(1000);
  await users.find('b');
  time.clock.advance(10);
  expect(await agesOf(() => users.find('b'))).toEqual([10]);
});

test('a result past its time tells its age, also where it stands in for a load that fails, to all who wait', async () => {
  const { users, service } = aService({ ttl: '1s', staleIfError: '1h' });
  await users.find('a');
  time.clock.advance(2000);
  const { promise, open } = gate();
  service.source = async () => {
    await promise;
    throw new Error('down');
  };
  const both = [agesOf(() => users.find('a')), agesOf(() => users.find('a'))];
  open();
  expect(await Promise.all(both)).toEqual([[2000], [2000]]);
  expect(await agesOf(() => users.find('a'), 'refresh')).toEqual([2000]);
});

test('the same where the method gives its results at once', async () => {
  const { users, service } = aService({ ttl: '1s', staleIfError: '1h' });
  service.source = (id) => id;
  users.find('a');
  time.clock.advance(2000);
  service.source = () => {
    throw new Error('down');
  };
  expect(await agesOf(() => users.find('a'))).toEqual([2000]);
});

test('and while a load takes longer than anybody waits', async () => {
  const { users, service } = aService({ ttl: '1s', staleIfError: '1h', softTimeout: '100ms' });
  await users.find('a');
  time.clock.advance(2000);
  const { promise, open } = gate();
  service.source = () => promise;
  const both = [agesOf(() => users.find('a')), agesOf(() => users.find('a'))];
  await time.clock.advanceAsync(100);
  expect(await Promise.all(both)).toEqual([[2100], [2100]]);
  expect(await agesOf(() => users.find('a'))).toEqual([2100]);
  open();
});

test('while a new one is fetched in the background, too', async () => {
  const { users } = aService({ ttl: '1s', staleWhileRevalidate: '1h' });
  await users.find('a');
  time.clock.advance(2000);
  expect(await agesOf(() => users.find('a'))).toEqual([2000]);
  await time.clock.settle();
  expect(await agesOf(() => users.find('a'))).toEqual([0]);
});

test('each element of a list tells its own', async () => {
  class Many {
    @CachedBatch()
    async find(ids: readonly string[]): Promise<string[]> {
      return [...ids];
    }
    @CachedBatch()
    now(ids: readonly string[]): string[] {
      return [...ids];
    }
  }
  const many = new Many();
  await many.find(['a']);
  many.now(['a']);
  time.clock.advance(100);
  await many.find(['b']);
  time.clock.advance(100);
  expect(await agesOf(() => many.find(['a', 'b', 'c']))).toEqual([200, 100]);
  expect(await agesOf(() => many.now(['a', 'b']))).toEqual([200]);
});

test('an outer one is told as well, whatever the inner one wants', async () => {
  const { users } = aService();
  await users.find('a');
  time.clock.advance(5);
  let inner: (number | undefined)[] = [];
  expect(
    await agesOf(async () => {
      inner = await agesOf(() => users.find('a'));
      await withCacheControl({ mode: 'default' }, () => users.find('a'));
      await withCacheControl({ mode: 'bypass' }, () => users.find('a'));
    }),
  ).toEqual([5, 5]);
  expect(inner).toEqual([5]);
});

test('what came back from disk has the age that its ttl tells, and none without one', async () => {
  const directory = temporaryDirectory();
  const start = (ttl?: '1h') => aService({ registry: new CacheRegistry({ persist: { directory } }), persist: 'jsonl', name: `${ttl}`, ...(ttl && { ttl }) });
  for (const ttl of ['1h', undefined] as const) {
    const { users, registry } = start(ttl);
    await users.find('a');
    await registry.close();
  }
  time.clock.advance(90_000);
  const [hour, forever] = [start('1h'), start()];
  expect(await agesOf(() => hour.users.find('a'))).toEqual([90_000]);
  expect(await agesOf(() => forever.users.find('a'))).toEqual([undefined]);
  await Promise.all([hour.registry.close(), forever.registry.close()]);
});

test('a listener that fails is reported, and fails no call', async () => {
  const { users } = aService();
  await users.find('a');
  const onAge = (): never => {
    throw new Error('mine');
  };
  expect(await withCacheControl({ onAge }, () => users.find('a'))).toBe('a');
  expect(warnings.messages).toEqual(['onAge of withCacheControl failed: mine. The call was answered all the same.']);
});

test('what is no function is refused', async () => {
  expect(await errorOf(() => withCacheControl({ onAge: 5 as never }, () => undefined))).toMatchObject({ code: 'SCRUBJAY_BAD_OPTION' });
});
