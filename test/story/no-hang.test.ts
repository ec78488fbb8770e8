/** Calls that lead back to themselves: none waits for itself, and ordinary ones are left alone. In the words of docs/loads.md. */
import { Cached, CachedBatch, CacheRegistry, cacheOf } from '../../src/index';
import { warningsOfEachTest } from '../support/warnings';

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});
const warnings = warningsOfEachTest();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const all = () => registry.stats();

test('a method that asks for its own key while it loads it is run for that call; its own result is stored, the other one is not', async () => {
  class Users {
    depth = 0;
    @Cached({ registry })
    async find(id: string): Promise<string> {
      const depth = this.depth++;
      await turn();
      return depth < 2 ? `${await this.find(id)} and ${depth}` : `${depth}`;
    }
  }
  const users = new Users();
  expect(await users.find('a')).toBe('2 and 1 and 0');
  expect(await users.find('a')).toBe('2 and 1 and 0');
  expect(cacheOf(users.find).stats()).toMatchObject({ misses: 1, loads: 1, hits: 1, bypassed: 2, selfWaits: 2, size: 1 });
});

test('a warning says so once, with the way that leads back', async () => {
  class Users {
    visited = new Set<string>();
    @Cached({ registry })
    async find(id: string): Promise<string> {
      await turn();
      return this.visited.has(id) ? id : this.team(id);
    }
    @Cached({ registry })
    async team(id: string): Promise<string> {
      this.visited.add(id);
      await turn();
      return this.find(id);
    }
  }
  const users = new Users();
  expect([await users.find('a'), await users.find('b')]).toEqual(['a', 'b']);
  expect(warnings.messages).toEqual([expect.stringContaining('Users.find → Users.team → Users.find')]);
  expect(process.emitWarning).toHaveBeenCalledWith(expect.any(String), { type: 'ScrubjayWarning', code: 'SCRUBJAY_SELF_WAIT' });
  expect(cacheOf(users.find).stats()).toMatchObject({ loads: 2, selfWaits: 2, size: 2 });
});

test('two loads that wait for each other: the later one runs what it would have waited for', async () => {
  class Users {
    turns = 0;
    @Cached({ registry })
    async one(_id: string): Promise<string> {
      await turn();
      return this.turns++ < 2 ? `one of ${await this.other('k')}` : 'one';
    }
    @Cached({ registry })
    async other(_id: string): Promise<string> {
      await turn();
      return this.turns++ < 2 ? `other of ${await this.one('k')}` : 'other';
    }
  }
  const users = new Users();
  // Two requests, which know nothing of each other.
  expect(await Promise.all([users.one('k'), users.other('k')])).toEqual(['one of other of one', 'other of one']);
  expect(all()).toMatchObject({ 'Users.one': { loads: 1, size: 1 }, 'Users.other': { loads: 1, size: 1 } });
  expect(warnings.messages).toHaveLength(1);
});

test('a batch that asks for one of its own elements, while it loads them', async () => {
  class Users {
    calls = 0;
    @CachedBatch({ registry })
    async findMany(ids: readonly string[]): Promise<string[]> {
      this.calls++;
      await turn();
      if (this.calls === 1) await this.findMany(['b', 'c']);
      return ids.map((id) => `${id}${this.calls}`);
    }
  }
  const users = new Users();
  expect(await users.findMany(['a', 'b'])).toEqual(['a2', 'b2']);
  expect(cacheOf(users, 'findMany').stats()).toMatchObject({ size: 3, selfWaits: 1 });
});

test('a promise that was made before, in the same load, and is awaited later', async () => {
  class Users {
    isInner = false;
    @Cached({ registry })
    async find(id: string): Promise<string> {
      const early = this.isInner ? undefined : this.detour(id);
      await turn();
      return `found ${(await early) ?? ''}`;
    }
    async detour(id: string): Promise<string> {
      await turn();
      this.isInner = true;
      return Promise.resolve().then(() => this.find(id));
    }
  }
  expect(await new Users().find('a')).toBe('found found ');
});

