/** What people who know other caches expect of any: each as a promise in a user's words, where no page of its own tells of it. */
import { Cached, type CachedOptions, CacheRegistry, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';
import '../support/no-locks';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
});
afterEach(async () => {
  await registry.close();
});

type Find = (id: string) => Promise<unknown>;

/** A service whose source gives a new version at each load; `source` may be changed. */
function aService(options: CachedOptions<Find> = {}, own = registry) {
  const state = { loads: 0, source: (id: string): unknown => `${id}${state.loads}` };
  class Users {
    @Cached({ registry: own, params: ['id'], ...options })
    async find(id: string): Promise<unknown> {
      state.loads++;
      return Promise.resolve(state.source(id));
    }
  }
  const users = new Users();
  return { users, state, cache: cacheOf(users.find) };
}

const failing = (): never => {
  throw new Error('the source is down');
};

describe('many callers at once', () => {
  test.each(['memory', 'disk'])(
    '100, 1,000 and 10,000 callers of a key that nobody has, with entries in %s, cost one load, and each gets its value',
    async (where) => {
      const { users, state, cache } = aService(where === 'disk' ? { persist: 'jsonl' } : {});
      for (const [loadsBefore, callers] of [100, 1000, 10_000].entries()) {
        const slow = gate<object>();
        state.source = () => slow.promise;
        const answers = Array.from({ length: callers }, () => users.find(`${callers}`));
        await time.clock.advanceAsync(300);
        const value = { callers };
        slow.open(value);
        expect(new Set(await Promise.all(answers))).toEqual(new Set([value]));
        expect([state.loads, cache.stats().loads, cache.size]).toEqual(new Array(3).fill(loadsBefore + 1));
      }
    },
  );
});

describe('time', () => {
  test.each<[string, CachedOptions<Find>]>([
    ['the longest number of milliseconds', { ttl: Number.MAX_SAFE_INTEGER, jitter: '1d', staleIfError: Number.MAX_SAFE_INTEGER }],
    ['a thousand years', { ttl: '365000d', jitter: '365d', staleWhileRevalidate: '365000d', refreshAhead: 0.99 }],
    ['for ever, from a function', { ttl: () => Number.POSITIVE_INFINITY, staleIfError: '1h' }],
    ['30 days, more than a timer can count', { ttl: '30d', persist: 'jsonl' }],
  ])('%s: nothing overflows, and the result is still there a month minus a second later', async (_what, options) => {
    // A month has too many seconds to run a timer at each.
    jest.spyOn(time.clock, 'repeat').mockReturnValue(() => true);
    jest.spyOn(time.clock, 'after').mockReturnValue(() => true);
    const { users, state, cache } = aService(options);
    await users.find('a');
    for (const ms of [2 ** 31 - 1, 1, 29.9 * 86_400_000 - 2 ** 31]) {
      time.clock.advance(ms);
      expect([await users.find('a'), state.loads, cache.has('a')]).toEqual(['a1', 1, true]);
    }
    expect(warnings.messages).toEqual([]);
  });

  test('a ttl is counted from the moment a result is stored, however long its load took', async () => {
    const { users, state } = aService({ ttl: 1000 });
    const slow = gate<string>();
    state.source = () => slow.promise;
    const waiting = users.find('a');
    time.clock.advance(5000);
    slow.open('slow');
    await waiting;
    time.clock.advance(999);
    expect([await users.find('a'), state.loads]).toEqual(['slow', 1]);
    time.clock.advance(1);
    await users.find('a');
    expect(state.loads).toBe(2);
  });
});

