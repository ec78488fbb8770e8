/** What a class says for all its cached methods, under both kinds of decorators. */
import { adopt, CacheDefaults, Cached, CachedBatch, CacheEvict, CacheRegistry, cacheDefaults, cached, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf } from '../support/promises';

const time = manualClockForEachTest();
let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

test('options of the class hold where the method says nothing; what the method says wins, and undefined takes a default away', () => {
  @CacheDefaults({ ttl: 1000, capacity: 2, registry })
  class Users {
    loads = 0;
    @Cached()
    find(id: string): string {
      this.loads++;
      return id;
    }
    @Cached({ ttl: '1h', capacity: 3 })
    long(id: string): string {
      return id;
    }
    @Cached({ ttl: undefined as never })
    forever(id: string): string {
      return id;
    }
    @CachedBatch({ capacity: 1 })
    many(ids: readonly string[]): string[] {
      return [...ids];
    }
    @Cached()
    static shared(id: string): string {
      return id;
    }
  }
  const users = new Users();
  for (const id of ['a', 'b', 'c', 'd']) void [users.find(id), users.long(id), users.forever(id), users.many([id]), Users.shared(id)];
  expect(registry.list().sort()).toEqual(['Users.find', 'Users.forever', 'Users.long', 'Users.many', 'Users.shared']);
  const sizes = (): Record<string, number> =>
    Object.fromEntries(registry.list().map((name) => [name.replace('Users.', ''), registry.get(name)?.keys().length ?? 0]));
  expect(sizes()).toEqual({ find: 2, long: 3, forever: 2, many: 1, shared: 2 });
  time.clock.advance(1000);
  expect(sizes()).toEqual({ find: 0, long: 3, forever: 2, many: 0, shared: 0 });
  users.find('d');
  expect(users.loads).toBe(5);
  time.clock.advance(3_600_000);
  expect(sizes()).toEqual({ find: 0, long: 0, forever: 2, many: 0, shared: 0 });
});

test('caches of a class are kept on disk when the class says so', async () => {
  const directory = temporaryDirectory();
  const start = () => {
    const own = new CacheRegistry({ persist: { directory } });
    @CacheDefaults({ persist: 'jsonl', registry: own, scope: 'class' })
    class Users {
      @Cached({ params: ['id'] })
      find(id: string): string {
        return id;
      }
    }
    return { own, users: new Users(), other: new Users() };
  };
  const before = start();
  void [before.users.find('u1'), before.other.find('u2')];
  await before.own.close();
  const after = start();
  expect(cacheOf(after.users, 'find').keys()).toEqual(['id="u1"', 'id="u2"']);
  await after.own.close();
});

test('an inherited method keeps the options it was declared with; methods of a subclass have none of them', () => {
  @CacheDefaults({ capacity: 1, registry })
  class Users {
    @Cached()
    find(id: string): string {
      return id;
    }
  }
  class Admins extends Users {
    @Cached({ registry })
    own(id: string): string {
      return id;
    }
  }
  const admins = new Admins();
  for (const id of ['a', 'b']) void [admins.find(id), admins.own(id)];
  expect([cacheOf(admins, 'find').size, cacheOf(admins, 'own').size]).toEqual([1, 2]);
});

test('methods that evict find the caches', () => {
  @CacheDefaults({ registry })
  class Users {
    @CacheEvict('find')
    rename(id: string): void {
      void id;
    }
    @Cached()
    find(id: string): string {
      return id;
    }
    @CacheEvict('find')
    @Cached()
    both(id: string): string {
      return id;
    }
  }
  const users = new Users();
  for (const evict of ['rename', 'both'] as const) {
    users.find('u1');
    users[evict]('u1');
    expect(cacheOf(users, 'find').has('u1')).toBe(false);
  }
  expect(registry.list().sort()).toEqual(['Users.both', 'Users.find']);
});

