/** How long results stay fresh, and of what use they are afterwards, in the words of docs/freshness.md. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Cached, type CachedOptions, CacheRegistry, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';
import '../support/no-locks';

const time = manualClockForEachTest();

const warnings = warningsOfEachTest();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Options = Pick<
  CachedOptions<(id: string) => Promise<unknown>>,
  | 'ttl'
  | 'nullTtl'
  | 'idle'
  | 'jitter'
  | 'staleWhileRevalidate'
  | 'staleIfError'
  | 'retryAfterError'
  | 'refreshAhead'
  | 'persist'
  | 'policy'
  | 'registry'
  | 'maxEntryBytes'
>;

/** A service whose source gives a new version at each load; `source` may be changed. */
function aService(options: Options) {
  const loads: string[] = [];
  const service = { source: (id: string): unknown => `${id}${loads.length}` };
  class Users {
    @Cached({ params: ['id'], ...options })
    async find(id: string): Promise<unknown> {
      loads.push(id);
      return Promise.resolve(service.source(id));
    }
  }
  const users = new Users();
  return { users, loads, service, stats: () => cacheOf(users.find).stats() };
}

const failing = (): never => {
  throw new Error('the source is down');
};

describe('ttl', () => {
  test('a result is fresh for exactly so long: to the millisecond', async () => {
    const { users } = aService({ ttl: 1000 });
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(999);
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(1);
    expect(await users.find('a')).toBe('a2');
  });

  test('a function says it for each result, from the result and the arguments', async () => {
    const { users } = aService({ ttl: (result, id) => (id === 'short' ? 10 : result === 'text1' ? '1s' : Number.POSITIVE_INFINITY) });
    for (const id of ['text', 'short', 'long']) await users.find(id);
    time.clock.advance(10);
    expect(['text', 'short', 'long'].map((id) => cacheOf(users.find).has(id))).toEqual([true, false, true]);
    time.clock.advance(990);
    expect(['text', 'short', 'long'].map((id) => cacheOf(users.find).has(id))).toEqual([false, false, true]);
  });

  test('0 from the function: the result is answered with and not stored', async () => {
    const { users, stats } = aService({ ttl: () => 0 });
    expect([await users.find('a'), await users.find('a')]).toEqual(['a1', 'a2']);
    expect(stats()).toMatchObject({ size: 0, unstored: 2, misses: 2 });
    expect(warnings.messages).toEqual([]);
  });

  test.each<[string, () => never]>([
    ['nothing', () => undefined as never],
    ['NaN', () => Number.NaN as never],
    ['less than nothing', () => -1 as never],
    ['a text that is no time', () => 'soon' as never],
    ['an error', failing],
  ])('%s from the function: the result is answered with and not stored, and it is said once', async (_what, ttl) => {
    const { users, stats } = aService({ ttl });
    expect([await users.find('a'), await users.find('a')]).toEqual(['a1', 'a2']);
    expect(stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(warnings.messages).toEqual([expect.stringMatching(/Users\.find.*ttl must give milliseconds/)]);
  });

  test('a stored entry keeps its end, whatever later results say', async () => {
    let ttl = 1000;
    const { users } = aService({ ttl: () => ttl });
    await users.find('a');
    ttl = 10;
    await users.find('b');
    time.clock.advance(999);
    expect([cacheOf(users.find).has('a'), cacheOf(users.find).has('b')]).toEqual([true, false]);
  });

  test('what was not found may have a ttl of its own', async () => {
    const { users, service } = aService({ ttl: '1h', nullTtl: '1s' });
    await users.find('a');
    service.source = () => null;
    await users.find('b');
    service.source = () => undefined;
    await users.find('c');
    expect(['a', 'b', 'c'].map((id) => cacheOf(users.find).has(id))).toEqual([true, true, true]);
    time.clock.advance(1000);
    expect(['a', 'b', 'c'].map((id) => cacheOf(users.find).has(id))).toEqual([true, false, false]);
  });

  test('jitter: what was stored together does not end together, and never later than its ttl says', async () => {
    const { users } = aService({ ttl: 1000, jitter: 500 });
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const id of ids) await users.find(id);
    const left = (): number => ids.filter((id) => cacheOf(users.find).has(id)).length;
    time.clock.advance(500);
    expect(left()).toBe(100);
    time.clock.advance(250);
    expect(left()).toBeGreaterThan(20);
    expect(left()).toBeLessThan(80);
    time.clock.advance(250);
    expect(left()).toBe(0);
  });
});

