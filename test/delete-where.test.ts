/** `deleteWhere`: invalidation by named parameter. */
import fc from 'fast-check';
import { EntryKeys } from '../src/entry-keys';
import { Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf, Key } from '../src/index';
import { canonicalText } from '../src/key/canonical-text';
import { temporaryDirectory } from './support/directories';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf, gate } from './support/promises';
import { numRuns } from './support/thorough';

const time = manualClockForEachTest();

type Options = Omit<CachedOptions<any>, 'params'>;

/** A method with two parameters, of which the second may be missing. */
function aService(options: Options = {}, registry = new CacheRegistry()) {
  class Users {
    tenant = 'a';
    @Cached({ registry, params: ['id', 'locale'], ...options })
    find(id: unknown, locale?: unknown): string[] {
      return [typeof id, typeof locale];
    }
  }
  const users = new Users();
  return { Users, users, cache: cacheOf(users, 'find'), registry };
}

describe.each<[string, Options]>([
  ['without an index', {}],
  ['with an index', { index: ['id', 'locale'] }],
])('%s', (_how, options) => {
  test('every entry with the part goes, whatever the other parts are, and nothing else', async () => {
    const { users, cache } = aService(options);
    for (const [id, locale] of [['u1', 'en'], ['u1', 'de'], ['u1'], ['u2', 'en'], [1, 'u1'], ['en', 'u1']]) users.find(id, locale);
    expect(await cache.deleteWhere({ id: 'u1' })).toBe(3);
    expect(cache.keys()).toEqual(['id="u2",locale="en"', 'id=1,locale="u1"', 'id="en",locale="u1"']);
    expect(await cache.deleteWhere({ id: 'u1' })).toBe(0);
  });

  test('several parts must all fit', async () => {
    const { users, cache } = aService(options);
    for (const id of ['u1', 'u2']) for (const locale of ['en', 'de']) users.find(id, locale);
    expect(await cache.deleteWhere({ locale: 'en', id: 'u1' })).toBe(1);
    expect(cache.keys()).toEqual(['id="u1",locale="de"', 'id="u2",locale="en"', 'id="u2",locale="de"']);
  });

  test('a missing argument is undefined, null is a value of its own, and 0, "", false and NaN are parts like others', async () => {
    const { users, cache } = aService(options);
    for (const value of [undefined, null, 0, -0, '', false, Number.NaN]) {
      users.find('x', value);
      expect(await cache.deleteWhere({ locale: value })).toBe(1);
      users.find('x', value);
      for (const other of [undefined, null, 0, -0, '', false, Number.NaN, 'undefined', '0'])
        if (!Object.is(other, value)) expect([value, other, await cache.deleteWhere({ locale: other })]).toEqual([value, other, 0]);
      await cache.clear();
    }
  });

  test('values are equal as in keys: objects in any order of their properties, Maps, Dates', async () => {
    const { users, cache } = aService(options);
    users.find({ a: 1, b: [new Date(0)] });
    users.find(new Map([[1, 2]]));
    users.find(Object.assign(Object.create(null) as object, { b: [new Date(1)], a: 1 }));
    expect(await cache.deleteWhere({ id: { b: [new Date(0)], a: 1 } })).toBe(1);
    expect(await cache.deleteWhere({ id: new Map([[1, 3]]) })).toBe(0);
    expect(await cache.deleteWhere({ id: new Map([[1, 2]]) })).toBe(1);
    expect(await cache.deleteWhere({ id: { a: 1, b: [new Date(1)] } })).toBe(1);
  });

  test('a default stands for what is missing', async () => {
    const { users, cache } = aService({ ...options, defaults: { locale: 'en' } });
    for (const locale of [undefined, 'en', 'de']) users.find('u1', locale);
    expect(await cache.deleteWhere({ locale: undefined })).toBe(1);
    users.find('u1');
    expect(await cache.deleteWhere({ locale: 'en' })).toBe(1);
    expect(cache.keys()).toEqual(['id="u1",locale="de"']);
  });

  test('secret parts are told apart although nobody can read them', async () => {
    const { users, cache } = aService({ ...options, secret: ['id'] });
    for (const id of ['u1', 'u2']) for (const locale of ['en', 'de']) users.find(id, locale);
    expect(await cache.deleteWhere({ id: 'u1' })).toBe(2);
    expect([cache.has('u1', 'en'), cache.has('u2', 'en')]).toEqual([false, true]);
  });

  test('of a long key whose arguments are known every part is known; of others those that it shows', async () => {
    const { users, cache } = aService(options);
    const long = 'x'.repeat(300);
    for (const id of [`${long}1`, `${long}2`, 'y']) for (const locale of ['en', 'de']) users.find(id, locale);
    expect(await cache.deleteWhere({ locale: 'en' })).toBe(3);
    users.find([new Date(0), long], 'en');
    users.find([new Date(1), long], 'en');
    // The locale stands behind what is not shown of the two long keys, so they go too: too much is deleted rather than too little.
    expect(await cache.deleteWhere({ locale: 'de', id: 'y' })).toBe(1);
    expect(await cache.deleteWhere({ id: [new Date(1), long] })).toBe(1);
    expect(await cache.deleteWhere({ locale: 'fr' })).toBe(1);
    expect(cache.size).toBe(2);
  });

  test('entries that came back from disk go, and do not come back', async () => {
    const directory = temporaryDirectory();
    const open = () => aService({ ...options, scope: 'class', persist: { directory, driver: 'jsonl' } });
    const first = open();
    for (const id of ['u1', 'u2']) for (const locale of ['en', 'de']) first.users.find(id, locale);
    await first.registry.close();
    const second = open();
    // Nobody has opened it yet.
    expect(await second.cache.deleteWhere({ id: 'u1' })).toBe(2);
    second.users.find('u1', 'fr');
    expect(await second.cache.deleteWhere({ locale: 'de' })).toBe(1);
    await second.registry.close();
    expect(open().cache.keys()).toEqual(['id="u2",locale="en"', 'id="u1",locale="fr"']);
  });

  test('a load under way that it may concern is not stored, its callers are answered, and who comes after starts another; other loads are not touched', async () => {
    const gates = new Map<string, ReturnType<typeof gate<string>>[]>();
    class Users {
      @Cached({ params: ['id', 'locale'], ...options })
      async find(id: string, locale: string): Promise<string> {
        const load = gate<string>();
        gates.set(id, [...(gates.get(id) ?? []), load]);
        return `${await load.promise} ${locale}`;
      }
    }
    const users = new Users();
    const cache = cacheOf(users.find);
    const before = [users.find('u1', 'en'), users.find('u1', 'en'), users.find('u2', 'en')];
    await cache.deleteWhere({ id: 'u1' });
    const after = users.find('u1', 'en');
    gates.get('u1')?.[0]?.open('old');
    gates.get('u2')?.[0]?.open('other');
    expect(await Promise.all(before)).toEqual(['old en', 'old en', 'other en']);
    expect([cache.has('u1', 'en'), cache.has('u2', 'en')]).toEqual([false, true]);
    gates.get('u1')?.[1]?.open('new');
    expect([await after, cache.peek('u1', 'en')]).toEqual(['new en', 'new en']);
  });

  test('what may still be answered with after its time goes too, and nothing keeps the next call from trying', async () => {
    let isDown = false;
    class Users {
      @Cached({ params: ['id'], ttl: 1000, staleIfError: '1h', retryAfterError: '1h', ...options, ...(options.index && { index: ['id'] }) })
      async find(id: string): Promise<string> {
        return Promise.resolve().then(() => {
          if (isDown) throw new Error('down');
          return `${id} is up`;
        });
      }
    }
    const users = new Users();
    await users.find('u1');
    time.clock.advance(1000);
    isDown = true;
    expect(await users.find('u1')).toBe('u1 is up');
    expect(await cacheOf(users.find).deleteWhere({ id: 'u1' })).toBe(0);
    await expect(users.find('u1')).rejects.toThrow('down');
    isDown = false;
    expect(await users.find('u1')).toBe('u1 is up');
    time.clock.advance(1000);
    const { loads } = cacheOf(users.find).stats();
    await users.find('u1');
    expect(cacheOf(users.find).stats().loads).toBe(loads + 1);
  });
});

