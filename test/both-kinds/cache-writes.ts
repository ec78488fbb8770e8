/** What methods that write change in caches, in the words of docs/invalidation.md, under both kinds of decorators. */
import { Cached, CachedBatch, CacheEvict, CachePut, CacheRegistry, cacheEvict, cacheOf, cachePut, withTransaction } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const warnings = warningsOfEachTest();
let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

interface User {
  readonly id: string;
  readonly name: string;
}

const failure = new Error('the source refused it');

describe('@CacheEvict', () => {
  class Users {
    rows = new Map([
      ['u1', 'Ada'],
      ['u2', 'Bob'],
    ]);
    @Cached()
    async find(id: string, locale = 'en'): Promise<string> {
      return Promise.resolve(`${this.rows.get(id) ?? ''} ${locale}`);
    }
    @Cached()
    count(): number {
      return this.rows.size;
    }
    @CacheEvict('find')
    async rename(name: string, id: string): Promise<void> {
      await Promise.resolve();
      if (name === '') throw failure;
      this.rows.set(id, name);
    }
    @CacheEvict('find')
    @CacheEvict('count')
    remove(id: string): boolean {
      if (id === '') throw failure;
      return this.rows.delete(id);
    }
    @CacheEvict('find', { beforeInvocation: true })
    @CacheEvict('count', { allEntries: true, beforeInvocation: true })
    drop(id: string): boolean {
      if (id === 'u1') throw failure;
      return this.rows.delete(id);
    }
    @CacheEvict('find', { allEntries: true })
    async migrate(isBroken: boolean): Promise<number> {
      if (isBroken) throw failure;
      return Promise.resolve(1);
    }
    @CacheEvict('find', { allEntries: true, beforeInvocation: true })
    migrateEarly(): never {
      throw failure;
    }
  }
  const keys = (users: Users): string[] => cacheOf(users, 'find').keys();
  async function warmUsers(): Promise<Users> {
    const users = new Users();
    for (const [id, locale] of [['u1'], ['u1', 'de'], ['u2']] as const) await users.find(id as string, locale);
    users.count();
    return users;
  }

  test('after success the entries with the same values of the common parameters go, by name, in every order, whatever their other parts are', async () => {
    const users = await warmUsers();
    await users.rename('Ada Lovelace', 'u1');
    expect(keys(users)).toEqual(['id="u2"']);
    expect(await users.find('u1', 'de')).toBe('Ada Lovelace de');
  });

  test('for an async method "after" is after its promise is fulfilled, and before its caller goes on', async () => {
    const users = await warmUsers();
    const renaming = users.rename('Ada Lovelace', 'u1');
    expect(keys(users)).toHaveLength(3);
    await renaming;
    expect(keys(users)).toHaveLength(1);
  });

  test('a method that throws, or rejects, evicts nothing, and its error is untouched', async () => {
    const users = await warmUsers();
    expect(await errorOf(async () => users.rename('', 'u1'))).toBe(failure);
    expect(await errorOf(() => users.remove(''))).toBe(failure);
    expect(await errorOf(async () => users.migrate(true))).toBe(failure);
    expect([keys(users).length, cacheOf(users, 'count').has()]).toEqual([3, true]);
  });

  test('several on one method: a sync method stays sync, and has evicted when it has returned', async () => {
    const users = await warmUsers();
    expect(users.remove('u2')).toBe(true);
    expect([keys(users), cacheOf(users, 'count').has(), users.count()]).toEqual([['id="u1"', 'id="u1",locale="de"'], false, 1]);
  });

  test('beforeInvocation evicts although the method throws', async () => {
    const users = await warmUsers();
    expect(await errorOf(() => users.drop('u1'))).toBe(failure);
    expect([keys(users), cacheOf(users, 'count').has()]).toEqual([['id="u2"'], false]);
  });

  test('allEntries evicts all, before and after', async () => {
    const users = await warmUsers();
    expect([await users.migrate(false), keys(users)]).toEqual([1, []]);
    await users.find('u1');
    expect(await errorOf(() => users.migrateEarly())).toBe(failure);
    expect(keys(users)).toEqual([]);
  });

  test('another instance keeps its entries', async () => {
    const [users, others] = [await warmUsers(), await warmUsers()];
    await users.rename('Ada Lovelace', 'u1');
    await users.migrate(false);
    expect([keys(users).length, keys(others).length]).toEqual([0, 3]);
  });

  test('a load that began before the eviction answers its callers and is not stored', async () => {
    const slow = gate();
    class Slow {
      row = 'old';
      @Cached({ registry })
      async find(_id: string): Promise<string> {
        const { row } = this;
        await slow.promise;
        return row;
      }
      @CacheEvict('find', { params: ['_id'] })
      async rename(_id: string): Promise<void> {
        this.row = 'new';
        return Promise.resolve();
      }
    }
    const users = new Slow();
    const reading = users.find('u1');
    await users.rename('u1');
    slow.open();
    expect([await reading, cacheOf(users, 'find').size, await users.find('u1')]).toEqual(['old', 0, 'new']);
  });
});

