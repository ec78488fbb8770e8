import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf, gate } from './support/promises';

const time = manualClockForEachTest();
let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

describe('values', () => {
  const odd: readonly unknown[] = [undefined, null, 0, -0, '', false, Number.NaN, 0n];

  test.each(odd.map((value) => [value]))('%p is cached like any value, sync and async', async (value) => {
    let loads = 0;
    class Odd {
      @Cached({ registry })
      sync(): unknown {
        loads++;
        return value;
      }
      @Cached({ registry })
      async later(): Promise<unknown> {
        loads++;
        return Promise.resolve(value);
      }
    }
    const odds = new Odd();
    for (const answer of [odds.sync(), odds.sync(), await odds.later(), await odds.later()]) expect(Object.is(answer, value)).toBe(true);
    expect(loads).toBe(2);
    expect(cacheOf(odds.sync).has()).toBe(true);
  });

  test('a sync method answers with values, an async one with promises, the first time and every time', async () => {
    class Both {
      @Cached({ registry })
      either(isLater: boolean): number | Promise<number> {
        return isLater ? Promise.resolve(1) : 2;
      }
    }
    const both = new Both();
    expect([both.either(false), both.either(false)]).toEqual([2, 2]);
    for (const answer of [both.either(true), both.either(true)]) {
      expect(answer).toBeInstanceOf(Promise);
      expect(await answer).toBe(1);
    }
    expect(cacheOf(both.either).stats().loads).toBe(2);
  });
});

describe('what makes two calls the same', () => {
  test('named parts match in any order; other lists, texts, numbers and maps do not', () => {
    let loads = 0;
    class Any {
      @Cached({ registry })
      f(..._args: unknown[]): number {
        return ++loads;
      }
    }
    const any = new Any();
    expect(any.f({ a: 1, b: 2 })).toBe(any.f({ b: 2, a: 1 }));
    const different: unknown[][] = [[[1, 2]], [[1, 2, 3]], ['1'], [1], [[['a', 1]]], [{ a: 1 }], [new Map([['a', 1]])], [1, 2], [2, 1], [], [null]];
    const answers = different.map((args) => any.f(...args));
    expect(new Set(answers).size).toBe(different.length);
    expect(different.map((args) => any.f(...args))).toEqual(answers);
  });

  test('the key is made before the call: arguments changed by the method do not move the entry', () => {
    let loads = 0;
    class Sorter {
      @Cached({ registry })
      sorted(values: number[]): number[] {
        loads++;
        return values.sort((one, other) => one - other);
      }
    }
    const sorter = new Sorter();
    sorter.sorted([3, 1]);
    sorter.sorted([3, 1]);
    expect(loads).toBe(1);
  });

  test('a getter among the arguments that makes a cached call itself does not hide what is stored', () => {
    let loads = 0;
    class Users {
      @Cached({ registry })
      find(_query: object, _take: number): number {
        return ++loads;
      }
    }
    const users = new Users();
    expect(users.find({ id: 5 }, 1)).toBe(1);
    let id: number | undefined;
    const lazy = {
      get id(): number {
        return (id ??= users.find({ other: 'query' }, 2) + 3);
      },
    };
    expect([users.find(lazy, 1), loads]).toEqual([1, 2]);
  });

  test('an argument without a key fails the call with its path and the remedy, and an async method rejects', async () => {
    class Users {
      @Cached({ registry, params: ['id', 'options'] })
      find(_id: string, _options: object): string {
        return _id;
      }
      @Cached({ registry })
      async later(_options: object): Promise<string> {
        return '';
      }
    }
    const users = new Users();
    const error = await errorOf(() => users.find('1', { filter: { by: () => true } }));
    expect(error).toMatchObject({
      code: 'SCRUBJAY_KEY_REFUSED',
      message: expect.stringMatching(/^cannot build a cache key for Users\.find: options\.filter\.by is a function.*@Key\.ignore\(\)/),
    });
    const answer = users.later({ by: () => true });
    expect(answer).toBeInstanceOf(Promise);
    expect((await errorOf(() => answer)).code).toBe('SCRUBJAY_KEY_REFUSED');
  });

  test('a key function that gives nothing, as without its return, does not make all calls one', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    class Users {
      @Cached({ registry, key: (id: string) => void id as unknown })
      find(id: string): string {
        return id;
      }
    }
    const users = new Users();
    expect([users.find('1'), users.find('2'), cacheOf(users.find).stats().bypassed]).toEqual(['1', '2', 2]);
    warn.mockRestore();
  });

  test('a key function that throws costs the caching of the call, not the call', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    class Users {
      @Cached({
        registry,
        key: () => {
          throw new Error('oops');
        },
      })
      find(id: string): string {
        return id;
      }
    }
    const users = new Users();
    expect([users.find('1'), users.find('2')]).toEqual(['1', '2']);
    expect(cacheOf(users.find).stats()).toMatchObject({ bypassed: 2, misses: 0 });
    warn.mockRestore();
  });
});

