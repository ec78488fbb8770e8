import * as fs from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cached, CacheRegistry, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { errorOf } from '../support/promises';

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: planted`), { code });

/** A disk that works until `breaks` is called. */
function breakableDisk(): { fileSystem: typeof fs; breaks: (code: string) => void } {
  let broken: string | undefined;
  const guarded = <A extends unknown[], R>(call: (...args: A) => R): ((...args: A) => R) =>
    ((...args: A) => {
      if (broken !== undefined) throw failure(broken);
      return call(...args);
    }) as (...args: A) => R;
  return {
    fileSystem: {
      ...fs,
      writeSync: guarded(fs.writeSync as never),
      fdatasyncSync: guarded(fs.fdatasyncSync),
      fdatasync: (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => {
        if (broken !== undefined) setImmediate(done, failure(broken));
        else fs.fdatasync(descriptor, done);
      },
    } as typeof fs,
    breaks: (code) => {
      broken = code;
    },
  };
}

interface Service {
  readonly registry: CacheRegistry;
  readonly users: { find(id: string): Promise<string>; count(id: string): number };
}

function start(directory: string, durability: 'always' | 'interval', fileSystem?: typeof fs): Service {
  const registry = new CacheRegistry({ persist: { directory, durability } });
  const persist = { driver: 'jsonl', ...(fileSystem && { fileSystem }) } as const;
  class Users {
    @Cached({ registry, persist, params: ['id'] })
    async find(id: string): Promise<string> {
      return Promise.resolve(`user ${id}`);
    }
    @Cached({ registry, persist, params: ['id'] })
    count(id: string): number {
      return id.length;
    }
  }
  return { registry, users: new Users() };
}

let warnings: jest.SpyInstance;
beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

const codesWarned = (): unknown[] => warnings.mock.calls.map(([, options]) => (options as { code: string }).code);

test.each([
  ['always', 'EIO'],
  ['always', 'ENOSPC'],
  ['interval', 'ENOSPC'],
] as const)('with durability %s a disk that fails with %s fails no call; it is counted, reported once, and shown', async (durability, code) => {
  const directory = temporaryDirectory();
  const disk = breakableDisk();
  const { registry, users } = start(directory, durability, disk.fileSystem);
  await users.find('before');
  users.count('before');
  disk.breaks(code);
  expect([await users.find('a'), await users.find('a'), await users.find('b'), users.count('a'), users.count('a')]).toEqual([
    'user a',
    'user a',
    'user b',
    1,
    1,
  ]);
  expect(cacheOf(users, 'find').stats()).toMatchObject({ hits: 1, size: 3, persistence: { state: 'degraded', lastError: { code: 'SCRUBJAY_DISK_FAILED' } } });
  expect(codesWarned()).toEqual(['SCRUBJAY_DISK_FAILED', 'SCRUBJAY_DISK_FAILED']);
  await registry.close();
  const again = start(directory, durability);
  await again.registry.open();
  expect(cacheOf(again.users, 'find').keys()).toContain('id="before"');
  await again.registry.close();
});

test('a deletion that a failing disk cannot keep is an error, and the entry is gone from memory all the same', async () => {
  for (const durability of ['always', 'interval'] as const) {
    const disk = breakableDisk();
    const { registry, users } = start(temporaryDirectory(), durability, disk.fileSystem);
    await users.find('a');
    await users.find('b');
    disk.breaks('EIO');
    expect((await errorOf(() => cacheOf(users, 'find').delete('a'))).code).toBe('SCRUBJAY_NOT_DURABLE');
    expect((await errorOf(() => cacheOf(users, 'find').delete('never there'))).code).toBe('SCRUBJAY_NOT_DURABLE');
    expect((await errorOf(() => registry.clear())).code).toBe('SCRUBJAY_NOT_DURABLE');
    expect(cacheOf(users, 'find').size).toBe(0);
    await registry.close();
  }
});

test('a deletion whose sync fails is not acknowledged', async () => {
  const disk = breakableDisk();
  const { registry, users } = start(temporaryDirectory(), 'always', { ...disk.fileSystem, writeSync: fs.writeSync });
  await users.find('a');
  disk.breaks('EIO');
  expect((await errorOf(() => cacheOf(users, 'find').delete('a'))).code).toBe('SCRUBJAY_NOT_DURABLE');
  await registry.close();
});

test.each(['always', 'interval'] as const)(
  'a set that cannot be written is not acknowledged with durability %s, and is in memory all the same',
  async (durability) => {
    const disk = breakableDisk();
    const { registry, users } = start(temporaryDirectory(), durability, disk.fileSystem);
    await users.find('a');
    const cache = cacheOf(users, 'find');
    await cache.set(['a'], 'second');
    disk.breaks('ENOSPC');
    expect([(await errorOf(() => cache.set(['a'], 'third'))).code, cache.peek('a')]).toEqual(['SCRUBJAY_NOT_DURABLE', 'third']);
    await registry.close();
  },
);

test('a directory that cannot be used costs the persistence, not the calls', async () => {
  const directory = join(temporaryDirectory(), 'file');
  writeFileSync(directory, 'not a directory');
  const { registry, users } = start(directory, 'interval');
  expect([await users.find('a'), await users.find('a')]).toEqual(['user a', 'user a']);
  expect(cacheOf(users, 'find').stats()).toMatchObject({ hits: 1, persistence: { state: 'degraded', unpersisted: 1 } });
  expect(codesWarned()).toEqual(['SCRUBJAY_DISK_FAILED']);
  await registry.close();
});

test('a result that would not come back equal stays in memory, is counted, and reported once', async () => {
  const directory = temporaryDirectory();
  const registry = new CacheRegistry({ persist: { directory } });
  class Sockets {
    @Cached({ registry, persist: 'jsonl', params: ['id'] })
    open(id: string): { readonly id: string; readonly send: () => string } {
      return { id, send: () => id };
    }
  }
  const sockets = new Sockets();
  expect([sockets.open('a').send(), sockets.open('b').send(), sockets.open('a') === sockets.open('a')]).toEqual(['a', 'b', true]);
  expect(cacheOf(sockets, 'open').stats()).toMatchObject({ size: 2, persistence: { state: 'open', unpersisted: 2, recordsWritten: 0 } });
  expect(warnings.mock.calls[0]?.[0]).toMatch(/^Sockets\.open: a result stays in memory only, because open\(…\)\.send is a function/);
  expect(warnings).toHaveBeenCalledTimes(1);
  await registry.close();
});
