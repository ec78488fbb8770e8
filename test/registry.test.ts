import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { useClock } from '../src/clock';
import { Cached, CacheRegistry, cacheOf, registry as shared } from '../src/index';
import { logFiles, temporaryDirectory } from './support/directories';
import { ManualClock } from './support/manual-clock';
import { errorOf } from './support/promises';

/** A service of two methods, one of them on disk, in a registry of its own. */
function start(directory: string, name?: string): { registry: CacheRegistry; service: { text(id: string): Promise<string>; count(n: number): number } } {
  const registry = new CacheRegistry({ persist: { directory } });
  class Service {
    @Cached({ registry, persist: 'jsonl', params: ['id'], ...(name === undefined ? {} : { name }) })
    async text(id: string): Promise<string> {
      return Promise.resolve(`text ${id}`);
    }
    @Cached({ registry })
    count(n: number): number {
      return n;
    }
  }
  return { registry, service: new Service() };
}

test('it lists every cached method, and gives the cache and the statistics of each by name', async () => {
  const { registry, service } = start(temporaryDirectory());
  await service.text('a');
  service.count(1);
  service.count(1);
  expect(registry.list()).toEqual(['Service.text', 'Service.count']);
  expect(registry.get('Service.count')?.stats()).toMatchObject({ hits: 1, misses: 1, persistence: undefined });
  expect(registry.stats()['Service.text']).toMatchObject({
    misses: 1,
    size: 1,
    persistence: { state: 'open', driver: 'jsonl', durability: 'interval', recordsWritten: 1 },
  });
  await registry.close();
});

test('it closes itself where `await using` ends', async () => {
  const { registry, service } = start(temporaryDirectory());
  await service.text('a');
  await registry[Symbol.asyncDispose]();
  expect(registry.stats()['Service.text']?.persistence?.state).toBe('closed');
});

test('clear empties every cache, on disk too', async () => {
  const directory = temporaryDirectory();
  const { registry, service } = start(directory);
  await service.text('a');
  service.count(1);
  await registry.clear();
  expect(Object.values(registry.stats()).map(({ size }) => size)).toEqual([0, 0]);
  await registry.close();
  const again = start(directory);
  expect(await again.registry.open()).toMatchObject([{ name: 'Service.text', recovery: { outcome: 'clean', entries: 0 } }]);
  await again.registry.close();
});

test('open recovers every persisted cache and says what it found', async () => {
  const directory = temporaryDirectory();
  const first = start(directory);
  expect(await first.registry.open()).toMatchObject([{ name: 'Service.text', recovery: { outcome: 'empty', entries: 0 } }]);
  await first.service.text('a');
  await first.registry.close();
  const second = start(directory);
  expect(second.registry.stats()['Service.text']?.persistence).toMatchObject({ state: 'unopened', recovery: undefined });
  expect(await second.registry.open()).toMatchObject([{ name: 'Service.text', recovery: { outcome: 'clean', entries: 1, files: 1, droppedBytes: 0 } }]);
  expect(second.registry.stats()['Service.text']?.persistence?.state).toBe('open');
  await second.registry.close();
});

test('the first call recovers: a sync one at once, an async one lets others run in between', async () => {
  const directory = temporaryDirectory();
  const before = start(directory);
  await before.service.text('a');
  await before.registry.close();
  // A clock on which every step takes longer than a slice.
  const clock = new ManualClock();
  jest.spyOn(clock, 'elapsed').mockImplementation(() => {
    clock.advance(5);
    return clock.now();
  });
  useClock(clock);
  const later = start(directory);
  const answer = later.service.text('a');
  expect(later.registry.stats()['Service.text']?.persistence?.state).toBe('unopened');
  expect(await answer).toBe('text a');
  expect(later.registry.stats()['Service.text']).toMatchObject({ hits: 1, loads: 0, persistence: { state: 'open' } });
  await later.registry.close();
  const now = start(directory);
  expect(cacheOf(now.service, 'text').has('a')).toBe(true);
  await now.registry.close();
  useClock();
});

