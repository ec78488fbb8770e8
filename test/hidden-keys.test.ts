/** Secrets in keys: nobody can read them, in memory or on disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cached, CacheRegistry, cacheOf, Key } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { errorOf } from './support/promises';

const pepper = 'a pepper for tests';
let directory: string;
let registry: CacheRegistry;
beforeEach(() => {
  directory = temporaryDirectory();
  registry = new CacheRegistry({ persist: { directory } });
});
afterEach(() => {
  delete process.env['SCRUBJAY_PEPPER'];
});

function allBytes(folder = directory): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? allBytes(join(folder, entry.name)) : readFileSync(join(folder, entry.name), 'latin1')))
    .join('\n');
}

const hmac = expect.stringMatching(/^hmac\([\w-]{43}\)$/) as unknown;

test('a secret part is an HMAC in the key, equal for equal values and different for others', () => {
  class Users {
    @Cached({ registry, params: ['token', 'take'], secret: ['token'] })
    list(token: string, take = 20): string {
      return `${token}${take}`;
    }
  }
  const users = new Users();
  users.list('s3cret', 5);
  users.list('s3cret', 5);
  users.list('other', 5);
  const cache = cacheOf(users, 'list');
  expect(cache.stats()).toMatchObject({ hits: 1, misses: 2 });
  const [one, other] = cache.keys();
  expect(one).toMatch(/^take=5,token=hmac\([\w-]{43}\)$/);
  expect(one).not.toBe(other);
});

test('@Key.secret() hides, with a name of its own or beside @Key', () => {
  class Users {
    @Cached({ registry })
    one(@Key.secret('token') token: string): string {
      return token;
    }
    @Cached({ registry })
    two(@Key('token') @Key.secret() token: string): string {
      return token;
    }
    @Cached({ registry })
    three(@Key.secret() @Key('token') token: string): string {
      return token;
    }
    @Cached({ registry })
    ignored(@Key.ignore() @Key('token') token: string, @Key('id') id: string): string {
      return token + id;
    }
  }
  const users = new Users();
  for (const name of ['one', 'two', 'three'] as const) {
    users[name]('s3cret');
    expect(cacheOf(users, name).keys()[0]).toMatch(/^token=hmac\(/);
  }
  users.ignored('s3cret', 'u1');
  expect(cacheOf(users, 'ignored').keys()).toEqual(['id="u1"']);
});

test('params has the last word on names, and takes nothing back of what @Key hides or leaves out', () => {
  class Users {
    @Cached({ registry, params: ['ticket', 'id'] })
    find(@Key.secret('token') token: string, @Key('user') id: string, @Key.ignore() log: string): string {
      return token + id + log;
    }
  }
  const users = new Users();
  users.find('s3cret', 'u1', 'log');
  expect(cacheOf(users, 'find').keys()).toEqual([expect.stringMatching(/^id="u1",ticket=hmac\(/)]);
});

test('hashKeys hides whole keys, `this` included', () => {
  class Users {
    constructor(readonly tenant: string) {}
    @Cached({ registry, hashKeys: true, scope: (self: Users) => self.tenant })
    find(id: string): string {
      return this.tenant + id;
    }
  }
  expect([new Users('t1').find('u1'), new Users('t2').find('u1'), new Users('t1').find('u1')]).toEqual(['t1u1', 't2u1', 't1u1']);
  expect(registry.get('Users.find')?.keys()).toEqual([hmac, hmac]);
  expect(registry.get('Users.find')?.stats()).toMatchObject({ hits: 1, misses: 2 });
});

test('the same value is another HMAC in another method, parameter, and with another pepper', () => {
  const keyWith = (options: object, name: string): string => {
    class Users {
      @Cached({ registry: new CacheRegistry(), name, ...options })
      find(token: string): string {
        return token;
      }
    }
    const users = new Users();
    users.find('s3cret');
    return cacheOf(users, 'find').keys()[0] as string;
  };
  const named = (token: string, from: string): object => ({ params: [token], secret: [token], pepper: from });
  const keys = [
    keyWith(named('token', pepper), 'a'),
    keyWith(named('token', pepper), 'b'),
    keyWith(named('token', 'another'), 'a'),
    keyWith(named('ticket', pepper), 'a'),
  ].map((key) => key.replace(/^\w+=/, ''));
  expect(new Set(keys).size).toBe(4);
  expect(keyWith(named('token', pepper), 'a')).toBe(keyWith({ ...named('token', ''), pepper: Buffer.from(pepper) }, 'a'));
});

test.each([
  ['secret', { params: ['token'], secret: ['token'] }],
  ['hashKeys', { params: ['token'], hashKeys: true }],
])('%s: nothing of it is on disk, and a restart with the same pepper finds the entries', async (_what, options) => {
  const start = (from: string, caches: CacheRegistry) => {
    class Users {
      loads = 0;
      @Cached({ registry: caches, persist: 'jsonl', pepper: from, ...options })
      find(_token: string): string {
        this.loads++;
        return 'Ada';
      }
    }
    return new Users();
  };
  start(pepper, registry).find('s3cret-of-ada');
  await registry.close();
  expect(allBytes()).toContain('Ada');
  expect(allBytes()).not.toContain('s3cret-of-ada');
  expect(allBytes()).not.toContain(pepper);

  const next = new CacheRegistry({ persist: { directory } });
  const again = start(pepper, next);
  expect([again.find('s3cret-of-ada'), again.loads]).toEqual(['Ada', 0]);
  await next.close();

  const last = new CacheRegistry({ persist: { directory } });
  const changed = start('another pepper', last);
  expect([changed.find('s3cret-of-ada'), changed.loads]).toEqual(['Ada', 1]);
  expect(last.get('Users.find')?.size).toBe(1);
  await last.close();
});

test('without a pepper nothing hidden is persisted, and the environment may have it', async () => {
  const declare = (options: object): unknown => {
    class Users {
      @Cached({ registry, persist: 'jsonl', ...options })
      find(@Key('token') token: string): string {
        return token;
      }
    }
    return Users;
  };
  for (const options of [{ secret: ['token'] }, { hashKeys: true }]) {
    expect(await errorOf(() => declare(options))).toMatchObject({
      code: 'SCRUBJAY_NO_PEPPER',
      message: expect.stringMatching(/^@Cached on Users\.find: hidden keys .* need a pepper .* SCRUBJAY_PEPPER/),
    });
  }
  process.env['SCRUBJAY_PEPPER'] = pepper;
  expect(() => declare({ secret: ['token'] })).not.toThrow();
});

test('an error about a secret argument does not show it', async () => {
  class Users {
    @Cached({ registry, params: ['token'], secret: ['token'] })
    find(token: unknown): string {
      return String(token);
    }
  }
  const error = await errorOf(() => new Users().find({ s3cret: () => 1 }));
  expect(error.message).toBe('cannot build a cache key for Users.find: token.s3cret is a function (leave it out with @Key.ignore() or omit, or pick with key)');
});