describe('targets', () => {
  test('the method of another class: the entries of all its instances, and of those of its subclasses', async () => {
    class Users {
      @Cached({ registry })
      find(id: string): string {
        return id;
      }
    }
    class Admins extends Users {}
    class Orders {
      @CacheEvict(() => [Users, 'find'])
      async place(id: string): Promise<string> {
        return Promise.resolve(id);
      }
    }
    const instances = [new Users(), new Users(), new Admins(), new Admins()];
    for (const users of instances) for (const id of ['u1', 'u2']) users.find(id);
    await new Orders().place('u1');
    expect(instances.map((users) => cacheOf(users, 'find').keys())).toEqual(Array(4).fill(['id="u2"']));
  });

  test('of one instance that this one holds', () => {
    class Users {
      @Cached({ registry })
      find(id: string): string {
        return id;
      }
    }
    class Orders {
      readonly users = new Users();
      @CacheEvict((self) => [self.users, 'find'])
      place(id: string): string {
        return id;
      }
    }
    const [orders, others] = [new Orders(), new Orders()];
    for (const { users } of [orders, others]) users.find('u1');
    orders.place('u1');
    expect([orders, others].map(({ users }) => cacheOf(users, 'find').keys())).toEqual([[], ['id="u1"']]);
  });

  test('a class that is defined later, as in modules that import each other', () => {
    class Orders {
      @CacheEvict(() => [Users, 'find'])
      place(id: string): string {
        return id;
      }
    }
    class Users {
      @Cached({ registry, scope: 'class' })
      find(id: string): string {
        return id;
      }
    }
    new Users().find('u1');
    new Orders().place('u1');
    expect(registry.get('Users.find')?.size).toBe(0);
  });

  test('static methods, and from static to instances and back', () => {
    class Rates {
      @Cached({ registry })
      static rate(currency: string): number {
        return currency.length;
      }
      @Cached({ registry })
      own(currency: string): number {
        return currency.length;
      }
      @CacheEvict('rate')
      @CacheEvict('own')
      static set(currency: string): void {
        void currency;
      }
      @CacheEvict(() => [Rates, 'rate'])
      change(currency: string): string {
        return currency;
      }
    }
    const rates = new Rates();
    const warm = (): void => {
      Rates.rate('EUR');
      rates.own('EUR');
    };
    const sizes = (): (number | undefined)[] => ['Rates.rate', 'Rates.own'].map((name) => registry.get(name)?.size);
    warm();
    Rates.set('EUR');
    expect(sizes()).toEqual([0, 0]);
    warm();
    rates.change('EUR');
    expect(sizes()).toEqual([0, 1]);
  });

  test('an override that calls super: what was cached of either goes', () => {
    class Users {
      @Cached({ registry })
      find(id: string): string {
        return id;
      }
      @CacheEvict('find')
      rename(id: string): void {
        void id;
      }
    }
    class Admins extends Users {
      @Cached({ registry })
      override find(id: string): string {
        return `admin ${super.find(id)}`;
      }
    }
    class Guests extends Users {
      override find(id: string): string {
        return `guest ${super.find(id)}`;
      }
    }
    const [admins, guests] = [new Admins(), new Guests()];
    for (const users of [admins, guests]) users.find('u1');
    expect(registry.list().map((name) => registry.get(name)?.size)).toEqual(expect.arrayContaining([1, 1, 1]));
    admins.rename('u1');
    guests.rename('u1');
    expect(registry.list().map((name) => registry.get(name)?.size)).toEqual(registry.list().map(() => 0));
  });

  test('entries that all instances share, or that a value separates: those of this one', () => {
    class Users {
      readonly tenant: string;
      constructor(tenant: string) {
        this.tenant = tenant;
      }
      @Cached({ registry, scope: 'class' })
      shared(id: string): string {
        return id;
      }
      @Cached({ registry, scope: (self: { tenant: string }) => self.tenant })
      find(id: string): string {
        return id;
      }
      @CacheEvict('find')
      @CacheEvict('shared')
      rename(id: string): void {
        void id;
      }
    }
    const [one, other] = [new Users('t1'), new Users('t2')];
    for (const users of [one, other]) void [users.find('u1'), users.shared('u1')];
    one.rename('u1');
    expect(registry.get('Users.find')?.keys()).toEqual(['this="t2",id="u1"']);
    expect(registry.get('Users.shared')?.size).toBe(0);
    class Orders {
      @CacheEvict(() => [Users, 'find'])
      place(id: string): void {
        void id;
      }
    }
    for (const users of [one, other]) void [users.find('u1'), users.find('u2')];
    new Orders().place('u1');
    expect(registry.get('Users.find')?.keys()).toEqual(['this="t1",id="u2"', 'this="t2",id="u2"']);
  });
});

