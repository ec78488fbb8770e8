/** What was measured to go wrong in other caches for methods, each as the promise that it does not go wrong here. */
import { statSync, truncateSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Cached, CacheRegistry, cacheOf } from '../../src/index';
import { logFiles, temporaryDirectory } from '../support/directories';
import { collectUntil } from '../support/garbage';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';

const time = manualClockForEachTest();

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

/** A method of any arguments that says at which load it gave its answer. */
function aCounter() {
  class Counter {
    @Cached({ registry })
    load(..._args: unknown[]): number {
      return cacheOf(this, 'load').stats().misses;
    }
  }
  const counter = new Counter();
  return (...args: unknown[]) => counter.load(...args);
}

describe('whose result it is', () => {
  test('two classes with a method of the same name, asked for the same arguments, do not get each other’s', () => {
    class Users {
      @Cached({ registry, scope: 'class' })
      find(id: number): string {
        return `user ${id}`;
      }
    }
    class Teams {
      @Cached({ registry, scope: 'class' })
      find(id: number): string {
        return `team ${id}`;
      }
    }
    expect([new Users().find(1), new Teams().find(1), new Users().find(1)]).toEqual(['user 1', 'team 1', 'user 1']);
  });

  test('two instances do not share results', async () => {
    class Tenant {
      constructor(readonly name: string) {}
      @Cached({ registry })
      now(): string {
        return this.name;
      }
      @Cached({ registry })
      async later(): Promise<string> {
        return Promise.resolve(this.name);
      }
    }
    const [one, other] = [new Tenant('one'), new Tenant('other')];
    expect([one.now(), other.now(), await one.later(), await other.later()]).toEqual(['one', 'other', 'one', 'other']);
  });

  test('every argument counts, one with a default as well, and texts with any separator in them', () => {
    class Sums {
      @Cached({ registry })
      add(a: number, b = 10): number {
        return a + b;
      }
    }
    const sums = new Sums();
    expect([sums.add(1, 1), sums.add(1, 2), sums.add(1), sums.add(1, 3)]).toEqual([2, 3, 11, 4]);
    const load = aCounter();
    const calls = ['!', ',', ':', '::', '|', '-', '_', '/', '.', '\0', '","'].flatMap((separator) => [[`a${separator}b`], ['a', `${separator}b`]]);
    const answers = [...calls, ['a', 'b'], [['a', 'b']]].map((args) => load(...args));
    expect(new Set(answers).size).toBe(answers.length);
  });

  test('what a short hash takes for one is told apart', () => {
    const load = aCounter();
    // Of each pair the hash beside it is the same: of Java, FNV-1a, djb2, CRC-32.
    const pairs = [
      ['Aa', 'BB'],
      ['costarring', 'liquid'],
      ['hetairas', 'mentioner'],
      ['plumless', 'buckeroo'],
    ];
    expect(new Set(pairs.flat().map((text) => load(text))).size).toBe(8);
    expect(new Set(pairs.flat().map((id) => load({ id }))).size).toBe(8);
  });

  test('Maps, Sets, NaN, null, undefined, Infinity, bigints and Dates are told apart, and none of them fails', () => {
    const load = aCounter();
    const args = [
      new Map([[1, 2]]),
      new Map([[3, 4]]),
      new Set([1]),
      new Set([2]),
      {},
      [],
      Number.NaN,
      null,
      Infinity,
      -Infinity,
      1n,
      1,
      '1',
      new Date(1),
      0,
      -0,
    ];
    const answers = [load(), ...args.map((arg) => load(arg)), ...args.map((arg) => load({ arg }))];
    expect(new Set(answers).size).toBe(2 * args.length + 1);
    expect([load(), ...args.map((arg) => load(arg))]).toEqual(answers.slice(0, args.length + 1));
  });

  test('a method asked for one thing, another, and the first again has run twice', async () => {
    const loads: number[] = [];
    class Users {
      @Cached({ registry })
      async find(id: number): Promise<number> {
        return Promise.resolve(loads.push(id));
      }
    }
    const users = new Users();
    expect([await users.find(1), await users.find(2), await users.find(1), loads]).toEqual([1, 2, 1, [1, 2]]);
  });
});

