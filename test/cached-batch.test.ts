/** Methods that take a list: each element is an entry of its own, and only what is missing is loaded, in one call. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CachedBatch, CacheRegistry, cacheOf, Key, withTransaction } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf, gate } from './support/promises';
import './support/no-locks';

const time = manualClockForEachTest();
let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

interface User {
  readonly id: string;
}

/** A service over a database that knows every id but those that begin with x, and that writes down what it was asked for. */
function aService() {
  const asked: (readonly string[])[] = [];
  class Users {
    @CachedBatch({ registry, ttl: '5m' })
    async findMany(ids: readonly string[]): Promise<(User | undefined)[]> {
      asked.push(ids);
      await Promise.resolve();
      return ids.map((id) => (id.startsWith('x') ? undefined : { id }));
    }
    @CachedBatch({ registry, returns: 'map' })
    async byId(ids: readonly string[]): Promise<Map<string, User>> {
      asked.push(ids);
      await Promise.resolve();
      return new Map(ids.filter((id) => !id.startsWith('x')).map((id) => [id, { id }]));
    }
    @CachedBatch({ registry })
    sizes(ids: readonly string[]): number[] {
      asked.push(ids);
      return ids.map((id) => id.length);
    }
    @CachedBatch({ registry, returns: 'map' })
    sizesById(ids: readonly string[]): Map<string, number> {
      asked.push(ids);
      return new Map(ids.map((id) => [id, id.length]));
    }
  }
  return { users: new Users(), asked };
}

const idsOf = (users: readonly (User | undefined)[]): (string | undefined)[] => users.map((user) => user?.id);

describe('a list of which some elements are there', () => {
  test('T115: only the missing ones are loaded, in one call, duplicates once, and the order is kept', async () => {
    const { users, asked } = aService();
    await users.findMany(['b', 'd']);
    expect(idsOf(await users.findMany(['a', 'b', 'c', 'a', 'd', 'c']))).toEqual(['a', 'b', 'c', 'a', 'd', 'c']);
    expect(asked).toEqual([
      ['b', 'd'],
      ['a', 'c'],
    ]);
  });

  test('the same for a sync method', () => {
    const { users, asked } = aService();
    users.sizes(['bb', 'd']);
    expect(users.sizes(['a', 'bb', 'ccc', 'a', 'd', 'ccc'])).toEqual([1, 2, 3, 1, 1, 3]);
    expect(asked).toEqual([
      ['bb', 'd'],
      ['a', 'ccc'],
    ]);
  });

  test('the same for a method that gives a Map, sync and async', async () => {
    const { users, asked } = aService();
    await users.byId(['b']);
    expect(await users.byId(['a', 'b', 'a'])).toEqual(
      new Map([
        ['a', { id: 'a' }],
        ['b', { id: 'b' }],
      ]),
    );
    users.sizesById(['b']);
    expect([...users.sizesById(['aa', 'b', 'aa'])]).toEqual([
      ['aa', 2],
      ['b', 1],
    ]);
    expect(asked).toEqual([['b'], ['a'], ['b'], ['aa']]);
  });

  test('a list that is there altogether is answered without a call', async () => {
    const { users, asked } = aService();
    await users.findMany(['a', 'b']);
    expect(idsOf(await users.findMany(['b', 'a', 'b']))).toEqual(['b', 'a', 'b']);
    expect(asked).toHaveLength(1);
    expect(cacheOf(users, 'findMany').stats()).toMatchObject({ hits: 3, misses: 2, size: 2 });
  });

  test('each element has its own time to live', async () => {
    const { users, asked } = aService();
    await users.findMany(['a']);
    time.clock.advance(200_000);
    await users.findMany(['a', 'b']);
    time.clock.advance(100_000);
    await users.findMany(['a', 'b']);
    expect(asked).toEqual([['a'], ['b'], ['a']]);
  });

  test('an empty list is answered without a call, whatever the method gives', async () => {
    const { users, asked } = aService();
    expect(await users.findMany([])).toEqual([]);
    expect(await users.byId([])).toEqual(new Map());
    users.sizes(['a']);
    expect(users.sizes([])).toEqual([]);
    expect(asked).toEqual([['a']]);
  });

  test('before anybody has seen a plain method at work, an empty list reaches it: only it knows whether it answers with a promise', async () => {
    let calls = 0;
    class Users {
      @CachedBatch({ registry })
      later(ids: readonly string[]) {
        calls++;
        return Promise.resolve(ids.length === 0 ? [] : ids.map((id) => id));
      }
    }
    const users = new Users();
    const first = users.later([]);
    expect(first).toBeInstanceOf(Promise);
    await users.later(['a']);
    expect(users.later([])).toBeInstanceOf(Promise);
    expect(calls).toBe(2);
  });
});

