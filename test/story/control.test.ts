/** How callers say what they want of the cache, and how all caching is switched off, in the words of docs/control.md. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as calls from '../../src/cache-control';
import { type CacheControl, Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf, withCacheControl, withTransaction } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Options = CachedOptions<(id: string) => unknown>;

/** A service whose source gives a new version at each load; `source` may be changed. */
function aService(options: Options = {}) {
  const registry = options.registry ?? new CacheRegistry();
  const loads: string[] = [];
  const service = { source: (id: string): unknown => Promise.resolve(`${id}${loads.length}`) };
  class Users {
    @Cached({ params: ['id'], registry, ...options })
    find(id: string): unknown {
      loads.push(id);
      return service.source(id);
    }
  }
  const users = new Users();
  const cache = cacheOf(users, 'find');
  return { users, loads, service, cache, registry: registry as CacheRegistry, stats: () => cache.stats() };
}

test('as long as nobody has asked for anything, no call asks what is wanted', async () => {
  // The first test of this file: nothing has been asked for in this process yet.
  expect(calls.isControlInUse()).toBe(false);
  const asked = jest.spyOn(calls, 'cacheControl');
  const { users } = aService();
  await users.find('a');
  await users.find('a');
  expect(asked).not.toHaveBeenCalled();
  withCacheControl({}, () => undefined);
  expect(calls.isControlInUse()).toBe(true);
  await users.find('a');
  expect(asked).toHaveBeenCalled();
});

describe('refresh', () => {
  test('loads although there is a fresh entry, answers with it and stores it', async () => {
    const { users, stats } = aService();
    expect(await users.find('a')).toBe('a1');
    expect(await withCacheControl({ mode: 'refresh' }, () => users.find('a'))).toBe('a2');
    expect(await users.find('a')).toBe('a2');
    expect(stats()).toMatchObject({ misses: 2, hits: 1, loads: 2, size: 1 });
  });

  test('concurrent ones share one load, and others are answered from memory meanwhile', async () => {
    const { users, loads, service } = aService();
    await users.find('a');
    const slow = gate<string>();
    service.source = () => slow.promise;
    const refreshed = withCacheControl({ mode: 'refresh' }, () => [users.find('a'), users.find('a'), users.find('a')]);
    expect(await users.find('a')).toBe('a1');
    slow.open('new');
    expect(await Promise.all(refreshed)).toEqual(['new', 'new', 'new']);
    expect(loads).toEqual(['a', 'a']);
  });

  test('works for sync methods, and behind an await', async () => {
    const { users, service, loads } = aService();
    service.source = (id) => id + loads.length;
    expect(users.find('a')).toBe('a1');
    expect(withCacheControl({ mode: 'refresh' }, () => users.find('a'))).toBe('a2');
    await withCacheControl({ mode: 'refresh' }, async () => {
      await turn();
      expect(users.find('a')).toBe('a3');
    });
    expect(users.find('a')).toBe('a3');
  });

  test('a delete while it loads wins', async () => {
    const { users, service, cache } = aService();
    await users.find('a');
    const slow = gate<string>();
    service.source = () => slow.promise;
    const refreshed = withCacheControl({ mode: 'refresh' }, () => users.find('a'));
    await cache.delete('a');
    slow.open('old');
    expect(await refreshed).toBe('old');
    expect(cache.has('a')).toBe(false);
  });

  test('one that fails is an error, and the fresh entry stays', async () => {
    const { users, service, cache } = aService();
    await users.find('a');
    service.source = () => Promise.reject(new Error('down'));
    expect((await errorOf(() => withCacheControl({ mode: 'refresh' }, () => users.find('a')))).message).toBe('down');
    expect(cache.peek('a')).toBe('a1');
  });

  test('one that fails is answered with what is stored, where staleIfError allows that, and not when it is older', async () => {
    const { users, service } = aService({ ttl: 1000, staleIfError: 500 });
    await users.find('a');
    service.source = () => Promise.reject(new Error('down'));
    const refresh = (): unknown => withCacheControl({ mode: 'refresh' }, () => users.find('a'));
    expect(await refresh()).toBe('a1');
    time.clock.advance(1499);
    expect(await refresh()).toBe('a1');
    time.clock.advance(1);
    expect((await errorOf(refresh)).message).toBe('down');
  });
});

