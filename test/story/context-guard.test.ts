/** Results that depend on something of the request which is not in their key, in the words of docs/isolation.md. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf, registerRequestStore, withCacheControl } from '../../src/index';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

const tenants = new AsyncLocalStorage<string | number | undefined>();
const requests = new AsyncLocalStorage<{ tenantId?: string; traceId: string; user: { id: string } }>();
const contexts = new AsyncLocalStorage<Map<string, unknown>>();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Self {
  readonly home: string;
}

/** A service whose body is given; what it reads is its own affair. */
function aService(
  options: CachedOptions<(id: string, tenant?: unknown, log?: unknown) => unknown>,
  body: (this: Self, id: string, tenant?: unknown) => unknown,
  home = 'none',
) {
  class Users {
    readonly home = home;
    @Cached({ registry: new CacheRegistry({ contextGuard: 'report' }), params: ['id', 'tenant', 'log'], ...options })
    find(id: string, tenant?: unknown, _log?: unknown): unknown {
      return body.call(this, id, tenant);
    }
  }
  return new Users();
}

const refusing = (): CacheRegistry => new CacheRegistry({ contextGuard: 'refuse' });

test('before anybody looks, a registered store is an ordinary one, and nothing is recorded', () => {
  registerRequestStore('tenantId', tenants);
  registerRequestStore('tenantId', requests, 'tenantId');
  registerRequestStore('userId', requests, ({ user }) => user.id);
  registerRequestStore('locale', contexts, 'locale');
  const users = aService({ registry: new CacheRegistry() }, () => tenants.getStore());
  expect(tenants.run('t1', () => users.find('a'))).toBe('t1');
  expect(tenants.run('t2', () => users.find('a'))).toBe('t1');
  const store = { traceId: 'x', user: { id: 'u1' } };
  expect(requests.run(store, () => requests.getStore())).toBe(store);
  expect(warnings.messages).toEqual([]);
});