describe('what comes back', () => {
  test('a method that gives a value gives a value, and no promise, on the first call and on later ones', () => {
    class Users {
      @Cached({ registry })
      find(id: number): string {
        return `${this.constructor.name} ${id}`;
      }
    }
    const users = new Users();
    expect([users.find(1), users.find(1)]).toEqual(['Users 1', 'Users 1']);
  });

  test.each([[null], [undefined], [false], [0], [''], [Number.NaN]])('%p is a result like any other: it is not computed again', async (value) => {
    class Users {
      @Cached({ registry })
      now(): unknown {
        return value;
      }
      @Cached({ registry })
      async later(): Promise<unknown> {
        return Promise.resolve(value);
      }
    }
    const users = new Users();
    expect([users.now(), users.now(), await users.later(), await users.later()]).toEqual([value, value, value, value]);
    expect([cacheOf(users.now).stats().loads, cacheOf(users.later).stats().loads]).toEqual([1, 1]);
  });

  test('an error is the very error of the method, is not kept, and a retry inside the catch loads again', async () => {
    const failure = new TypeError('down');
    let isDown = true;
    class Users {
      @Cached({ registry })
      now(): string {
        if (isDown) throw failure;
        return 'up';
      }
      @Cached({ registry })
      async later(): Promise<string> {
        await turn();
        return this.now();
      }
    }
    const users = new Users();
    expect(await errorOf(() => users.now())).toBe(failure);
    const retried = users.later().catch(async (error: unknown) => {
      isDown = false;
      return [error === failure, await users.later()];
    });
    expect(await retried).toEqual([true, 'up']);
    expect(users.now()).toBe('up');
  });

  test.each(['clone', 'freeze'] as const)('isolate: %s: what a caller does to a result, or to what was set, does not reach the next hit', async (isolate) => {
    class Users {
      @Cached({ registry, isolate, params: ['id'] })
      async find(id: string): Promise<{ id: string; tags: string[] }> {
        return Promise.resolve({ id, tags: ['loaded'] });
      }
    }
    const users = new Users();
    const set = { id: 'b', tags: ['set'] };
    await cacheOf(users.find).set(['b'], set);
    const spoil = (user: { tags: string[] }): void => {
      try {
        user.tags.push('spoilt');
      } catch (error) {
        expect([isolate, error]).toEqual(['freeze', expect.any(TypeError)]);
      }
    };
    spoil(set);
    const joined = await Promise.all([users.find('a'), users.find('a')]);
    spoil(joined[0]);
    expect(joined[1].tags).toEqual(['loaded']);
    for (const id of ['a', 'b', 'a', 'b']) {
      const user = await users.find(id);
      expect(user.tags).toEqual([id === 'a' ? 'loaded' : 'set']);
      spoil(user);
    }
  });

  test.each(['jsonl', 'msgpack'] as const)('%s: a Date is a Date on the miss, on the hit, and after a restart', async (driver) => {
    const directory = temporaryDirectory();
    for (const round of [0, 1]) {
      const own = new CacheRegistry({ persist: { directory } });
      class Users {
        @Cached({ registry: own, persist: driver, params: ['id'] })
        async born(_id: string): Promise<Date> {
          return Promise.resolve(new Date(round));
        }
      }
      const users = new Users();
      expect([await users.born('a'), await users.born('a')]).toEqual([new Date(0), new Date(0)]);
      await own.close();
    }
  });
});

describe('who waits, and for what', () => {
  test.each(['delete', 'deleteWhere', 'clear', 'expire', 'invalidateTags'] as const)(
    '%s during a load: the load answers who waits for it, nobody is rejected, and its old value is not there afterwards',
    async (deed) => {
      const first = gate<string>();
      let loads = 0;
      class Users {
        @Cached({ registry, tags: () => ['users'], params: ['id'] })
        async find(_id: string): Promise<string> {
          return loads++ === 0 ? first.promise : `load ${loads}`;
        }
      }
      const users = new Users();
      const waiting = users.find('a');
      const cache = cacheOf(users.find);
      if (deed === 'deleteWhere') await cache.deleteWhere({ id: 'a' });
      else if (deed === 'clear') await cache.clear();
      else if (deed === 'invalidateTags') await cache.invalidateTags(['users']);
      else await cache[deed]('a');
      first.open('old');
      expect(await waiting).toBe('old');
      expect([cache.has('a'), await users.find('a'), loads]).toEqual([false, 'load 2', 2]);
    },
  );

  test.each([[0], [''], [false], [null], [undefined], [Number.NaN]])(
    'to remove the entry of %p, by call or by part, removes that one and not all',
    async (value) => {
      class Users {
        @Cached({ registry, params: ['id'] })
        find(id: unknown): unknown {
          return id;
        }
      }
      const users = new Users();
      const cache = cacheOf(users.find);
      for (const remove of [async () => cache.delete(value), async () => cache.deleteWhere({ id: value })]) {
        for (const id of ['a', value, 'b']) users.find(id);
        await remove();
        expect(['a', value, 'b'].map((id) => cache.has(id))).toEqual([true, false, true]);
      }
    },
  );

  test('a method that calls one of the same name, with the same arguments, in another class or in its super class is answered', async () => {
    class Repository {
      @Cached({ registry })
      async find(id: number): Promise<string> {
        await turn();
        return `row ${id}`;
      }
    }
    class Service {
      @Cached({ registry })
      async find(id: number): Promise<string> {
        return `service of ${await new Repository().find(id)}`;
      }
    }
    class Careful extends Repository {
      @Cached({ registry })
      override async find(id: number): Promise<string> {
        return `careful ${await super.find(id)}`;
      }
    }
    expect([await new Service().find(1), await new Careful().find(1)]).toEqual(['service of row 1', 'careful row 1']);
  });

  test('a load that asks for its own key does not wait for itself', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    class Users {
      depth = 0;
      @Cached({ registry })
      async find(id: number): Promise<string> {
        await turn();
        return this.depth++ === 0 ? `not ${await this.find(id)}` : `user ${id}`;
      }
    }
    expect(await new Users().find(1)).toBe('not user 1');
    warn.mockRestore();
  });

  test('no ttl is for ever, 0 and less and NaN are errors when the class is defined, and 0 from a function means not to be stored', async () => {
    for (const ttl of [0, -1, Number.NaN, '0s', '-1s'] as never[]) {
      const error = await errorOf(() => {
        class Users {
          @Cached({ registry, ttl })
          find(): number {
            return 1;
          }
        }
        return Users;
      });
      expect([ttl, error.code]).toEqual([ttl, 'SCRUBJAY_BAD_TTL']);
    }
    const loads = { forever: 0, never: 0 };
    class Users {
      @Cached({ registry })
      forever(): number {
        return ++loads.forever;
      }
      @Cached({ registry, ttl: () => 0 })
      never(): number {
        return ++loads.never;
      }
    }
    const users = new Users();
    const answers = [users.forever(), users.never()];
    time.clock.advance(1e15);
    expect([...answers, users.forever(), users.never()]).toEqual([1, 1, 1, 2]);
  });
});