describe('bypass', () => {
  test('runs the method, and neither reads nor stores', async () => {
    const { users, stats } = aService();
    await users.find('a');
    expect(await withCacheControl({ mode: 'bypass' }, () => Promise.all([users.find('a'), users.find('b')]))).toEqual(['a2', 'b3']);
    expect(await users.find('a')).toBe('a1');
    expect(stats()).toMatchObject({ bypassed: 2, hits: 1, size: 1 });
  });

  test('opens no files', () => {
    const directory = temporaryDirectory();
    const { users } = aService({ registry: new CacheRegistry({ persist: { directory } }), persist: 'jsonl' });
    void withCacheControl({ mode: 'bypass' }, () => users.find('a'));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('onlyIfCached', () => {
  const onlyIfCached = <T>(work: () => T): T => withCacheControl({ mode: 'onlyIfCached' }, work);

  test('answers with what is there, and is an error with a code for what is not', async () => {
    const { users, loads } = aService();
    await users.find('a');
    expect(await onlyIfCached(() => users.find('a'))).toBe('a1');
    expect(await errorOf(() => onlyIfCached(() => users.find('b')))).toMatchObject({
      code: 'SCRUBJAY_ONLY_IF_CACHED',
      message: expect.stringMatching(/^Users\.find: there is no result of this call in the cache.*504/),
    });
    expect(loads).toEqual(['a']);
  });

  test('rejects where the method answers with promises, and throws where it does not', async () => {
    const { users, service } = aService();
    const later = aService();
    await later.users.find('a');
    await expect(onlyIfCached(() => later.users.find('b'))).rejects.toMatchObject({ code: 'SCRUBJAY_ONLY_IF_CACHED' });
    service.source = (id) => id;
    expect(() => onlyIfCached(() => users.find('b'))).toThrow(/no result of this call/);
  });

  test('a result past its time will do as long as staleWhileRevalidate says, and nothing is loaded', async () => {
    const { users, loads } = aService({ ttl: 1000, staleWhileRevalidate: 500 });
    await users.find('a');
    time.clock.advance(1499);
    expect(await onlyIfCached(() => users.find('a'))).toBe('a1');
    await turn();
    expect(loads).toEqual(['a']);
    time.clock.advance(1);
    expect((await errorOf(() => onlyIfCached(() => users.find('a')))).code).toBe('SCRUBJAY_ONLY_IF_CACHED');
  });

  test('what is never cached is not there', async () => {
    const { users, loads } = aService({ when: (id) => id !== 'draft' });
    expect((await errorOf(() => onlyIfCached(() => users.find('draft')))).code).toBe('SCRUBJAY_ONLY_IF_CACHED');
    expect((await errorOf(() => onlyIfCached(() => users.find(Symbol('no key') as never)))).code).toBe('SCRUBJAY_ONLY_IF_CACHED');
    expect(loads).toEqual([]);
  });
});

test('a refresh within a transaction, or with a signal that has fired, runs the method, and nothing is stored', async () => {
  const { users, service, stats } = aService();
  await users.find('a');
  service.source = () => Promise.resolve('not committed');
  expect(await withTransaction(() => withCacheControl({ mode: 'refresh' }, () => users.find('a')))).toBe('not committed');
  expect(await users.find('a')).toBe('a1');
  const seen: AbortSignal[] = [];
  class Watched {
    @Cached({ registry: new CacheRegistry(), params: ['id'] })
    async find(id: string, signal: AbortSignal): Promise<string> {
      seen.push(signal);
      return id;
    }
  }
  const watched = new Watched();
  const fired = AbortSignal.abort();
  await withCacheControl({ mode: 'refresh' }, () => watched.find('a', fired));
  expect(seen).toEqual([fired]);
  expect(cacheOf(watched, 'find').size).toBe(0);
  expect(stats()).toMatchObject({ bypassed: 1, size: 1 });
});

describe('minFresh and maxStale', () => {
  test('what does not stay fresh for so long is loaded anew: to the millisecond', async () => {
    const { users } = aService({ ttl: 1000 });
    await users.find('a');
    time.clock.advance(400);
    expect(await withCacheControl({ minFresh: 600 }, () => users.find('a'))).toBe('a1');
    expect(await withCacheControl({ minFresh: 601 }, () => users.find('a'))).toBe('a2');
    expect(await users.find('a')).toBe('a2');
  });

  test('with onlyIfCached, what does not stay fresh for so long is not answered with', async () => {
    const { users } = aService({ ttl: 1000, staleWhileRevalidate: '1h' });
    await users.find('a');
    const ask = (): unknown => withCacheControl({ mode: 'onlyIfCached', minFresh: 600 }, () => users.find('a'));
    time.clock.advance(400);
    expect(await ask()).toBe('a1');
    time.clock.advance(200);
    expect((await errorOf(ask)).code).toBe('SCRUBJAY_ONLY_IF_CACHED');
    time.clock.advance(500);
    expect((await errorOf(ask)).code).toBe('SCRUBJAY_ONLY_IF_CACHED');
    expect(await withCacheControl({ mode: 'onlyIfCached' }, () => users.find('a'))).toBe('a1');
  });

  test('what is past its time by so much will do, as far as it is kept', async () => {
    const { users, loads } = aService({ ttl: 1000, staleIfError: '1h' });
    await users.find('a');
    time.clock.advance(1500);
    expect(await withCacheControl({ maxStale: 501 }, () => users.find('a'))).toBe('a1');
    expect(loads).toEqual(['a']);
    expect(await withCacheControl({ maxStale: 500 }, () => users.find('a'))).toBe('a2');
    time.clock.advance(1500);
    expect(await withCacheControl({ mode: 'onlyIfCached', maxStale: Number.POSITIVE_INFINITY }, () => users.find('a'))).toBe('a2');
  });
});

describe('who is meant', () => {
  test('cached methods inside of other cached methods, and an inner word goes before an outer one', async () => {
    const outer = aService();
    const inner = aService();
    outer.service.source = (id) => inner.users.find(id);
    await outer.users.find('a');
    expect(await withCacheControl({ mode: 'refresh' }, () => outer.users.find('a'))).toBe('a2');
    expect(inner.loads).toHaveLength(2);
    outer.service.source = (id) => withCacheControl({ mode: 'default' }, () => inner.users.find(id));
    await withCacheControl({ mode: 'refresh' }, () => outer.users.find('a'));
    expect([outer.loads.length, inner.loads.length]).toEqual([3, 2]);
  });

  test('loads in the background do not inherit it', async () => {
    const outer = aService({ ttl: 1000, refreshAhead: 0.5 });
    const inner = aService({ ttl: 100 });
    outer.service.source = (id) => inner.users.find(id);
    await outer.users.find('a');
    time.clock.advance(500);
    expect(await withCacheControl({ mode: 'onlyIfCached' }, () => outer.users.find('a'))).toBe('a1');
    await turn();
    expect([inner.loads.length, outer.stats().loadErrors]).toEqual([2, 0]);
  });

  test('each element of a batch, loaded in one call', async () => {
    const asked: string[][] = [];
    class Users {
      @CachedBatch({ registry: new CacheRegistry(), params: ['ids'] })
      now(ids: string[]): string[] {
        asked.push(ids);
        return ids.map((id) => id + asked.length);
      }
      @CachedBatch({ registry: new CacheRegistry(), params: ['ids'] })
      async later(ids: string[]): Promise<string[]> {
        asked.push(ids);
        return Promise.resolve(ids.map((id) => id + asked.length));
      }
    }
    for (const method of ['now', 'later'] as const) {
      const users = new Users();
      asked.length = 0;
      await users[method](['a', 'b']);
      expect(await withCacheControl({ mode: 'refresh' }, () => users[method](['a', 'b', 'a']))).toEqual(['a2', 'b2', 'a2']);
      expect(await users[method](['a', 'b'])).toEqual(['a2', 'b2']);
      expect(await withCacheControl({ mode: 'bypass' }, () => users[method](['a', 'b']))).toEqual(['a3', 'b3']);
      expect(await users[method](['b'])).toEqual(['b2']);
      expect(asked).toEqual([
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
      ]);
      expect((await errorOf(() => withCacheControl({ mode: 'onlyIfCached' }, () => users[method](['a', 'c'])))).code).toBe('SCRUBJAY_ONLY_IF_CACHED');
    }
  });

  test('listeners to hits are told all the same', async () => {
    const { users, cache } = aService();
    const told: unknown[] = [];
    cache.on('cache:hit', ({ key, stale }) => told.push([key, stale]));
    cache.on('cache:miss', ({ key }) => told.push(key));
    await users.find('a');
    await withCacheControl({ mode: 'refresh' }, () => users.find('a'));
    await withCacheControl({ mode: 'onlyIfCached' }, () => users.find('a'));
    await turn();
    expect(told).toEqual(['id="a"', 'id="a"', ['id="a"', false]]);
  });
});

test.each<[unknown, RegExp]>([
  [undefined, /say what is wanted/],
  [{ mode: 'reload' }, /mode must be 'bypass', 'refresh', 'onlyIfCached' or 'default'; got "reload"/],
  [{ maxAge: 5 }, /no option "maxAge"/],
  [{ minFresh: -1 }, /minFresh must be more than 0/],
  [{ maxStale: 'soon' }, /maxStale must be more than 0/],
])('wrong use is an error that says so: %p', async (control, message) => {
  expect((await errorOf(() => withCacheControl(control as CacheControl, () => 1))).message).toMatch(message);
  expect((await errorOf(() => withCacheControl({}, 'work' as never))).code).toBe('SCRUBJAY_BAD_OPTION');
});

describe('unless', () => {
  test('a result that is vetoed is answered with and not stored', async () => {
    const { users, service, stats } = aService({ unless: (result, id) => result === 11 || id === 'never' });
    service.source = () => Promise.resolve(10);
    await users.find('a');
    expect([await users.find('a'), await users.find('never')]).toEqual([10, 10]);
    service.source = () => Promise.resolve(11);
    expect([await users.find('b'), await users.find('b')]).toEqual([11, 11]);
    expect(stats()).toMatchObject({ size: 1, unstored: 3, hits: 1, misses: 4 });
  });

  test('it knows the instance, and no older result stays in the place of one that is vetoed', async () => {
    class Users {
      limit = 5;
      @Cached({
        registry: new CacheRegistry(),
        unless(result) {
          return result > this.limit;
        },
        ttl(result) {
          return this.limit + result * 1000;
        },
      })
      async count(value: { readonly of: number }): Promise<number> {
        return Promise.resolve(value.of);
      }
    }
    const users = new Users();
    const cache = cacheOf(users, 'count');
    expect([await users.count({ of: 1 }), await users.count({ of: 6 })]).toEqual([1, 6]);
    expect(cache.keys()).toEqual(['value={of:1}']);
    users.limit = 0;
    await withCacheControl({ mode: 'refresh' }, () => users.count({ of: 1 }));
    expect(cache.size).toBe(0);
  });

  test.each<[string, () => never]>([
    [
      'an error',
      () => {
        throw new Error('no');
      },
    ],
    ['nothing', () => undefined as never],
    ['a promise', () => Promise.resolve(true) as never],
  ])('%s from it: the result is answered with, not stored, and it is said once', async (_what, unless) => {
    const { users, stats } = aService({ unless });
    expect([await users.find('a'), await users.find('a')]).toEqual(['a1', 'a2']);
    expect(stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(warnings.messages).toEqual([
      expect.stringMatching(/Users\.find: unless must say true for results that are not to be stored, else false; it (gave|failed)/),
    ]);
  });

  test('for a batch it is asked about each element', () => {
    class Users {
      @CachedBatch({ registry: new CacheRegistry(), params: ['ids'], unless: (name, id) => name === 'nobody' || id === 'x' })
      names(ids: readonly string[]): string[] {
        return ids.map((id) => (id === 'y' ? 'nobody' : id));
      }
    }
    const users = new Users();
    users.names(['a', 'x', 'y']);
    expect(cacheOf(users, 'names').keys()).toEqual(['ids="a"']);
  });

  test('something else than a function is an error when the class is defined', async () => {
    expect((await errorOf(() => aService({ unless: true as never }))).message).toMatch(/unless must be a function of the result and the arguments/);
  });
});

describe('all caching switched off', () => {
  test('methods work, nothing is read, stored or opened', async () => {
    const directory = join(temporaryDirectory(), 'cache');
    const registry = new CacheRegistry({ persist: { directory }, enabled: false });
    const { users, cache, loads, stats } = aService({ registry, persist: 'jsonl' });
    expect([await users.find('a'), await users.find('a')]).toEqual(['a1', 'a2']);
    expect(await registry.open()).toEqual([]);
    expect([cache.get('a'), cache.peek('a'), cache.has('a'), cache.keys(), cache.size]).toEqual([undefined, undefined, false, [], 0]);
    expect(stats()).toMatchObject({ bypassed: 2, hits: 0, misses: 0, size: 0 });
    expect(existsSync(directory)).toBe(false);
    expect(loads).toEqual(['a', 'a']);
    await registry.close();
  });

  test('while the process runs, and on again: what was there is there, but for what was deleted or set meanwhile', async () => {
    const { users, cache, registry } = aService();
    for (const id of ['a', 'b', 'c', 'd']) await users.find(id);
    registry.configure({ enabled: false });
    expect(await users.find('a')).toBe('a5');
    await cache.delete('b');
    await cache.set(['c'], 'set');
    await cache.expire('d');
    registry.configure({ enabled: true });
    expect(cache.keys()).toEqual(['id="a"']);
    expect([await users.find('a'), await users.find('c')]).toEqual(['a1', 'c6']);
  });

  test('its time goes on meanwhile', async () => {
    const { users, registry } = aService({ ttl: 1000 });
    await users.find('a');
    registry.configure({ enabled: false });
    time.clock.advance(1000);
    registry.configure({ enabled: true });
    expect(await users.find('a')).toBe('a2');
  });

  test('a load under way when it is switched off is not stored', async () => {
    const { users, cache, registry, service } = aService();
    const slow = gate<string>();
    service.source = () => slow.promise;
    const loading = users.find('a');
    registry.configure({ enabled: false });
    slow.open('late');
    expect(await loading).toBe('late');
    registry.configure({ enabled: true });
    expect(cache.has('a')).toBe(false);
  });

  test('a deletion while it is off reaches the disk', async () => {
    const directory = temporaryDirectory();
    const aProcess = (enabled: boolean): ReturnType<typeof aService> =>
      aService({ registry: new CacheRegistry({ persist: { directory }, enabled }), persist: 'jsonl', name: 'users' });
    const first = aProcess(true);
    await first.users.find('a');
    await first.users.find('b');
    await first.registry.close();
    const off = aProcess(false);
    await off.users.find('a');
    await off.cache.delete('a');
    await off.registry.close();
    const last = aProcess(true);
    expect(last.cache.keys()).toEqual(['id="b"']);
    await last.registry.close();
  });

  test('a batch runs as it is', async () => {
    const registry = new CacheRegistry({ enabled: false });
    const asked: unknown[] = [];
    class Users {
      @CachedBatch({ registry, params: ['ids'] })
      names(ids: readonly string[]): readonly string[] {
        asked.push(ids);
        return ids;
      }
    }
    const users = new Users();
    users.names(['a', 'b', 'a']);
    users.names(['a']);
    expect(asked).toEqual([['a', 'b', 'a'], ['a']]);
    expect(cacheOf(users, 'names').stats()).toMatchObject({ bypassed: 4, size: 0 });
  });

  test.each([
    ['1', '2 loads'],
    ['true', '2 loads'],
    ['0', '1 loads'],
    ['', '1 loads'],
  ])('SCRUBJAY_DISABLED=%s in the environment: %s', (value, said) => {
    const before = process.env['SCRUBJAY_DISABLED'];
    process.env['SCRUBJAY_DISABLED'] = value;
    try {
      const { users, loads } = aService();
      void users.find('a');
      void users.find('a');
      expect(`${loads.length} loads`).toBe(said);
    } finally {
      if (before === undefined) delete process.env['SCRUBJAY_DISABLED'];
      else process.env['SCRUBJAY_DISABLED'] = before;
    }
  });

  test('enabled is true or false', async () => {
    expect((await errorOf(() => new CacheRegistry({ enabled: 'no' as never }))).message).toMatch(/enabled must be true or false; got "no"/);
  });
});