describe('which entries', () => {
  test('key: the arguments of the cached method, or parts of its keys, by hand', () => {
    class Users {
      @Cached({ registry })
      find(id: string, locale?: string): string {
        return `${id} ${locale ?? ''}`;
      }
      @CacheEvict('find', { key: (user) => [user.id, 'de'] })
      save(user: User): User {
        return user;
      }
      @CacheEvict('find', { key: (user) => ({ id: user.id }) })
      saveAll(user: User): User {
        return user;
      }
    }
    const users = new Users();
    const warm = (): void => {
      for (const id of ['u1', 'u2']) void [users.find(id), users.find(id, 'de')];
    };
    warm();
    users.save({ id: 'u1', name: '' });
    expect(cacheOf(users, 'find').keys()).toEqual(['id="u1"', 'id="u2"', 'id="u2",locale="de"']);
    users.saveAll({ id: 'u2', name: '' });
    expect(cacheOf(users, 'find').keys()).toEqual(['id="u1"']);
  });

  test('they are told before the method runs: arguments it changes do not move them', () => {
    class Users {
      @Cached({ registry })
      find(where: { id: string }): string {
        return where.id;
      }
      @CacheEvict('find')
      rename(where: { id: string }): void {
        where.id = 'moved';
      }
    }
    const users = new Users();
    users.find({ id: 'u1' });
    users.rename({ id: 'u1' });
    expect(cacheOf(users, 'find').size).toBe(0);
  });

  test('of a method without parameters, its only one; of a batch, each element', () => {
    class Users {
      @CachedBatch({ registry, element: 'id' })
      findMany(ids: readonly string[]): string[] {
        return [...ids];
      }
      @CacheEvict('findMany')
      rename(id: string): void {
        void id;
      }
      @CacheEvict('findMany')
      removeAll(ids: readonly string[]): void {
        void ids;
      }
    }
    const users = new Users();
    users.findMany(['a', 'b', 'c', 'd']);
    users.rename('a');
    expect(cacheOf(users, 'findMany').keys()).toEqual(['id="b"', 'id="c"', 'id="d"']);
    users.removeAll(['b', 'd']);
    expect(cacheOf(users, 'findMany').keys()).toEqual(['id="c"']);
  });

  test('a key that fails, or gives nothing of use, evicts all, and says so once', () => {
    class Users {
      @Cached({ registry })
      find(id: string): string {
        return id;
      }
      @CacheEvict('find', { key: (user) => [user.id.trim()] })
      save(user: { id: string }): string {
        void user;
        return 'saved';
      }
    }
    const users = new Users();
    for (const id of ['u1', 'u2']) users.find(id);
    expect(users.save({} as never)).toBe('saved');
    expect(users.save({} as never)).toBe('saved');
    expect(cacheOf(users, 'find').size).toBe(0);
    expect(warnings.messages).toEqual([expect.stringMatching(/save: key must give the arguments of Users\.find as a list.*All entries went/)]);
  });
});

