/** Which calls are cached, and which are the same: `when`, `unkeyable`, `identity`, `defaults`. */
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { Cached, type CachedOptions, CacheRegistry, cacheOf } from '../src/index';
import { errorOf } from './support/promises';

let registry: CacheRegistry;
let warn: jest.SpyInstance;
beforeEach(() => {
  registry = new CacheRegistry();
  warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => {
  warn.mockRestore();
});
/** The codes of all warnings. */
const heard = (): (string | undefined)[] => warn.mock.calls.map(([, options]: [string, { code?: string }]) => options.code);

function aService(options: CachedOptions) {
  class Users {
    loads = 0;
    limit = 3;
    @Cached({ registry, params: ['id', 'locale'], ...options })
    find(id: unknown, locale: unknown = 'en'): string {
      this.loads++;
      return `${String(id)} ${String(locale)}`;
    }
    @Cached({ registry, params: ['id', 'locale'], ...options })
    async later(id: unknown, _locale?: unknown): Promise<string> {
      this.loads++;
      return Promise.resolve(String(id));
    }
  }
  const users = new Users();
  return { users, stats: () => cacheOf(users, 'find').stats(), keys: () => cacheOf(users, 'find').keys() };
}

describe('when', () => {
  test('calls that it says no to run uncached and are counted', async () => {
    const { users, stats } = aService({ when: (id: unknown) => id !== 'draft' });
    for (const id of ['draft', 'draft', 'u1', 'u1']) users.find(id);
    expect(users.loads).toBe(3);
    expect(stats()).toMatchObject({ hits: 1, misses: 1, bypassed: 2, size: 1 });
    expect([await users.later('draft'), await users.later('draft')]).toEqual(['draft', 'draft']);
    expect(users.loads).toBe(5);
  });

  test('it is asked with the arguments and `this` of the call, before any key is made', () => {
    const asked: unknown[][] = [];
    const { users } = aService({
      when(this: { limit: number }, ...args: unknown[]) {
        asked.push([this.limit, ...args]);
        return false;
      },
    });
    users.find(() => 1, 'de');
    expect(asked).toEqual([[3, expect.any(Function), 'de']]);
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
    ], // prettier-ignore
    ['gives a promise', async () => Promise.resolve(true)],
    ['gives nothing', () => undefined],
  ])('when it %s, the call runs uncached and a warning says so once', (_what, when) => {
    const { users, stats } = aService({ when: when as () => boolean });
    expect([users.find('u1'), users.find('u1')]).toEqual(['u1 en', 'u1 en']);
    expect(stats()).toMatchObject({ hits: 0, bypassed: 2, size: 0 });
    expect(heard()).toEqual(['SCRUBJAY_WHEN_FAILED']);
  });

  test('the error of a method that runs uncached is its own', async () => {
    class Users {
      @Cached({ registry, when: () => false })
      find(): string {
        throw new TypeError('own');
      }
    }
    expect(await errorOf(() => new Users().find())).toMatchObject({ name: 'TypeError', message: 'own' });
  });
});

describe('unkeyable', () => {
  test("'throw' is the default, and says what to do", async () => {
    const { users } = aService({});
    expect(await errorOf(() => users.find(new EventEmitter()))).toMatchObject({ code: 'SCRUBJAY_KEY_REFUSED' });
    expect(await errorOf(async () => users.later(new EventEmitter()))).toMatchObject({ code: 'SCRUBJAY_KEY_REFUSED' });
    expect(users.loads).toBe(0);
  });

  test('a getter that throws is refused with its path, sync and async, and the next call is as ever', async () => {
    const { users } = aService({});
    const hostile = {
      get name(): string {
        throw new TypeError('no');
      },
    }; // prettier-ignore
    users.find({ name: 'a' });
    const message = expect.stringMatching(/id\.name is a getter that throws/) as unknown;
    expect(await errorOf(() => users.find(hostile))).toMatchObject({ code: 'SCRUBJAY_KEY_REFUSED', message });
    await users.later({ name: 'a' });
    const promise = users.later(hostile);
    expect(await errorOf(() => promise)).toMatchObject({ code: 'SCRUBJAY_KEY_REFUSED', message });
    users.find({ name: 'a' });
    expect(users.loads).toBe(2);
  });

  test("'bypass' runs the call uncached, counts it, and warns once with the path", async () => {
    const { users, stats } = aService({ unkeyable: 'bypass' });
    const socket = { toString: () => 'socket' };
    expect([users.find(socket), users.find(socket), users.find('u1'), users.find('u1')]).toEqual(['socket en', 'socket en', 'u1 en', 'u1 en']);
    expect(stats()).toMatchObject({ hits: 1, misses: 1, bypassed: 2, size: 1 });
    expect(heard()).toEqual(['SCRUBJAY_KEY_REFUSED']);
    expect(warn.mock.calls[0]?.[0]).toMatch(/id\.toString is a function/);
    expect(await users.later(socket)).toBe('socket');
  });
});

