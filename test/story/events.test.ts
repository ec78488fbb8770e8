/** What caches tell of their calls and entries, in the words of docs/events.md. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { Cached, CachedBatch, type CachedOptions, type CacheEvent, type CacheEventName, CacheRegistry, cacheOf } from '../../src/index';
import * as callKey from '../../src/key/call-key';
import { CACHE_EVENTS, CacheEvents } from '../../src/stats/cache-events';
import { temporaryDirectory } from '../support/directories';
import { someEntries } from '../support/entries';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Options = CachedOptions<(id: string) => unknown>;

/** A service whose source may be changed, and everything its cache tells. */
function aService(options: Options = {}) {
  const registry = new CacheRegistry();
  const service = { source: (id: string): unknown => `user ${id}` };
  class Users {
    @Cached({ params: ['id'], registry, ...options })
    find(id: string): unknown {
      return service.source(id);
    }
  }
  const users = new Users();
  const cache = cacheOf(users, 'find');
  const told: [CacheEventName, CacheEvent][] = [];
  for (const name of CACHE_EVENTS) cache.on(name, (event) => told.push([name, event]));
  /** What was told since the last time, each event as a line. */
  const lines = async (): Promise<string[]> => {
    await turn();
    return told.splice(0).map(([name, { key, reason, stale }]) => [name, key, reason, stale ? 'stale' : undefined].filter(Boolean).join(' '));
  };
  return { users, cache, service, registry, told, lines };
}

