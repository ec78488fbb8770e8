/** Whether callers can change results for each other, in the words of docs/isolation.md. */
import { isDeepStrictEqual } from 'node:util';
import { Cached, CachedBatch, type CachedOptions, CachePut, CacheRegistry, cacheOf } from '../../src/index';
import { MutationWatch } from '../../src/mutation-watch';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}
class Point {
  constructor(
    public x: number,
    readonly tags = new Set(['t']),
  ) {}
  get twice(): number {
    return 2 * this.x;
  }
}
class Headers2 extends Map<string, string[]> {}
class NotFound extends Error {
  override name = 'NotFound';
  constructor(
    message: string,
    readonly details: { id: string },
  ) {
    super(message);
  }
}

/** A result with one of everything that can be changed. */
const everything = () => {
  const shared = { n: 1 };
  const root = {
    list: [1, { deep: true }],
    map: new Map<unknown, unknown>([['a', { n: 1 }]]),
    set: new Set([{ n: 1 }]),
    date: new Date(5),
    bytes: Buffer.from('abc'),
    floats: new Float32Array([1.5]),
    point: new Point(2),
    headers: new Headers2([['accept', ['*']]]),
    error: new NotFound('no', { id: 'u1' }),
    pattern: /x/g,
    url: new URL('https://example.org/a?b=c'),
    sparse: [1, , 3],
    [Symbol.for('s')]: { n: 1 },
    nothing: [undefined, null, -0, Number.NaN, 5n],
    shared,
    again: shared,
    self: undefined as unknown,
  };
  root.self = root;
  return root;
};
type Everything = ReturnType<typeof everything>;

/** Changes everything in it. */
function spoil(value: Everything): void {
  (value.list[1] as { deep: boolean }).deep = false;
  value.list.push(5);
  (value.map.get('a') as { n: number }).n = 2;
  value.map.set('b', 1);
  for (const member of value.set) member.n = 2;
  value.set.clear();
  value.date.setTime(6);
  value.bytes[0] = 0;
  value.floats[0] = 0;
  value.point.x = 3;
  value.point.tags.add('u');
  value.headers.get('accept')?.push('text/html');
  value.error.details.id = 'u2';
  value.error.message = 'changed';
  value.pattern.lastIndex = 7;
  value.url.pathname = '/changed';
  value[Symbol.for('s') as never] = 0 as never;
  value.shared.n = 2;
}

type Options = CachedOptions<(id: string) => unknown>;

function aService(options: Options, source: (id: string) => unknown = everything) {
  const registry = options.registry ?? new CacheRegistry();
  const given: unknown[] = [];
  class Users {
    @Cached({ params: ['id'], registry, ...options })
    find(id: string): unknown {
      const value = source(id);
      given.push(value);
      return options.name === 'later' ? Promise.resolve(value) : value;
    }
  }
  const users = new Users();
  return { users, given, cache: cacheOf(users, 'find'), registry: registry as CacheRegistry };
}