test('an argument that its owner changes while the cache is being opened does not lead to another call’s value', async () => {
  const directory = temporaryDirectory();
  const declare = (): { registry: CacheRegistry; find(query: { id: number }): Promise<string> } => {
    const registry = new CacheRegistry({ persist: { directory } });
    class Users {
      @Cached({ registry, persist: 'jsonl', params: ['query'] })
      async find({ id }: { id: number }): Promise<string> {
        return Promise.resolve(`user ${id}`);
      }
    }
    const users = new Users();
    return { registry, find: (query) => users.find(query) };
  };
  for (let run = 0; run < 2; run++) {
    const { registry, find } = declare();
    const query = { id: 1 };
    const answer = find(query);
    query.id = 2;
    expect(await answer).toBe('user 1');
    expect(registry.get('Users.find')?.keys()).toEqual(['query={id:1}']);
    await registry.close();
  }
});

test('a tenant that changes while the cache is being opened does not lead to another tenant’s value', async () => {
  const directory = temporaryDirectory();
  for (const option of ['scope', 'key'] as const) {
    const registry = new CacheRegistry({ persist: { directory } });
    let locale = 'en';
    class Rows {
      tenant = 'a';
      @Cached({
        registry,
        persist: 'jsonl',
        name: option,
        ...(option === 'scope' ? { scope: (self: Rows) => self.tenant, params: ['id'] } : { key: (id: string) => [id, locale], scope: 'class' as const }),
      })
      async find(id: string): Promise<string> {
        return Promise.resolve(`${this.tenant} ${locale} ${id}`);
      }
    }
    const rows = new Rows();
    const first = rows.find('1');
    if (option === 'scope') rows.tenant = 'b';
    else locale = 'de';
    const second = rows.find('1');
    expect([await first, await second]).toEqual(['a en 1', option === 'scope' ? 'b en 1' : 'a de 1']);
    await registry.close();
  }
});

test('a working directory that is gone before the first call costs nothing', async () => {
  const home = process.cwd();
  const gone = temporaryDirectory();
  const directory = temporaryDirectory();
  process.chdir(directory);
  try {
    const { registry, service } = start('caches');
    process.chdir(gone);
    rmSync(gone, { recursive: true });
    expect(await service.text('a')).toBe('text a');
    expect(registry.stats()['Service.text']?.persistence).toMatchObject({ state: 'open', directory: join(realpathSync(directory), 'caches', 'Service.text') });
    await registry.close();
  } finally {
    process.chdir(home);
  }
});

test('a set that cannot be kept says so, and answers from memory all the same', async () => {
  const { registry, service } = start(temporaryDirectory());
  await service.text('a');
  await registry.close();
  const error = await errorOf(() => cacheOf(service, 'text').set(['a'], 'new'));
  expect(error).toMatchObject({
    code: 'SCRUBJAY_NOT_DURABLE',
    message: expect.stringMatching(/is closed; what was there before may come back.*before the registry is closed/),
  });
  expect(await service.text('a')).toBe('new');
});

test('a shorter ttl holds for entries that were stored under a longer one, or under none', async () => {
  const clock = new ManualClock();
  useClock(clock);
  const directory = temporaryDirectory();
  let loads = 0;
  for (const ttl of [undefined, '10s'] as const) {
    const registry = new CacheRegistry({ persist: { directory } });
    class Users {
      @Cached({ registry, persist: 'jsonl', params: ['id'], ...(ttl && { ttl }) })
      find(_id: string): number {
        return ++loads;
      }
    }
    const users = new Users();
    expect(users.find('a')).toBe(1);
    clock.advance(10_000);
    expect(users.find('a')).toBe(ttl === undefined ? 1 : 2);
    await registry.close();
  }
  useClock();
});

test('a cache that writes nothing leaves nothing but its lock', async () => {
  const directory = join(temporaryDirectory(), 'deep', 'caches');
  const { registry } = start(directory);
  await registry.open();
  await registry.flush();
  await registry.close();
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(['Service.text', 'Service.text/LOCK']);
});