describe('what is told', () => {
  test('a call that loads is a miss, and its result is written; the next one is a hit', async () => {
    const { users, lines } = aService();
    users.find('u1');
    expect(await lines()).toEqual(['cache:miss id="u1"', 'cache:written id="u1"']);
    users.find('u1');
    users.find('u1');
    expect(await lines()).toEqual(['cache:hit id="u1"', 'cache:hit id="u1"']);
  });

  test('an event says which cache, which method, which key, where, whether stale, and why', async () => {
    const { users, told } = aService({ name: 'people' });
    users.find('u1');
    users.find('u1');
    await turn();
    expect(JSON.parse(JSON.stringify(told[2]?.[1]))).toEqual({ cache: 'people', method: 'Users.find', key: 'id="u1"', tier: 'memory', stale: false });
    expect(Object.keys(told[2]?.[1] ?? {}).sort()).toEqual(['cache', 'key', 'method', 'reason', 'stale', 'tier']);
  });

  test('what is deleted, set, cleared and expired by hand: each once, and only what was there', async () => {
    const { users, cache, lines } = aService({ ttl: 1000, staleIfError: 1000 });
    users.find('u1');
    await lines();
    await cache.set(['u1'], 'new');
    await cache.set(['u2'], 'new');
    expect(await lines()).toEqual(['cache:written id="u1" replaced', 'cache:written id="u2"']);
    cache.get('u2');
    cache.peek('u2');
    cache.has('u2');
    expect(await lines()).toEqual(['cache:hit id="u2"']);
    await cache.delete('u1');
    await cache.delete('u1');
    expect(await lines()).toEqual(['cache:deleted id="u1" explicit']);
    await cache.expire('u2');
    await cache.expire('u2');
    expect(await lines()).toEqual(['cache:expire id="u2" explicit']);
    await cache.clear();
    expect(await lines()).toEqual(['cache:cleared explicit']);
  });

  test('without a window, expire is told as expire all the same', async () => {
    const { users, cache, lines } = aService();
    users.find('u1');
    await lines();
    await cache.expire('u1');
    expect(await lines()).toEqual(['cache:expire id="u1" explicit']);
  });

  test('the end of a ttl is told once: when a call finds it, or when it is swept', async () => {
    const { users, lines } = aService({ ttl: 1000 });
    users.find('u1');
    users.find('u2');
    await lines();
    time.clock.advance(999);
    expect(await lines()).toEqual([]);
    time.clock.advance(1);
    await turn();
    const swept = await lines();
    expect(swept).toEqual(['cache:expire id="u1" expired', 'cache:expire id="u2" expired']);
    users.find('u1');
    expect(await lines()).toEqual(['cache:miss id="u1"', 'cache:written id="u1"']);
  });

  test('what has ended by time is not deleted a second time', async () => {
    const { users, cache, lines } = aService({ ttl: 500 });
    users.find('u1');
    await lines();
    time.clock.advance(500);
    expect(await cache.delete('u1')).toBe(false);
    expect(await lines()).toEqual(['cache:expire id="u1" expired']);
  });

  test('stale answers are hits that say so', async () => {
    const { users, service, lines } = aService({ ttl: 1000, staleIfError: 5000 });
    users.find('u1');
    await lines();
    time.clock.advance(1000);
    service.source = () => {
      throw new Error('down');
    };
    expect(users.find('u1')).toBe('user u1');
    expect(await lines()).toEqual(['cache:miss id="u1"', 'cache:hit id="u1" stale']);
  });

  test('a refresh in the background: a stale hit for the caller, written when it ends', async () => {
    const { users, service, lines } = aService({ ttl: 1000, staleWhileRevalidate: 5000 });
    service.source = (id) => Promise.resolve(id);
    await users.find('u1');
    await lines();
    time.clock.advance(1000);
    await users.find('u1');
    expect(await lines()).toEqual(['cache:hit id="u1" stale', 'cache:written id="u1" replaced']);
  });

  test('who goes for lack of room goes with the reason size', async () => {
    const { users, cache, lines } = aService({ capacity: 2 });
    for (const id of ['a', 'b', 'c']) users.find(id);
    expect((await lines()).slice(4)).toEqual(['cache:miss id="c"', 'cache:deleted id="a" size', 'cache:written id="c"']);
    cache.configure({ capacity: 1 });
    expect(await lines()).toEqual(['cache:deleted id="b" size']);
  });

  test('what is not stored takes the older result with it: replaced', async () => {
    let ttl = 1000;
    const { users, service, lines } = aService({ ttl: () => ttl, staleIfError: 5000 });
    users.find('u1');
    await lines();
    time.clock.advance(1000);
    service.source = () => 'new';
    ttl = 0;
    users.find('u1');
    expect(await lines()).toEqual(['cache:miss id="u1"', 'cache:deleted id="u1" replaced']);
  });

  test('callers who join a load are no misses of their own', async () => {
    const { users, service, lines } = aService();
    service.source = (id) => Promise.resolve(id);
    await Promise.all([users.find('u1'), users.find('u1'), users.find('u1')]);
    expect(await lines()).toEqual(['cache:miss id="u1"', 'cache:written id="u1"']);
  });

  test('the entries of an instance that is gone: collected', async () => {
    const { entries, newTable } = someEntries();
    const events = new CacheEvents({ cache: 'c', method: 'm' }, () => {});
    const told: unknown[] = [];
    events.listeners.on('cache:deleted', ({ key, reason }) => told.push([key, reason]));
    events.attend();
    entries.events = events;
    const table = newTable();
    entries.put(table, { text: 'k', copy: undefined }, 1, false);
    entries.forget(table);
    await turn();
    expect(told).toEqual([['k', 'collected']]);
  });

  test('what came back from disk is told by its key, too', async () => {
    const registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
    const again = (): ReturnType<typeof aService> => aService({ persist: 'jsonl', registry, name: 'disk' });
    again().users.find('u1');
    await registry.close();
    const { users, cache, lines } = again();
    users.find('u1');
    await cache.delete('u1');
    expect(await lines()).toEqual(['cache:hit id="u1"', 'cache:deleted id="u1" explicit']);
    await registry.close();
  });

  test('each element of a batch is told of', async () => {
    class Users {
      @CachedBatch({ registry: new CacheRegistry(), params: ['ids'], element: 'id' })
      find(ids: string[]): string[] {
        return ids.map((id) => `user ${id}`);
      }
    }
    const users = new Users();
    users.find(['a']);
    const told: unknown[] = [];
    for (const name of CACHE_EVENTS) cacheOf(users.find).on(name, ({ key }) => told.push([name, key]));
    users.find(['a', 'b']);
    await turn();
    expect(told).toEqual([
      ['cache:hit', 'id="a"'],
      ['cache:miss', 'id="b"'],
      ['cache:written', 'id="b"'],
    ]);
  });
});