describe('idle', () => {
  test('a result that nobody uses ends after exactly so long; each call that it answers, and each get, begins that time anew', async () => {
    const { users, stats } = aService({ idle: 1000 });
    await users.find('a');
    for (let use = 0; use < 5; use++) {
      time.clock.advance(999);
      expect(use % 2 === 0 ? await users.find('a') : cacheOf(users.find).get('a')).toBe('a1');
    }
    time.clock.advance(999);
    expect(cacheOf(users.find).has('a')).toBe(true);
    time.clock.advance(1);
    expect([cacheOf(users.find).has('a'), await users.find('a')]).toEqual([false, 'a2']);
    expect(stats()).toMatchObject({ expirations: 1, loads: 2 });
  });

  test('has and peek are no use, and neither are calls of others', async () => {
    const { users } = aService({ idle: 1000 });
    for (const id of ['a', 'b']) await users.find(id);
    time.clock.advance(600);
    expect([cacheOf(users.find).has('a'), cacheOf(users.find).peek('a'), await users.find('b'), cacheOf(users.find).keys()]).toEqual([
      true,
      'a1',
      'b2',
      ['id="a"', 'id="b"'],
    ]);
    time.clock.advance(400);
    expect([cacheOf(users.find).has('a'), cacheOf(users.find).has('b')]).toEqual([false, true]);
  });

  test('with a ttl the earlier end counts, however much a result is used', async () => {
    const { users } = aService({ ttl: 1000, idle: 400 });
    await users.find('a');
    for (let use = 0; use < 3; use++) {
      time.clock.advance(300);
      expect(await users.find('a')).toBe('a1');
    }
    time.clock.advance(99);
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(1);
    expect(await users.find('a')).toBe('a2');
    time.clock.advance(400);
    expect(await users.find('a')).toBe('a3');
  });

  test('a set begins anew, the ttl too', async () => {
    const { users } = aService({ ttl: 1000, idle: 400 });
    await users.find('a');
    time.clock.advance(399);
    await cacheOf(users.find).set(['a'], 'set');
    for (let use = 0; use < 3; use++) {
      time.clock.advance(333);
      expect(await users.find('a')).toBe('set');
    }
    time.clock.advance(1);
    expect(await users.find('a')).toBe('a2');
  });

  test('what has ended is stale like any other, and does not come back by being used', async () => {
    for (const window of ['staleWhileRevalidate', 'staleIfError'] as const) {
      const { users, service } = aService({ idle: 1000, [window]: 500 });
      await users.find('a');
      time.clock.advance(1000);
      service.source = failing;
      for (let call = 0; call < 3; call++) {
        expect([await users.find('a'), cacheOf(users.find).has('a')]).toEqual(['a1', false]);
        await turn();
      }
      time.clock.advance(500);
      expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
    }
  });

  test('a result in use is refreshed ahead of the end of its ttl, one that is not used ends', async () => {
    const { users, loads } = aService({ ttl: 1000, idle: 600, refreshAhead: 0.8 });
    for (const id of ['a', 'b']) await users.find(id);
    time.clock.advance(500);
    await users.find('a');
    time.clock.advance(300);
    expect(await users.find('a')).toBe('a1');
    await turn();
    expect([await users.find('a'), loads.length, cacheOf(users.find).has('b')]).toEqual(['a3', 3, false]);
  });

  test.each(['lru', 's3-fifo', 'ttl'] as const)('it holds for each policy: %s, and after a change of policy', async (policy) => {
    const { users } = aService({ idle: 1000, policy });
    await users.find('a');
    time.clock.advance(999);
    await users.find('a');
    cacheOf(users.find).configure({ policy: 'fifo' });
    time.clock.advance(999);
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(1000);
    expect(cacheOf(users.find).has('a')).toBe(false);
  });

  test.each(['jsonl', 'msgpack'] as const)(
    '%s: after a restart it begins anew, and the end by ttl stays; what had ended does not come back',
    async (persist) => {
      const directory = temporaryDirectory();
      const start = async () => {
        const registry = new CacheRegistry({ persist: { directory } });
        const made = { registry, ...aService({ ttl: 10_000, idle: 3000, persist, registry }) };
        await registry.open();
        return made;
      };
      const first = await start();
      for (const id of ['a', 'b']) await first.users.find(id);
      time.clock.advance(2000);
      await first.users.find('a');
      time.clock.advance(2000);
      expect(first.stats().size).toBe(1);
      await first.registry.close();
      time.clock.advance(3500);
      const second = await start();
      const has = (id: string): boolean => cacheOf(second.users.find).has(id);
      expect([has('a'), has('b')]).toEqual([true, false]);
      time.clock.advance(2499);
      expect([has('a'), await second.users.find('a')]).toEqual([true, 'a1']);
      time.clock.advance(1);
      expect(has('a')).toBe(false);
      await second.registry.close();
    },
  );
});

