/** What is said where `@CacheEvict` and `@CachePut` cannot work. */
import { Cached, CacheEvict, CachePut, CacheRegistry, cacheEvict, cacheOf, Key } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { errorOf } from './support/promises';

const registry = new CacheRegistry();
const codeOf = async (work: () => unknown): Promise<string> => {
  const { code, message } = await errorOf(work);
  return `${code}: ${message}`;
};

describe('when the class is defined', () => {
  test.each<[string, unknown, unknown, RegExp]>([
    ['no target', undefined, {}, /BAD_OPTION: @CacheEvict on Users\.rename: the target must be the name of a cached method.*got undefined/],
    ['a number', 5, {}, /BAD_OPTION.*the target must be.*got 5 \(number\)/],
    ['options that are none', 'find', 'all', /BAD_OPTION.*the options must be an object; got "all"/],
    ['an unknown option', 'find', { all: true }, /UNKNOWN_OPTION.*no option "all"/],
    ['the word of another library', 'find', { condition: () => true }, /UNKNOWN_OPTION.*did you mean when/],
    ['allEntries and key', 'find', { allEntries: true, key: () => [] }, /BAD_OPTION.*allEntries and key do not go together/],
    ['beforeInvocation and unless', 'find', { beforeInvocation: true, unless: () => true }, /BAD_OPTION.*beforeInvocation and unless do not go together/],
    ['beforeInvocation and within', 'find', { beforeInvocation: true, within: 5 }, /BAD_OPTION.*beforeInvocation and within do not go together/],
    ['a flag that is none', 'find', { allEntries: 1 }, /BAD_OPTION.*allEntries must be true or false; got 1/],
    ['a key that is none', 'find', { key: 'id' }, /BAD_OPTION.*key must be a function; got "id"/],
    ['no time', 'find', { within: 0 }, /BAD_TTL.*within must be more than 0/],
    ['names that are none', 'find', { params: 'id' }, /BAD_OPTION.*params must be a list of parameter names/],
    ['more names than parameters', 'find', { params: ['id', 'more'] }, /BAD_KEY_NAME.*the method has one parameter, and 2 are named/],
    ['a method that is not there', 'fidn', {}, /NOT_CACHED: @CacheEvict on Users\.rename: its target Users\.fidn has no cache/],
    [
      'another parameter',
      'find',
      { params: ['user'] },
      /UNMAPPED: @CacheEvict on Users\.rename: .*the method has user, and lacks id, locale of find.*say key.*or allEntries: true/,
    ],
  ])('%s', async (_what, target, options, expected) => {
    for (const isFirst of [true, false]) {
      const defineBefore = (): unknown => {
        class Users {
          @CacheEvict(target as 'find', options as object)
          rename(id: string): void {
            void id;
          }
          @Cached({ registry })
          find(id: string, locale?: string): string {
            return id + (locale ?? '');
          }
        }
        return Users;
      };
      const defineBehind = (): unknown => {
        class Users {
          @Cached({ registry })
          find(id: string, locale?: string): string {
            return id + (locale ?? '');
          }
          @CacheEvict(target as 'find', options as object)
          rename(id: string): void {
            void id;
          }
        }
        return Users;
      };
      expect(await codeOf(isFirst ? defineBefore : defineBehind)).toMatch(expected);
    }
  });

  test('@CachePut lacks a parameter of the cached method', async () => {
    const define = (): unknown => {
      class Users {
        @Cached({ registry })
        find(id: string, locale = 'en'): string {
          return id + locale;
        }
        @CachePut('find')
        rename(id: string): string {
          return id;
        }
      }
      return Users;
    };
    expect(await codeOf(define)).toMatch(
      /UNMAPPED: @CachePut on Users\.rename: a result is stored under all parameters of the cached method; the method has id, and lacks locale of find\..*say key: \(result, \.\.\.args\)/,
    );
  });

  test('part of a key that is picked by hand', async () => {
    const define = (): unknown => {
      class Users {
        @Cached({ registry, key: (user) => user.id })
        find(user: { id: string }, locale?: string): string {
          return user.id + (locale ?? '');
        }
        @CacheEvict('find')
        rename(user: { id: string }): void {
          void user;
        }
      }
      return Users;
    };
    expect(await codeOf(define)).toMatch(/UNMAPPED.*lacks locale of find, whose key is picked from all of them/);
  });

  test('without parentheses, on a getter, on a generator, on a class', async () => {
    const target = { rename(): void {} };
    const bare = CacheEvict as (...place: unknown[]) => unknown;
    expect(await codeOf(() => bare(target, 'rename', Object.getOwnPropertyDescriptor(target, 'rename')))).toMatch(
      /BAD_DECORATOR: @CacheEvict needs its parentheses and a target/,
    );
    expect(await codeOf(() => bare(target.rename, { kind: 'method', name: 'rename' }))).toMatch(
      /BAD_DECORATOR: @CacheEvict needs its parentheses and a target/,
    );
    const placed = CacheEvict('find') as (...place: unknown[]) => unknown;
    expect(await codeOf(() => placed(class {}))).toMatch(/BAD_DECORATOR: @CacheEvict stands before a method of a class/);
    expect(await codeOf(() => placed({}, 'all', { get: () => 1 }))).toMatch(/BAD_DECORATOR.*a getter or setter/);
    expect(await codeOf(() => placed({ *each() {} }, 'each', { value: function* each() {} }))).toMatch(/BAD_DECORATOR.*a generator/);
    class Users {}
    expect(await codeOf(() => cacheEvict(Users as never, 'rename' as never, 'find'))).toMatch(
      /BAD_DECORATOR: cacheEvict of Users\.rename takes a method of the class itself/,
    );
  });

  test.each(['@Cached first', '@CachePut first'])('@CachePut and @Cached on one method: %s', async (order) => {
    const define = (): unknown => {
      const [first, second] = order === '@Cached first' ? [Cached({ registry }), CachePut('find')] : [CachePut('find'), Cached({ registry })];
      class Users {
        @Cached({ registry })
        find(id: string): string {
          return id;
        }
        @first
        @second
        rename(id: string): string {
          return id;
        }
      }
      return Users;
    };
    expect(await codeOf(define)).toMatch(/BAD_DECORATOR.*a method has @Cached or @CachePut; it has both/);
  });
});