test('who follows the events knows what is there, and counts what stats() counts', async () => {
  const deed = fc.record({
    deed: fc.constantFrom('call', 'call', 'call', 'call', 'fail', 'set', 'delete', 'expire', 'wait', 'clear', 'get'),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 60 }),
      fc.constantFrom<Options>({}, { ttl: 10 }, { ttl: 10, staleIfError: 15 }, { ttl: 10, staleWhileRevalidate: 5 }, { ttl: 10, refreshAhead: 0.5 }),
      async (deeds, options) => {
        const { users, cache, service, told } = aService({ capacity: 3, ...options });
        for (const { deed, id } of deeds) {
          service.source = deed === 'fail' ? () => errorOfSource() : (asked) => asked;
          if (deed === 'call' || deed === 'fail') await errorOrValue(() => users.find(id));
          else if (deed === 'set') await cache.set([id], 'set');
          else if (deed === 'delete') await cache.delete(id);
          else if (deed === 'expire') await cache.expire(id);
          else if (deed === 'clear') await cache.clear();
          else if (deed === 'get') cache.get(id);
          else time.clock.advance(4);
          await turn();
        }
        // What nobody has looked at is not found past its time yet.
        for (const id of 'abcde') cache.has(id);
        await turn();
        const there = new Set<string | undefined>();
        for (const [name, { key }] of told) {
          if (name === 'cache:written') there.add(key);
          if (name === 'cache:deleted' || name === 'cache:expire') there.delete(key);
          if (name === 'cache:cleared') there.clear();
        }
        const isStaleKept = options.staleIfError !== undefined || options.staleWhileRevalidate !== undefined;
        if (isStaleKept) expect([...there]).toEqual(expect.arrayContaining(cache.keys()));
        else expect([...there].sort()).toEqual(cache.keys().sort());
        const count = (name: CacheEventName, part: Partial<CacheEvent>): number =>
          told.filter(([each, event]) => each === name && Object.entries(part).every(([field, value]) => event[field as keyof CacheEvent] === value)).length;
        const { hits, staleHits, misses, evictions, expirations } = cache.stats();
        expect({
          hits: count('cache:hit', { stale: false }),
          staleHits: count('cache:hit', { stale: true }),
          misses: count('cache:miss', {}),
          evictions: count('cache:deleted', { reason: 'size' }),
          expirations: count('cache:expire', { reason: 'expired' }),
        }).toEqual({ hits, staleHits, misses, evictions, expirations });
      },
    ),
    { numRuns: 60 },
  );
});

const errorOfSource = (): never => {
  throw new Error('down');
};

async function errorOrValue(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect((error as Error).message).toBe('down');
  }
}

describe('who is told', () => {
  test('listeners of the registry are told of every cache, of those to come as well', async () => {
    const registry = new CacheRegistry();
    const told: string[] = [];
    registry.on('cache:hit', ({ cache }) => told.push(cache));
    const services = ['one', 'two'].map((name) => aService({ registry, name }));
    for (const { users } of services) for (const id of ['a', 'a']) users.find(id);
    await turn();
    expect(told).toEqual(['one', 'two']);
  });

  test('a listener that was taken away is told no longer', async () => {
    const { users, cache, registry, lines } = aService();
    const listener = jest.fn();
    cache.on('cache:miss', listener).off('cache:miss', listener);
    registry.on('cache:miss', listener).off('cache:miss', listener);
    users.find('a');
    expect(await lines()).toHaveLength(2);
    expect(listener).not.toHaveBeenCalled();
  });

  test('subscribers of node:diagnostics_channel are told, whenever they come', async () => {
    const registry = new CacheRegistry();
    class Users {
      @Cached({ registry, params: ['id'] })
      find(id: string): string {
        return id;
      }
    }
    const users = new Users();
    users.find('a');
    users.find('a');
    const told: unknown[] = [];
    const listener = (event: unknown, name: string | symbol): void => {
      const { cache, key } = event as CacheEvent;
      told.push([name, cache, key]);
    };
    for (const name of CACHE_EVENTS) subscribe(`scrubjay:${name}`, listener);
    users.find('a');
    users.find('b');
    await turn();
    for (const name of CACHE_EVENTS) expect(unsubscribe(`scrubjay:${name}`, listener)).toBe(true);
    users.find('a');
    users.find('c');
    await turn();
    expect(told).toEqual([
      ['scrubjay:cache:hit', 'Users.find', 'id="a"'],
      ['scrubjay:cache:miss', 'Users.find', 'id="b"'],
      ['scrubjay:cache:written', 'Users.find', 'id="b"'],
    ]);
  });

  test('as long as nobody listens, a hit asks nobody; it does as soon as somebody comes, and no longer when they have gone', () => {
    const registry = new CacheRegistry();
    class Users {
      @Cached({ registry, params: ['id'] })
      find(id: string): string {
        return id;
      }
    }
    const users = new Users();
    users.find('a');
    const asked = jest.spyOn(CacheEvents.prototype, 'wants');
    const timesAsked = (): number => {
      asked.mockClear();
      users.find('a');
      return asked.mock.calls.length;
    };
    expect(timesAsked()).toBe(0);
    const listener = (): void => {};
    const come: (() => void)[] = [
      () => cacheOf(users.find).on('cache:hit', listener),
      () => registry.on('cache:hit', listener),
      () => {
        subscribe('scrubjay:cache:hit', listener);
      },
    ];
    const go: (() => void)[] = [
      () => cacheOf(users.find).off('cache:hit', listener),
      () => registry.off('cache:hit', listener),
      () => unsubscribe('scrubjay:cache:hit', listener),
    ];
    for (const [index, begin] of come.entries()) {
      begin();
      expect(timesAsked()).toBeGreaterThan(0);
      go[index]?.();
      expect(timesAsked()).toBe(0);
    }
  });

  test('an event that does not exist is an error', async () => {
    const { cache, registry } = aService();
    for (const target of [cache, registry]) {
      expect(await errorOf(() => target.on('hit' as never, () => {}))).toMatchObject({
        code: 'SCRUBJAY_BAD_OPTION',
        message: expect.stringMatching(/on takes one of cache:hit, .*got "hit" \(string\)/),
      });
      expect((await errorOf(() => target.on('cache:hit', 'listener' as never))).code).toBe('SCRUBJAY_BAD_OPTION');
    }
  });
});