test('rest parameters are one part, a list', async () => {
  class Sums {
    @Cached({ params: ['first', '...others'] })
    of(first: number, ...others: number[]): number {
      return others.reduce((sum, each) => sum + each, first);
    }
  }
  const sums = new Sums();
  const cache = cacheOf(sums.of);
  const all = [[1], [1, 2], [1, 2, 3], [2, 2]] as [number, ...number[]][];
  for (const call of all) sums.of(...call);
  expect(await cache.deleteWhere({ others: [2] })).toBe(2);
  expect(await cache.deleteWhere({ others: [] })).toBe(1);
  sums.of(1);
  expect(await cache.deleteWhere({ others: undefined })).toBe(1);
  expect(cache.keys()).toEqual(['first=1,others=[2,3]']);
  expect(await errorOf(() => cache.deleteWhere({ others: 2 }))).toMatchObject({
    code: 'SCRUBJAY_BAD_OPTION',
    message: expect.stringMatching(/'\.\.\.others' gathers/),
  });
});

test('hidden keys tell nothing, so all of them go', async () => {
  const { users, cache } = aService({ hashKeys: true });
  users.find('u1');
  users.find('u2');
  expect(await cache.deleteWhere({ id: 'u1' })).toBe(2);
});

test('a key that is picked by hand has one part, called key', async () => {
  const { users, cache } = aService({ key: (id: unknown, locale: unknown) => ({ locale, id }) });
  users.find('u1', 'en');
  users.find('u1', 'de');
  expect(await cache.deleteWhere({ key: { id: 'u1', locale: 'en' } })).toBe(1);
  expect(await errorOf(() => cache.deleteWhere({ id: 'u1' }))).toMatchObject({
    code: 'SCRUBJAY_BAD_KEY_NAME',
    message: expect.stringMatching(/use one of key\./),
  });
});