describe('what is left behind', () => {
  test('keys that were seen once leave nothing, whether their load ended well, failed, or was deleted', async () => {
    class Users {
      @Cached({ registry, capacity: 10, staleIfError: '1h', ttl: '1h', retryAfterError: '1s' })
      async find(id: string): Promise<string> {
        await Promise.resolve();
        if (id.startsWith('bad')) throw new Error('down');
        return id;
      }
    }
    const users = new Users();
    const cache = cacheOf(users.find);
    const ask = async (from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number++) {
        const [good, bad, gone] = ['good', 'bad', 'gone'].map((kind) => `${kind} ${'-'.repeat(240)} ${number}`) as [string, string, string];
        await Promise.all([users.find(good), users.find(bad).catch(() => undefined), users.find(gone)]);
        await cache.delete(gone);
      }
    };
    await ask(0, 500);
    const before = await heapUsed();
    await ask(500, 4000);
    expect(cache.size).toBeLessThanOrEqual(10);
    // A third of what the texts of the keys alone would take.
    expect((await heapUsed()) - before).toBeLessThan((3 * 3500 * 240) / 3);
  });

  test('after a restart the entry that goes is the one not used for the longest time', async () => {
    const directory = temporaryDirectory();
    const session = async (work: (find: (id: string) => string, keys: () => string[]) => void): Promise<void> => {
      const own = new CacheRegistry({ persist: { directory } });
      class Users {
        @Cached({ registry: own, persist: 'jsonl', capacity: 3, params: ['id'] })
        find(id: string): string {
          return id;
        }
      }
      const users = new Users();
      work(
        (id) => users.find(id),
        () => cacheOf(users.find).keys(),
      );
      await own.close();
    };
    await session((find) => {
      for (const id of ['a', 'b', 'c', 'a']) find(id);
    });
    await session((find, keys) => {
      find('d');
      expect(keys()).toEqual(['id="c"', 'id="a"', 'id="d"']);
    });
  });

  test('of a file that lost its last bytes the last record is lost, and nothing else', async () => {
    const directory = temporaryDirectory();
    const open = (): { own: CacheRegistry; find: (id: string) => string; keys: () => string[] } => {
      const own = new CacheRegistry({ persist: { directory } });
      class Users {
        @Cached({ registry: own, persist: 'jsonl', params: ['id'] })
        find(id: string): string {
          return id;
        }
      }
      const users = new Users();
      return { own, find: (id) => users.find(id), keys: () => cacheOf(users.find).keys() };
    };
    const first = open();
    for (const id of ['a', 'b', 'c']) first.find(id);
    const [file] = logFiles(directory) as [string];
    const { size } = statSync(file);
    // As if the process had died while it wrote.
    await first.own.close();
    truncateSync(file, size - 10);
    const second = open();
    expect(second.keys()).toEqual(['id="a"', 'id="b"']);
    await second.own.close();
  });
});

/** Bytes on the heap when garbage has been collected. */
async function heapUsed(): Promise<number> {
  let rounds = 0;
  await collectUntil(() => ++rounds > 3);
  return process.memoryUsage().heapUsed;
}