describe('conditions', () => {
  class Users {
    @Cached()
    find(id: string): string {
      return id;
    }
    @CacheEvict('find', { when: (id) => id !== 'u1', unless: (result) => result === 'unchanged' })
    save(id: string, result: string): string {
      void id;
      return result;
    }
    @CacheEvict('find', { when: () => JSON.parse('{') as boolean })
    brokenWhen(id: string): string {
      return id;
    }
    @CacheEvict('find', { unless: () => undefined as never })
    brokenUnless(id: string): string {
      return id;
    }
  }

  test('when says before whether this call evicts, unless says after', () => {
    const users = new Users();
    const size = (): number => cacheOf(users, 'find').keys().length;
    for (const id of ['u1', 'u2']) users.find(id);
    users.save('u1', 'changed');
    users.save('u2', 'unchanged');
    expect(size()).toBe(2);
    users.save('u2', 'changed');
    expect(size()).toBe(1);
  });

  test('one that fails evicts: an entry too few costs a load', () => {
    const users = new Users();
    for (const id of ['u1', 'u2']) users.find(id);
    expect([users.brokenWhen('u1'), users.brokenUnless('u2')]).toEqual(['u1', 'u2']);
    expect(cacheOf(users, 'find').keys()).toEqual([]);
    expect(warnings.messages).toEqual([expect.stringMatching(/brokenWhen: when failed/), expect.stringMatching(/brokenUnless: unless failed/)]);
  });
});

describe('@CachePut', () => {
  class Users {
    readonly loads: string[] = [];
    @Cached({ ttl: (result: User) => (result.name === 'fleeting' ? 0 : '1h') })
    async find(id: string): Promise<User> {
      this.loads.push(id);
      return Promise.resolve({ id, name: 'loaded' });
    }
    @CachePut('find')
    async rename(name: string, id: string): Promise<User> {
      await Promise.resolve();
      if (name === '') throw failure;
      return { id, name };
    }
    @CachePut('find', { key: (user) => [user.id], unless: (user) => user.name === 'draft' })
    create(name: string): User {
      return { id: 'new', name };
    }
    @CachePut('find', { key: () => JSON.parse('{') as [string] })
    broken(): User {
      return { id: 'new', name: 'broken' };
    }
  }
  const name = async (users: Users, id: string): Promise<string> => (await users.find(id)).name;

  test('stores what the method gives as the result of the cached one; the method always runs', async () => {
    const users = new Users();
    await users.find('u1');
    await users.rename('Ada', 'u1');
    await users.rename('Ada Lovelace', 'u1');
    expect([await name(users, 'u1'), users.loads]).toEqual(['Ada Lovelace', ['u1']]);
  });

  test('the result may say the key; unless keeps it out, and takes the old entry away', async () => {
    const users = new Users();
    users.create('Eve');
    expect(await name(users, 'new')).toBe('Eve');
    users.create('draft');
    expect([cacheOf(users, 'find').has('new'), await name(users, 'new')]).toEqual([false, 'loaded']);
  });

  test('a method that fails stores nothing and leaves the entry', async () => {
    const users = new Users();
    await users.find('u1');
    expect(await errorOf(async () => users.rename('', 'u1'))).toBe(failure);
    expect([await name(users, 'u1'), users.loads]).toEqual(['loaded', ['u1']]);
  });

  test('the ttl of the cached method holds, 0 included', async () => {
    const users = new Users();
    await users.find('u1');
    await users.rename('fleeting', 'u1');
    expect(cacheOf(users, 'find').has('u1')).toBe(false);
  });

  test('a key that fails removes all, and the call does not', async () => {
    const users = new Users();
    await users.find('u1');
    expect(users.broken()).toEqual({ id: 'new', name: 'broken' });
    expect([cacheOf(users, 'find').keys(), warnings.messages]).toEqual([[], [expect.stringMatching(/broken: key must give/)]]);
  });

  test('two at the same time: nobody knows whose value is newer, so neither stays', async () => {
    const gates = [gate(), gate()];
    class Racing {
      @Cached({ registry })
      async find(id: string): Promise<string> {
        return Promise.resolve(`loaded ${id}`);
      }
      @CachePut('find')
      async rename(id: string, turn: number): Promise<string> {
        await gates[turn]?.promise;
        return `${id} ${turn}`;
      }
    }
    const users = new Racing();
    const [first, second] = [users.rename('u1', 0), users.rename('u1', 1)];
    gates[1]?.open();
    await second;
    expect(await users.find('u1')).toBe('u1 1');
    gates[0]?.open();
    expect([await first, await users.find('u1')]).toEqual(['u1 0', 'loaded u1']);
    await users.rename('u1', 1);
    expect(await users.find('u1')).toBe('u1 1');
  });

  test('a load that began before the put does not replace it', async () => {
    const slow = gate();
    class Slow {
      @Cached({ registry })
      async find(id: string): Promise<string> {
        await slow.promise;
        return `old ${id}`;
      }
      @CachePut('find')
      async rename(id: string): Promise<string> {
        return Promise.resolve(`new ${id}`);
      }
    }
    const users = new Slow();
    const reading = users.find('u1');
    await users.rename('u1');
    slow.open();
    expect([await reading, await users.find('u1')]).toEqual(['old u1', 'new u1']);
  });

  test('a list of results for a batch: each element', () => {
    class Many {
      @CachedBatch({ registry, element: 'id' })
      findMany(ids: readonly string[]): string[] {
        return ids.map((id) => `loaded ${id}`);
      }
      @CachePut('findMany')
      saveMany(ids: readonly string[]): string[] {
        return ids.slice(0, 2).map((id) => `saved ${id}`);
      }
    }
    const users = new Many();
    users.saveMany(['a', 'b']);
    expect(users.findMany(['a', 'b', 'c'])).toEqual(['saved a', 'saved b', 'loaded c']);
    // A result that does not fit the list is not stored.
    users.saveMany(['a', 'b', 'c']);
    expect(users.findMany(['a', 'b', 'c'])).toEqual(['loaded a', 'loaded b', 'loaded c']);
  });

  test('together with evictions the eviction comes first, in whichever order they are written', async () => {
    class Both {
      @Cached({ registry })
      find(id: string): string {
        return `loaded ${id}`;
      }
      @CachePut('find')
      @CacheEvict('find', { allEntries: true })
      one(id: string): string {
        return `one ${id}`;
      }
      @CacheEvict('find', { allEntries: true })
      @CachePut('find')
      other(id: string): string {
        return `other ${id}`;
      }
    }
    const both = new Both();
    both.find('u2');
    both.one('u1');
    expect([cacheOf(both, 'find').keys(), both.find('u1')]).toEqual([['id="u1"'], 'one u1']);
    both.find('u2');
    both.other('u1');
    expect([cacheOf(both, 'find').keys(), both.find('u1')]).toEqual([['id="u1"'], 'other u1']);
  });
});