test('times that are as long as can be do no harm, and neither does jitter on them', async () => {
  for (const options of [
    { ttl: Number.MAX_SAFE_INTEGER, jitter: Number.MAX_SAFE_INTEGER - 1 },
    { ttl: () => Number.POSITIVE_INFINITY, jitter: '30d' },
    { ttl: '36500d', idle: '30d' },
  ] as Options[]) {
    const { users } = aService(options);
    await users.find('a');
    // What is too long for a timer would be over at once.
    time.clock.advance(options.ttl === Number.MAX_SAFE_INTEGER ? 0 : 86_400_000);
    expect(await users.find('a')).toBe('a1');
  }
});

test('jitter changes nothing about the pause after an error', async () => {
  const { users, loads, service } = aService({ ttl: 1000, jitter: 900, staleIfError: '1h', retryAfterError: 500 });
  await users.find('a');
  time.clock.advance(1000);
  service.source = failing;
  await users.find('a');
  time.clock.advance(499);
  expect([await users.find('a'), loads.length]).toEqual(['a1', 2]);
  time.clock.advance(1);
  expect([await users.find('a'), loads.length]).toEqual(['a1', 3]);
});

describe('staleWhileRevalidate', () => {
  test('after its end a result is answered with at once, and one load in the background fetches a new one', async () => {
    const { users, loads, stats } = aService({ ttl: 1000, staleWhileRevalidate: 500 });
    await users.find('a');
    time.clock.advance(1000);
    expect(await Promise.all([users.find('a'), users.find('a'), users.find('a')])).toEqual(['a1', 'a1', 'a1']);
    expect(loads).toEqual(['a', 'a']);
    await turn();
    expect(await users.find('a')).toBe('a2');
    expect(stats()).toMatchObject({ misses: 1, hits: 1, staleHits: 3, refreshes: 1, loads: 2 });
  });

  test('behind that time callers wait for a load, to the millisecond', async () => {
    const { users } = aService({ ttl: 1000, staleWhileRevalidate: 500 });
    await users.find('a');
    time.clock.advance(1499);
    expect(await users.find('a')).toBe('a1');
    await turn();
    time.clock.advance(1500);
    expect(await users.find('a')).toBe('a3');
  });

  test('a slow refresh is one load, and callers who come when the old result is of no use any more wait for it', async () => {
    const { users, loads, service } = aService({ ttl: 1000, staleWhileRevalidate: 500 });
    await users.find('a');
    const slow = gate<string>();
    service.source = () => slow.promise;
    time.clock.advance(1000);
    for (let call = 0; call < 5; call++) expect(await users.find('a')).toBe('a1');
    time.clock.advance(500);
    const waiting = users.find('a');
    slow.open('new');
    expect([await waiting, loads.length]).toEqual(['new', 2]);
  });

  test('a refresh that fails is nobody’s error, and the next call may refresh', async () => {
    const { users, loads, service } = aService({ ttl: 1000, staleWhileRevalidate: 500 });
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    await users.find('a');
    time.clock.advance(1000);
    service.source = failing;
    expect(await users.find('a')).toBe('a1');
    await turn();
    expect(await users.find('a')).toBe('a1');
    await turn();
    await turn();
    process.off('unhandledRejection', listener);
    expect([loads.length, unhandled]).toEqual([3, []]);
  });

  test('the load in the background has neither the signal nor the request context of who set it off', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    class Users {
      @Cached({ params: ['id', 'signal'], ttl: 1000, staleWhileRevalidate: 500 })
      async find(_id: string, signal: AbortSignal): Promise<number> {
        await turn();
        seen.push([request.getStore(), signal.aborted]);
        return seen.length;
      }
    }
    const users = new Users();
    const controller = new AbortController();
    await request.run('first', () => users.find('a', controller.signal));
    time.clock.advance(1000);
    expect(await request.run('second', () => users.find('a', controller.signal))).toBe(1);
    controller.abort();
    await turn();
    await turn();
    expect(seen).toEqual([
      ['first', false],
      [undefined, false],
    ]);
    expect(await users.find('a', new AbortController().signal)).toBe(2);
  });

  test('a sync method is loaded after its caller was answered', async () => {
    let loads = 0;
    class Users {
      @Cached({ ttl: 1000, staleWhileRevalidate: 500 })
      find(_id: string): number {
        return ++loads;
      }
    }
    const users = new Users();
    users.find('a');
    time.clock.advance(1000);
    expect([users.find('a'), users.find('a'), loads]).toEqual([1, 1, 1]);
    await turn();
    expect([users.find('a'), loads, cacheOf(users.find).stats().refreshes]).toEqual([2, 2, 1]);
    time.clock.advance(1000);
    users.find('a');
    await cacheOf(users.find).delete('a');
    await turn();
    expect(loads).toBe(2);
  });

  test('a sync method with arguments that may change is loaded at once', () => {
    let loads = 0;
    class Users {
      @Cached({ ttl: 1000, staleWhileRevalidate: 500 })
      find(_query: { id: string }): number {
        return Number.isNaN(loads) ? failing() : ++loads;
      }
    }
    const users = new Users();
    users.find({ id: 'a' });
    time.clock.advance(1000);
    expect(users.find({ id: 'a' })).toBe(2);
    time.clock.advance(1000);
    loads = Number.NaN;
    expect(() => users.find({ id: 'a' })).toThrow('the source is down');
  });

  test.each(['delete', 'set', 'clear', 'expire'] as const)('%s during a refresh: its result is not stored', async (deed) => {
    const { users, service } = aService({ ttl: 1000, staleWhileRevalidate: 500 });
    await users.find('a');
    const slow = gate<string>();
    service.source = () => slow.promise;
    time.clock.advance(1000);
    expect(await users.find('a')).toBe('a1');
    const handle = cacheOf(users.find);
    if (deed === 'set') await handle.set(['a'], 'set');
    else if (deed === 'clear') await handle.clear();
    else await handle[deed]('a');
    slow.open('old');
    await turn();
    service.source = () => 'new';
    const after = await users.find('a');
    await turn();
    expect([after, await users.find('a')]).toEqual(deed === 'set' ? ['set', 'set'] : [deed === 'expire' ? 'a1' : 'new', 'new']);
  });
});