describe('a load that goes wrong', () => {
  /** A service whose next answers are what the test says. */
  function aFaultyService(answer: (ids: readonly string[]) => unknown) {
    class Users {
      @CachedBatch({ registry })
      async later(ids: readonly string[]): Promise<string[]> {
        await Promise.resolve();
        return answer(ids) as string[];
      }
      @CachedBatch({ registry })
      now(ids: readonly string[]): string[] {
        return answer(ids) as string[];
      }
      @CachedBatch({ registry, returns: 'map' })
      map(ids: readonly string[]): Map<string, string> {
        return answer(ids) as Map<string, string>;
      }
    }
    return new Users();
  }

  test.each<[string, (ids: readonly string[]) => unknown, RegExp]>([
    ['too few', (ids) => ids.slice(1), /^@CachedBatch on Users\.\w+: the method gave 1 result for 2 ids; nothing of it was stored\. Return one for each id/],
    ['too many', (ids) => [...ids, 'x'], /gave 3 results for 2 ids/],
    ['no list', () => 'ab', /gave "ab" \(string\) where a list was wanted/],
    ['nothing', () => undefined, /gave undefined where a list was wanted/],
    ['a Map', () => new Map(), /gave an object \(Map\) where a list was wanted.*Say returns: 'map'\./],
    ['promises', (ids) => ids.map((id) => Promise.resolve(id)), /gave a promise as the result for "b" \(string\).*Promise\.all/],
  ])('T115: a result that does not fit, %s, rejects all who wait and stores nothing', async (_what, answer, message) => {
    const users = aFaultyService((ids) => (ids.includes('b') ? answer(ids) : ids));
    await users.later(['a']);
    users.now(['a']);
    const wrong = { code: 'SCRUBJAY_BATCH_MISMATCH', message: expect.stringMatching(message) as string };
    const [one, other] = [users.later(['a', 'b', 'c']), users.later(['c'])].map((call) => errorOf(() => call));
    expect(await one).toMatchObject(wrong);
    expect(await other).toBe(await one);
    expect(await errorOf(() => users.now(['a', 'b', 'c']))).toMatchObject(wrong);
    for (const name of ['later', 'now'] as const) expect(cacheOf(users, name).keys()).toEqual(['ids="a"']);
  });

  test.each<[string, (ids: readonly string[]) => unknown, RegExp]>([
    ['a list', (ids) => ids, /gave an array where a Map was wanted.*Take away returns: 'map'\./],
    ['an object', () => ({ a: 'a' }), /gave an object \(Object\) where a Map was wanted/],
    ['ids nobody asked for', () => new Map([['A', 'a']]), /gave a result for "A" \(string\), which was not asked for/],
  ])('a Map that does not fit, %s, is refused as well', async (_what, answer, message) => {
    const users = aFaultyService(answer);
    expect(await errorOf(() => users.map(['a', 'b']))).toMatchObject({
      code: 'SCRUBJAY_BATCH_MISMATCH',
      message: expect.stringMatching(message) as string,
    });
    expect(cacheOf(users, 'map').size).toBe(0);
  });

  test('an error of the method reaches everybody who waits for one of its elements as the very object, and the next caller tries again', async () => {
    const failure = new Error('down');
    let isDown = true;
    const users = aFaultyService((ids) => {
      if (isDown) throw failure;
      return ids;
    });
    const calls = [users.later(['a', 'b']), users.later(['b', 'c'])].map((call) => errorOf(() => call));
    expect(await Promise.all(calls)).toEqual([failure, failure]);
    expect(await calls[1]).toBe(failure);
    expect(await errorOf(() => users.now(['a', 'b']))).toBe(failure);
    isDown = false;
    expect(await users.later(['c', 'b', 'a'])).toEqual(['c', 'b', 'a']);
    expect(users.now(['b', 'a'])).toEqual(['b', 'a']);
  });

  test('a load that fails leaves nothing unheard', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): unknown => unheard.push(error);
    process.on('unhandledRejection', hear);
    const users = aFaultyService(() => Promise.reject(new Error('down')));
    await errorOf(() => users.later(['a', 'b', 'a']));
    await new Promise(setImmediate);
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });
});

