/** Each test finds caches as a new process would, and nobody's disk is touched. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cached, CacheRegistry, cacheOf, registry } from '../../src/index';
import { freshCaches, scrubjayMatchers } from '../../src/testing/index';
import { temporaryDirectory } from '../support/directories';
import { gate } from '../support/promises';

expect.extend(scrubjayMatchers);

const home = temporaryDirectory();
const own = new CacheRegistry();

class Users {
  runs = 0;
  wait: Promise<unknown> = Promise.resolve();

  @Cached({ capacity: 100 })
  async find(id: string): Promise<string> {
    this.runs++;
    await this.wait;
    return `${id} ${this.runs}`;
  }

  @Cached({ registry: own })
  count(id: string): string {
    return `${id} ${++this.runs}`;
  }

  @Cached({ persist: { directory: home } })
  async kept(id: string): Promise<string> {
    return `${id} ${++this.runs}`;
  }
}

let users: Users;
beforeEach(async () => {
  await freshCaches();
  users = new Users();
});

describe.each(['one test', 'the next one'])('%s', () => {
  test('finds every cache empty, of every registry, and nothing counted', async () => {
    expect(cacheOf(Users, 'find')).toHaveEntries(0);
    expect(registry.stats()['Users.find']).toMatchObject({ hits: 0, misses: 0, loads: 0, loadTimeMs: 0, evictions: 0 });
    expect(own.stats()['Users.count']).toMatchObject({ hits: 0, misses: 0 });
    await users.find('u1');
    await users.find('u1');
    users.count('u1');
    users.count('u1');
    expect(cacheOf(users.find)).toHaveHits(1);
    expect(cacheOf(users.count)).toHaveHits(1);
  });

  test('has the limits that were declared', async () => {
    expect(cacheOf(users.find).stats().capacity).toBe(100);
    cacheOf(users.find).configure({ capacity: 1 });
  });

  test('may have an instance of its own of a class whose cache is persisted', async () => {
    await users.kept('u1');
    await users.kept('u1');
    expect(cacheOf(users.kept)).toHaveHits(1);
    expect(cacheOf(users.kept).stats().persistence).toBeUndefined();
  });
});

test('an instance that lives on begins anew, too', async () => {
  await users.find('u1');
  await freshCaches();
  expect(await users.find('u1')).toBe('u1 2');
});

test('two instances do not share entries afterwards, whichever came first', async () => {
  const other = new Users();
  await users.find('u1');
  await freshCaches();
  expect(await other.find('u1')).toBe('u1 1');
  expect(await users.find('u1')).toBe('u1 2');
});

test('handles from before see the cache as it is now', async () => {
  const ofClass = cacheOf(Users, 'find');
  const ofInstance = cacheOf(users, 'find');
  await users.find('u1');
  await freshCaches();
  expect(ofClass).toHaveEntries(0);
  expect(ofInstance).not.toHaveCached('u1');
  await users.find('u1');
  expect(ofClass).toHaveLoads(1);
  expect(ofInstance).toHaveCached('u1');
});

test('a load that is under way answers its callers, is not stored and not counted', async () => {
  const end = gate();
  users.wait = end.promise;
  const early = users.find('u1');
  await freshCaches();
  end.open();
  expect(await early).toBe('u1 1');
  expect(cacheOf(users.find)).toHaveEntries(0);
  expect(cacheOf(users.find)).toHaveLoads(0);
  const failing = gate();
  users.wait = failing.promise;
  const failed = users.find('u2');
  await freshCaches();
  failing.fail(new Error('gone'));
  await expect(failed).rejects.toThrow('gone');
  expect(cacheOf(users.find).stats().loadErrors).toBe(0);
});

describe('with entries on disk', () => {
  test('nothing is read, written or deleted there', async () => {
    const directory = temporaryDirectory();
    await freshCaches({ directory });
    await users.kept('u1');
    await freshCaches();
    const before = readdirSync(directory, { recursive: true });
    expect(cacheOf(users.kept)).not.toHaveCached('u1');
    await users.kept('u2');
    await cacheOf(users.kept).clear();
    expect(readdirSync(directory, { recursive: true })).toEqual(before);
    expect(readdirSync(home)).toEqual([]);
  });

  test('a directory for tests is used in the place of all others', async () => {
    const directory = temporaryDirectory();
    await freshCaches({ directory });
    await users.kept('u1');
    expect(existsSync(join(directory, 'Users.kept'))).toBe(true);
    expect(readdirSync(home)).toEqual([]);
  });

  test('the same directory again is a restart: what was there comes back', async () => {
    const directory = temporaryDirectory();
    await freshCaches({ directory });
    await users.kept('u1');
    await freshCaches({ directory });
    const restarted = new Users();
    expect(await restarted.kept('u1')).toBe('u1 1');
    expect(restarted.runs).toBe(0);
    expect(cacheOf(restarted.kept)).toHaveHits(1);
  });
});