test('of all instances, unless the handle was asked for one; also where they are separated by a value', async () => {
  const each = aService();
  const other = new each.Users();
  each.users.find('u1');
  other.find('u1');
  expect(await each.cache.deleteWhere({ id: 'u1' })).toBe(1);
  each.users.find('u1');
  expect(await cacheOf(each.Users, 'find').deleteWhere({ id: 'u1' })).toBe(2);

  const scoped = aService({ scope: (self: { tenant: string }) => self.tenant, index: ['id'] });
  const tenantB = Object.assign(new scoped.Users(), { tenant: 'b' });
  for (const id of ['u1', 'u2']) for (const users of [scoped.users, tenantB]) users.find(id);
  expect(await cacheOf(tenantB, 'find').deleteWhere({ id: 'u1' })).toBe(1);
  expect(scoped.cache.keys()).toEqual(['this="a",id="u1"', 'this="a",id="u2"', 'this="b",id="u2"']);
  expect(await scoped.registry.get('Users.find')?.deleteWhere({ id: 'u2' })).toBe(2);
});

test('of a batch method the part of an element has the name of the list, or the one that was said', async () => {
  const registry = new CacheRegistry();
  class Users {
    @CachedBatch({ registry, element: 'id', index: ['id'] })
    async findMany(ids: readonly string[], locale: string): Promise<string[]> {
      return Promise.resolve(ids.map((id) => `${id} ${locale}`));
    }
    @CachedBatch({ registry })
    lengths(@Key('words') words: readonly string[]): number[] {
      return words.map((word) => word.length);
    }
  }
  const users = new Users();
  await users.findMany(['u1', 'u2'], 'en');
  await users.findMany(['u1', 'u3'], 'de');
  expect(await cacheOf(users.findMany).deleteWhere({ id: 'u1' })).toBe(2);
  expect(cacheOf(users.findMany).keys()).toEqual(['id="u2",locale="en"', 'id="u3",locale="de"']);
  users.lengths(['a', 'bb']);
  expect(await cacheOf(users.lengths).deleteWhere({ words: 'bb' })).toBe(1);
});

test('it is one record in the log', async () => {
  const { users, cache, registry } = aService({ persist: { directory: temporaryDirectory() } });
  for (let locale = 0; locale < 100; locale++) users.find('u1', locale);
  const before = cache.stats().persistence?.recordsWritten ?? 0;
  expect(await cache.deleteWhere({ id: 'u1' })).toBe(100);
  expect((cache.stats().persistence?.recordsWritten ?? 0) - before).toBe(1);
  await registry.close();
});

test.each<[string, unknown, string, RegExp]>([
  ['a name that no part has', { user: 1 }, 'SCRUBJAY_BAD_KEY_NAME', /^deleteWhere of Users\.find: keys have no part named "user"; use one of id, locale\.$/],
  ['one wrong name among right ones', { id: 1, Locale: 1 }, 'SCRUBJAY_BAD_KEY_NAME', /"Locale"; use one of id, locale/],
  ['no part', {}, 'SCRUBJAY_BAD_OPTION', /takes an object with a part of the keys or more, such as \{ id: 'u1' \}.*To remove everything, use clear\(\)/],
  ['a list', ['u1'], 'SCRUBJAY_BAD_OPTION', /takes an object/],
  ['nothing', undefined, 'SCRUBJAY_BAD_OPTION', /got undefined/],
  ['a value without an honest key', { id: new WeakMap() }, 'SCRUBJAY_KEY_REFUSED', /id is a WeakMap/],
])('%s is an error, and nothing is removed', async (_what, parts, code, message) => {
  const { users, cache } = aService();
  users.find('u1');
  expect(await errorOf(() => cache.deleteWhere(parts as never))).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(cache.size).toBe(1);
});