describe('identity', () => {
  test('the same object is the same call, another one another', () => {
    const { users, stats } = aService({ identity: true });
    const [one, other] = [new EventEmitter(), new EventEmitter()];
    for (const emitter of [one, one, other]) users.find(emitter);
    expect(users.loads).toBe(2);
    expect(stats()).toMatchObject({ hits: 1, misses: 2 });
  });
});

describe('defaults', () => {
  test('a missing argument is the one it stands for', () => {
    const { users, keys } = aService({ defaults: { locale: 'en' } });
    expect([users.find('u1'), users.find('u1', 'en'), users.find('u1', undefined), users.find('u1', 'de')]).toEqual(['u1 en', 'u1 en', 'u1 en', 'u1 de']);
    expect(users.loads).toBe(2);
    expect(keys()).toEqual(['id="u1",locale="en"', 'id="u1",locale="de"']);
  });

  test('null, 0 and the empty string are arguments', () => {
    const { users, keys } = aService({ defaults: { locale: 'en' } });
    for (const locale of [null, 0, '', false, Number.NaN]) users.find('u1', locale);
    expect(keys()).toEqual(['id="u1",locale=null', 'id="u1",locale=0', 'id="u1",locale=""', 'id="u1",locale=false', 'id="u1",locale=NaN']);
  });

  test('every argument may be missing, and a default may be any value with a key', () => {
    const { users, keys } = aService({ defaults: { id: { deep: [1] }, locale: null } });
    users.find(undefined);
    users.find({ deep: [1] }, null);
    expect(users.loads).toBe(1);
    expect(keys()).toEqual(['id={deep:[1]},locale=null']);
  });

  test('a secret default is hidden, too', () => {
    const { users, keys } = aService({ defaults: { locale: 'en' }, secret: ['locale'] });
    users.find('u1');
    users.find('u1', 'en');
    expect(users.loads).toBe(1);
    expect(keys()[0]).toMatch(/^id="u1",locale=hmac\(/);
  });
});

test('a default of a rest parameter fails when the class is defined', async () => {
  const error = await errorOf(() => {
    class Users {
      @Cached({ registry, defaults: { ids: [] } })
      find(...ids: string[]): number {
        return ids.length;
      }
    }
    return Users;
  });
  expect(error).toMatchObject({ code: 'SCRUBJAY_BAD_OPTION', message: expect.stringMatching(/the default of ids stands for further arguments/) });
});

test.each<[string, CachedOptions, string, RegExp]>([
  ['a default nobody named', { defaults: { lang: 'en' } }, 'SCRUBJAY_BAD_KEY_NAME', /defaults names "lang", and no parameter has that name/],
  ['a secret nobody named', { secret: ['token'] }, 'SCRUBJAY_BAD_KEY_NAME', /secret names "token", and no parameter has that name/],
  ['a default without a key', { defaults: { locale: [() => 1] } }, 'SCRUBJAY_BAD_OPTION', /the default of locale has no honest key: it\[0\] is a function/],
  ['an undefined default', { defaults: { locale: undefined } }, 'SCRUBJAY_BAD_OPTION', /the default of locale is undefined/],
  [
    'dots before a parameter that gathers nothing',
    { params: ['id', '...locale'] },
    'SCRUBJAY_BAD_KEY_NAME',
    /'\.\.\.locale' gathers all further arguments, and no parameter of the method does/,
  ],
  [
    'more names than parameters',
    { params: ['id', 'locale', 'take'] },
    'SCRUBJAY_BAD_KEY_NAME',
    /the method has 2 parameters, and 3 are named; take out "take"/,
  ],
  ['defaults as a list', { defaults: ['en'] as never }, 'SCRUBJAY_BAD_OPTION', /defaults must be an object of values by parameter name/],
  ['identity with persist', { identity: true, persist: 'jsonl' }, 'SCRUBJAY_BAD_OPTION', /identity and persist do not go together/],
  ['key with secret', { key: () => 1, secret: ['id'] }, 'SCRUBJAY_BAD_OPTION', /key and secret do not go together: .*hashKeys/],
  ['key with omit', { key: () => 1, omit: ['id'] }, 'SCRUBJAY_BAD_OPTION', /key and omit do not go together/],
  ['key with defaults', { key: () => 1, defaults: { id: 1 } }, 'SCRUBJAY_BAD_OPTION', /key and defaults do not go together/],
  ['an unknown unkeyable', { unkeyable: 'skip' as never }, 'SCRUBJAY_BAD_OPTION', /unkeyable must be 'throw' or 'bypass'; got "skip"/],
  ['identity as text', { identity: 'yes' as never }, 'SCRUBJAY_BAD_OPTION', /identity must be true or false; got "yes"/],
  ['when as a value', { when: true as never }, 'SCRUBJAY_BAD_OPTION', /when must be a function/],
  ['an empty pepper', { pepper: '' }, 'SCRUBJAY_BAD_OPTION', /pepper must be text or bytes, not empty; got ''/],
  ['a pepper of another kind', { pepper: 5 as never }, 'SCRUBJAY_BAD_OPTION', /pepper must be text or bytes.*got number/],
])('%s fails when the class is defined', async (_what, options, code, message) => {
  expect(await errorOf(() => aService(options))).toMatchObject({ code, message: expect.stringMatching(message) });
});

describe('results that can be read only once', () => {
  const kinds: readonly (readonly [string, () => unknown])[] = [
    ['an iterator', () => [1][Symbol.iterator]()],
    ['an iterator', () => (async function* () {})()],
    ['a stream', () => Readable.from(['a'])],
    ['a stream', () => new ReadableStream()],
    ['a stream', () => new WritableStream()],
    ['an Observable', () => ({ pipe: () => 1, subscribe: () => 1 })],
  ];

  test.each(kinds)('%s is answered with and never stored; a warning says so once', async (kind, make) => {
    class Files {
      @Cached({ registry })
      now(): unknown {
        return make();
      }
      @Cached({ registry })
      async later(): Promise<unknown> {
        return Promise.resolve(make());
      }
    }
    const files = new Files();
    expect(files.now()).not.toBe(files.now());
    expect(await files.later()).not.toBe(await files.later());
    for (const name of ['now', 'later'] as const) expect(cacheOf(files, name).stats()).toMatchObject({ misses: 2, hits: 0, unstored: 2, size: 0 });
    expect(heard()).toEqual(['SCRUBJAY_RESULT_REFUSED', 'SCRUBJAY_RESULT_REFUSED']);
    expect(warn.mock.calls[0]?.[0]).toMatch(new RegExp(`^Files\\.now gave ${kind}, which can be read only once`));
  });

  test('what can be read again is stored, and so is what cannot be asked', () => {
    const results = [
      [1],
      new Map(),
      new Set(),
      'text',
      { next: 1 },
      { next: () => 1 },
      { on: () => 1 },
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
    ]; // prettier-ignore
    class Files {
      @Cached({ registry })
      at(index: number): unknown {
        return results[index];
      }
    }
    const files = new Files();
    for (const index of results.keys()) files.at(index);
    expect(cacheOf(files, 'at').stats()).toMatchObject({ unstored: 0, size: results.length });
  });
});
