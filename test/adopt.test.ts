/** Applications in one process have their objects' caches in registries of their own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, Cached, CacheEvict, CacheRegistry, cachedMembersOf, cacheOf, registry } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { collectUntil, watchGarbage } from './support/garbage';
import { errorOf } from './support/promises';

class Users {
  runs = 0;
  @Cached({ scope: 'class' })
  find(id: string): string {
    return `${id} ${++this.runs}`;
  }

  @Cached()
  own(id: string): string {
    return `${id} ${++this.runs}`;
  }

  @Cached({ registry: new CacheRegistry() })
  elsewhere(id: string): string {
    return `${id} ${++this.runs}`;
  }
}

class Selfish extends Users {
  @Cached()
  myself(): { self: Selfish } {
    return { self: this };
  }

  @Cached({ ttl: '1h', persist: 'jsonl', scope: 'class' })
  async timed(id: string): Promise<{ id: string }> {
    return { id };
  }
}

class Kept {
  runs = 0;
  @Cached({ persist: 'jsonl', scope: 'class' })
  async find(id: string): Promise<string> {
    return `${id} ${++this.runs}`;
  }
}

/** An application with one object. */
function application<T extends object>(self: T, options = {}): { registry: CacheRegistry; self: T } {
  const own = new CacheRegistry(options);
  adopt(own, self);
  return { registry: own, self };
}

let open: CacheRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});

test('what an object caches is in the registry of its application, also where all objects of a class share', () => {
  const [one, two] = [application(new Users()), application(new Users())];
  open = [one.registry, two.registry];
  one.self.find('u1');
  expect(two.self.find('u1')).toBe('u1 1');
  expect(two.self.runs).toBe(1);
  two.self.find('u1');
  expect(one.registry.stats()['Users.find']).toMatchObject({ misses: 1, hits: 0 });
  expect(two.registry.stats()['Users.find']).toMatchObject({ misses: 1, hits: 1 });
  expect(registry.stats()['Users.find']).toMatchObject({ misses: 0 });
});

test('the caches are listed before anybody calls, and those with a registry of their own are not', () => {
  const { registry: own } = application(new Users());
  open = [own];
  expect(own.list().sort()).toEqual(['Users.find', 'Users.own']);
});

test('objects that nobody has taken in stay with the registry of the process', () => {
  const one = application(new Users());
  const two = application(new Users());
  open = [one.registry, two.registry];
  new Users().find('u1');
  expect(registry.stats()['Users.find']).toMatchObject({ misses: 1 });
});

test('an object that is met behind a Proxy belongs to the only application there is', () => {
  const target = new Users();
  const proxy = new Proxy(target, {
    get: (self, name) => {
      const member: unknown = Reflect.get(self, name);
      return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(self) : member;
    },
  });
  const { registry: own } = application(proxy);
  open = [own];
  proxy.find('u1');
  proxy.find('u1');
  expect(own.stats()['Users.find']).toMatchObject({ misses: 1, hits: 1 });
});

test('what was cached in memory before is forgotten, and counted nowhere else', () => {
  const users = new Users();
  users.own('u1');
  const { registry: own } = application(users);
  open = [own];
  expect(users.own('u1')).toBe('u1 2');
  expect(own.stats()['Users.own']).toMatchObject({ misses: 1, size: 1 });
});

