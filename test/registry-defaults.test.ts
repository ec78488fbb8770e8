/** What a registry says for all methods that are kept in it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, CacheDefaults, Cached, CachedBatch, CacheEvict, CacheRegistry, cachedMembersOf, cacheOf, type RegistryDefaults, registry } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf } from './support/promises';

const time = manualClockForEachTest();

@CacheDefaults({ nullTtl: '1s', capacity: 3 })
class Users {
  runs = 0;
  @Cached()
  find(id: string): string | null {
    this.runs++;
    return id === 'nobody' ? null : `${id} ${this.runs}`;
  }

  @Cached({ ttl: '1h', capacity: 1 })
  long(id: string): string {
    return `${id} ${++this.runs}`;
  }

  @Cached({ ttl: undefined as never })
  forever(id: string): string {
    return `${id} ${++this.runs}`;
  }

  @CachedBatch()
  async many(ids: readonly string[]): Promise<string[]> {
    this.runs++;
    return ids.map((id) => `${id} ${this.runs}`);
  }

  @CacheEvict('find')
  change(id: string): string {
    return id;
  }
}

const open: CacheRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

/** An object in a registry with these defaults. */
function kept<T extends object>(self: T, defaults: RegistryDefaults, directory?: string): T {
  const own = new CacheRegistry({ defaults, ...(directory && { persist: { directory } }) });
  open.push(own);
  adopt(own, self);
  return self;
}

test('they hold where neither the method nor its class says anything, in that registry alone', async () => {
  const users = kept(new Users(), { ttl: '10s', nullTtl: '1h', capacity: 2 });
  const others = kept(new Users(), { ttl: '20s' });
  const strangers = new Users();
  for (const each of [users, others, strangers]) {
    for (const id of ['a', 'b', 'c', 'd']) void [each.find(id), each.long(id), each.forever(id), await each.many([id])];
    each.find('nobody');
  }
  const sizes = (each: Users): number[] => (['find', 'long', 'forever', 'many'] as const).map((name) => cacheOf(each, name).keys().length);
  expect(sizes(users)).toEqual([3, 1, 3, 3]);
  time.clock.advance(1000);
  expect([sizes(users), sizes(others), sizes(strangers)]).toEqual([
    [2, 1, 3, 3],
    [2, 1, 3, 3],
    [2, 1, 3, 3],
  ]);
  time.clock.advance(9000);
  expect([sizes(users), sizes(others), sizes(strangers)]).toEqual([
    [0, 1, 3, 0],
    [2, 1, 3, 3],
    [2, 1, 3, 3],
  ]);
  const { runs } = users;
  await users.many(['d', 'e']);
  expect(users.runs).toBe(runs + 1);
  expect(cacheOf(users, 'many').keys()).toHaveLength(2);
});

test('entries on disk, and who shares them, may be among them', async () => {
  class Cities {
    runs = 0;
    @Cached()
    async find(id: string): Promise<string> {
      return `${id} ${++this.runs}`;
    }
    @Cached({ persist: undefined as never })
    async inMemory(id: string): Promise<string> {
      return id;
    }
    @CacheEvict('find')
    async change(id: string): Promise<string> {
      return id;
    }
  }
  const directory = temporaryDirectory();
  const cities = kept(new Cities(), { persist: 'jsonl', scope: 'class' }, directory);
  const [own] = open as [CacheRegistry];
  const second = new Cities();
  adopt(own, second);
  await cities.find('a');
  await cities.inMemory('a');
  expect(await second.find('a')).toBe('a 1');
  expect(existsSync(join(directory, 'Cities.find'))).toBe(true);
  expect(existsSync(join(directory, 'Cities.inMemory'))).toBe(false);
  expect(cachedMembersOf(Cities, own)).toMatchObject([
    { name: 'find', isPersisted: true, scope: 'class' },
    { name: 'inMemory', isPersisted: false, scope: 'class' },
  ]);
  expect(cachedMembersOf(Cities)).toMatchObject([{ isPersisted: false, scope: undefined }, {}]);
  await second.change('a');
  expect(cacheOf(cities, 'find').keys()).toEqual([]);
  await cities.find('b');
  await own.close();
  const again = kept(new Cities(), { persist: 'jsonl', scope: 'class' }, directory);
  expect(await again.find('b')).toBe('b 2');
  expect(again.runs).toBe(0);
});

