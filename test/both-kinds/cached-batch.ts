/** Batch methods under both kinds of decorators. */
import { CachedBatch, CacheRegistry, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';

test('each element of a list is an entry, on instance and static methods; single calls of one tick are gathered', async () => {
  const registry = new CacheRegistry();
  const asked: unknown[] = [];
  class Users {
    @CachedBatch({ registry, gather: true, params: ['ids'], element: 'id' })
    async findMany(ids: readonly string[]): Promise<string[]> {
      asked.push(ids);
      return Promise.resolve(ids.map((id) => `${id}!`));
    }
    async find(id: string): Promise<string | undefined> {
      return (await this.findMany([id]))[0];
    }
    @CachedBatch({ registry, returns: 'map', params: ['ids'] })
    static lengths(ids: readonly string[]): Map<string, number> {
      asked.push(ids);
      return new Map(ids.map((id) => [id, id.length]));
    }
  }
  const users = new Users();
  expect(await Promise.all([users.find('a'), users.findMany(['b', 'a']), users.find('c')])).toEqual(['a!', ['b!', 'a!'], 'c!']);
  Users.lengths(['x']);
  expect([...Users.lengths(['x', 'yy'])]).toEqual([
    ['x', 1],
    ['yy', 2],
  ]);
  expect(asked).toEqual([['a', 'b', 'c'], ['x'], ['yy']]);
  expect(cacheOf(users, 'findMany').keys()).toEqual(['id="a"', 'id="b"', 'id="c"']);
});

test('a batch and a method cached whole never get each other’s entries, whatever their names', async () => {
  const { Cached } = await import('../../src/index');
  const directory = temporaryDirectory();
  const answers: unknown[] = [];
  for (const isBatch of [false, true, true]) {
    const registry = new CacheRegistry({ persist: { directory } });
    const other = new CacheRegistry();
    const options = { persist: 'jsonl', params: ['ids'], name: 'find' } as const;
    class Whole {
      @Cached({ ...options, registry: isBatch ? other : registry, ...(isBatch ? { name: 'other' } : {}) })
      find(ids: readonly unknown[]): unknown[] {
        return [`whole ${String(ids)}`];
      }
    }
    class Batch {
      @CachedBatch({ ...options, registry: isBatch ? registry : other, ...(isBatch ? {} : { name: 'other' }) })
      find(ids: readonly unknown[]): unknown[] {
        return ids.map((id) => `one ${String(id)} of ${ids.length}`);
      }
    }
    // The element ["a"] of a batch looks in a key as the list ["a"] does.
    answers.push(isBatch ? new Batch().find([['a'], ['b']]) : new Whole().find(['a']));
    await registry.close();
    other.configure({ persist: { directory: temporaryDirectory() } });
  }
  expect(answers).toEqual([['whole a'], ['one a of 2', 'one b of 2'], ['one a of 2', 'one b of 2']]);
});