describe('staleIfError', () => {
  test('when the load of a new one fails, callers get the old one; without it they get the error', async () => {
    for (const staleIfError of [undefined, 500] as const) {
      const { users, service, stats } = aService({ ttl: 1000, ...(staleIfError && { staleIfError }) });
      await users.find('a');
      time.clock.advance(1000);
      service.source = failing;
      const answers = await Promise.allSettled([users.find('a'), users.find('a')]);
      expect(answers).toMatchObject(
        staleIfError === undefined
          ? [{ status: 'rejected' }, { status: 'rejected' }]
          : [
              { status: 'fulfilled', value: 'a1' },
              { status: 'fulfilled', value: 'a1' },
            ],
      );
      expect(stats()).toMatchObject({ loadErrors: 1, joined: 1, misses: 2 });
    }
  });

  test('a load that succeeds wins: the old result is not answered with', async () => {
    const { users } = aService({ ttl: 1000, staleIfError: 500 });
    await users.find('a');
    time.clock.advance(1000);
    expect(await users.find('a')).toBe('a2');
  });

  test('behind that time callers get the method’s own error, to the millisecond', async () => {
    const { users, service } = aService({ ttl: 1000, staleIfError: 500 });
    await users.find('a');
    service.source = failing;
    time.clock.advance(1499);
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(1);
    expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
  });

  test('the same for a sync method', () => {
    let isDown = false;
    class Users {
      @Cached({ ttl: 1000, staleIfError: 500 })
      find(_id: string): string {
        return isDown ? failing() : 'up';
      }
    }
    const users = new Users();
    users.find('a');
    isDown = true;
    time.clock.advance(1000);
    expect(users.find('a')).toBe('up');
    time.clock.advance(500);
    expect(() => users.find('a')).toThrow('the source is down');
  });

  test('retryAfterError: for so long the source is left alone, and afterwards it is tried again', async () => {
    const { users, loads, service } = aService({ ttl: 1000, staleIfError: 60_000, retryAfterError: 5000 });
    await users.find('a');
    time.clock.advance(1000);
    service.source = failing;
    for (let call = 0; call < 5; call++) expect(await users.find('a')).toBe('a1');
    expect(loads).toHaveLength(2);
    time.clock.advance(4999);
    expect(await users.find('a')).toBe('a1');
    expect(loads).toHaveLength(2);
    time.clock.advance(1);
    service.source = () => 'up';
    expect([await users.find('a'), await users.find('a'), loads.length]).toEqual(['up', 'up', 3]);
  });

  test('a set, a deletion or an expiry ends the pause', async () => {
    const { users, loads, service } = aService({ ttl: 1000, staleIfError: 60_000, retryAfterError: 30_000 });
    await users.find('a');
    time.clock.advance(1000);
    service.source = failing;
    await users.find('a');
    await cacheOf(users.find).set(['a'], 'set');
    time.clock.advance(1000);
    expect([await users.find('a'), loads.length]).toEqual(['set', 3]);
    await cacheOf(users.find).delete('a');
    expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
  });

  test('a result that is not to be stored takes the old one with it', async () => {
    let ttl = 1000;
    const { users, service } = aService({ ttl: () => ttl, staleIfError: 60_000 });
    await users.find('a');
    time.clock.advance(1000);
    ttl = 0;
    expect(await users.find('a')).toBe('a2');
    service.source = failing;
    expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
  });

  test('a result that is deleted while its load is failing is not answered with', async () => {
    const { users, service } = aService({ ttl: 1000, staleIfError: 500 });
    await users.find('a');
    time.clock.advance(1000);
    const slow = gate<string>();
    service.source = () => slow.promise.then(failing);
    const waiting = users.find('a');
    await cacheOf(users.find).delete('a');
    slow.open('');
    expect(await errorOf(() => waiting)).toMatchObject({ message: 'the source is down' });
  });
});