describe('ordinary code simply works, and nobody is warned', () => {
  afterEach(() => {
    expect(warnings.messages).toEqual([]);
    expect(Object.values(all()).map(({ selfWaits }) => selfWaits)).toEqual(Object.values(all()).map(() => 0));
  });

  test('an override that calls super', async () => {
    class Users {
      @Cached({ registry })
      async find(id: string): Promise<string> {
        await turn();
        return `user ${id}`;
      }
    }
    class Admins extends Users {
      @Cached({ registry })
      override async find(id: string): Promise<string> {
        return `admin and ${await super.find(id)}`;
      }
    }
    const admins = new Admins();
    expect(await Promise.all([admins.find('a'), admins.find('a')])).toEqual(['admin and user a', 'admin and user a']);
    expect(all()).toMatchObject({ 'Admins.find': { loads: 1, joined: 1 }, 'Users.find@Admins': { loads: 1 } });
  });

  test('a service that calls a method of its repository of the same name, with the same arguments', async () => {
    class Repository {
      @Cached({ registry, name: 'Repository.find' })
      async find(id: string): Promise<string> {
        await turn();
        return `row ${id}`;
      }
    }
    class Service {
      readonly repository = new Repository();
      @Cached({ registry })
      async find(id: string): Promise<string> {
        return `service of ${await this.repository.find(id)}`;
      }
    }
    const service = new Service();
    expect(await Promise.all([service.find('a'), service.find('a'), service.repository.find('a')])).toEqual(['service of row a', 'service of row a', 'row a']);
    expect(all()).toMatchObject({ 'Repository.find': { loads: 1, joined: 1 }, 'Service.find': { loads: 1, joined: 1 } });
  });

  test('recursion with other keys, each of which is loaded once', async () => {
    class Numbers {
      @Cached({ registry })
      async fib(n: number): Promise<number> {
        if (n < 2) return n;
        const [one, other] = await Promise.all([this.fib(n - 1), this.fib(n - 2)]);
        return one + other;
      }
      @Cached({ registry })
      fibNow(n: number): number {
        return n < 2 ? n : this.fibNow(n - 1) + this.fibNow(n - 2);
      }
    }
    const numbers = new Numbers();
    expect([await numbers.fib(40), numbers.fibNow(40)]).toEqual([102334155, 102334155]);
    expect(all()).toMatchObject({ 'Numbers.fib': { loads: 41 }, 'Numbers.fibNow': { loads: 41 } });
  });

  test('two loads of one request that need a third one share it', async () => {
    class Users {
      @Cached({ registry })
      async role(_id: string): Promise<string> {
        await turn();
        return 'editor';
      }
      @Cached({ registry })
      async may(id: string, deed: string): Promise<string> {
        return `${await this.role(id)} may ${deed}`;
      }
    }
    const users = new Users();
    expect(await Promise.all([users.may('a', 'read'), users.may('a', 'write')])).toEqual(['editor may read', 'editor may write']);
    expect(all()).toMatchObject({ 'Users.role': { loads: 1, joined: 1 }, 'Users.may': { loads: 2 } });
  });

  test('what a load has set going, and which goes on after it, waits like everybody else', async () => {
    class Users {
      loads = 0;
      later: Promise<unknown> = Promise.resolve();
      @Cached({ registry })
      async find(_id: string): Promise<number> {
        await turn();
        if (this.loads++ === 0) this.later = this.refreshOnceMore();
        return this.loads;
      }
      async refreshOnceMore(): Promise<number> {
        for (let turns = 0; turns < 3; turns++) await turn();
        return this.find('a');
      }
    }
    const users = new Users();
    await users.find('a');
    await cacheOf(users.find).delete('a');
    for (let turns = 0; turns < 2; turns++) await turn();
    const second = users.find('a');
    expect([await second, await users.later, users.loads]).toEqual([2, 2, 2]);
  });
});

test('a sync method that asks for its own key is an ordinary recursion: what the outer call gives is stored', () => {
  class Trees {
    seen = 0;
    @Cached({ registry })
    size(id: string): number {
      return this.seen++ < 2 ? 1 + this.size(id) : 0;
    }
  }
  const trees = new Trees();
  expect([trees.size('a'), trees.size('a'), cacheOf(trees.size).stats().loads]).toEqual([2, 2, 1]);
  expect(warnings.messages).toEqual([]);
});