test('the elements of a list are loaded together all the same', async () => {
  class Lists {
    calls: string[] = [];
    @CachedBatch()
    now(ids: readonly string[]): string[] {
      this.calls.push(ids.join());
      return [...ids];
    }
    @CachedBatch({ gather: true })
    async later(ids: readonly string[]): Promise<string[]> {
      this.calls.push(ids.join());
      return [...ids];
    }
  }
  const lists = kept(new Lists(), { ttl: '1s' });
  expect(lists.now(['a', 'b'])).toEqual(['a', 'b']);
  expect(lists.now(['b', 'c', 'd'])).toEqual(['b', 'c', 'd']);
  expect(await Promise.all([lists.later(['a', 'b']), lists.later(['c'])])).toEqual([['a', 'b'], ['c']]);
  expect(lists.calls).toEqual(['a,b', 'c,d', 'a,b,c']);
});

test('writes find the entries of objects that a value separates by default', () => {
  class Tenants {
    runs = 0;
    constructor(readonly tenant: string) {}
    @Cached()
    find(id: string): string {
      return `${id} ${++this.runs}`;
    }
    @CacheEvict(() => [Tenants, 'find'])
    change(id: string): string {
      return id;
    }
  }
  const one = kept(new Tenants('one'), { scope: (self: Tenants) => self.tenant });
  const other = new Tenants('other');
  adopt(open[0] as CacheRegistry, other);
  void [one.find('a'), other.find('a'), one.find('b')];
  expect(cacheOf(one, 'find').size).toBe(3);
  one.change('a');
  expect(cacheOf(one, 'find').size).toBe(1);
});

test('keys may be hidden by default', () => {
  class Secrets {
    @Cached()
    find(id: string): string {
      return id;
    }
  }
  const secrets = kept(new Secrets(), { hashKeys: true });
  secrets.find('a');
  expect(cacheOf(secrets, 'find').keys()[0]).not.toContain('a"');
  expect(cacheOf(secrets, 'find').keyOf('a')).toBe(cacheOf(secrets, 'find').keys()[0]);
});

test('methods that name the registry have its defaults, too', () => {
  const own = new CacheRegistry({ defaults: { ttl: '1s' } });
  class Rates {
    @Cached({ registry: own })
    find(id: string): string {
      return id;
    }
    @Cached({ registry: own })
    static rate(id: string): string {
      return id;
    }
  }
  const rates = new Rates();
  void [rates.find('a'), Rates.rate('a')];
  expect([cacheOf(rates, 'find').keys(), cacheOf(Rates, 'rate').keys()].flat()).toHaveLength(2);
  time.clock.advance(1000);
  expect([cacheOf(rates, 'find').keys(), cacheOf(Rates, 'rate').keys()].flat()).toHaveLength(0);
  expect(registry.list()).not.toContain('Rates.find');
});

test.each([
  [{ ttl: 0 }, 'SCRUBJAY_BAD_TTL', 'new CacheRegistry: defaults: ttl must be'],
  [{ colour: 1 }, 'SCRUBJAY_UNKNOWN_OPTION', 'new CacheRegistry: defaults'],
  [{ params: ['id'] }, 'SCRUBJAY_BAD_OPTION', 'params speaks of one method'],
  [{ registry }, 'SCRUBJAY_BAD_OPTION', 'registry is no default of a registry'],
  [5, 'SCRUBJAY_BAD_OPTION', 'new CacheRegistry: defaults'],
])('%p are refused when the registry is made', async (defaults, code, message) => {
  const error = await errorOf(() => new CacheRegistry({ defaults: defaults as never }));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
  expect((await errorOf(() => registry.configure({ defaults } as never))).code).toBe('SCRUBJAY_UNKNOWN_OPTION');
});

test('defaults that do not go together with what a method says are an error when an object is adopted, which belongs to nobody then', async () => {
  class Short {
    @Cached({ ttl: '1s' })
    find(id: string): string {
      return id;
    }
  }
  const short = new Short();
  const own = new CacheRegistry({ defaults: { ttl: '1h', jitter: '1m' } });
  const error = await errorOf(() => {
    adopt(own, short);
  });
  expect(error.message).toContain('@Cached on Short.find, with the defaults of its registry: jitter');
  short.find('a');
  expect(own.list()).toEqual([]);
  expect(registry.stats()['Short.find']).toMatchObject({ misses: 1 });
});