describe('one load', () => {
  test('a thousand callers at the same time cost one load, and all get its value', async () => {
    const result = gate<object>();
    let loads = 0;
    class Users {
      @Cached({ registry })
      async find(_id: string): Promise<object> {
        loads++;
        return result.promise;
      }
    }
    const users = new Users();
    const answers = Array.from({ length: 1000 }, () => users.find('1'));
    const value = {};
    result.open(value);
    expect(new Set(await Promise.all(answers))).toEqual(new Set([value]));
    expect(loads).toBe(1);
    expect(cacheOf(users.find).stats()).toMatchObject({ misses: 1, joined: 999, loads: 1, hits: 0 });
  });

  test('a missing argument and undefined are one, before a rest parameter, too', async () => {
    const result = gate<number>();
    let loads = 0;
    class Users {
      @Cached({ registry })
      async find(_id: string, _locale?: string, ..._tags: unknown[]): Promise<number> {
        loads++;
        return result.promise;
      }
    }
    const users = new Users();
    const answers = [users.find('1'), users.find('1', undefined), users.find('2', undefined), users.find('2'), users.find('2', undefined, undefined)];
    expect(loads).toBe(3);
    result.open(1);
    await Promise.all(answers);
    expect(cacheOf(users.find).keys()).toHaveLength(3);
  });

  test('a load that fails is not remembered; everybody gets the very error, and a retry inside the catch loads again', async () => {
    const failure = new Error('down');
    let loads = 0;
    class Users {
      @Cached({ registry })
      async find(_id: string): Promise<string> {
        await Promise.resolve();
        if (++loads === 1) throw failure;
        return 'up';
      }
      @Cached({ registry })
      now(): string {
        if (++loads < 4) throw failure;
        return 'now';
      }
    }
    const users = new Users();
    const retried = users.find('1').catch((error: unknown) => {
      expect(error).toBe(failure);
      return users.find('1');
    });
    const joined = users.find('1');
    expect(await errorOf(() => joined)).toBe(failure);
    expect(await retried).toBe('up');
    expect(loads).toBe(2);
    expect(await errorOf(() => users.now())).toBe(failure);
    expect(users.now()).toBe('now');
    expect(cacheOf(users.now).stats()).toMatchObject({ loadErrors: 1, loads: 1, misses: 2 });
    expect(cacheOf(users.find).stats()).toMatchObject({ loadErrors: 1, loads: 1, misses: 2, joined: 1 });
  });

  test('an async method that throws before it gives a promise throws to its caller, and nothing stays behind', async () => {
    class Users {
      @Cached({ registry })
      find(_id: string): Promise<string> {
        throw new Error('early');
      }
    }
    const users = new Users();
    expect((await errorOf(() => users.find('1'))).message).toBe('early');
    expect((await errorOf(() => users.find('1'))).message).toBe('early');
    expect(cacheOf(users.find).stats()).toMatchObject({ loadErrors: 2, size: 0 });
  });

  test.each([
    ['delete', async (users: Users) => cacheOf(users, 'find').delete('1')],
    ['clear', async (users: Users) => cacheOf(users, 'find').clear()],
    ['clear of the registry', async () => registry.clear()],
  ] as const)('a load that began before a %s answers its callers and is not stored', async (_what, invalidate) => {
    const users = makeUsers(registry);
    const old = users.find('1');
    await invalidate(users);
    const young = users.find('1');
    users.gates[0]?.open('old');
    expect(await old).toBe('old');
    expect(cacheOf(users, 'find').has('1')).toBe(false);
    const joined = users.find('1');
    users.gates[1]?.open('young');
    expect([await young, await joined, await users.find('1')]).toEqual(['young', 'young', 'young']);
    expect(users.gates).toHaveLength(2);
  });

  test.each(['set', 'delete', 'clear'] as const)(
    'what a method itself does to its entry by %s while it loads counts, sync and async, before and after its first await',
    async (deed) => {
      let loads = 0;
      const invalidate = (self: Selfish, method: 'sync' | 'early' | 'late'): void => {
        const cache = cacheOf(self, method);
        if (deed === 'set') void cache.set(['1'], 'set');
        else if (deed === 'delete') void cache.delete('1');
        else void registry.clear();
      };
      class Selfish {
        @Cached({ registry })
        sync(_id: string): string {
          invalidate(this, 'sync');
          return `load ${++loads}`;
        }
        @Cached({ registry })
        async early(_id: string): Promise<string> {
          invalidate(this, 'early');
          await Promise.resolve();
          return `load ${++loads}`;
        }
        @Cached({ registry })
        async late(_id: string): Promise<string> {
          await Promise.resolve();
          invalidate(this, 'late');
          return `load ${++loads}`;
        }
      }
      for (const method of ['sync', 'early', 'late'] as const) {
        loads = 0;
        const selfish = new Selfish();
        expect([await selfish[method]('1'), await selfish[method]('1')]).toEqual(['load 1', deed === 'set' ? 'set' : 'load 2']);
      }
    },
  );

  test('a sync method that asks for its own key while it loads gets an answer', () => {
    let tries = 0;
    class Stubborn {
      @Cached({ registry })
      fetch(id: string): string {
        return ++tries < 3 ? this.fetch(id) : `after ${tries}`;
      }
    }
    const stubborn = new Stubborn();
    expect([stubborn.fetch('1'), stubborn.fetch('1'), tries]).toEqual(['after 3', 'after 3', 3]);
  });

  test('a load that began before a set does not replace what was set', async () => {
    const users = makeUsers(registry);
    const old = users.find('1');
    await cacheOf(users, 'find').set(['1'], 'set');
    users.gates[0]?.open('old');
    expect([await old, await users.find('1')]).toEqual(['old', 'set']);
  });
});