describe('several callers at once', () => {
  test('an element that somebody is loading is waited for, and the others are loaded', async () => {
    const loads = [gate<string[]>(), gate<string[]>()];
    const asked: (readonly string[])[] = [];
    class Users {
      @CachedBatch({ registry })
      async findMany(ids: readonly string[]): Promise<string[]> {
        asked.push(ids);
        return (loads[asked.length - 1] as (typeof loads)[0]).promise;
      }
    }
    const users = new Users();
    const [one, other] = [users.findMany(['a', 'b']), users.findMany(['b', 'c'])];
    expect(asked).toEqual([['a', 'b'], ['c']]);
    loads[1]?.open(['C']);
    loads[0]?.open(['A', 'B']);
    expect([await one, await other]).toEqual([
      ['A', 'B'],
      ['B', 'C'],
    ]);
    expect(cacheOf(users, 'findMany').stats()).toMatchObject({ misses: 3, joined: 1, loads: 3 });
  });

  test('what is deleted while it is loaded is answered with and not stored, the rest of its batch is', async () => {
    const load = gate<string[]>();
    class Users {
      @CachedBatch({ registry })
      async findMany(ids: readonly string[]): Promise<string[]> {
        return ids.length === 3 ? load.promise : [];
      }
      @CachedBatch({ registry })
      now(ids: readonly string[]): string[] {
        void cacheOf(users, 'now').delete(['b', 'c']);
        return [...ids];
      }
    }
    const users = new Users();
    const answer = users.findMany(['a', 'b', 'c']);
    await cacheOf(users, 'findMany').delete(['b']);
    load.open(['A', 'B', 'C']);
    expect(await answer).toEqual(['A', 'B', 'C']);
    expect(cacheOf(users, 'findMany').keys()).toEqual(['ids="a"', 'ids="c"']);
    expect(users.now(['a', 'b', 'c', 'b'])).toEqual(['a', 'b', 'c', 'b']);
    expect(cacheOf(users, 'now').keys()).toEqual(['ids="a"']);
  });

  test('a sync method that asks for some of its own ids while it loads others is answered', () => {
    class Tree {
      @CachedBatch({ registry })
      depths(ids: readonly number[]): number[] {
        return ids.map((id) => (id === 0 ? 0 : 1 + (this.depths([id - 1])[0] as number)));
      }
    }
    const tree = new Tree();
    expect(tree.depths([3, 1, 5])).toEqual([3, 1, 5]);
    expect(tree.depths([4, 2, 0])).toEqual([4, 2, 0]);
  });
});

describe('signals', () => {
  function aStoppable() {
    const seen: { ids: readonly string[]; signal: AbortSignal | undefined }[] = [];
    const load = gate<string[]>();
    class Users {
      @CachedBatch({ registry })
      async findMany(ids: readonly string[], signal?: AbortSignal): Promise<string[]> {
        seen.push({ ids, signal });
        signal?.addEventListener('abort', () => load.fail(signal.reason));
        return load.promise;
      }
      @CachedBatch({ registry })
      plain(ids: readonly string[], signal?: AbortSignal): Promise<string[]> {
        seen.push({ ids, signal });
        return load.promise;
      }
    }
    return { users: new Users(), seen, load };
  }

  test('who leaves ends their own wait; the load goes on as long as somebody waits for any of its elements', async () => {
    const { users, seen, load } = aStoppable();
    const leaving = new AbortController();
    const left = errorOf(() => users.findMany(['a', 'b'], leaving.signal));
    const stays = users.findMany(['b'], new AbortController().signal);
    leaving.abort('gone');
    expect(await left).toBe('gone');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.signal?.aborted).toBe(false);
    load.open(['A', 'B']);
    expect(await stays).toEqual(['B']);
  });

  test('the load is told to stop when the last one has left', async () => {
    const { users, seen } = aStoppable();
    const leaving = [new AbortController(), new AbortController()];
    const left = leaving.map(({ signal }, index) => errorOf(() => users.findMany(index === 0 ? ['a', 'b'] : ['b'], signal)));
    leaving[0]?.abort('one');
    expect(seen[0]?.signal?.aborted).toBe(false);
    leaving[1]?.abort('two');
    expect(seen[0]?.signal).toMatchObject({ aborted: true, reason: 'two' });
    expect(await Promise.all(left)).toEqual(['one', 'two']);
  });

  test('the same for a plain method, whose first load nobody could know to be a promise', async () => {
    const { users, seen, load } = aStoppable();
    const leaving = new AbortController();
    const left = errorOf(() => users.plain(['a', 'b'], leaving.signal));
    const stays = users.plain(['b']);
    leaving.abort('gone');
    expect(await left).toBe('gone');
    expect([seen.length, seen[0]?.signal?.aborted]).toEqual([1, false]);
    load.open(['A', 'B']);
    expect(await stays).toEqual(['B']);
  });

  test('when all leave a plain method, it is told to stop', async () => {
    const { users, seen } = aStoppable();
    const leaving = new AbortController();
    const left = errorOf(() => users.plain(['a', 'b'], leaving.signal));
    leaving.abort('gone');
    expect([await left, seen[0]?.signal?.reason]).toEqual(['gone', 'gone']);
  });

  test('the signal of a load that gave its result at once does not fire afterwards', () => {
    let seen: AbortSignal | undefined;
    class Users {
      @CachedBatch({ registry, when: () => false })
      now(ids: readonly string[], signal?: AbortSignal): string[] {
        seen = signal;
        return [...ids];
      }
    }
    expect(new Users().now(['a', 'b'], new AbortController().signal)).toEqual(['a', 'b']);
    expect(seen?.aborted).toBe(false);
  });

  test('a signal that has fired already is the affair of the method, for what is not there', async () => {
    const { users, seen, load } = aStoppable();
    const answer = users.findMany(['a', 'b'], AbortSignal.abort('before'));
    expect(seen.map(({ ids, signal }) => [ids, signal?.reason as unknown])).toEqual([[['a', 'b'], 'before']]);
    load.open(['A', 'B']);
    expect(await answer).toEqual(['A', 'B']);
    expect(cacheOf(users, 'findMany').size).toBe(0);
  });
});

