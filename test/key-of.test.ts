import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cached, CachedBatch, CacheRegistry, cacheOf, Key, keyOf } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { errorOf } from './support/promises';

class Users {
  constructor(readonly tenant = 't1') {}
  @Cached({ registry: new CacheRegistry() })
  find(@Key('id') id: unknown, @Key('options') options: object = {}): unknown {
    return [id, options];
  }
  @Cached({ registry: new CacheRegistry(), key: (id: string) => id.toLowerCase() })
  async picked(id: string): Promise<string> {
    return Promise.resolve(id);
  }
  @Cached({ registry: new CacheRegistry(), scope: (self) => self.tenant, params: ['id'] })
  scoped(id: string): string {
    return this.tenant + id;
  }
  @Cached({ registry: new CacheRegistry(), params: ['token'], secret: ['token'] })
  secret(token: string): number {
    return token.length;
  }
  @Cached({ registry: new CacheRegistry(), hashKeys: true })
  static hidden(id: string): string {
    return id;
  }
  @CachedBatch({ registry: new CacheRegistry(), params: ['ids', 'locale'], element: 'id' })
  many(ids: readonly string[], locale: string): string[] {
    return ids.map((id) => id + locale);
  }
  bare(): void {}
}

const calls: [string, unknown[]][] = [
  ['everyday', ['u1', { take: 1 }]],
  ['falsy', ['']],
  ['a missing argument', []],
  ['not everyday', [new Map([[1, [new Date(0), 5n, -0]]]), { b: 1, a: undefined }]],
  ['long', ['x'.repeat(5000)]],
];

test.each(calls)('keyOf is what keys() shows: %s', (_what, args) => {
  const users = new Users();
  const find = cacheOf(users, 'find');
  const key = keyOf(find, args as [unknown]);
  expect(find.keys()).toEqual([]);
  users.find(...(args as [unknown]));
  expect(find.keys()).toEqual([key]);
  expect(find.stats()).toMatchObject({ hits: 0 });
});

test('it goes by the method, whichever way its keys are made', async () => {
  const users = new Users();
  await users.picked('U1');
  expect(cacheOf(users, 'picked').keys()).toEqual([keyOf(users.picked, ['u1'])]);
  users.secret('geheim');
  expect(cacheOf(users, 'secret').keys()).toEqual([keyOf(users.secret, ['geheim'])]);
  Users.hidden('u1');
  expect(cacheOf(Users, 'hidden').keys()).toEqual([keyOf(Users.hidden, ['u1'])]);
  expect(keyOf(Users.hidden, ['u1'])).toMatch(/^hmac/);
});

test('`this` is part of the key where the user says so, and then it goes by the handle', async () => {
  const users = new Users('t2');
  users.scoped('u1');
  const handle = cacheOf(users, 'scoped');
  expect(keyOf(handle, ['u1'])).toBe('this="t2",id="u1"');
  expect(handle.keys()).toEqual([keyOf(handle, ['u1'])]);
  expect((await errorOf(() => keyOf(users.scoped, ['u1']))).code).toBe('SCRUBJAY_WHICH_CACHE');
});

test('it equals the text on disk, and opens nothing', async () => {
  const directory = temporaryDirectory();
  const registry = new CacheRegistry({ persist: { directory } });
  class Cities {
    @Cached({ registry, persist: 'jsonl', params: ['name', 'at'], scope: 'class' })
    find(name: string, at?: Date): string {
      return name + String(at?.getTime());
    }
  }
  const cities = new Cities();
  cities.find('warm-up');
  const key = keyOf(cities.find, ['Köln', new Date(5)]);
  await registry.close();
  expect(files(directory)).not.toContain('Köln');
  class Again {
    @Cached({ registry, persist: 'jsonl', params: ['name', 'at'], scope: 'class', name: 'Cities.find' })
    find(name: string, at?: Date): string {
      return name + String(at?.getTime());
    }
  }
  const again = new Again();
  expect(keyOf(cacheOf(Again, 'find'), ['Köln', new Date(5)])).toBe(key);
  expect(cacheOf(Again, 'find').stats().persistence?.state).toBe('unopened');
  again.find('Köln', new Date(5));
  await registry.close();
  expect(files(directory)).toContain(JSON.stringify(key).slice(1, -1));
});

/** Everything in the directory as one text. */
function files(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

test('several instances have the same key, in entries of their own', () => {
  const [one, other] = [new Users(), new Users()];
  one.find('u1');
  other.find('u1');
  expect(keyOf(one.find, ['u1'])).toBe('id="u1"');
});

test('each element of a batch has a key', async () => {
  const users = new Users();
  users.many(['a', 'b'], 'en');
  expect(cacheOf(users, 'many').keys()).toEqual([keyOf(users.many, [['a'], 'en']), keyOf(users.many, [['b'], 'en'])]);
  for (const ids of [[], ['a', 'b']]) {
    expect(await errorOf(() => keyOf(users.many, [ids, 'en']))).toMatchObject({
      code: 'SCRUBJAY_BAD_OPTION',
      message: expect.stringMatching(/Users\.many.*list of one id/),
    });
  }
});

test('what has no key is an error', async () => {
  const users = new Users();
  expect((await errorOf(() => keyOf(users.find, [() => 1]))).code).toBe('SCRUBJAY_KEY_REFUSED');
  expect((await errorOf(() => keyOf(users.picked, [5 as never]))).code).toBe('SCRUBJAY_KEY_FAILED');
  expect((await errorOf(() => keyOf(users.bare, []))).code).toBe('SCRUBJAY_NOT_CACHED');
  expect(await errorOf(() => keyOf(users.find, 'u1' as never))).toMatchObject({
    code: 'SCRUBJAY_BAD_OPTION',
    message: expect.stringMatching(/keyOf takes the arguments as a list/),
  });
});