/** Users whose loads end when the test opens their gates. */
class Users {
  readonly gates: ReturnType<typeof gate<string>>[] = [];
  async find(_id: string): Promise<string> {
    const own = gate<string>();
    this.gates.push(own);
    return own.promise;
  }
}
function makeUsers(registry: CacheRegistry): Users {
  class Decorated extends Users {
    @Cached({ registry })
    override find(id: string): Promise<string> {
      return super.find(id);
    }
  }
  return new Decorated();
}

describe('capacity', () => {
  test('the entry that was not used for the longest time is dropped', () => {
    class Squares {
      @Cached({ registry, capacity: 3, params: ['n'] })
      of(n: number): number {
        return n * n;
      }
    }
    const squares = new Squares();
    for (const n of [1, 2, 3, 1, 4]) squares.of(n);
    expect(cacheOf(squares.of).keys()).toEqual(['n=3', 'n=1', 'n=4']);
    expect(cacheOf(squares.of).stats()).toMatchObject({ size: 3, evictions: 1, hits: 1, misses: 4, capacity: 3 });
  });
});

describe('ttl', () => {
  class Prices {
    loads = 0;
    price(_id: string): number {
      return ++this.loads;
    }
  }
  const makePrices = (): Prices => {
    class Decorated extends Prices {
      @Cached({ registry, ttl: '10s', capacity: 2 })
      override price(id: string): number {
        return super.price(id);
      }
    }
    return new Decorated();
  };

  test('a result is fresh until just before its time, and loaded again at exactly its time', () => {
    const prices = makePrices();
    prices.price('a');
    time.clock.advance(9_999);
    expect(prices.price('a')).toBe(1);
    time.clock.advance(1);
    expect(cacheOf(prices, 'price').has('a')).toBe(false);
    expect(cacheOf(prices, 'price').get('a')).toBeUndefined();
    expect(prices.price('a')).toBe(2);
    time.clock.advance(9_999);
    expect(prices.price('a')).toBe(2);
  });

  test('reading does not make it live longer', () => {
    const prices = makePrices();
    prices.price('a');
    for (let second = 0; second < 10; second++) {
      prices.price('a');
      time.clock.advance(1000);
    }
    expect(prices.price('a')).toBe(2);
  });

  test('an expiration is counted once, and the entry is no more among the keys', () => {
    const prices = makePrices();
    prices.price('a');
    prices.price('b');
    time.clock.advance(10_000);
    expect(cacheOf(prices, 'price').keys()).toEqual([]);
    prices.price('a');
    prices.price('b');
    expect(cacheOf(prices, 'price').stats()).toMatchObject({ expirations: 2, evictions: 0, size: 2, misses: 4 });
  });
});

describe('statistics', () => {
  test('load time is that of the loads that ended well, and what hits saved follows from it', async () => {
    class Reports {
      @Cached({ registry })
      build(name: string): string {
        time.clock.advance(name === 'slow' ? 300 : 100);
        if (name === 'bad') throw new Error('no data');
        return name;
      }
    }
    const reports = new Reports();
    for (const name of ['slow', 'fast', 'slow', 'slow']) reports.build(name);
    await errorOf(() => reports.build('bad'));
    expect(registry.stats()).toEqual({
      'Reports.build': {
        hits: 2,
        misses: 3,
        staleHits: 0,
        refreshes: 0,
        joined: 0,
        bypassed: 0,
        selfWaits: 0,
        errorHits: 0,
        queued: 0,
        rejected: 0,
        timeouts: 0,
        loads: 2,
        unstored: 0,
        loadErrors: 1,
        loadTimeMs: 400,
        timeSavedMs: 400,
        evictions: 0,
        expirations: 0,
        size: 2,
        capacity: 1000,
        bytes: undefined,
        persistence: undefined,
      },
    });
  });
});
