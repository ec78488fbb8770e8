/** The disk fails, and comes back: everything in memory is written anew, to files that nothing failed. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { policies } from '../../src/memory/index';
import type { FileSystem } from '../../src/persist/file-system';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { numRuns } from '../support/thorough';
import { DiskCache, recovered } from './disk-cache';
import { unsyncedFileSystem } from './faulty-file-system';

const time = manualClockForEachTest();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let each = 0; each < count; each++) await turn();
};

/** A disk that can be switched off: then nothing can be written, synced or made. */
class Switched {
  isOn = true;
  /** Files that were begun. */
  made = 0;
  readonly files: FileSystem;
  /** Syncs wait here as long as it is set. */
  held: (() => void)[] | undefined;

  constructor() {
    const failing = ['writeSync', 'fdatasyncSync', 'fsyncSync'] as const;
    const failure = (): Error => Object.assign(new Error('EIO: switched off'), { code: 'EIO' });
    const switched = Object.fromEntries(
      failing.map((call) => [
        call,
        (...args: never[]): unknown => {
          if (!this.isOn) throw failure();
          return (unsyncedFileSystem[call] as (...all: never[]) => unknown)(...args);
        },
      ]),
    ) as unknown as FileSystem;
    this.files = {
      ...unsyncedFileSystem,
      ...switched,
      openSync: (path, flags, mode) => {
        if (flags === 'ax') this.made++;
        return unsyncedFileSystem.openSync(path, flags, mode);
      },
      fdatasync: ((_descriptor: number, done: (error: Error | null) => void): void => {
        const end = (): void => done(this.isOn ? null : failure());
        if (this.held === undefined) setImmediate(end);
        else this.held.push(end);
      }) as FileSystem['fdatasync'],
    };
  }
}

/** A cache of which half was put before the disk failed. */
function failing(options: Partial<ConstructorParameters<typeof DiskCache>[0]> = {}): { cache: DiskCache; disk: Switched; directory: string } {
  const directory = temporaryDirectory();
  const disk = new Switched();
  const cache = new DiskCache({ directory, files: disk.files, capacity: 4, ...options });
  cache.put('a').put('b');
  disk.isOn = false;
  cache.put('c').put('d').use('a');
  return { cache, disk, directory };
}

test('a second after the disk has come back, everything is on it again, and stays', async () => {
  const { cache, disk, directory } = failing();
  expect([cache.journal.state, cache.journal.unpersisted]).toEqual(['degraded', 2]);
  expect(() => cache.delete('b')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
  disk.isOn = true;
  time.clock.advance(1000);
  await turns(10);
  expect([cache.journal.state, cache.journal.unpersisted]).toEqual(['open', 0]);
  cache.put('e').delete('c');
  const contents = cache.contents();
  cache.die();
  expect(contents.map(([key]) => key)).toEqual(['d', 'a', 'e']);
  expect(recovered(directory)).toMatchObject({ contents, report: { damage: [] } });
});

test('it is tried again and again, less often each time, is reported once, and leaves nothing behind', async () => {
  const { cache, disk, directory } = failing();
  const before = readdirSync(directory);
  const tried: number[] = [];
  for (let second = 1; second <= 20; second++) {
    const made = disk.made;
    time.clock.advance(1000);
    await turns(3);
    if (disk.made > made) tried.push(second);
  }
  expect(tried).toEqual([1, 3, 7, 15]);
  expect([readdirSync(directory), cache.reports.length, cache.journal.state]).toEqual([before, 1, 'degraded']);
  disk.isOn = true;
  time.clock.advance(32_000);
  await turns(10);
  expect(cache.journal.state).toBe('open');
});

test('close() makes a last attempt', async () => {
  const { cache, disk, directory } = failing();
  disk.isOn = true;
  await cache.journal.close();
  expect(recovered(directory)).toMatchObject({ contents: cache.contents(), report: { outcome: 'clean' } });
});

test('what changes while everything is written anew comes to the disk behind it', async () => {
  const { cache, disk, directory } = failing();
  disk.isOn = true;
  disk.held = [];
  time.clock.advance(1000);
  await turns(10);
  expect([cache.journal.state, disk.held.length]).toEqual(['degraded', 1]);
  cache.put('a', 'changed').put('e').use('d');
  expect(() => cache.delete('c')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
  for (const end of disk.held) end();
  disk.held = undefined;
  await turns(10);
  expect(cache.journal.state).toBe('open');
  const contents = cache.contents();
  cache.die();
  expect(recovered(directory).contents).toEqual(contents);
});

test('a process that dies in the middle of it finds what was there before the disk failed', async () => {
  const { cache, disk, directory } = failing();
  disk.isOn = true;
  disk.held = [];
  time.clock.advance(1000);
  await turns(10);
  cache.die();
  expect(recovered(directory).contents.map(([key]) => key)).toEqual(['a', 'b']);
});

test('a value that cannot be written stays in memory, and is no part of it', async () => {
  const { cache, disk, directory } = failing();
  cache.put('unwritable', () => 1);
  disk.isOn = true;
  time.clock.advance(1000);
  await turns(10);
  expect([cache.journal.state, cache.has('unwritable')]).toEqual(['open', true]);
  for (let round = 0; round < 3; round++) cache.put('b');
  cache.die();
  expect(recovered(directory).contents.map(([key]) => key)).not.toContain('unwritable');
});

const deeds = fc.array(
  fc.tuple(fc.constantFrom('put', 'put', 'put', 'use', 'use', 'delete', 'clear', 'off', 'on', 'on', 'second', 'second', 'turn', 'turn'), fc.nat(7)),
  {
    minLength: 20,
    maxLength: 120,
  },
);

test.each(['lru', 'fifo', 's3-fifo'] as const)('%s: however often the disk fails and comes back, in the end memory and disk are in step', async (policy) => {
  await fc.assert(
    fc.asyncProperty(deeds, async (list) => {
      const directory = temporaryDirectory();
      const disk = new Switched();
      const cache = new DiskCache({ directory, files: disk.files, capacity: 4, policy: policies[policy], leastLogBytes: 600 });
      for (const [deed, number] of list) {
        const key = `k${number}`;
        if (deed === 'put') cache.put(key, { number });
        else if (deed === 'use') cache.has(key) && cache.use(key);
        else if (deed === 'off' || deed === 'on') disk.isOn = deed === 'on';
        else if (deed === 'second') time.clock.advance(1000);
        else if (deed === 'turn') await turn();
        else {
          try {
            if (deed === 'delete') cache.delete(key);
            else if (number === 0) cache.clear();
          } catch (error) {
            expect([cache.journal.state, error]).toEqual(['degraded', expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' })]);
          }
        }
      }
      disk.isOn = true;
      for (let second = 0; second < 70 && cache.journal.state !== 'open'; second++) {
        time.clock.advance(1000);
        await turns(4);
      }
      expect(cache.journal.state).toBe('open');
      await cache.journal.flush();
      const contents = cache.contents();
      cache.die();
      const found = recovered(directory);
      const sorted = (list: typeof contents): typeof contents => [...list].sort(([one], [other]) => (one < other ? -1 : 1));
      expect(policy === 's3-fifo' ? sorted(found.contents) : found.contents).toEqual(policy === 's3-fifo' ? sorted(contents) : contents);
    }),
    numRuns(60, 12),
  );
});