describe('on one method', () => {
  test('@Cached and @CacheEvict, in either order: entries go at every call, also one that is answered from the cache', () => {
    class Users {
      @Cached({ registry })
      list(): string[] {
        return [];
      }
      @Cached({ registry })
      @CacheEvict('list')
      one(id: string): string {
        return id;
      }
      @CacheEvict('list')
      @Cached({ registry })
      other(id: string): string {
        return id;
      }
    }
    const users = new Users();
    for (const call of [() => users.one('u1'), () => users.one('u1'), () => users.other('u1'), () => users.other('u1')]) {
      users.list();
      call();
      expect(cacheOf(users, 'list').has()).toBe(false);
    }
    expect([cacheOf(users, 'one').stats().hits, cacheOf(users, 'other').stats().hits, cacheOf(users, 'other').keys()]).toEqual([1, 1, ['id="u1"']]);
  });

  test('conditions that exclude each other: one entry goes, of one cache', () => {
    class Users {
      @Cached({ registry })
      primary(id: number): number {
        return id;
      }
      @Cached({ registry })
      secondary(id: number): number {
        return id;
      }
      @CacheEvict('primary', { when: (_id, isPrimary) => isPrimary })
      @CacheEvict('secondary', { when: (_id, isPrimary) => !isPrimary, params: ['id'] })
      evict(id: number, isPrimary: boolean): void {
        void [id, isPrimary];
      }
    }
    const users = new Users();
    const sizes = (): number[] => [cacheOf(users, 'primary').size, cacheOf(users, 'secondary').size];
    void [users.primary(1), users.secondary(1)];
    users.evict(1, true);
    expect(sizes()).toEqual([0, 1]);
    users.evict(1, false);
    expect(sizes()).toEqual([0, 0]);
  });
});

describe('without decorators', () => {
  test('cacheEvict and cachePut name the method', () => {
    class Users {
      static {
        cacheEvict(this, 'remove', 'find');
        cachePut(this, 'save', 'find', { key: (user) => [user.id] });
      }
      @Cached({ registry })
      find(id: string): User {
        return { id, name: 'loaded' };
      }
      save(user: User): User {
        return user;
      }
      remove(id: string): boolean {
        return id !== '';
      }
    }
    const users = new Users();
    users.save({ id: 'u1', name: 'saved' });
    expect(users.find('u1').name).toBe('saved');
    users.remove('u1');
    expect(users.find('u1').name).toBe('loaded');
  });
});

