/** What happens at the same time, and what cannot. In the words of docs/concurrency.md. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf, registry as shared } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
});
afterEach(async () => {
  await registry.close();
});

type Find = (id: string) => Promise<string>;

/** A service over a source that changes; each load is held until the test opens it. */
function aService(options: CachedOptions<Find> = {}) {
  const source = new Map<string, string>();
  const held: (() => void)[] = [];
  class Users {
    @Cached({ registry, params: ['id'], tags: () => ['users'], ...options })
    async find(id: string): Promise<string> {
      const found = source.get(id) ?? 'nobody';
      const load = gate();
      held.push(load.open);
      await load.promise;
      return found;
    }
  }
  const users = new Users();
  return { users, source, held, cache: cacheOf(users.find) };
}

/** Lets loads that begin run to their end at once. */
async function filled(service: ReturnType<typeof aService>, ...ids: readonly string[]): Promise<void> {
  await registry.open();
  for (const id of ids) {
    const answer = service.users.find(id);
    service.held.splice(0).forEach((open) => {
      open();
    });
    await answer;
  }
}

/** A disk whose syncs end when the test says so. */
function slowDisk() {
  const state = { isHeld: false, held: [] as (() => void)[] };
  const fileSystem = {
    ...fs,
    fdatasync: (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => {
      const sync = (): void => {
        fs.fdatasync(descriptor, done);
      };
      if (state.isHeld) state.held.push(sync);
      else sync();
    },
  } as typeof fs;
  return { state, fileSystem };
}

describe('on one event loop', () => {
  test('a call looks, and begins its load, before it returns: calls in one go find that load', () => {
    const { users, held, cache } = aService();
    const answers = [users.find('a'), users.find('a'), users.find('b')];
    expect([held.length, cache.stats().misses, cache.stats().joined]).toEqual([2, 2, 1]);
    for (const open of held) open();
    return Promise.all(answers);
  });

  test('a hit is answered at once, whatever else is under way', async () => {
    const service = aService();
    await filled(service, 'a');
    const slow = service.users.find('b');
    let answer: string | undefined;
    void service.users.find('a').then((value) => {
      answer = value;
    });
    await Promise.resolve();
    expect(answer).toBe('nobody');
    service.held.forEach((open) => {
      open();
    });
    await slow;
  });

  test('a result is stored before anybody is answered, and those who wait are answered in the order in which they asked', async () => {
    const { users, held, cache } = aService();
    const told: string[] = [];
    const waits = ['first', 'second', 'third'].map(async (who) => users.find('a').then(() => told.push(`${who} ${cache.has('a')}`)));
    held[0]?.();
    await Promise.all(waits);
    expect(told).toEqual(['first true', 'second true', 'third true']);
  });

  const deeds: Readonly<Record<string, (service: ReturnType<typeof aService>) => Promise<unknown>>> = {
    set: async ({ cache }) => cache.set(['a'], 'set'),
    delete: async ({ cache }) => cache.delete('a'),
    expire: async ({ cache }) => cache.expire('a'),
    deleteWhere: async ({ cache }) => cache.deleteWhere({ id: 'a' }),
    invalidateTags: async ({ cache }) => cache.invalidateTags(['users']),
    clear: async ({ cache }) => cache.clear(),
    'clear of the registry': async () => registry.clear(),
    'invalidateTags of the registry': async () => registry.invalidateTags(['users']),
  };
  const names = Object.keys(deeds);

  test.each(names)('%s takes effect before it returns, and nothing is awaited before; its promise is for the disk', async (name) => {
    const disk = slowDisk();
    const service = aService({ persist: { driver: 'jsonl', durability: 'always', fileSystem: disk.fileSystem } });
    await filled(service, 'a');
    disk.state.isHeld = true;
    let isDurable = false;
    const done = deeds[name]?.(service).then(() => {
      isDurable = true;
    });
    expect(service.cache.peek('a')).toBe(name === 'set' ? 'set' : undefined);
    await time.clock.settle();
    expect([disk.state.held.length, isDurable]).toEqual([1, false]);
    // A hit does not wait for the record of its entry.
    if (name === 'set') expect(await service.users.find('a')).toBe('set');
    disk.state.isHeld = false;
    disk.state.held.forEach((sync) => {
      sync();
    });
    await done;
    expect(isDurable).toBe(true);
  });

  test('with durability always a load answers those who wait when its record is durable, and a hit at once', async () => {
    const disk = slowDisk();
    const service = aService({ persist: { driver: 'jsonl', durability: 'always', fileSystem: disk.fileSystem } });
    await filled(service);
    disk.state.isHeld = true;
    const answered: string[] = [];
    const ask = async (id: string): Promise<void> => {
      await service.users.find(id);
      answered.push(id);
    };
    const answers = ['a', 'a', 'b'].map(ask);
    service.held.splice(0).forEach((open) => {
      open();
    });
    await time.clock.settle();
    // Both were written before the sync began, and it is for both.
    expect([service.cache.size, disk.state.held.length, answered]).toEqual([2, 1, []]);
    expect(await service.users.find('a')).toBe('nobody');
    disk.state.isHeld = false;
    disk.state.held.splice(0).forEach((sync) => {
      sync();
    });
    await Promise.all(answers);
    expect(answered).toEqual(['a', 'a', 'b']);
  });

  test.each(names)(
    '%s between the begin and the end of a load: who asked before is answered by it, who asks after is not, and it is not stored',
    async (name) => {
      const service = aService();
      const { users, source, held, cache } = service;
      const before = users.find('a');
      source.set('a', 'new');
      void deeds[name]?.(service);
      const after = users.find('a');
      held[0]?.();
      expect(await before).toBe('nobody');
      expect(cache.peek('a')).toBe(name === 'set' ? 'set' : undefined);
      held[1]?.();
      expect([await after, cache.peek('a')]).toEqual(name === 'set' ? ['set', 'set'] : ['new', 'new']);
    },
  );

  test('what is invalidated in several caches at once is gone from all of them before anybody else runs', () => {
    const services = [aService({ name: 'one' }), aService({ name: 'two', persist: 'jsonl' })];
    for (const { cache } of services) void cache.set(['a'], 'value');
    void registry.invalidateTags(['users']);
    expect(services.map(({ cache }) => cache.has('a'))).toEqual([false, false]);
  });

  test('a list is looked at in one go, its elements are stored before it is answered, and what becomes of one meanwhile concerns that one', async () => {
    const load = gate();
    class Users {
      @CachedBatch({ registry })
      async findMany(ids: readonly string[]): Promise<string[]> {
        await load.promise;
        return ids.map((id) => `loaded ${id}`);
      }
    }
    const users = new Users();
    const cache = cacheOf(users, 'findMany');
    const answer = users.findMany(['a', 'b', 'c']);
    void cache.delete(['b']);
    load.open();
    const stored = answer.then(() => cache.keys());
    expect(await answer).toEqual(['loaded a', 'loaded b', 'loaded c']);
    expect(await stored).toEqual(['ids="a"', 'ids="c"']);
  });

  test('a load in the background begins before the call returns that set it off, answers nobody, and is not stored when its key is deleted meanwhile', async () => {
    const service = aService({ ttl: 1000, staleWhileRevalidate: 1000 });
    const { users, source, held, cache } = service;
    await filled(service, 'a');
    time.clock.advance(1000);
    source.set('a', 'new');
    const stale = users.find('a');
    expect(held).toHaveLength(1);
    expect(await stale).toBe('nobody');
    await cache.delete('a');
    held[0]?.();
    await time.clock.settle();
    expect(cache.has('a')).toBe(false);
  });
});

describe('nothing is waited for in a circle', () => {
  test.each(['always', 'interval'] as const)(
    'durability %s: a load may change, clear, flush and open the caches it belongs to, and wait for it',
    async (durability) => {
      class Users {
        @Cached({ registry, params: ['id'], persist: { driver: 'jsonl', durability } })
        async find(id: string): Promise<string> {
          await cacheOf(users.find).set(['other'], 'set');
          await cacheOf(users.find).delete(id);
          await this.team(id);
          await registry.open();
          await registry.flush();
          await registry.clear();
          return `user ${id}`;
        }
        @Cached({ registry, params: ['id'], persist: { driver: 'jsonl', durability } })
        async team(id: string): Promise<string> {
          await cacheOf(users.team).clear();
          return `team ${id}`;
        }
      }
      const users = new Users();
      expect(await Promise.all([users.find('a'), users.team('a'), users.find('b'), users.find('a')])).toEqual(['user a', 'team a', 'user b', 'user a']);
    },
  );

  test('caches whose loads clear each other, from both sides at once, all answer', async () => {
    const begun = gate();
    class Users {
      @Cached({ registry })
      async one(): Promise<string> {
        await begun.promise;
        await cacheOf(users.other).clear();
        return 'one';
      }
      @Cached({ registry })
      async other(): Promise<string> {
        await begun.promise;
        await cacheOf(users.one).clear();
        return 'other';
      }
    }
    const users = new Users();
    const answers = Promise.all([users.one(), users.other()]);
    begun.open();
    expect(await answers).toEqual(['one', 'other']);
  });

  test('a load may close its registry, and is answered', async () => {
    class Users {
      @Cached({ registry, params: ['id'], persist: 'jsonl' })
      async find(id: string): Promise<string> {
        await registry.close();
        return `user ${id}`;
      }
    }
    expect(await new Users().find('a')).toBe('user a');
  });
});

/** Runs `code` in a thread of its own, in which `scrubjay` is the built package; gives what it posts. */
async function inThread(code: string, data: unknown): Promise<unknown> {
  const entry = JSON.stringify(join(__dirname, '../../dist/esm/index.js'));
  const script = `const { parentPort, workerData } = require('node:worker_threads');
    import(${entry}).then(async (scrubjay) => { parentPort.postMessage(await (${code})(scrubjay, workerData)); });`;
  const worker = new Worker(script, { eval: true, workerData: data });
  const [message] = await Promise.race([
    new Promise<unknown[]>((resolve) => worker.once('message', (value) => resolve([value]))),
    new Promise<never>((_, reject) => worker.once('error', reject)),
  ]);
  await worker.terminate();
  return message;
}

const SERVICE = `async ({ cached, registry, cacheOf }, directory) => {
  class Users { find(id) { return id; } }
  cached(Users, 'find', { params: ['id'], scope: 'class', persist: { directory, onLocked: 'memory' } });
  const users = new Users();
  const answers = [users.find('a'), users.find('a')];
  const deletion = await cacheOf(Users, 'find').delete('b').then(String, ({ code }) => code);
  const { hits, persistence } = registry.stats()['Users.find'];
  const found = { answers, hits, deletion, names: registry.list(), state: persistence.state, directory: persistence.directory };
  await registry.close();
  return found;
}`;

describe('in threads, processes and copies of the library', () => {
  function holding(directory: string) {
    class Users {
      @Cached({ registry, params: ['id'], persist: { driver: 'jsonl', directory } })
      find(id: string): string {
        return id;
      }
    }
    const users = new Users();
    for (const id of ['a', 'b']) users.find(id);
    return cacheOf(users.find);
  }

  test('a worker thread has a registry and entries of its own; a directory that another thread has stays that thread’s', async () => {
    const directory = temporaryDirectory();
    const cache = holding(directory);
    expect(await inThread(SERVICE, directory)).toMatchObject({
      answers: ['a', 'a'],
      hits: 1,
      deletion: 'SCRUBJAY_NOT_DURABLE',
      names: ['Users.find'],
      state: 'refused',
    });
    // What a thread deletes is gone in that thread.
    expect(cache.keys()).toEqual(['id="a"', 'id="b"']);
  });

  test('with {worker} each thread keeps its entries in a directory of its own', async () => {
    const directory = join(temporaryDirectory(), '{worker}');
    const own = holding(directory).stats().persistence?.directory;
    const found = (await inThread(SERVICE, directory)) as { state: string; directory: string; deletion: string };
    expect([own, found.state, found.deletion]).toEqual([join(directory.replace('{worker}', '0'), 'Users.find'), 'open', 'false']);
    expect(found.directory).toMatch(/0-\d+.Users\.find$/);
  });

  test('another process has entries of its own, and answers from memory where the directory is held', () => {
    const directory = temporaryDirectory();
    const cache = holding(directory);
    const script = `import * as scrubjay from 'scrubjay'; console.log(JSON.stringify(await (${SERVICE})(scrubjay, ${JSON.stringify(directory)})));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: join(__dirname, '../..'), encoding: 'utf8' });
    expect(JSON.parse(printed)).toMatchObject({ answers: ['a', 'a'], hits: 1, deletion: 'SCRUBJAY_NOT_DURABLE', state: 'refused' });
    expect(cache.keys()).toEqual(['id="a"', 'id="b"']);
  });

  test('of two copies of the library, loaded side by side, a circle of loads through both is found, and a clock and the owner of a directory are those of both', () => {
    const script = `
      import { createRequire } from 'node:module';
      import * as first from 'scrubjay';
      const require = createRequire(import.meta.url);
      for (const path of Object.keys(require.cache)) delete require.cache[path];
      const second = require('scrubjay');
      if (first.Cached === second.Cached) throw new Error('one copy');
      process.on('warning', () => {});
      process.emitWarning = () => {};
      let turns = 0;
      const then = async (ask) => { await new Promise(setImmediate); return turns++ < 2 ? await ask() : 'end'; };
      class One { async find(id) { return 'one ' + await then(() => other.find(id)); } }
      class Other { async find(id) { return 'other ' + await then(() => one.find(id)); } }
      first.cached(One, 'find', { params: ['id'] });
      second.cached(Other, 'find', { params: ['id'] });
      const [one, other] = [new One(), new Other()];
      // Two requests, which know nothing of each other.
      const answer = (await Promise.all([one.find('a'), other.find('a')])).join();
      const persist = { directory: ${JSON.stringify(temporaryDirectory())}, onLocked: 'memory' };
      const states = [first, second].map(({ cached, CacheRegistry }) => {
        const registry = new CacheRegistry();
        class Users { find(id) { return id; } }
        cached(Users, 'find', { params: ['id'], persist, registry });
        new Users().find('a');
        return registry.stats()['Users.find'].persistence.state;
      });
      const clock = (await import('scrubjay/testing')).manualClock();
      class Prices { loads = 0; find() { return ++this.loads; } }
      second.cached(Prices, 'find', { ttl: 1000 });
      const prices = new Prices();
      const found = [prices.find(), prices.find()];
      clock.advance(1000);
      console.log(answer, first.registry.list().join(), ...states, ...found, prices.find());
      process.exit();
    `;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: join(__dirname, '../..'), encoding: 'utf8' });
    expect(printed.trim()).toBe('one other one end,other one end One.find,Other.find,Prices.find open refused 1 1 2');
  });
});

describe('what is left to you', () => {
  test('invalidate when the source has changed: a load that begins between an early invalidation and the change stores what was there before', async () => {
    const { users, source, held, cache } = aService();
    await cache.delete('a');
    const early = users.find('a');
    source.set('a', 'new');
    held[0]?.();
    await early;
    expect(cache.peek('a')).toBe('nobody');
    await cache.delete('a');
    const late = users.find('a');
    held[1]?.();
    expect([await late, cache.peek('a')]).toEqual(['new', 'new']);
  });

  test('what you read, await and set may have been changed meanwhile: the last set wins; a deletion leaves it to the next load', async () => {
    const { cache } = aService();
    const add = async (word: string): Promise<void> => {
      const before = cache.peek('a') ?? '';
      await Promise.resolve();
      await cache.set(['a'], `${before}${word}`);
    };
    await Promise.all([add('one'), add('two')]);
    expect(cache.peek('a')).toBe('two');
  });

  test('callers get one object: what one does to it the others see', async () => {
    class Users {
      @Cached({ registry })
      async find(id: string): Promise<{ id: string }> {
        return Promise.resolve({ id });
      }
    }
    const users = new Users();
    const [one, other] = await Promise.all([users.find('a'), users.find('a')]);
    expect([one === other, (await users.find('a')) === one]).toEqual([true, true]);
  });

  test('one registry of the process knows all caches that were given none', () => {
    class Users {
      @Cached()
      find(): number {
        return 1;
      }
    }
    new Users().find();
    expect([shared.list().includes('Users.find'), registry.list(), warnings.messages]).toEqual([true, [], []]);
  });
});