test('without decorators, before the methods and behind them', () => {
  class Users {
    static {
      cached(this, 'first');
      cacheDefaults(this, { capacity: 1, registry });
      cached(this, 'second');
    }
    first(id: string): string {
      return id;
    }
    second(id: string): string {
      return id;
    }
  }
  const users = new Users();
  for (const id of ['a', 'b']) void [users.first(id), users.second(id)];
  expect(registry.list().map((name) => registry.get(name)?.size)).toEqual([1, 1]);
});

describe('when the class is defined', () => {
  const define =
    (options: unknown, ofMethod: unknown = {}) =>
    (): unknown => {
      @CacheDefaults(options as object)
      class Users {
        @Cached({ registry, ...(ofMethod as object) })
        find(id: string): string {
          return id;
        }
      }
      return Users;
    };

  test.each<[string, unknown, unknown, RegExp]>([
    ['no options', undefined, {}, /BAD_OPTION|cannot read/i],
    ['a wrong one', { ttl: 0 }, {}, /BAD_TTL: @CacheDefaults on Users: ttl must be more than 0.*got 0/],
    ['an unknown one', { max: 5 }, {}, /UNKNOWN_OPTION: @CacheDefaults on Users: there is no option "max"; did you mean capacity/],
    ['one that speaks of one method', { params: ['id'] }, {}, /BAD_OPTION: @CacheDefaults on Users: params speaks of one method/],
    [
      'what does not go with an option of the method',
      { identity: true },
      { persist: 'jsonl', params: ['id'] },
      /BAD_OPTION: @Cached on .*find: identity and persist do not go together/,
    ],
  ])('%s', async (_what, options, ofMethod, expected) => {
    const { code, message } = await errorOf(define(options, ofMethod));
    expect(`${code}: ${message}`).toMatch(expected);
  });

  test('on a method, and for what is no class', async () => {
    const placed = CacheDefaults({ capacity: 1 }) as (...place: unknown[]) => unknown;
    expect(await errorOf(() => placed({}, 'find', {}))).toMatchObject({ code: 'SCRUBJAY_BAD_DECORATOR' });
    expect(await errorOf(() => placed(() => 1, { kind: 'method', name: 'find' }))).toMatchObject({ code: 'SCRUBJAY_BAD_DECORATOR' });
    expect(await errorOf(() => cacheDefaults({} as never, {}))).toMatchObject({ code: 'SCRUBJAY_BAD_DECORATOR' });
  });

  test('behind a call it is too late', async () => {
    class Users {
      @Cached({ registry })
      find(id: string): string {
        return id;
      }
    }
    new Users().find('u1');
    expect(await errorOf(() => cacheDefaults(Users, { capacity: 1 }))).toMatchObject({
      code: 'SCRUBJAY_BAD_DECORATOR',
      message: expect.stringMatching(/Users\.find was/) as string,
    });
  });
});

test('a method goes before its class, and that before the registry of the object', () => {
  @CacheDefaults({ capacity: 3 })
  class Ranks {
    @Cached({ capacity: 2 })
    own(id: string): string {
      return id;
    }
    @Cached()
    ofClass(id: string): string {
      return id;
    }
  }
  class Plain {
    @Cached()
    ofRegistry(id: string): string {
      return id;
    }
  }
  const [ranks, plain] = [new Ranks(), new Plain()];
  const ours = new CacheRegistry({ defaults: { capacity: 4, ttl: '1s' } });
  for (const each of [ranks, plain]) adopt(ours, each);
  for (const id of ['a', 'b', 'c', 'd', 'e']) void [ranks.own(id), ranks.ofClass(id), plain.ofRegistry(id)];
  expect([ours.get('Ranks.own')?.size, ours.get('Ranks.ofClass')?.size, ours.get('Plain.ofRegistry')?.size]).toEqual([2, 3, 4]);
  time.clock.advance(1000);
  expect(ours.list().flatMap((name) => ours.get(name)?.keys() ?? [])).toEqual([]);
});