describe('in a transaction', () => {
  class Users {
    rows = new Map([['u1', 'Ada']]);
    @Cached()
    async find(id: string): Promise<string | undefined> {
      return Promise.resolve(this.rows.get(id));
    }
    @CacheEvict('find')
    async rename(id: string, name: string): Promise<void> {
      this.rows.set(id, name);
      return Promise.resolve();
    }
    @CachePut('find')
    async put(id: string, name: string): Promise<string> {
      this.rows.set(id, name);
      return Promise.resolve(name);
    }
  }

  test('evictions and puts are held until it is committed, and the methods inside see what they wrote', async () => {
    const users = new Users();
    await users.find('u1');
    await withTransaction(async () => {
      await users.rename('u1', 'Ada Lovelace');
      expect([await users.find('u1'), cacheOf(users, 'find').size]).toEqual(['Ada Lovelace', 1]);
      await users.put('u2', 'Bob');
      expect(cacheOf(users, 'find').size).toBe(1);
    });
    expect(cacheOf(users, 'find').keys()).toEqual(['id="u2"']);
    expect(await users.find('u1')).toBe('Ada Lovelace');
  });

  test('dropped when it is rolled back', async () => {
    const users = new Users();
    await users.find('u1');
    const error = await errorOf(async () =>
      withTransaction(async () => {
        await users.rename('u1', 'never');
        await users.put('u2', 'never');
        users.rows = new Map([['u1', 'Ada']]);
        throw failure;
      }),
    );
    expect([error, cacheOf(users, 'find').keys(), await users.find('u1')]).toEqual([failure, ['id="u1"'], 'Ada']);
    // What was dropped stands in nobody's way.
    await users.put('u2', 'Bob');
    expect(cacheOf(users, 'find').peek('u2')).toBe('Bob');
  });

  test('a put that was held is removed where somebody else wrote meanwhile', async () => {
    const users = new Users();
    const commit = gate();
    const work = withTransaction(async () => {
      await users.put('u1', 'mine');
      await commit.promise;
    });
    await users.put('u1', 'theirs');
    commit.open();
    await work;
    expect(cacheOf(users, 'find').has('u1')).toBe(false);
  });
});

describe('on disk', () => {
  test.each(['always', 'interval'] as const)('what was evicted does not come back after a restart, what was put does: %s', async (durability) => {
    const directory = temporaryDirectory();
    const start = () => {
      const own = new CacheRegistry({ persist: { directory, durability } });
      class Users {
        @Cached({ registry: own, persist: 'jsonl', params: ['id', 'locale'] })
        async find(id: string, locale = 'en'): Promise<string> {
          return Promise.resolve(`loaded ${id} ${locale}`);
        }
        @CacheEvict('find', { params: ['id'] })
        async rename(id: string): Promise<string> {
          return Promise.resolve(id);
        }
        @CacheEvict('find', { allEntries: true })
        removeAll(): boolean {
          return true;
        }
        @CachePut('find', { params: ['id', 'locale'] })
        async put(id: string, locale: string): Promise<string> {
          return Promise.resolve(`put ${id} ${locale}`);
        }
      }
      return { own, users: new Users() };
    };
    const restart = async ({ own }: ReturnType<typeof start>): Promise<ReturnType<typeof start>> => {
      await own.close();
      return start();
    };
    let now = start();
    for (const [id, locale] of [['u1'], ['u1', 'de'], ['u2']] as const) await now.users.find(id as string, locale);
    await now.users.rename('u1');
    now = await restart(now);
    expect(cacheOf(now.users, 'find').keys()).toEqual(['id="u2"']);
    // Also where nobody has opened the cache before.
    now = await restart(now);
    await now.users.rename('u2');
    await now.users.put('u3', 'en');
    now = await restart(now);
    expect([cacheOf(now.users, 'find').keys(), await now.users.find('u3', 'en')]).toEqual([['id="u3",locale="en"'], 'put u3 en']);
    now.users.removeAll();
    now = await restart(now);
    expect(cacheOf(now.users, 'find').keys()).toEqual([]);
    await now.own.close();
  });

  test('a journal that cannot write does not fail the call, whose own work is done: it is said', async () => {
    const own = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
    class Users {
      @Cached({ registry: own, persist: 'jsonl', params: ['id'] })
      find(id: string): string {
        return id;
      }
      @CacheEvict('find', { params: ['id'] })
      rename(id: string): string {
        return id;
      }
    }
    const users = new Users();
    users.find('u1');
    await own.close();
    expect([users.rename('u1'), cacheOf(users, 'find').has('u1')]).toEqual(['u1', false]);
    expect(warnings.messages).toEqual([expect.stringMatching(/Users\.find: the change took place in memory but could not be written/)]);
  });
});