describe('refreshAhead', () => {
  test('a result that has lived for so much of its ttl, and is used, is fetched anew in the background; one that is not used is not', async () => {
    const { users, loads, stats } = aService({ ttl: 1000, refreshAhead: 0.8 });
    for (const id of ['a', 'b']) await users.find(id);
    time.clock.advance(799);
    expect([await users.find('a'), loads.length]).toEqual(['a1', 2]);
    time.clock.advance(1);
    expect(await Promise.all([users.find('a'), users.find('a')])).toEqual(['a1', 'a1']);
    await turn();
    expect([await users.find('a'), loads]).toEqual(['a3', ['a', 'b', 'a']]);
    time.clock.advance(200);
    expect([cacheOf(users.find).has('a'), cacheOf(users.find).has('b')]).toEqual([true, false]);
    expect(stats()).toMatchObject({ refreshes: 1, misses: 2 });
  });

  test('callers who come when the result has ended meanwhile wait for that load', async () => {
    const { users, loads, service } = aService({ ttl: 1000, refreshAhead: 0.5 });
    await users.find('a');
    const slow = gate<string>();
    service.source = () => slow.promise;
    time.clock.advance(600);
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(400);
    const waiting = users.find('a');
    slow.open('new');
    expect([await waiting, loads.length]).toEqual(['new', 2]);
  });

  test('one that fails is tried once; the result is used until its end', async () => {
    const { users, loads, service } = aService({ ttl: 1000, refreshAhead: 0.5 });
    await users.find('a');
    service.source = failing;
    time.clock.advance(500);
    for (let call = 0; call < 3; call++) {
      expect(await users.find('a')).toBe('a1');
      await turn();
    }
    time.clock.advance(499);
    expect([await users.find('a'), loads.length]).toEqual(['a1', 2]);
    time.clock.advance(1);
    expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
  });
});

