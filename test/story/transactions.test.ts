/** What becomes of the caches when a database transaction is committed, or rolled back, in the words of docs/invalidation.md. */
import { Cached, CacheRegistry, cacheOf, withTransaction } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const warnings = warningsOfEachTest();

/** A table with one row for each id, of which others see only what is committed; and a service over it. */
function aDatabase({ registry = new CacheRegistry(), persist = false } = {}) {
  const rows = new Map([
    ['u1', 'Ada'],
    ['u2', 'Bob'],
  ]);
  const loads: string[] = [];
  const source = { read: async (id: string): Promise<string | undefined> => Promise.resolve(rows.get(id)) };
  class Users {
    @Cached({ registry, params: ['id'], ...(persist ? { persist: 'jsonl' } : {}) })
    async find(id: string): Promise<string | undefined> {
      loads.push(id);
      return source.read(id);
    }
  }
  const users = new Users();
  return { users, rows, loads, source, cache: cacheOf(users, 'find') };
}

const rolledBack = new Error('rolled back');

test('an eviction is held until the transaction is committed', async () => {
  const { users, rows, cache } = aDatabase();
  await users.find('u1');
  await withTransaction(async () => {
    expect(await cache.delete('u1')).toBe(true);
    await Promise.resolve();
    rows.set('u1', 'Ada Lovelace');
  });
  expect([cache.has('u1'), await users.find('u1')]).toEqual([false, 'Ada Lovelace']);
});

test('a rollback leaves the entry, and throws the error as it is', async () => {
  const { users, loads, cache } = aDatabase();
  await users.find('u1');
  const error = await errorOf(async () =>
    withTransaction(async () => {
      await cache.delete('u1');
      await cache.set(['u2'], 'Eve');
      throw rolledBack;
    }),
  );
  expect(error).toBe(rolledBack);
  expect([await users.find('u1'), await users.find('u2'), loads]).toEqual(['Ada', 'Bob', ['u1', 'u2']]);
});

test('work that throws at once is rolled back, too; work that answers at once is committed', async () => {
  const { cache } = aDatabase();
  await cache.set(['u1'], 'Ada');
  const thrown = withTransaction(() => {
    void cache.delete('u1');
    throw rolledBack;
  });
  expect([await errorOf(() => thrown), cache.peek('u1')]).toEqual([rolledBack, 'Ada']);
  expect(await withTransaction(() => (void cache.delete('u1'), 'done'))).toBe('done');
  expect(cache.has('u1')).toBe(false);
});

test('a reader between the write and the commit never leaves the old row in the cache, whenever its load ends', async () => {
  for (const endsAfterCommit of [false, true]) {
    const { users, rows, source, cache } = aDatabase();
    const slow = gate();
    const { read } = source;
    source.read = async (id) => {
      const seen = await read(id);
      await slow.promise;
      return seen;
    };
    let reader: Promise<unknown> | undefined;
    const commit = gate();
    const work = withTransaction(async () => {
      await cache.delete('u1');
      await commit.promise;
      rows.set('u1', 'Ada Lovelace');
    });
    reader = users.find('u1');
    await new Promise((resolve) => setImmediate(resolve));
    if (!endsAfterCommit) {
      slow.open();
      expect(await reader).toBe('Ada');
      expect(cache.peek('u1')).toBe('Ada');
    }
    commit.open();
    await work;
    slow.open();
    expect([await reader, cache.has('u1'), await users.find('u1')]).toEqual(['Ada', false, 'Ada Lovelace']);
  }
});

test('inside, what was changed is loaded and not stored; others are still answered from the cache', async () => {
  const { users, rows, loads, cache } = aDatabase();
  await users.find('u1');
  await users.find('u2');
  const answers = await withTransaction(async () => {
    await cache.delete('u1');
    rows.set('u1', 'not committed');
    const inside = [await users.find('u1'), await users.find('u1'), await users.find('u2'), cache.has('u1'), cache.get('u1'), cache.peek('u1')];
    const outside = cache.peek('u1');
    rows.set('u1', 'Ada');
    return { inside, outside };
  });
  expect(answers).toEqual({ inside: ['not committed', 'not committed', 'Bob', false, undefined, undefined], outside: undefined });
  expect(loads).toEqual(['u1', 'u2', 'u1', 'u1']);
  expect(cache.has('u1')).toBe(false);
});

test('a caller outside is answered from the cache until the commit', async () => {
  const { users, loads, cache } = aDatabase();
  await users.find('u1');
  const commit = gate();
  const work = withTransaction(async () => {
    await cache.delete('u1');
    await commit.promise;
  });
  expect([await users.find('u1'), cache.peek('u1'), loads]).toEqual(['Ada', 'Ada', ['u1']]);
  commit.open();
  await work;
  expect(cache.has('u1')).toBe(false);
});