describe("isolate: 'clone'", () => {
  test.each(['at once', 'later'])('each caller has a copy of its own, of the same classes: %s', async (name) => {
    const { users, given, cache } = aService({ isolate: 'clone', name });
    const results = (await Promise.all([users.find('a'), users.find('a'), users.find('a')])) as Everything[];
    results.push(cache.get('a') as Everything, cache.peek('a') as Everything, given[0] as Everything);
    for (const result of results) {
      expect(isDeepStrictEqual(result, everything())).toBe(true);
      expect([result.point.twice, result.headers instanceof Headers2, result.error instanceof NotFound]).toEqual([4, true, true]);
      expect([result.self === result, result.shared === result.again]).toEqual([true, true]);
      spoil(result);
      expect(isDeepStrictEqual(result, everything())).toBe(false);
    }
    expect(isDeepStrictEqual(await users.find('a'), everything())).toBe(true);
    expect(given).toHaveLength(1);
  });

  test('what was given to set is copied, too', async () => {
    const { users, cache } = aService({ isolate: 'clone' });
    const value = everything();
    await cache.set(['a'], value);
    spoil(value);
    expect(isDeepStrictEqual(users.find('a'), everything())).toBe(true);
  });

  test('classes with private state are copied as persist.revive says', () => {
    const { users } = aService(
      {
        isolate: 'clone',
        persist: {
          directory: temporaryDirectory(),
          revive: [Point, { class: Money, dump: (money: Money) => money.cents, load: (cents: number) => new Money(cents) }],
        },
      },
      () => ({ price: new Money(5), at: new Point(1) }),
    );
    const [one, other] = [users.find('a'), users.find('a')] as { price: Money; at: Point }[];
    expect(one?.price).not.toBe(other?.price);
    expect([other?.price.cents, other?.at.twice]).toEqual([5, 2]);
    expect(warnings.messages).toEqual([]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['a function', () => ({ users: [{ greet() {} }] }), /result\.users\[0\]\.greet is a function \(greet\)/],
    ['private state', () => ({ price: new Money(5) }), /result\.price is an instance of Money, which has private state/],
    ['what is native', () => ({ weak: new WeakMap() }), /result\.weak is an instance of WeakMap/],
    ['a promise', () => [Promise.resolve(1)], /result\[0\] is an instance of Promise/],
    [
      'a getter',
      () => ({
        get late() {
          return 1;
        },
      }),
      /result\.late is a getter or setter/,
    ],
    ['a Proxy', () => ({ proxy: new Proxy({}, {}) }), /result\.proxy is a Proxy/],
  ])('what cannot be copied is answered with and not stored, and it is said once with its path: %s', (_what, source, message) => {
    const { users, cache, given } = aService({ isolate: 'clone' }, source);
    expect([users.find('a') === given[0], users.find('a') === given[1], given.length]).toEqual([true, true, 2]);
    expect(cache.stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(warnings.messages).toEqual([expect.stringMatching(message)]);
    expect(warnings.messages[0]).toMatch(/Users\.find gave a result that cannot be copied.*persist\.revive/);
  });

  test('each element of a batch, and of a handle on it', () => {
    class Users {
      @CachedBatch({ registry: new CacheRegistry(), params: ['ids'], isolate: 'clone' })
      find(ids: readonly string[]): { id: string }[] {
        return ids.map((id) => ({ id }));
      }
    }
    const users = new Users();
    for (const user of [...users.find(['a', 'a', 'b']), ...users.find(['a']), ...(cacheOf(users, 'find').get(['a']) ?? [])]) user.id = 'spoilt';
    expect(users.find(['a', 'b'])).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  test('values that lie are values', () => {
    for (const value of [undefined, null, 0, '', false, Number.NaN]) {
      const { users, given } = aService({ isolate: 'clone' }, () => value);
      expect([users.find('a'), users.find('a'), given.length]).toEqual([value, value, 1]);
    }
  });
});

describe("isolate: 'freeze'", () => {
  const frozen = () => {
    const { bytes: _bytes, floats: _floats, url: _url, ...rest } = everything();
    return { ...rest, self: undefined };
  };

  test.each(['at once', 'later'])('all callers share one object, which none of them can change, the first included: %s', async (name) => {
    const { users } = aService({ isolate: 'freeze', name }, frozen);
    const one = (await users.find('a')) as Everything;
    expect(await users.find('a')).toBe(one);
    const changes: (() => unknown)[] = [
      () => one.list.push(1),
      () => ((one.list[1] as { deep: boolean }).deep = false),
      () => one.map.set('b', 1),
      () => one.map.delete('a'),
      () => ((one.map.get('a') as { n: number }).n = 2),
      () => one.set.clear(),
      () => one.date.setFullYear(2000),
      () => (one.point.x = 3),
      () => one.point.tags.add('u'),
      () => one.headers.clear(),
      () => one.headers.get('accept')?.push('b'),
      () => (one.error.details.id = 'u2'),
      () => ((one as unknown as { more: number }).more = 1),
    ];
    for (const change of changes) expect(change).toThrow(TypeError);
    expect(isDeepStrictEqual(one, frozen())).toBe(true);
    expect([one.map.get('a'), one.date.getTime(), [...one.set]]).toEqual([{ n: 1 }, 5, [{ n: 1 }]]);
  });

  test('what keys of Maps, members of Sets, symbols and circles lead to, too; getters are not run', () => {
    const runs: string[] = [];
    const deep = () => ({ n: 1 });
    const root = {
      map: new Map([[deep(), 1]]),
      set: new Set([deep()]),
      [Symbol.for('s')]: deep(),
      self: undefined as unknown,
      get computed() {
        runs.push('computed');
        return deep();
      },
    };
    root.self = root;
    const { users, cache } = aService({ isolate: 'freeze' }, () => root);
    users.find('a');
    expect(cache.size).toBe(1);
    expect(runs).toEqual([]);
    const found = [...root.map.keys(), ...root.set, root[Symbol.for('s') as never] as { n: number }];
    for (const each of found) expect(() => (each.n = 2)).toThrow(TypeError);
    expect(() => (root.self = 1)).toThrow(TypeError);
    expect(warnings.messages).toEqual([]);
  });

  test.each([
    ['a Proxy', () => new Proxy({}, {}), /result\.held is a Proxy/],
    ['a URL', () => new URL('https://example.org'), /result\.held is a URL, which can always be changed/],
  ])('%s in a result keeps it from being stored, and leaves none that is older', async (_what, make, message) => {
    let held: unknown = 1;
    const { users, cache } = aService({ isolate: 'freeze', ttl: 1000 }, () => ({ held }));
    users.find('a');
    held = make();
    time.clock.advance(1000);
    const found = users.find('a') as { held: unknown };
    found.held = 2;
    expect(cache.size).toBe(0);
    expect(warnings.messages).toEqual([expect.stringMatching(message)]);
  });

  test('it survives a restart, and is frozen again', async () => {
    const directory = temporaryDirectory();
    const aProcess = () =>
      aService({ isolate: 'freeze', persist: { revive: [] }, name: 'users', registry: new CacheRegistry({ persist: { directory } }) }, () => ({
        map: new Map([['a', 1]]),
        date: new Date(5),
        list: [[1]],
      }));
    const before = aProcess();
    before.users.find('a');
    await before.registry.close();
    const after = aProcess();
    const found = after.users.find('a') as { map: Map<string, number>; date: Date; list: number[][] };
    expect(after.given).toEqual([]);
    for (const change of [() => found.map.set('b', 1), () => found.date.setTime(0), () => found.list[0]?.push(1)]) expect(change).toThrow(TypeError);
    expect(found).toEqual({ map: new Map([['a', 1]]), date: new Date(5), list: [[1]] });
    await after.registry.close();
    expect(warnings.messages).toEqual([]);
  });

  test('what can always be changed is answered with as it is and not stored, and it is said once', () => {
    const { users, cache } = aService({ isolate: 'freeze' }, () => ({ list: [], bytes: Buffer.from('abc') }));
    for (const found of [users.find('a'), users.find('a')] as { list: number[] }[]) found.list.push(1);
    expect(cache.stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(warnings.messages).toEqual([expect.stringMatching(/result\.bytes is a buffer, whose bytes can always be changed.*isolate: 'clone'/)]);
  });
});

test('without isolate, all callers share one object', () => {
  const { users, given } = aService({});
  expect([users.find('a'), users.find('a')]).toEqual([given[0], given[0]]);
  expect(users.find('a')).toBe(given[0]);
});

test('anything else is an error when the class is defined', async () => {
  expect((await errorOf(() => aService({ isolate: 'copy' as never }))).message).toMatch(/isolate must be 'shared', 'freeze' or 'clone'; got "copy"/);
});

describe('watchMutations', () => {
  const watching = () => new CacheRegistry({ watchMutations: true });

  test.each<[string, (value: Everything) => unknown, RegExp]>([
    ['a property', (value) => ((value.list[1] as { deep: boolean }).deep = false), /result\.list\[1\]\.deep was true \(boolean\), and is false \(boolean\)/],
    ['a new one', (value) => Object.assign(value.point, { extra: 1 }), /result\.point\.extra was undefined, and is 1 \(number\)/],
    ['a list', (value) => value.list.push(5), /result\.list(\.length was 2|\[2\] was undefined)/],
    ['a Map', (value) => ((value.map.get('a') as { n: number }).n = 2), /result\.map\.a\.n was 1 \(number\), and is 2/],
    ['a Set', (value) => value.set.clear(), /result\.set was an object \(Set\)/],
    ['a Date', (value) => value.date.setTime(7), /result\.date was an object \(Date\)/],
    ['bytes', (value) => (value.bytes[1] = 0), /result\.bytes\[1\] was 98 \(number\), and is 0/],
  ])('a result that somebody has changed is reported with method, key and path: %s', (_what, change, message) => {
    const { users } = aService({ registry: watching() });
    const value = users.find('a') as Everything;
    users.find('a');
    expect(warnings.messages).toEqual([]);
    change(value);
    users.find('a');
    users.find('a');
    expect(warnings.messages).toEqual([expect.stringMatching(message)]);
    expect(warnings.messages[0]).toMatch(/^somebody has changed a result of Users\.find that all callers share, of the call id="a": /);
  });

  test('once for each key, for async methods and what was set by hand too', async () => {
    const { users, cache } = aService({ registry: watching(), name: 'later' }, () => ({ n: 1 }));
    const value = (await users.find('a')) as { n: number };
    for (value.n = 2; value.n < 5; value.n++) await users.find('a');
    const own = { n: 1 };
    await cache.set(['b'], own);
    own.n = 2;
    cache.get('b');
    expect(warnings.messages).toEqual([expect.stringMatching(/call id="a": result\.n was 1/), expect.stringMatching(/call id="b": result\.n was 1/)]);
  });

  test('once for all keys that have the same result, and where it leads back to itself', () => {
    const shared = { self: undefined as unknown, n: 1 };
    shared.self = { up: shared };
    const { users } = aService({ registry: watching() }, () => shared);
    for (const id of ['a', 'b']) users.find(id);
    shared.n = 2;
    for (const id of ['a', 'b']) users.find(id);
    expect(warnings.messages).toEqual([expect.stringMatching(/call id="a": result\.n was 1/)]);
  });

  test('also what a method has written', async () => {
    class Written {
      @Cached({ registry: watching(), params: ['id'] })
      find(id: string): { id: string } {
        return { id };
      }
      @CachePut('find', { key: ({ id }: { id: string }) => [id] })
      create(given: { id: string }): { id: string } {
        return given;
      }
    }
    const written = new Written();
    const own = written.create({ id: 'a' });
    own.id = 'b';
    written.find('a');
    expect(warnings.messages).toEqual([expect.stringMatching(/call id="a": result\.id was "a"/)]);
  });

  test('where the arguments have changed since, too', async () => {
    const { users } = aService({ registry: watching(), name: 'later' }, () => ({ n: 1 }));
    const find = (filter: object): Promise<{ n: number }> => users.find(filter as never) as Promise<{ n: number }>;
    const first = await find({ a: 1 });
    first.n = 2;
    const filter = { a: 1 as unknown };
    const second = find(filter);
    filter.a = () => 1;
    expect(await second).toBe(first);
    expect(warnings.messages).toEqual([expect.stringContaining('of the call (…): result.n was 1')]);
  });

  test('what nobody has changed is not reported, and what cannot be looked into neither', () => {
    const { users } = aService({ registry: watching() }, () => ({ ...everything(), money: new Money(5), fn: () => 1, proxy: new Proxy({}, {}) }));
    for (let call = 0; call < 3; call++) users.find('a');
    expect(warnings.messages).toEqual([]);
  });

  test('what cannot be read does not fail the call', () => {
    const unreadable = {
      get broken(): never {
        throw new Error('not to be read');
      },
    };
    const { users } = aService({ registry: watching() }, () => unreadable);
    for (let call = 0; call < 3; call++) expect(users.find('a')).toBe(unreadable);
    expect(warnings.messages).toEqual([]);
  });

  test('it is switched on and off while the process runs, and where results are isolated it has nothing to do', () => {
    const registry = new CacheRegistry();
    const { users } = aService({ registry }, () => ({ n: 1 }));
    const spoilt = users.find('a') as { n: number };
    spoilt.n = 2;
    users.find('a');
    registry.configure({ watchMutations: true });
    users.find('a');
    expect(warnings.messages).toEqual([]);
    spoilt.n = 3;
    users.find('a');
    expect(warnings.messages.splice(0)).toHaveLength(1);
    registry.configure({ watchMutations: false });
    spoilt.n = 4;
    users.find('a');
    const { users: isolated } = aService({ registry: watching(), isolate: 'clone' }, () => ({ n: 1 }));
    for (let call = 0; call < 2; call++) (isolated.find('a') as { n: number }).n = 5;
    const look = jest.spyOn(MutationWatch.prototype, 'look');
    const { users: frozen } = aService({ registry: watching(), isolate: 'freeze' }, () => ({ n: 1 }));
    for (let call = 0; call < 2; call++) frozen.find('a');
    expect(look).not.toHaveBeenCalled();
    expect(warnings.messages).toEqual([]);
  });

  test('SCRUBJAY_WATCH_MUTATIONS=1 in the environment does it for every registry', () => {
    process.env['SCRUBJAY_WATCH_MUTATIONS'] = '1';
    try {
      const { users } = aService({}, () => ({ n: 1 }));
      (users.find('a') as { n: number }).n = 2;
      users.find('a');
    } finally {
      delete process.env['SCRUBJAY_WATCH_MUTATIONS'];
    }
    expect(warnings.messages).toHaveLength(1);
  });
});