describe('gather: calls of one tick are loaded together', () => {
  function aGatheringService(options: { maxBatch?: number } = {}) {
    const asked: unknown[] = [];
    class Users {
      @CachedBatch({ registry, gather: true, ...options })
      async findMany(ids: readonly string[], locale = 'en'): Promise<string[]> {
        asked.push([...ids, locale].join());
        await Promise.resolve();
        if (ids.includes('bad')) throw new Error(`bad among ${ids.length}`);
        return ids.map((id) => `${id} ${locale}`);
      }
      async find(id: string, locale?: string): Promise<string> {
        return (await this.findMany([id], locale))[0] as string;
      }
    }
    return { Users, users: new Users(), asked };
  }

  test('single calls in one tick make one batch, in which each id is asked for once', async () => {
    const { users, asked } = aGatheringService();
    expect(await Promise.all([users.find('a'), users.find('b'), users.find('a'), users.findMany(['c', 'b'])])).toEqual([
      'a en',
      'b en',
      'a en',
      ['c en', 'b en'],
    ]);
    expect(await users.find('c')).toBe('c en');
    expect(asked).toEqual(['a,b,c,en']);
  });

  test('what follows from promises that are settled is of the same tick, what comes later is not', async () => {
    const { users, asked } = aGatheringService();
    const resolver = async (id: string, steps: number): Promise<string> => {
      for (let step = 0; step < steps; step++) await Promise.resolve();
      return users.find(id);
    };
    await Promise.all([resolver('a', 0), resolver('b', 3), resolver('c', 7)]);
    await users.find('d');
    expect(asked).toEqual(['a,b,c,en', 'd,en']);
  });

  test('other arguments, and another `this`, are other batches', async () => {
    const { Users, users, asked } = aGatheringService();
    const other = new Users();
    await Promise.all([users.find('a'), users.find('b', 'de'), other.find('c'), users.find('d'), users.find('e', 'de')]);
    expect(asked).toEqual(['a,d,en', 'b,e,de', 'c,en']);
  });

  test('what is read within a transaction is read with nobody outside of it, whoever asks first', async () => {
    const committed = { price: 'committed' };
    const database = new AsyncLocalStorage<{ price: string }>();
    const asked: string[] = [];
    class Prices {
      @CachedBatch({ registry, gather: true })
      async findMany(ids: readonly string[]): Promise<string[]> {
        const { price } = database.getStore() ?? committed;
        asked.push(`${ids.join()} ${price}`);
        return Promise.resolve(ids.map((id) => `${id} ${price}`));
      }
    }
    const prices = new Prices();
    const inTransaction = async (price: string): Promise<unknown> => {
      const read: unknown[] = [];
      const work = async (): Promise<never> => {
        read.push(...(await Promise.all([prices.findMany(['a']), prices.findMany(['b'])])));
        throw new Error('rolled back');
      };
      await errorOf(() => withTransaction(async () => database.run({ price }, work)));
      return read;
    };
    const before = prices.findMany(['c']);
    const answers = [inTransaction('one'), inTransaction('two'), before, prices.findMany(['a'])];
    expect(await Promise.all(answers)).toEqual([[['a one'], ['b one']], [['a two'], ['b two']], ['c committed'], ['a committed']]);
    expect(asked.sort()).toEqual(['a,b one', 'a,b two', 'c,a committed']);
    expect(await prices.findMany(['a', 'b', 'c'])).toEqual(['a committed', 'b committed', 'c committed']);
  });

  test('with maxBatch, a call gets no more ids than that, and one that fails fails its own', async () => {
    const { users, asked } = aGatheringService({ maxBatch: 2 });
    const answers = await Promise.allSettled(['a', 'b', 'bad', 'c', 'd'].map((id) => users.find(id)));
    expect(asked).toEqual(['a,b,en', 'bad,c,en', 'd,en']);
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : String(answer.reason)))).toEqual([
      'a en',
      'b en',
      'Error: bad among 2',
      'Error: bad among 2',
      'd en',
    ]);
  });

  test('who leaves before the tick is over is not loaded for', async () => {
    const asked: (readonly string[])[] = [];
    class Users {
      @CachedBatch({ registry, gather: true })
      async findMany(ids: readonly string[], signal?: AbortSignal): Promise<string[]> {
        asked.push(ids);
        await Promise.resolve();
        signal?.throwIfAborted();
        return [...ids];
      }
    }
    const users = new Users();
    const leaving = new AbortController();
    const left = errorOf(() => users.findMany(['a'], leaving.signal));
    const stays = users.findMany(['b'], new AbortController().signal);
    leaving.abort('gone');
    expect([await left, await stays]).toEqual(['gone', ['b']]);
    expect(asked).toEqual([['b']]);
  });

  test('a method that gives its result at once is refused, as its callers would get promises', async () => {
    class Users {
      @(CachedBatch({ registry, gather: true }) as MethodDecorator)
      findMany(ids: readonly string[]): string[] {
        return [...ids];
      }
    }
    const error = await errorOf(() => new Users().findMany(['a']));
    expect(error).toMatchObject({ code: 'SCRUBJAY_BATCH_MISMATCH', message: expect.stringMatching(/gather is for methods that answer with promises/) });
  });
});

