import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { errorOf } from './support/promises';

const registry = new CacheRegistry();

class Users {
  constructor(readonly tenant = 'A') {}
  @Cached({ registry, params: ['id', 'locale'] })
  async find(id: string, locale = 'en'): Promise<string> {
    return Promise.resolve(`${this.tenant} ${id} ${locale}`);
  }
  @Cached({ registry })
  static parse(text: string): number {
    return Number(text);
  }
  bare(): void {}
}

beforeEach(() => registry.clear());

test('a method leads to its cache, through an instance, through the class, by name, and by the function itself', async () => {
  const users = new Users();
  await users.find('u1');
  for (const cache of [cacheOf(users.find), cacheOf(users, 'find')]) {
    expect(cache.keys()).toContain('id="u1"');
    expect(cache.name).toBe('Users.find');
  }
  expect(cacheOf(Users, 'find').size).toBe(1);
  expect(registry.get('Users.find')?.size).toBe(1);
  expect(registry.get('Users.missing')).toBeUndefined();
});

test('a static method is found through its class', () => {
  Users.parse('7');
  expect(cacheOf(Users, 'parse').get('7')).toBe(7);
  expect(cacheOf(Users.parse).has('7')).toBe(true);
});

test('the handle has the types of the method', async () => {
  const cache = cacheOf(new Users(), 'find');
  await cache.set(['u1', 'de'], 'set');
  const got: string | undefined = cache.get('u1', 'de');
  expect(got).toBe('set');
  // @ts-expect-error: the first argument is text.
  cache.has(1);
  // @ts-expect-error: the result is text.
  await cache.set(['u1'], 5);
  // @ts-expect-error: there is no such method.
  await errorOf(() => cacheOf(Users, 'missing'));
});

test('a method without a cache is an error that says so', async () => {
  expect(await errorOf(() => cacheOf(new Users(), 'bare'))).toMatchObject({
    code: 'SCRUBJAY_NOT_CACHED',
    message: expect.stringMatching(/an object \(Users\)\.bare has no cache; put @Cached/),
  });
  expect((await errorOf(() => cacheOf(() => 1))).code).toBe('SCRUBJAY_NOT_CACHED');
});

test('where several instances have entries, a question without an instance is an error that says how to ask', async () => {
  class Rows {
    @Cached({ registry })
    find(id: string): string {
      return id;
    }
  }
  const [one, two] = [new Rows(), new Rows()];
  one.find('1');
  expect(cacheOf(Rows, 'find').get('1')).toBe('1');
  two.find('2');
  expect(await errorOf(() => cacheOf(Rows, 'find').get('1'))).toMatchObject({
    code: 'SCRUBJAY_WHICH_CACHE',
    message: expect.stringMatching(/2 instances.*cacheOf\(instance, 'method'\)/),
  });
  expect([cacheOf(one, 'find').get('1'), cacheOf(one, 'find').get('2'), cacheOf(two, 'find').get('2')]).toEqual(['1', undefined, '2']);
  expect([cacheOf(one, 'find').keys(), cacheOf(Rows, 'find').keys(), cacheOf(Rows, 'find').size]).toEqual([['id="1"'], ['id="1"', 'id="2"'], 2]);
});

test('where several classes have a cache, a question with the method alone is an error that says how to ask', async () => {
  class Base {
    @Cached({ registry })
    name(): string {
      return this.constructor.name;
    }
  }
  class One extends Base {}
  class Two extends Base {}
  new One().name();
  // A base class without instances of its own is not in the way.
  expect(cacheOf(new One().name).name).toBe('One.name');
  new Two().name();
  expect(await errorOf(() => cacheOf(new One().name))).toMatchObject({
    code: 'SCRUBJAY_WHICH_CACHE',
    message: expect.stringMatching(/several classes have a cache of name; ask with the class/),
  });
  expect(cacheOf(One, 'name').size).toBe(1);
});

test('an object that only borrows the method has no entries', async () => {
  expect(await errorOf(() => cacheOf(Users.prototype, 'find'))).toMatchObject({
    code: 'SCRUBJAY_WHICH_CACHE',
    message: expect.stringContaining('no instance of its class'),
  });
});