describe('expire', () => {
  test('the next call loads anew, and the old result stands by', async () => {
    const { users, service } = aService({ ttl: 1000, staleIfError: 500 });
    await users.find('a');
    expect([await cacheOf(users.find).expire('a'), cacheOf(users.find).has('a'), await cacheOf(users.find).expire('b')]).toEqual([true, false, false]);
    service.source = failing;
    expect(await users.find('a')).toBe('a1');
    service.source = () => 'new';
    expect(await users.find('a')).toBe('new');
  });

  test('for a result that would never end, too; it is of use for as long as one that has ended now', async () => {
    const { users, service } = aService({ staleIfError: 500 });
    await users.find('a');
    await cacheOf(users.find).expire('a');
    service.source = failing;
    time.clock.advance(499);
    expect(await users.find('a')).toBe('a1');
    time.clock.advance(1);
    expect(await errorOf(() => users.find('a'))).toMatchObject({ message: 'the source is down' });
  });

  test('where nothing old may be used it is a deletion', async () => {
    const { users, stats } = aService({ ttl: 1000 });
    await users.find('a');
    expect([await cacheOf(users.find).expire('a'), stats().size, await users.find('a')]).toEqual([true, 0, 'a2']);
  });
});

describe('on disk', () => {
  test.each(['jsonl', 'msgpack'] as const)(
    '%s: what has ended is of use after a restart for as long as before it, and what was expired stays so',
    async (persist) => {
      // After a restart the rising clock begins elsewhere.
      time.clock.jump(86_400_000);
      const directory = temporaryDirectory();
      const start = () => {
        const registry = new CacheRegistry({ persist: { directory } });
        return { registry, ...aService({ ttl: 1000, staleIfError: 10_000, persist, registry }) };
      };
      const first = start();
      for (const id of ['a', 'b', 'c']) await first.users.find(id);
      await cacheOf(first.users.find).expire('b');
      time.clock.advance(500);
      await first.registry.close();
      const second = start();
      second.service.source = failing;
      expect([await second.users.find('a'), cacheOf(second.users.find).has('b'), await second.users.find('b')]).toEqual(['a1', false, 'b2']);
      time.clock.advance(500);
      expect([cacheOf(second.users.find).has('a'), await second.users.find('a')]).toEqual([false, 'a1']);
      await second.registry.close();
      time.clock.jump(5000);
      time.clock.advance(4999);
      const third = start();
      third.service.source = failing;
      expect(await third.users.find('a')).toBe('a1');
      time.clock.advance(1);
      expect(await errorOf(() => third.users.find('a'))).toMatchObject({ message: 'the source is down' });
      await third.registry.close();
      const fourth = start();
      await fourth.registry.open();
      expect(cacheOf(fourth.users.find).size).toBe(0);
      await fourth.registry.close();
    },
  );
});