test('after close the methods answer from memory, and a deletion that cannot be kept says so', async () => {
  const directory = temporaryDirectory();
  const { registry, service } = start(directory);
  await service.text('a');
  await registry.close();
  await registry.close();
  expect([await service.text('a'), await service.text('b')]).toEqual(['text a', 'text b']);
  expect(registry.stats()['Service.text']).toMatchObject({ hits: 1, persistence: { state: 'closed', unpersisted: 1 } });
  expect((await errorOf(() => registry.clear())).code).toBe('SCRUBJAY_NOT_DURABLE');
  expect(cacheOf(service, 'text').size).toBe(0);
  const again = start(directory);
  await again.registry.open();
  expect(cacheOf(again.service, 'text').keys()).toEqual(['id="a"']);
  await again.registry.close();
});

test('a cache that was never opened is closed without being read, and stays off the disk', async () => {
  const directory = temporaryDirectory();
  const { registry, service } = start(directory);
  await registry.close();
  expect(await service.text('a')).toBe('text a');
  expect(registry.stats()['Service.text']?.persistence?.state).toBe('closed');
  expect(readdirSync(directory)).toEqual([]);
});

test('configure sets where caches are kept and how durably, until they are opened', async () => {
  const directory = temporaryDirectory();
  const { registry, service } = start('.');
  registry.configure({ persist: { directory, durability: 'always' } });
  await service.text('a');
  expect(registry.stats()['Service.text']?.persistence).toMatchObject({ directory: join(directory, 'Service.text'), durability: 'always' });
  await registry.close();
});

test.each([
  [{ persist: { directory: '' } }, 'SCRUBJAY_BAD_OPTION', /^registry\.configure: directory must be a path/],
  [{ persist: { durability: 'never' } }, 'SCRUBJAY_BAD_OPTION', /durability must be 'always', 'interval' or 'os'; got "never"/],
  [{ directory: '/tmp' }, 'SCRUBJAY_UNKNOWN_OPTION', /there is no option "directory"/],
  [{ persist: 'jsonl' }, 'SCRUBJAY_BAD_OPTION', /persist must be an object with directory, durability, onLocked or closeOn; got "jsonl"/],
  [{ persist: { dir: '/tmp' } }, 'SCRUBJAY_UNKNOWN_OPTION', /there is no persist option "dir"/],
])('configure(%j) is refused', async (options, code, message) => {
  expect(await errorOf(() => new CacheRegistry(options as never))).toMatchObject({ code, message: expect.stringMatching(message) });
});

test.each([
  ['../escape', '%2e./escape'.replace('/', '%2f')],
  ['a/b\\c:d', 'a%2fb%5cc%3ad'],
  ['Nutzer·finden', 'Nutzer%c2%b7finden'],
])('the name %p cannot leave its directory', async (name, expected) => {
  const directory = temporaryDirectory();
  const { registry, service } = start(directory, name);
  await service.text('a');
  expect(readdirSync(directory)).toEqual([expected]);
  await registry.close();
});

test('a very long name ends in its hash, so that two of them stay apart', async () => {
  const directory = temporaryDirectory();
  const long = 'x'.repeat(199);
  for (const end of ['1', '2']) {
    const { registry, service } = start(directory, long + end);
    await service.text('a');
    await registry.close();
  }
  expect(readdirSync(directory)).toHaveLength(2);
  expect(readdirSync(directory).every((name) => name.length < 200)).toBe(true);
});

test('import and require give one copy of the library, and a second copy shares its registry', () => {
  const script = `
    import { createRequire } from 'node:module';
    import { registry, Cached } from 'scrubjay';
    const require = createRequire(import.meta.url);
    const same = require('scrubjay');
    for (const path of Object.keys(require.cache)) delete require.cache[path];
    const other = require('scrubjay');
    class Users { find() { return 1; } }
    const place = Object.getOwnPropertyDescriptor(Users.prototype, 'find');
    Object.defineProperty(Users.prototype, 'find', other.Cached({})(Users.prototype, 'find', place));
    new Users().find();
    console.log(Cached === same.Cached, Cached === other.Cached, registry === other.registry, registry.list());
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: join(__dirname, '..'), encoding: 'utf8' });
  expect(printed.trim()).toBe("true false true [ 'Users.find' ]");
});

test('the shared registry is the one decorators use that were given none', () => {
  class Plain {
    @Cached()
    find(): number {
      return 1;
    }
  }
  new Plain().find();
  expect(shared.list()).toContain('Plain.find');
  expect(logFiles(temporaryDirectory())).toEqual([]);
});