describe('what listeners may do', () => {
  test('one that throws or rejects harms nobody: calls and other listeners go on, and it is reported once', async () => {
    const { users, cache, lines } = aService();
    const failing = jest.fn(() => errorOfSource());
    cache.on('cache:miss', failing);
    cache.on('cache:miss', async () => Promise.reject(new Error('later')));
    cache.on('cache:miss', () => lines);
    const after = jest.fn();
    cache.on('cache:miss', after);
    expect([users.find('a'), users.find('b')]).toEqual(['user a', 'user b']);
    expect(await lines()).toHaveLength(4);
    expect([failing.mock.calls.length, after.mock.calls.length]).toEqual([2, 2]);
    expect(warnings.messages).toEqual([expect.stringMatching(/listener to events of Users\.find failed: down/)]);
  });

  test('a listener may use the cache: it finds it as it is after what it is told of', async () => {
    const { users, cache, lines } = aService({ capacity: 2 });
    const found: unknown[] = [];
    cache.on('cache:deleted', ({ key }) => {
      found.push([key, cache.keys()]);
      void cache.clear();
    });
    for (const id of ['a', 'b', 'c']) users.find(id);
    await lines();
    expect(found).toEqual([['id="a"', ['id="b"', 'id="c"']]]);
    expect(cache.size).toBe(0);
  });

  test('they run after the call, in the context of its caller', async () => {
    const request = new AsyncLocalStorage<string>();
    const { users, cache } = aService();
    const told: unknown[] = [];
    cache.on('cache:miss', ({ key }) => told.push([key, request.getStore()]));
    request.run('first', () => users.find('a'));
    request.run('second', () => users.find('b'));
    expect(told).toEqual([]);
    await turn();
    expect(told).toEqual([
      ['id="a"', 'first'],
      ['id="b"', 'second'],
    ]);
  });

  test('a key may be read later, when another entry has taken the place', async () => {
    const { users, told, cache } = aService({ capacity: 1 });
    for (const id of ['a', 'a', 'b', 'b']) users.find(id);
    await cache.clear();
    await turn();
    expect(told.map(([, { key }]) => key)).toEqual(['id="a"', 'id="a"', 'id="a"', 'id="b"', 'id="a"', 'id="b"', 'id="b"', undefined]);
  });

  test('a key is made when somebody reads it, and not before', async () => {
    const { users, told } = aService();
    users.find('a');
    const made = jest.spyOn(callKey, 'keyOfCall');
    users.find('a');
    await turn();
    expect(made).not.toHaveBeenCalled();
    expect(told.at(-1)?.[1].key).toBe('id="a"');
    expect(made).toHaveBeenCalledTimes(1);
  });
});