test('refreshAhead holds for what came back from disk, too', async () => {
  const directory = temporaryDirectory();
  const start = () => {
    const registry = new CacheRegistry({ persist: { directory } });
    return { registry, ...aService({ ttl: 1000, refreshAhead: 0.8, persist: 'jsonl', registry }) };
  };
  const first = start();
  await first.users.find('a');
  await first.registry.close();
  const second = start();
  time.clock.advance(799);
  expect([await second.users.find('a'), second.loads.length]).toEqual(['a1', 0]);
  time.clock.advance(1);
  expect([await second.users.find('a'), second.loads.length]).toEqual(['a1', 1]);
  await second.registry.close();
});

describe('what is of no use goes', () => {
  test('when the last moment at which it could be answered with is over, and not before', async () => {
    const { users, stats } = aService({ ttl: 1000, staleIfError: 5000 });
    for (const id of ['a', 'b', 'c']) await users.find(id);
    time.clock.advance(5999);
    expect(stats()).toMatchObject({ size: 3, expirations: 0 });
    await users.find('later');
    time.clock.advance(1001);
    expect(stats()).toMatchObject({ size: 1, expirations: 3 });
    time.clock.advance(4000);
    expect(stats()).toMatchObject({ size: 1, expirations: 3 });
    time.clock.advance(2000);
    expect(stats()).toMatchObject({ size: 0, expirations: 4 });
  });
});

test.each<[Options, RegExp]>([
  [{ ttl: 0 }, /ttl must be more than 0/],
  [{ ttl: -1 }, /ttl must be more than 0/],
  [{ ttl: Number.NaN }, /ttl must be more than 0/],
  [{ nullTtl: 0 }, /nullTtl must be more than 0/],
  [{ ttl: 10, jitter: 10 }, /jitter does nothing here.*Make it shorter/],
  [{ idle: 0 }, /idle must be more than 0/],
  [{ ttl: 10, idle: 10 }, /idle does nothing here: it is not less than ttl/],
  [{ idle: 10, jitter: 5 }, /jitter does nothing here: without a ttl/],
  [{ jitter: 10 }, /jitter does nothing here: without a ttl.*Say ttl too/],
  [{ refreshAhead: 0.5 }, /refreshAhead does nothing here: without a ttl/],
  [{ ttl: 10, refreshAhead: 1 }, /refreshAhead must be a part of the ttl between 0 and 1.*got 1/],
  [{ ttl: 10, refreshAhead: 0 }, /refreshAhead must be a part/],
  [{ ttl: 10, staleIfError: 0 }, /staleIfError must be more than 0/],
  [{ ttl: 10, staleWhileRevalidate: '5x' as never }, /staleWhileRevalidate must be more than 0/],
  [{ ttl: 10, retryAfterError: 10 }, /retryAfterError does nothing here.*staleIfError/],
])('%j fails when the class is defined', async (options, message) => {
  expect(await errorOf(() => aService(options))).toMatchObject({
    code: expect.stringMatching(/SCRUBJAY_BAD_(TTL|OPTION)/),
    message: expect.stringMatching(message),
  });
});