describe('values and errors', () => {
  test('null, undefined, false, 0, the empty text and NaN are values for callers who wait together, and on disk', async () => {
    const directory = temporaryDirectory();
    const values: Readonly<Record<string, unknown>> = { null: null, undefined, false: false, 0: 0, '': '', NaN: Number.NaN };
    for (const loads of [6, 0]) {
      const own = new CacheRegistry({ persist: { directory } });
      const { users, state } = aService({ persist: 'jsonl' }, own);
      state.source = (id) => values[id];
      for (const [id, value] of Object.entries(values)) {
        expect(await Promise.all([users.find(id), users.find(id)])).toEqual([value, value]);
        expect(await users.find(id)).toBe(value);
      }
      expect(state.loads).toBe(loads);
      await own.close();
    }
  });

  test('a result that is larger than one entry may be is answered with and told of, and nobody else has to go for it', async () => {
    const { users, cache, state } = aService({ maxBytes: '1mb', maxEntryBytes: 2000 });
    for (const id of ['a', 'b', 'c']) await users.find(id);
    state.source = () => 'x'.repeat(5000);
    expect(await users.find('large')).toHaveLength(5000);
    expect([cache.keys(), cache.stats().unstored, cache.stats().evictions]).toEqual([['id="a"', 'id="b"', 'id="c"'], 1, 0]);
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  test.each<[string, unknown, boolean]>([
    ['a function', () => 1, false],
    ['a symbol', Symbol('s'), false],
    ['a WeakMap', new WeakMap(), false],
    ['a bigint', 12n, true],
    ['a cycle', cycle, true],
  ])('%s as the result of a method whose cache is on disk fails no call, and is answered from memory', async (_what, value, isKept) => {
    const { users, state, cache } = aService({ persist: 'jsonl' });
    state.source = () => value;
    expect([await users.find('a'), await users.find('a'), state.loads]).toEqual([value, value, 1]);
    expect(cache.stats().persistence?.unpersisted).toBe(isKept ? 0 : 1);
    expect(warnings.messages).toHaveLength(isKept ? 0 : 1);
  });
});

describe('calls', () => {
  test('a call that is not to be cached runs the method, joins nobody, and leaves what is stored as it is', async () => {
    let isCached = true;
    const { users, state, cache } = aService({ when: () => isCached });
    expect(await users.find('a')).toBe('a1');
    isCached = false;
    expect([await users.find('a'), await users.find('a'), cache.peek('a')]).toEqual(['a2', 'a3', 'a1']);
    isCached = true;
    expect([await users.find('a'), state.loads]).toEqual(['a1', 3]);
    const slow = gate<string>();
    state.source = () => slow.promise;
    const loading = users.find('b');
    isCached = false;
    state.source = (id) => `${id} uncached`;
    expect(await users.find('b')).toBe('b uncached');
    slow.open('loaded');
    expect([await loading, cache.peek('b')]).toEqual(['loaded', 'loaded']);
  });

  test('some of the arguments make the key: the others do not count', () => {
    const loads: unknown[][] = [];
    class Sums {
      @Cached({ registry, params: ['id', 'logger'], omit: ['logger'] })
      omitted(...args: [id: number, logger: number]): number {
        return loads.push(args);
      }
      @Cached({ registry, key: (id: number) => id })
      picked(...args: [id: number, logger: number]): number {
        return loads.push(args);
      }
    }
    const sums = new Sums();
    for (const method of ['omitted', 'picked'] as const) {
      loads.length = 0;
      expect([sums[method](5, 1), sums[method](5, 2), sums[method](1, 5), sums[method](2, 5)]).toEqual([1, 1, 2, 3]);
    }
  });

  test('null and missing arguments are arguments', async () => {
    let loads = 0;
    class Users {
      @Cached({ registry })
      async find(_id?: string | null, _locale?: string | null): Promise<number> {
        return Promise.resolve(++loads);
      }
    }
    const users = new Users();
    const answers = [await users.find(), await users.find(null), await users.find(null, null), await users.find(undefined, null)];
    expect(answers).toEqual([1, 2, 3, 4]);
    expect([await users.find(), await users.find(null), await users.find(null, null), await users.find(undefined, null)]).toEqual(answers);
  });

  test('a call without an argument, and one with its default, are two calls, until the default is said', () => {
    let loads = 0;
    class Users {
      @Cached({ registry, params: ['id', 'locale'] })
      find(_id: string, _locale = 'en'): number {
        return ++loads;
      }
      @Cached({ registry, params: ['id', 'locale'], defaults: { locale: 'en' } })
      said(_id: string, _locale = 'en'): number {
        return ++loads;
      }
    }
    const users = new Users();
    expect([users.find('a'), users.find('a', undefined), users.find('a', 'en')]).toEqual([1, 1, 2]);
    expect([users.said('a'), users.said('a', undefined), users.said('a', 'en')]).toEqual([3, 3, 3]);
  });

  test('texts with any characters, of any length, are keys in memory and on disk', async () => {
    const directory = temporaryDirectory();
    const ids = ['🐦', 'é', 'e\u0301', 'a\0b', 'a::b', 'a', '\n', '"', '\ud800', '../..', 'x'.repeat(65_536), `${'x'.repeat(65_535)}y`];
    for (const loads of [ids.length, 0]) {
      const own = new CacheRegistry({ persist: { directory } });
      const { users, state } = aService({ persist: 'jsonl' }, own);
      state.source = (id) => id;
      for (const id of [...ids, ...ids]) expect(await users.find(id)).toBe(id);
      expect(state.loads).toBe(loads);
      await own.close();
    }
  });

  test('caches whose names begin alike have nothing to do with each other, in memory and on disk', async () => {
    const directory = temporaryDirectory();
    const names = ['users', 'usersAbc', 'users.all', 'users/all'];
    const open = (): { own: CacheRegistry; services: ReturnType<typeof aService>[] } => {
      const own = new CacheRegistry({ persist: { directory } });
      return { own, services: names.map((name) => aService({ name, persist: 'jsonl' }, own)) };
    };
    const before = open();
    for (const { users } of before.services) await users.find('a');
    await before.own.get('users')?.clear();
    expect(before.services.map(({ cache }) => cache.has('a'))).toEqual([false, true, true, true]);
    await before.own.close();
    const after = open();
    expect(after.services.map(({ cache }) => cache.has('a'))).toEqual([false, true, true, true]);
    await after.own.clear();
    await after.own.close();
    const again = open();
    expect(again.services.map(({ cache }) => cache.size)).toEqual([0, 0, 0, 0]);
    await again.own.close();
  });

  test.each(['always', 'interval', 'os'] as const)(
    'durability %s: what was stored last is there, in memory and after a restart, although what was stored before is still being written',
    async (durability) => {
      const directory = temporaryDirectory();
      const own = new CacheRegistry({ persist: { directory, durability } });
      const { users, cache } = aService({ persist: 'jsonl' }, own);
      const deeds = [
        users.find('a'),
        cache.set(['a'], 'second'),
        cache.set(['a'], 'third'),
        cache.set(['b'], 'first'),
        cache.delete('b'),
        cache.set(['b'], 'recreated'),
        cache.set(['c'], 'first'),
        cache.delete('c'),
      ];
      expect([cache.peek('a'), cache.peek('b'), cache.has('c')]).toEqual(['third', 'recreated', false]);
      await Promise.all(deeds);
      await own.close();
      const later = new CacheRegistry({ persist: { directory, durability } });
      const after = aService({ persist: 'jsonl' }, later);
      expect([await after.users.find('a'), await after.users.find('b'), after.cache.has('c'), after.state.loads]).toEqual(['third', 'recreated', false, 0]);
      await later.close();
    },
  );

  test('a method whose body has changed finds its old results; another version of it begins empty', async () => {
    const directory = temporaryDirectory();
    const found: unknown[] = [];
    for (const [version, body] of [
      [1, 'old'],
      [1, 'new'],
      [2, 'newest'],
    ] as const) {
      const own = new CacheRegistry({ persist: { directory } });
      const { users, state } = aService({ persist: { version } }, own);
      state.source = () => body;
      found.push(await users.find('a'));
      await own.close();
    }
    expect(found).toEqual(['old', 'old', 'newest']);
  });
});

describe('what stands beside', () => {
  test('clear keeps nothing back: what it removed does not stand in for a load that fails', async () => {
    const { users, state, cache } = aService({ ttl: 1000, staleIfError: '1h' });
    const other = aService({ name: 'other' });
    for (const service of [users, other.users]) await service.find('a');
    await cache.clear();
    state.source = failing;
    expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
    expect(other.cache.has('a')).toBe(true);
  });

  test('a listener that is never done holds up neither calls nor the next events', async () => {
    const { users, cache } = aService({ capacity: 1 });
    const told: unknown[] = [];
    cache.on('cache:deleted', async ({ key, reason }) => {
      told.push([key, reason]);
      await new Promise(() => undefined);
    });
    for (const id of ['a', 'b', 'c']) expect(await users.find(id)).toBe(`${id}${'abc'.indexOf(id) + 1}`);
    await cache.delete('c');
    await time.clock.settle();
    expect(told).toEqual([
      ['id="a"', 'size'],
      ['id="b"', 'size'],
      ['id="c"', 'explicit'],
    ]);
  });
});