test('without gather, maxBatch splits one list', async () => {
  const asked: (readonly number[])[] = [];
  class Users {
    @CachedBatch({ registry, maxBatch: 2 })
    async later(ids: readonly number[]): Promise<number[]> {
      asked.push(ids);
      return Promise.resolve([...ids]);
    }
    @CachedBatch({ registry, maxBatch: 2 })
    now(ids: readonly number[]): number[] {
      asked.push(ids);
      return [...ids];
    }
  }
  const users = new Users();
  expect(await users.later([1, 2, 3, 2, 4, 5])).toEqual([1, 2, 3, 2, 4, 5]);
  expect(users.now([1, 2, 3])).toEqual([1, 2, 3]);
  expect(asked).toEqual([[1, 2], [3, 4], [5], [1, 2], [3]]);
});

describe('what is the same element', () => {
  test('ids are compared as keys, not by ===, and 0 is not -0', async () => {
    const asked: unknown[] = [];
    class Users {
      @CachedBatch({ registry })
      async later(ids: readonly unknown[]): Promise<unknown[]> {
        asked.push(ids);
        return Promise.resolve([...ids]);
      }
      @CachedBatch({ registry })
      now(ids: readonly unknown[]): unknown[] {
        asked.push(ids);
        return [...ids];
      }
    }
    const users = new Users();
    const ids = [{ a: 1, b: 2 }, { b: 2, a: 1 }, 1, '1', 0, -0, Number.NaN, Number.NaN];
    const unique = [{ a: 1, b: 2 }, 1, '1', 0, -0, Number.NaN];
    expect(await users.later(ids)).toEqual([ids[0], ids[0], 1, '1', 0, -0, Number.NaN, Number.NaN]);
    expect(users.now(ids)).toEqual([ids[0], ids[0], 1, '1', 0, -0, Number.NaN, Number.NaN]);
    expect(asked).toEqual([unique, unique]);
  });

  test('a Map is read by key, too, where ids are objects', async () => {
    class Users {
      @CachedBatch({ registry, returns: 'map' })
      async byPair(ids: readonly { org: string; id: number }[]): Promise<Map<object, string>> {
        return Promise.resolve(new Map(ids.map(({ org, id }) => [{ id, org }, `${org}${id}`])));
      }
    }
    const users = new Users();
    const ids = [
      { org: 'a', id: 1 },
      { org: 'b', id: 2 },
      { id: 1, org: 'a' },
    ];
    expect([...(await users.byPair(ids))]).toEqual(ids.map((id) => [id, `${id.org}${id.id}`]));
  });

  test('undefined, null and other values that look like nothing are results; what a Map has not is remembered, and left out of the answer', async () => {
    const { users, asked } = aService();
    expect(idsOf(await users.findMany(['x', 'a']))).toEqual([undefined, 'a']);
    expect(idsOf(await users.findMany(['a', 'x']))).toEqual(['a', undefined]);
    for (let time = 0; time < 2; time++) expect([...(await users.byId(['x', 'a'])).keys()]).toEqual(['a']);
    expect(asked).toHaveLength(2);
    const odd = [undefined, null, 0, -0, '', false, Number.NaN];
    class Odd {
      @CachedBatch({ registry })
      values(places: readonly number[]): unknown[] {
        return places.map((place) => odd[place]);
      }
    }
    const odds = new Odd();
    for (let time = 0; time < 2; time++)
      for (const [place, value] of odds.values([0, 1, 2, 3, 4, 5, 6]).entries()) expect(Object.is(value, odd[place])).toBe(true);
    expect(cacheOf(odds, 'values').stats()).toMatchObject({ hits: 7, misses: 7 });
  });

  test('the other arguments are part of the key of each element', async () => {
    const asked: unknown[] = [];
    class Users {
      @CachedBatch({ registry, element: 'id', omit: ['log'] })
      async findMany(ids: readonly string[], locale: string, log?: object): Promise<string[]> {
        asked.push([ids, locale, log]);
        return Promise.resolve(ids.map((id) => `${id} ${locale}`));
      }
    }
    const users = new Users();
    await users.findMany(['a'], 'en', {});
    expect(await users.findMany(['a', 'b'], 'de', { other: 1 })).toEqual(['a de', 'b de']);
    expect(await users.findMany(['a', 'b'], 'en')).toEqual(['a en', 'b en']);
    expect(asked).toEqual([
      [['a'], 'en', {}],
      [['a', 'b'], 'de', { other: 1 }],
      [['b'], 'en', undefined],
    ]);
    expect(cacheOf(users, 'findMany').keys()).toEqual(['id="a",locale="de"', 'id="b",locale="de"', 'id="a",locale="en"', 'id="b",locale="en"']);
  });

  test('`key`, `when`, `scope` and `secret` speak of one element', async () => {
    const asked: (readonly string[])[] = [];
    class Users {
      tenant = 't1';
      @CachedBatch({
        registry,
        key: (id) => id.toLowerCase(),
        when: (id) => !id.startsWith('draft'),
        scope: (self) => self.tenant,
      })
      async findMany(ids: readonly string[]): Promise<string[]> {
        asked.push(ids);
        return Promise.resolve(ids.map((id) => id.toUpperCase()));
      }
      @CachedBatch({ registry, when: (id) => !id.startsWith('draft') })
      now(ids: readonly string[]): string[] {
        asked.push(ids);
        return ids.map((id) => id.toUpperCase());
      }
      @CachedBatch({ registry, secret: ['ids'], element: 'token' })
      async owners(ids: readonly string[]): Promise<string[]> {
        return Promise.resolve([...ids]);
      }
    }
    const users = new Users();
    for (let time = 0; time < 2; time++) expect(await users.findMany(['A', 'a', 'draft', 'b'])).toEqual(['A', 'A', 'DRAFT', 'B']);
    for (let time = 0; time < 2; time++) expect(users.now(['a', 'draft', 'b'])).toEqual(['A', 'DRAFT', 'B']);
    expect(asked).toEqual([['A', 'draft', 'b'], ['draft'], ['a', 'draft', 'b'], ['draft']]);
    expect(cacheOf(users, 'findMany').keys()).toEqual(['this="t1","a"', 'this="t1","b"']);
    expect(cacheOf(users, 'findMany').stats().bypassed).toBe(2);
    await users.owners(['s3cret']);
    expect(cacheOf(users, 'owners').keys()[0]).toMatch(/^token=hmac\(/);
  });

  test('`this` is part of every call: two instances share no element', async () => {
    const { users, asked } = aService();
    const other = new (users.constructor as new () => typeof users)();
    await users.findMany(['a']);
    await other.findMany(['a']);
    expect(asked).toEqual([['a'], ['a']]);
  });

  test('the list may be any parameter, by name', async () => {
    const asked: unknown[] = [];
    class Users {
      @CachedBatch({ registry, ids: 'ids' })
      async findIn(table: string, ids: readonly string[]): Promise<string[]> {
        asked.push([table, ids]);
        return Promise.resolve(ids.map((id) => `${table}.${id}`));
      }
      @CachedBatch({ registry, ids: 'keys' })
      named(@Key('table') table: string, @Key('keys') ids: readonly string[]): string[] {
        return ids.map((id) => `${table}.${id}`);
      }
    }
    const users = new Users();
    await users.findIn('t', ['a']);
    expect(await users.findIn('t', ['b', 'a'])).toEqual(['t.b', 't.a']);
    expect(asked).toEqual([
      ['t', ['a']],
      ['t', ['b']],
    ]);
    users.named('t', ['a']);
    expect(cacheOf(users, 'named').keys()).toEqual(['keys="a",table="t"']);
  });
});

describe('arguments that are no list, or have no key', () => {
  class Users {
    @CachedBatch({})
    async later(ids: readonly unknown[]): Promise<unknown[]> {
      return Promise.resolve([...ids]);
    }
    @CachedBatch({})
    now(ids: readonly unknown[]): unknown[] {
      return [...ids];
    }
    @CachedBatch({ unkeyable: 'bypass' })
    any(ids: readonly unknown[]): unknown[] {
      return [...ids];
    }
  }

  test.each([[new Set(['a'])], [undefined], ['abc']])('%p in the place of the list is refused', async (list) => {
    const users = new Users();
    const refused = { code: 'SCRUBJAY_KEY_REFUSED', message: expect.stringMatching(/argument 1 must be a list of ids; got .* Pass an array/) as string };
    const later = users.later(list as never);
    expect(later).toBeInstanceOf(Promise);
    expect(await errorOf(() => later)).toMatchObject(refused);
    expect(() => users.now(list as never)).toThrow(expect.objectContaining(refused));
  });

  test('with unkeyable: bypass such a call runs uncached', () => {
    const users = new Users();
    expect(users.any(new Set(['a']) as never)).toEqual(['a']);
    const unkeyable = (): void => {};
    expect(users.any(['a', unkeyable, 'a', unkeyable])).toEqual(['a', unkeyable, 'a', unkeyable]);
    expect(cacheOf(users, 'any').stats()).toMatchObject({ size: 1, bypassed: 3 });
  });

  test('an id without a key rejects the call; a sync method is not even run', async () => {
    const users = new Users();
    expect(await errorOf(() => users.later(['a', () => {}]))).toMatchObject({ code: 'SCRUBJAY_KEY_REFUSED' });
    expect(() => users.now(['a', () => {}])).toThrow(expect.objectContaining({ code: 'SCRUBJAY_KEY_REFUSED' }));
    expect(cacheOf(users, 'now').size).toBe(0);
  });

  test('a method torn from its object runs uncached', async () => {
    const { later, now } = new Users();
    expect(await later.call(undefined as never, ['b', 'a'])).toEqual(['b', 'a']);
    expect(now.call(undefined as never, ['a'])).toEqual(['a']);
  });
});

test('a cache smaller than the list still answers, loads nothing twice, and keeps what fits', async () => {
  const asked: (readonly number[])[] = [];
  class Users {
    @CachedBatch({ registry, capacity: 2 })
    async later(ids: readonly number[]): Promise<number[]> {
      asked.push(ids);
      return Promise.resolve([...ids]);
    }
    @CachedBatch({ registry, capacity: 2 })
    now(ids: readonly number[]): number[] {
      asked.push(ids);
      return [...ids];
    }
  }
  const users = new Users();
  users.now([5]);
  await users.later([5]);
  const ids = [1, 2, 3, 1, 4, 5, 1];
  expect([users.now(ids), await users.later(ids)]).toEqual([ids, ids]);
  expect(asked).toEqual([[5], [5], [1, 2, 3, 4], [1, 2, 3, 4]]);
  expect([cacheOf(users, 'now').size, cacheOf(users, 'later').size]).toEqual([2, 2]);
});

test('what the method, or a caller, does to a list changes nothing', async () => {
  class Users {
    @CachedBatch({ registry })
    async findMany(ids: number[]): Promise<string[]> {
      await Promise.resolve();
      return ids
        .reverse()
        .map((id) => `#${id}`)
        .reverse();
    }
    @CachedBatch({ registry, returns: 'map' })
    emptied(ids: number[]): Map<number, string> {
      return new Map(ids.splice(0).map((id) => [id, `#${id}`]));
    }
  }
  const users = new Users();
  const ids = [1, 2];
  const answer = users.findMany(ids);
  ids[0] = 9;
  const first = await answer;
  expect(first).toEqual(['#1', '#2']);
  first.reverse();
  expect(users.emptied([1, 2]).get(2)).toBe('#2');
  expect(await users.findMany([1, 2])).toEqual(['#1', '#2']);
});

describe('a handle takes the lists that the method takes', () => {
  test('get, peek, has, set and delete', async () => {
    const { users, asked } = aService();
    const cache = cacheOf(users, 'findMany');
    expect(await cache.set([['a', 'b']], [{ id: 'A' }, undefined])).toBeUndefined();
    expect([cache.has(['a', 'b']), cache.has(['a', 'c']), cache.get(['b', 'a']), cache.peek(['a']), cache.get(['a', 'c'])]).toEqual([
      true,
      false,
      [undefined, { id: 'A' }],
      [{ id: 'A' }],
      undefined,
    ]);
    expect(await users.findMany(['b', 'a'])).toEqual([undefined, { id: 'A' }]);
    expect([await cache.delete(['a', 'c']), await cache.delete(['a', 'c']), cache.size]).toEqual([true, false, 1]);
    expect(asked).toEqual([]);
    const maps = cacheOf(users, 'byId');
    await maps.set([['a', 'x']], new Map([['a', { id: 'A' }]]));
    expect([...(maps.get(['x', 'a']) as Map<string, User>)]).toEqual([['a', { id: 'A' }]]);
  });

  test('a value that does not fit is not stored at all', async () => {
    const { users } = aService();
    const error = await errorOf(() => cacheOf(users, 'findMany').set([['a', 'b']], [{ id: 'a' }]));
    expect(error).toMatchObject({ code: 'SCRUBJAY_BATCH_MISMATCH', message: expect.stringMatching(/^set of Users\.findMany was given 1 result for 2 ids/) });
    expect(cacheOf(users, 'findMany').size).toBe(0);
  });

  test('a single id in the place of a list is refused, not taken for one that is not there', async () => {
    const { users } = aService();
    for (const cache of [cacheOf(users, 'findMany'), registry.get('Users.findMany')]) {
      const error = await errorOf(() => cache?.delete('a' as never));
      expect(error).toMatchObject({ code: 'SCRUBJAY_BAD_OPTION', message: expect.stringMatching(/takes the list of ids.*got "a" \(string\)/) });
    }
  });
});

describe('with persist', () => {
  const start = (directory: string) => {
    const own = new CacheRegistry({ persist: { directory } });
    const asked: unknown[] = [];
    class Users {
      @CachedBatch({ registry: own, persist: 'jsonl', element: 'id' })
      async findMany(ids: readonly string[], locale = 'en'): Promise<string[]> {
        asked.push([...ids]);
        return Promise.resolve(ids.map((id) => `${id} ${locale}`));
      }
      @CachedBatch({ registry: own, persist: 'jsonl' })
      now(ids: readonly string[]): string[] {
        asked.push([...ids]);
        return ids.map((id) => `${id}!`);
      }
      @CachedBatch({ registry: own, persist: 'jsonl', returns: 'map' })
      plain(ids: readonly string[]): Promise<Map<string, string>> {
        asked.push([...ids]);
        return Promise.resolve(new Map(ids.map((id) => [id, `${id}?`])));
      }
    }
    return { users: new Users(), asked, registry: own };
  };

  test('a first call that has to wait for the disk loads what is missing in one call', async () => {
    const directory = temporaryDirectory();
    const before = start(directory);
    await before.users.findMany(['a', 'b']);
    await before.registry.close();
    const after = start(directory);
    expect(await after.users.findMany(['c', 'b', 'a', 'd'])).toEqual(['c en', 'b en', 'a en', 'd en']);
    expect(after.asked.map((ids) => [...(ids as string[])].sort())).toEqual([['c', 'd']]);
    await after.registry.close();
  });

  test.each([true, false])('a restart finds each element, and loads the others in one call (opened before: %p)', async (isOpenedBefore) => {
    const directory = temporaryDirectory();
    const before = start(directory);
    await before.users.findMany(['a', 'b']);
    before.users.now(['a', 'b']);
    await before.users.plain(['a', 'b']);
    await before.registry.close();
    const after = start(directory);
    if (isOpenedBefore) await after.registry.open();
    const one = after.users.findMany(['c', 'b', 'a', 'd']);
    const other = after.users.findMany(['e', 'c']);
    expect([await one, await other]).toEqual([
      ['c en', 'b en', 'a en', 'd en'],
      ['e en', 'c en'],
    ]);
    // A call that waits for the disk may be overtaken; each list still makes one call at most.
    expect([after.asked.length, after.asked.flat().sort()]).toEqual([2, ['c', 'd', 'e']]);
    after.asked.length = 0;
    expect(after.users.now(['c', 'b', 'a'])).toEqual(['c!', 'b!', 'a!']);
    const plain = after.users.plain(['a']);
    expect(plain).toBeInstanceOf(Promise);
    expect([...(await plain)]).toEqual([['a', 'a?']]);
    expect(after.asked).toEqual([['c']]);
    expect(after.registry.get('Users.findMany')?.keys()[0]).toBe('id="b"');
    await after.registry.close();
  });
});

describe('freshness', () => {
  const request = new AsyncLocalStorage<string>();

  function aStaleService(options: { staleWhileRevalidate?: number; staleIfError?: number; refreshAhead?: number }) {
    const asked: [ids: readonly string[], request: string | undefined][] = [];
    let version = 0;
    const service = { isDown: false };
    class Users {
      @CachedBatch({ registry, ttl: 1000, ...options })
      async findMany(ids: readonly string[]): Promise<string[]> {
        asked.push([ids, request.getStore()]);
        await Promise.resolve();
        if (service.isDown) throw new Error('down');
        version++;
        return ids.map((id) => `${id}${version}`);
      }
    }
    return { users: new Users(), asked, service };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('elements past their time are answered with and loaded together in the background, in nobody’s name; those that are missing are loaded apart', async () => {
    const { users, asked } = aStaleService({ staleWhileRevalidate: 500 });
    await users.findMany(['a', 'b']);
    time.clock.advance(1000);
    expect(await request.run('mine', () => users.findMany(['a', 'c', 'b', 'a']))).toEqual(['a1', 'c2', 'b1', 'a1']);
    await turn();
    expect(asked.slice(1)).toEqual([
      [['c'], 'mine'],
      [['a', 'b'], undefined],
    ]);
    expect(await users.findMany(['a', 'b', 'c'])).toEqual(['a3', 'b3', 'c2']);
    expect(cacheOf(users, 'findMany').stats()).toMatchObject({ refreshes: 2, staleHits: 3 });
  });

  test('elements that near their end are loaded together in the background', async () => {
    const { users, asked } = aStaleService({ refreshAhead: 0.5 });
    await users.findMany(['a', 'b', 'c']);
    time.clock.advance(500);
    expect(await users.findMany(['a', 'b'])).toEqual(['a1', 'b1']);
    await turn();
    expect(asked.slice(1)).toEqual([[['a', 'b'], undefined]]);
    expect(await users.findMany(['a', 'b', 'c'])).toEqual(['a2', 'b2', 'c1']);
  });

  test('when the load fails, old elements stand in for new ones; where one has none, the list fails', async () => {
    const { users, asked, service } = aStaleService({ staleIfError: 500 });
    await users.findMany(['a', 'b']);
    await cacheOf(users, 'findMany').expire(['a', 'b']);
    service.isDown = true;
    expect(await users.findMany(['a', 'b'])).toEqual(['a1', 'b1']);
    expect(await errorOf(() => users.findMany(['a', 'x']))).toMatchObject({ message: 'down' });
    service.isDown = false;
    expect(await users.findMany(['a', 'b'])).toEqual(['a2', 'b2']);
    expect(asked).toHaveLength(4);
  });

  test.each([{ staleWhileRevalidate: 500 }, { staleIfError: 500 }, { refreshAhead: 0.5 }])(
    'a sync method with %j is refused when the class is defined',
    async (option) => {
      const define = (): unknown => {
        class Users {
          @CachedBatch({ registry, ttl: 1000, ...option })
          sizes(ids: readonly string[]): number[] {
            return ids.map((id) => id.length);
          }
        }
        return Users;
      };
      const [name] = Object.keys(option);
      expect(await errorOf(define)).toMatchObject({
        code: 'SCRUBJAY_BAD_OPTION',
        message: expect.stringMatching(new RegExp(`${name} is for lists that are answered with promises.*Make the method async`)),
      });
    },
  );
});