test('cacheOf leads to the application that has the object, or to the only one that has the class', () => {
  const one = application(new Users());
  open = [one.registry];
  one.self.find('u1');
  expect(cacheOf(Users, 'own').name).toBe('Users.own');
  expect(cacheOf(one.self, 'find').has('u1')).toBe(true);
  const two = application(new Users());
  open.push(two.registry);
  expect(cacheOf(Users, 'own', two.registry).size).toBe(0);
  two.self.own('u1');
  expect(cacheOf(Users, 'own', two.registry).size).toBe(1);
  expect(() => cacheOf(Users, 'own')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_WHICH_CACHE' }));
});

test('an application that has closed its registry is not asked any more', async () => {
  const one = application(new Users());
  const two = application(new Users());
  two.self.own('u1');
  open = [two.registry];
  await one.registry.close();
  expect(cacheOf(Users, 'own').size).toBe(1);
});

test('an object that an open application has stays with it', async () => {
  const one = application(new Users());
  const two = new CacheRegistry();
  open = [one.registry, two];
  adopt(two, one.self);
  adopt(one.registry, one.self);
  one.self.find('u1');
  expect(one.registry.get('Users.find')?.size).toBe(1);
  await one.registry.close();
  adopt(two, one.self);
  one.self.find('u1');
  expect(two.get('Users.find')?.size).toBe(1);
});

test('a class that an application has objects of: those it did not see belong to it, as long as it is the only one', () => {
  const [own, other] = [new CacheRegistry(), new CacheRegistry()];
  open = [own, other];
  adopt(own, Users);
  new Users().find('u1');
  expect(own.get('Users.find')?.size).toBe(1);
  adopt(other, Users);
  new Users().find('u2');
  expect(own.get('Users.find')?.size).toBe(1);
  expect(other.list()).toEqual([]);
});

test('each application keeps its entries in its own directory, and opens and closes them by itself', async () => {
  const [first, second] = [temporaryDirectory(), temporaryDirectory()];
  const one = application(new Kept(), { persist: { directory: first } });
  const two = application(new Kept(), { persist: { directory: second } });
  open = [one.registry, two.registry];
  expect((await one.registry.open()).map(({ name }) => name)).toEqual(['Kept.find']);
  await two.registry.open();
  await one.self.find('u1');
  await one.registry.close();
  expect(existsSync(join(first, 'Kept.find'))).toBe(true);
  expect(two.registry.get('Kept.find')?.size).toBe(0);
  const again = application(new Kept(), { persist: { directory: first } });
  open = [two.registry, again.registry];
  expect(await again.self.find('u1')).toBe('u1 1');
  expect(again.self.runs).toBe(0);
});

class Changes {
  @CacheEvict(() => [Users, 'find'])
  change(id: string): void {
    void id;
  }

  @CacheEvict(() => [Kept, 'find'])
  async changeKept(id: string): Promise<void> {
    void id;
  }

  @Cached()
  @CacheEvict('both', { allEntries: true })
  both(id: string): string {
    return id;
  }
}

test('a method that writes evicts in its own application', () => {
  const [one, two] = [application(new Users()), application(new Users())];
  open = [one.registry, two.registry];
  const fill = (): void => {
    for (const { self } of [one, two]) self.find('u1');
  };
  const changes = new Changes();
  adopt(one.registry, changes);
  fill();
  changes.change('u1');
  expect([one.registry.get('Users.find')?.size, two.registry.get('Users.find')?.size]).toEqual([0, 1]);
});

test("a method that writes of an object of nobody's evicts everywhere", () => {
  class Writer {
    @CacheEvict(() => [Users, 'find'])
    change(id: string): void {
      void id;
    }
  }
  const [one, two] = [application(new Users()), application(new Users())];
  open = [one.registry, two.registry];
  for (const { self } of [one, two]) self.find('u1');
  new Writer().change('u1');
  expect([one.registry.get('Users.find')?.size, two.registry.get('Users.find')?.size]).toEqual([0, 0]);
});

test('a method that writes evicts what its application has on disk, and looks nowhere else', async () => {
  const directory = temporaryDirectory();
  const one = application(new Kept(), { persist: { directory } });
  open = [one.registry];
  const changes = new Changes();
  adopt(one.registry, changes);
  await one.registry.open();
  await one.self.find('u1');
  await changes.changeKept('u1');
  expect(one.registry.get('Kept.find')?.size).toBe(0);
  expect(registry.health().caches['Kept.find']?.state).toBe('unopened');
});

test('a method with a cache that evicts, too, is among the cached ones', () => {
  expect(cachedMembersOf(Changes).map(({ name }) => name)).toEqual(['both']);
});

test('a persisted method that was called too early is refused', async () => {
  class Early {
    @Cached({ persist: { directory: temporaryDirectory() } })
    async find(id: string): Promise<string> {
      return id;
    }
  }
  const early = new Early();
  await early.find('u1');
  const { code, message } = await errorOf(() => application(early));
  expect(code).toBe('SCRUBJAY_ADOPTED_LATE');
  expect(message).toContain('Early.find was called before');
  await registry.close();
});

test('cachedMembersOf tells the cached methods of a class and of an object, inherited ones too', () => {
  class Admins extends Users {
    @Cached({ scope: (self: Admins) => self.runs, persist: 'jsonl' })
    async all(): Promise<string[]> {
      return [];
    }
  }
  const expected = [
    { name: 'all', isPersisted: true, scope: 'value', hasRegistry: false },
    { name: 'find', isPersisted: false, scope: 'class', hasRegistry: false },
    { name: 'own', isPersisted: false, scope: undefined, hasRegistry: false },
    { name: 'elsewhere', isPersisted: false, scope: undefined, hasRegistry: true },
  ];
  expect(cachedMembersOf(Admins)).toEqual(expected);
  expect(cachedMembersOf(new Admins())).toEqual(expected);
  expect(cachedMembersOf(Object)).toEqual([]);
});

test('an application that nobody holds is garbage, with its caches, while its classes live on', async () => {
  const { gone, watch } = watchGarbage();
  await (async () => {
    const one = application(new Selfish(), { persist: { directory: temporaryDirectory() } });
    one.self.find('u1');
    one.self.own('u1');
    one.self.myself();
    watch(await one.self.timed('u1'), 'result with a ttl');
    watch(one.registry, 'registry');
    watch(one.self, 'object');
    await one.registry.close();
  })();
  await collectUntil(() => gone.size === 3);
  expect([...gone].sort()).toEqual(['object', 'registry', 'result with a ttl']);
});