test('what is read inside for the first time is not stored: it may be rolled back', async () => {
  const { users, rows, cache } = aDatabase();
  await errorOf(async () =>
    withTransaction(async () => {
      rows.set('u1', 'never committed');
      expect(await users.find('u1')).toBe('never committed');
      rows.set('u1', 'Ada');
      throw rolledBack;
    }),
  );
  expect([cache.has('u1'), await users.find('u1')]).toEqual([false, 'Ada']);
});

test('a transaction inside of another is part of it', async () => {
  const { users, cache } = aDatabase();
  await users.find('u1');
  await users.find('u2');
  const error = await errorOf(async () =>
    withTransaction(async () => {
      await withTransaction(async () => cache.delete('u1'));
      await cache.delete('u2');
      throw rolledBack;
    }),
  );
  expect([error, cache.has('u1'), cache.has('u2')]).toEqual([rolledBack, true, true]);
  await withTransaction(async () => {
    await withTransaction(async () => cache.delete('u1'));
    expect(await cache.delete('u2')).toBe(true);
  });
  expect(cache.size).toBe(0);
});

test('what an inner one has stored before it failed is removed when the outer one is committed all the same', async () => {
  const { users, cache } = aDatabase();
  await users.find('u1');
  await withTransaction(async () => {
    await cache.set(['u2'], 'Bob of the outer one');
    const inner = withTransaction(async () => {
      await cache.set(['u1'], 'rolled back to the savepoint');
      throw rolledBack;
    });
    expect(await errorOf(() => inner)).toBe(rolledBack);
  });
  expect([cache.has('u1'), cache.peek('u2')]).toEqual([false, 'Bob of the outer one']);
});

test('set, expire and clear are held as delete is, in the order they were asked for', async () => {
  const { users, cache } = aDatabase();
  await users.find('u2');
  await withTransaction(async () => {
    await cache.clear();
    await cache.set(['u1'], 'new');
    await cache.expire('u2');
    expect([cache.size, cache.has('u2')]).toEqual([1, false]);
  });
  expect(cache.keys()).toEqual(['id="u1"']);
});

test('what goes on after the end of a transaction that nobody waited for is carried out at once', async () => {
  const { users, cache } = aDatabase();
  await users.find('u1');
  const late = gate();
  let straggler: Promise<boolean> | undefined;
  await withTransaction(async () => {
    straggler = late.promise.then(async () => cache.delete('u1'));
    await Promise.resolve();
  });
  expect(cache.has('u1')).toBe(true);
  late.open();
  expect([await straggler, cache.has('u1')]).toEqual([true, false]);
});

test('two transactions at the same time do not see each other’s changes', async () => {
  const { users, cache } = aDatabase();
  await users.find('u1');
  const [one, other] = [gate(), gate()];
  const first = withTransaction(async () => {
    await cache.delete('u1');
    await one.promise;
  });
  const second = withTransaction(async () => {
    const seen = cache.has('u1');
    await other.promise;
    return [seen, cache.has('u1')];
  });
  one.open();
  await first;
  other.open();
  expect(await second).toEqual([true, false]);
});

test('what was evicted in a transaction does not come back from disk after its commit, and comes back after a rollback', async () => {
  const directory = temporaryDirectory();
  const restart = () => {
    const registry = new CacheRegistry({ persist: { directory } });
    return { registry, ...aDatabase({ registry, persist: true }) };
  };
  const before = restart();
  await before.users.find('u1');
  await before.users.find('u2');
  await withTransaction(async () => before.cache.delete('u1'));
  await errorOf(async () =>
    withTransaction(async () => {
      await before.cache.delete('u2');
      throw rolledBack;
    }),
  );
  await before.registry.close();
  const after = restart();
  expect(after.cache.keys()).toEqual(['id="u2"']);
  await after.registry.close();
});

test('a disk that fails at the commit does not fail the transaction, which is done: it is said', async () => {
  const registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
  const { users, cache } = aDatabase({ registry, persist: true });
  await users.find('u1');
  await registry.close();
  expect(await withTransaction(async () => (await cache.delete('u1'), 'done'))).toBe('done');
  expect(cache.has('u1')).toBe(false);
  expect(warnings.messages.join()).toMatch(/Users\.find/);
});

test('it takes a function', async () => {
  const error = await errorOf(async () => withTransaction(Promise.resolve() as never));
  expect(error).toMatchObject({ code: 'SCRUBJAY_BAD_OPTION' });
});
