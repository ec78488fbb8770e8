import { CachedBatch, CacheRegistry, cachedBatch } from '../src/index';
import { errorOf } from './support/promises';

/** Declares a class with one method, decorated with these options. */
function declare(
  options: unknown,
  method: (...args: any[]) => unknown = function findMany(ids: string[], locale?: string) {
    return [ids, locale];
  },
): void {
  class Users {}
  const place = { value: method, writable: true, configurable: true, enumerable: false };
  (CachedBatch(options as never) as unknown as (...place: unknown[]) => unknown)(Users.prototype, 'findMany', place);
}

test.each<[what: string, options: unknown, code: string, message: RegExp]>([
  [
    'ids that name no parameter',
    { ids: 'keys' },
    'SCRUBJAY_BAD_KEY_NAME',
    /^@CachedBatch on Users\.findMany: ids names "keys", and no parameter has that name/,
  ],
  ['ids that are no name', { ids: 0 }, 'SCRUBJAY_BAD_OPTION', /ids must be the name of the parameter that takes the list, such as 'ids'; got 0/],
  ['an element with a name that is taken', { element: 'locale' }, 'SCRUBJAY_BAD_KEY_NAME', /element is "locale", and a parameter has that name/],
  ['an element without a name', { element: '' }, 'SCRUBJAY_BAD_OPTION', /element must be the name of one element/],
  ['an element with a name like a position', { element: '$0' }, 'SCRUBJAY_BAD_OPTION', /not begin with \$; got "\$0"/],
  ['another kind of result', { returns: 'object' }, 'SCRUBJAY_BAD_OPTION', /returns must be 'list' or 'map'; got "object"/],
  ['maxBatch 0', { maxBatch: 0 }, 'SCRUBJAY_BAD_OPTION', /maxBatch must be a whole number of ids, 1 or more; got 0/],
  ['half a batch', { maxBatch: 1.5 }, 'SCRUBJAY_BAD_OPTION', /got 1\.5/],
  ['gather as a time', { gather: 5 }, 'SCRUBJAY_BAD_OPTION', /gather must be true or false; got 5/],
  ['ids left out of the key', { omit: ['ids'] }, 'SCRUBJAY_BAD_OPTION', /ids is left out of the key, and all ids would be one/],
  ['a default for the list', { defaults: { ids: ['a'] } }, 'SCRUBJAY_BAD_OPTION', /defaults says what stands for a missing ids/],
  [
    'an option nobody knows',
    { gathers: true },
    'SCRUBJAY_UNKNOWN_OPTION',
    /there is no option "gathers"; take it out, or use one of capacity, .* maxBatch, gather/,
  ],
  ['a wrong option of @Cached', { capacity: 0 }, 'SCRUBJAY_BAD_CAPACITY', /^@CachedBatch on Users\.findMany: capacity must be/],
  ['no options object', 5, 'SCRUBJAY_BAD_OPTION', /the options must be an object; got 5/],
])('%s fails when the class is defined, and says what to do', async (_what, options, code, message) => {
  expect(await errorOf(() => declare(options))).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a method that takes its ids one by one, or none, is refused', async () => {
  const rest = await errorOf(() => declare({}, (...ids: string[]) => ids.filter((id) => id)));
  expect(rest).toMatchObject({ code: 'SCRUBJAY_BAD_DECORATOR', message: expect.stringMatching(/'\.\.\.ids' takes the ids one by one\. Take a list, ids/) });
  const none = await errorOf(() => declare({}, () => []));
  expect(none).toMatchObject({ code: 'SCRUBJAY_BAD_DECORATOR', message: expect.stringMatching(/has no parameter that could take a list\. Use @Cached\./) });
});

test('where the source does not tell the parameters, the first argument is the list', () => {
  expect(() => declare({}, ((ids: string[]) => ids).bind(null))).not.toThrow();
  expect(() => declare({ element: 'id' }, ((ids: string[]) => ids).bind(null))).not.toThrow();
});

test('a decorator without its parentheses, and a function for what is no class, say so', async () => {
  const bare = await errorOf(() => (CachedBatch as (...args: unknown[]) => unknown)({}, 'findMany', {}));
  expect(bare.message).toMatch(/^@CachedBatch needs its parentheses/);
  expect((await errorOf(() => cachedBatch({} as never, 'x' as never))).message).toMatch(/^cachedBatch takes a class and the name of a method/);
});

test('cachedBatch(this, …) in a static block does the same without decorators', async () => {
  const registry = new CacheRegistry();
  const asked: (readonly string[])[] = [];
  class Users {
    static {
      cachedBatch(this, 'findMany', { registry, element: 'id' });
      cachedBatch(this, 'rates', { registry, returns: 'map' });
    }
    async findMany(ids: readonly string[]): Promise<string[]> {
      asked.push(ids);
      return Promise.resolve([...ids]);
    }
    static rates(ids: readonly string[]): Map<string, number> {
      asked.push(ids);
      return new Map(ids.map((id) => [id, id.length]));
    }
  }
  const users = new Users();
  await users.findMany(['a']);
  expect(await users.findMany(['a', 'b', 'b'])).toEqual(['a', 'b', 'b']);
  Users.rates(['EUR']);
  expect(Users.rates(['EUR', 'USD']).get('USD')).toBe(3);
  expect(asked).toEqual([['a'], ['b'], ['EUR'], ['USD']]);
  expect(registry.list()).toEqual(['Users.findMany', 'Users.rates']);
  expect(registry.get('Users.findMany')?.keys()).toEqual(['id="a"', 'id="b"']);
});