describe('a read that is not in the key', () => {
  const bodies: [string, () => unknown][] = [
    ['at once', () => tenants.getStore()],
    [
      'behind an await',
      async () => {
        await turn();
        return tenants.getStore();
      },
    ],
    ['in a promise that is not awaited by the method', () => turn().then(() => tenants.getStore())],
  ];
  test.each(bodies)('is reported once, with method and store: %s', async (_where, body) => {
    const users = aService({}, body);
    for (const tenant of ['t1', 't2']) await tenants.run(tenant, () => Promise.all(['a', 'b'].map((id) => users.find(id))));
    expect(warnings.messages).toEqual([
      expect.stringMatching(
        /^the result of Users\.find depends on tenantId, which is not in the key: .*Make it an argument, or part of the key: key, or scope\.$/,
      ),
    ]);
    expect(cacheOf(users, 'find').size).toBe(2);
  });

  test('may be refused: such a result is answered with and not stored', async () => {
    const users = aService({ registry: refusing() }, async () => Promise.resolve(tenants.getStore()));
    expect(await tenants.run('t1', () => users.find('a'))).toBe('t1');
    expect(await tenants.run('t2', () => users.find('a'))).toBe('t2');
    expect(cacheOf(users, 'find').stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(warnings.messages).toHaveLength(1);
  });

  test('through another cached method counts for both', () => {
    const inner = aService({ name: 'inner' }, () => tenants.getStore());
    const outer = aService({ name: 'outer' }, (id) => inner.find(id));
    tenants.run('t1', () => outer.find('a'));
    expect(warnings.messages.map((message) => /result of (\w+)/.exec(message)?.[1]).sort()).toEqual(['inner', 'outer']);
  });

  test('of an argument that is no part of the key counts', () => {
    const users = aService({ omit: ['log'] }, () => tenants.getStore());
    tenants.run('t1', () => users.find('a', undefined, 't1'));
    expect(warnings.messages).toHaveLength(1);
  });

  test.each(['now', 'later'] as const)('counts for each element of a batch: %s', async (method) => {
    const registry = refusing();
    const load = (ids: readonly string[]): string[] => ids.map((id) => id + String(tenants.getStore()));
    class Users {
      @CachedBatch({ registry, params: ['ids'] })
      now(ids: readonly string[]): string[] {
        return load(ids);
      }
      @CachedBatch({ registry, params: ['ids'] })
      async later(ids: readonly string[]): Promise<string[]> {
        await turn();
        return load(ids);
      }
    }
    const users = new Users();
    expect(await tenants.run('t1', () => users[method](['a', 'b']))).toEqual(['at1', 'bt1']);
    expect(cacheOf(users, method).stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(await tenants.run('t2', () => users[method](['a', 'b']))).toEqual(['at2', 'bt2']);
    expect(warnings.messages).toHaveLength(1);
  });

  test('of one property, of a key of a Map, and of what a function finds', () => {
    const read = (body: () => unknown): string[] => {
      const before = warnings.messages.length;
      const users = aService({}, body);
      const store = { tenantId: 't1', traceId: 'x', user: { id: 'u1' } };
      requests.run(store, () => contexts.run(new Map([['locale', 'en']]), () => users.find('a')));
      return warnings.messages.slice(before).map((message) => /depends on (\w+)/.exec(message)?.[1] ?? '');
    };
    expect(read(() => requests.getStore()?.tenantId).sort()).toEqual(['tenantId', 'userId']);
    expect(read(() => requests.getStore()?.traceId)).toEqual(['userId']);
    expect(read(() => contexts.getStore()?.get('locale'))).toEqual(['locale']);
    expect(read(() => [contexts.getStore()?.get('traceId'), contexts.getStore()?.size, [...(contexts.getStore() ?? [])]].length)).toEqual([]);
  });
});

describe('no false alarm', () => {
  test.each<[string, Parameters<typeof aService>[0], (users: { find(id: string, tenant?: unknown): unknown }) => unknown]>([
    ['an argument', {}, (users) => users.find('a', 't1')],
    ['a part of one', {}, (users) => users.find('a', { where: [{ tenant: new Map([['id', 't1']]) }] })],
    ['what key gives', { key: (id) => [id, tenants.getStore()] }, (users) => users.find('a')],
    ['what scope gives', { scope: () => tenants.getStore() }, (users) => users.find('a')],
    ['a default', { defaults: { tenant: 't1' } }, (users) => users.find('a')],
  ])('where the value is in the key: %s', (_what, options, call) => {
    const users = aService({ registry: refusing(), ...options }, () => tenants.getStore());
    expect(tenants.run('t1', () => call(users))).toBe('t1');
    expect(cacheOf(users, 'find').size).toBe(1);
    expect(warnings.messages).toEqual([]);
  });

  test('where an instance of its own holds it', () => {
    const own = aService({}, () => tenants.getStore(), 't1');
    tenants.run('t1', () => own.find('a'));
    expect(warnings.messages).toEqual([]);
    const shared = aService({ scope: 'class' }, () => tenants.getStore(), 't1');
    tenants.run('t1', () => shared.find('a'));
    expect(warnings.messages).toHaveLength(1);
  });

  test('where it is a number in the one and text in the other, and where the argument is changed meanwhile', () => {
    const users = aService({}, (_id, tenant) => {
      if (Array.isArray(tenant)) tenant.length = 0;
      return tenants.getStore();
    });
    tenants.run(5, () => [users.find('a', '5'), users.find('a', [5])]);
    expect(warnings.messages).toEqual([]);
  });

  test('outside of a request, in the background, for hits, and past the cache', async () => {
    const users = aService({ ttl: 1000, staleWhileRevalidate: 1000 }, async () => Promise.resolve(tenants.getStore()));
    await users.find('a');
    time.clock.advance(1000);
    await tenants.run('t1', () => users.find('a'));
    await turn();
    await tenants.run('t1', () => users.find('a'));
    await tenants.run('t1', () => withCacheControl({ mode: 'bypass' }, () => users.find('b')));
    expect(warnings.messages).toEqual([]);
  });
});

test('what stands in a parameter that is no part of the key is not in the key, the rest of a list included', () => {
  class Users {
    @Cached({ registry: refusing(), params: ['id', '...others'], omit: ['others'] })
    find(id: string, ...others: string[]): string {
      return `${id} ${others.length} ${tenants.getStore()}`;
    }
  }
  const users = new Users();
  expect(['t1', 't2'].map((tenant) => tenants.run(tenant, () => users.find('a', 'x', tenant)))).toEqual(['a 2 t1', 'a 2 t2']);
  expect(warnings.messages).toHaveLength(1);
});

test('each value counts that a load reads of a store', () => {
  const users = aService({ registry: refusing() }, (_id, tenant) => `${tenants.getStore()} ${tenants.run('t2', () => tenants.getStore())} ${String(tenant)}`);
  tenants.run('t1', () => users.find('a', 't1'));
  expect(warnings.messages).toHaveLength(1);
});

test('a store that holds null is one outside of a request', () => {
  const users = aService({ registry: refusing() }, () => tenants.getStore() ?? 'nobody');
  tenants.run(null as never, () => users.find('a'));
  expect(cacheOf(users, 'find')).toMatchObject({ size: 1 });
  expect(warnings.messages).toEqual([]);
});

test('it is switched on and off while the process runs, and by the environment', () => {
  const registry = new CacheRegistry();
  const users = aService({ registry }, () => tenants.getStore());
  const callTwice = (id: string): unknown[] => ['t1', 't2'].map((tenant) => tenants.run(tenant, () => users.find(id)));
  expect(callTwice('a')).toEqual(['t1', 't1']);
  registry.configure({ contextGuard: 'refuse' });
  expect(callTwice('b')).toEqual(['t1', 't2']);
  registry.configure({ contextGuard: 'off' });
  expect(callTwice('c')).toEqual(['t1', 't1']);
  process.env['SCRUBJAY_CONTEXT_GUARD'] = 'refuse';
  try {
    const others = aService({ registry: new CacheRegistry() }, () => tenants.getStore());
    expect(['t1', 't2'].map((tenant) => tenants.run(tenant, () => others.find('a')))).toEqual(['t1', 't2']);
  } finally {
    delete process.env['SCRUBJAY_CONTEXT_GUARD'];
  }
});

test('wrong use is an error that says so', async () => {
  expect((await errorOf(() => registerRequestStore('', tenants))).message).toMatch(/registerRequestStore takes a name, an AsyncLocalStorage/);
  expect((await errorOf(() => registerRequestStore('x', {} as never))).code).toBe('SCRUBJAY_BAD_OPTION');
  expect((await errorOf(() => new CacheRegistry({ contextGuard: true as never }))).message).toMatch(/contextGuard must be 'off', 'report' or 'refuse'/);
});