test('parts without a name are called by their position, as keys show them', async () => {
  class Things {
    @Cached()
    find({ a }: { a: number }, _locale: string): unknown {
      // biome-ignore lint/complexity/noArguments: so that further arguments count
      return [a, arguments.length];
    }
  }
  const things = new Things();
  for (const a of [1, 2]) things.find({ a }, 'en');
  (things.find as (...args: unknown[]) => unknown)({ a: 3 }, 'en', 'more');
  const cache = cacheOf(things.find);
  expect(await cache.deleteWhere({ $0: { a: 1 } })).toBe(1);
  expect(await cache.deleteWhere({ $2: 'more' })).toBe(1);
  expect(cache.keys()).toEqual(['$0={a:2},$1="en"']);
  expect((await errorOf(() => cache.deleteWhere({ $00: 'en' }))).message).toMatch(/no part named "\$00"/);
});

test.each<[string, Options, string, RegExp]>([
  ['an unknown name', { index: ['user'] }, 'SCRUBJAY_BAD_KEY_NAME', /index: keys have no part named "user"; use one of id, locale/],
  ['a parameter that is left out of the key', { omit: ['locale'], index: ['locale'] }, 'SCRUBJAY_BAD_KEY_NAME', /"locale"; use one of id\./],
  ['no list', { index: 'id' as never }, 'SCRUBJAY_BAD_OPTION', /index must be a list of parameter names/],
  ['a key picked by hand', { key: () => 1, index: ['key'] }, 'SCRUBJAY_BAD_OPTION', /key and index do not go together/],
  ['hidden keys', { hashKeys: true, index: ['id'] }, 'SCRUBJAY_BAD_OPTION', /hashKeys and index do not go together/],
])('index: %s fails when the class is defined', async (_what, options, code, message) => {
  expect(await errorOf(() => aService(options))).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('with an index only the entries that go are looked at', async () => {
  const { users, cache } = aService({ index: ['id'], capacity: 10_000 });
  for (let id = 0; id < 5000; id++) users.find(id, { unit: 1 });
  const looks = jest.spyOn(EntryKeys.prototype, 'wholeTextOf');
  expect(await cache.deleteWhere({ id: 7 })).toBe(1);
  expect(looks).toHaveBeenCalledTimes(1);
  looks.mockRestore();
});

test('it removes what an obvious model removes, with and without an index, before and after the text of a call is known, in any order of events', async () => {
  const value = fc.constantFrom<unknown>('a', 'b', 1, null, undefined, { x: 1 }, Object.assign(Object.create(null) as object, { x: 1 }));
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ deed: fc.constant('call' as const), id: value, locale: value }) },
    { weight: 1, arbitrary: fc.record({ deed: fc.constant('delete' as const), id: value, locale: value }) },
    { weight: 2, arbitrary: fc.record({ deed: fc.constant('where' as const), parts: fc.record({ id: value, locale: value }, { requiredKeys: [] }) }) },
    { weight: 1, arbitrary: fc.record({ deed: fc.constant('clear' as const) }) },
  );
  const textOf = (part: unknown): string => canonicalText(part);
  await fc.assert(
    fc.asyncProperty(fc.subarray(['id', 'locale']), fc.array(step, { maxLength: 40 }), async (index, steps) => {
      const { users, cache } = aService({ index, capacity: 8 });
      let model: { id: string; locale: string }[] = [];
      const same = (id: unknown, locale: unknown) => (each: (typeof model)[number]) => each.id === textOf(id) && each.locale === textOf(locale);
      for (const each of steps) {
        if (each.deed === 'call') {
          users.find(each.id, each.locale);
          model = [...model.filter((entry) => !same(each.id, each.locale)(entry)), { id: textOf(each.id), locale: textOf(each.locale) }].slice(-8);
        } else if (each.deed === 'delete') {
          await cache.delete(each.id, each.locale);
          model = model.filter((entry) => !same(each.id, each.locale)(entry));
        } else if (each.deed === 'clear') {
          await cache.clear();
          model = [];
        } else if (Object.keys(each.parts).length > 0) {
          const { parts } = each;
          const stays = model.filter((entry) => !Object.entries(parts).every(([name, part]) => entry[name as 'id'] === textOf(part)));
          expect(await cache.deleteWhere(parts)).toBe(model.length - stays.length);
          model = stays;
        }
        const shown = model.map(({ id, locale }) =>
          [...(id === 'undefined' ? [] : [`id=${id}`]), ...(locale === 'undefined' ? [] : [`locale=${locale}`])].join(','),
        );
        expect(cache.keys()).toEqual(shown);
      }
    }),
    numRuns(1000, 40),
  );
});