describe('at the first call, before the method runs', () => {
  const ran: string[] = [];
  class Plain {
    find(id: string): string {
      return id;
    }
    @Cached({ registry })
    cached(user: string): string {
      return user;
    }
  }
  class Orders {
    @CacheEvict(() => [Plain, 'find'])
    uncached(id: string): void {
      ran.push(id);
    }
    @CacheEvict(() => [Plain, 'cached'])
    unmapped(id: string): void {
      ran.push(id);
    }
    @CacheEvict(() => [Plain, 'cached'])
    async later(id: string): Promise<void> {
      return Promise.resolve(void ran.push(id));
    }
    @CacheEvict((() => 'Plain.cached') as never)
    noPair(id: string): void {
      ran.push(id);
    }
    @CachePut(() => [Plain, 'cached'])
    put(user: string): string {
      ran.push(user);
      return user;
    }
    @CacheEvict('own', { key: (id) => ({ user: id }) })
    unknownPart(id: string): void {
      ran.push(id);
    }
    @CacheEvict('own')
    unkeyable(id: unknown): void {
      ran.push(typeof id);
    }
    @Cached({ registry })
    own(id: unknown): unknown {
      return id;
    }
  }
  const orders = new Orders();

  test.each<[string, () => unknown, RegExp]>([
    ['a method without a cache', () => orders.uncached('u1'), /NOT_CACHED: @CacheEvict on Orders\.uncached: its target Plain\.find has no cache/],
    ['arguments that cannot be mapped', () => orders.unmapped('u1'), /UNMAPPED: @CacheEvict on Orders\.unmapped: .* has id, and lacks user of cached/],
    ['the same, as a rejection where the method is async', () => orders.later('u1').catch((error: unknown) => Promise.reject(error)), /UNMAPPED/],
    ['a target that is no pair', () => orders.noPair('u1'), /BAD_OPTION.*the target gave "Plain\.cached" \(string\)\. Write \(\) => \[Users, 'find'\]/],
    ['a part that keys do not have', () => orders.unknownPart('u1'), /BAD_KEY_NAME.*keys have no part named "user"; use one of id/],
    ['arguments without a key, as the cached method says', () => orders.unkeyable(() => 1), /KEY_REFUSED.*Orders\.own/],
  ])('%s', async (_what, call, expected) => {
    orders.own('u1');
    ran.length = 0;
    expect(await codeOf(call)).toMatch(expected);
    expect(ran).toEqual([]);
  });

  test('a put into the entries of instances does not say whose', async () => {
    void [new Plain().cached('u1'), new Plain().cached('u1')];
    expect(await codeOf(() => orders.put('u1'))).toMatch(
      /WHICH_CACHE: @CachePut on Orders\.put: a result is stored with the entries of one instance.*\(self\) => \[self\.users, 'find'\]/,
    );
    expect(ran).toEqual([]);
  });

  test('a second instance of a persisted cache that does not say whether they share', async () => {
    const own = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
    class Users {
      @Cached({ registry: own, persist: 'jsonl', params: ['id'] })
      find(id: string): string {
        return id;
      }
      @CacheEvict('find', { params: ['id'] })
      rename(id: string): string {
        return id;
      }
    }
    new Users().find('u1');
    expect(await codeOf(() => new Users().rename('u1'))).toMatch(/SCOPE_UNDECLARED/);
    await own.close();
  });
});

test('names come from @Key, too, and what it ignores is not mapped', () => {
  class Users {
    @Cached({ registry })
    find(@Key('id') id: string): string {
      return id;
    }
    @CacheEvict('find')
    rename(@Key.ignore() _id: string, @Key('id') userId: string): void {
      void userId;
    }
  }
  const users = new Users();
  for (const id of ['u1', 'u2']) users.find(id);
  users.rename('u1', 'u2');
  expect(cacheOf(users, 'find').keys()).toEqual(['id="u1"']);
});
