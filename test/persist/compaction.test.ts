/** Logs are compacted while the cache goes on; whatever cuts that off, a restart finds what it would have found without. */
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { policies } from '../../src/memory/index';
import type { FileSystem } from '../../src/persist/file-system';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough, numRuns } from '../support/thorough';
import { type Contents, DiskCache, frameEnds, recovered } from './disk-cache';
import { type Fault, faultySystem, unsyncedFileSystem } from './faulty-file-system';

manualClockForEachTest();

const SOON = 300;
/** Bytes between two of those that are broken. */
const STEP = isThorough ? 1 : 7;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const filesIn = (directory: string): string[] => readdirSync(directory).sort();
const snapshotsIn = (directory: string): string[] => filesIn(directory).filter((name) => name.startsWith('snap-'));

/** What a restart knows. */
const knows = (directory: string): object => {
  const { contents, recovered: entries } = recovered(directory);
  const { order, lastEvicted, policy } = entries;
  const marks = Array.from(order, (place) => entries.markAt(place) ?? 0);
  return { contents, marks, lsns: Array.from(order, (place) => entries.lsnAt(place)), lastEvicted, policy };
};

/** A cache that has been compacted at least twice, and goes on after that. */
async function aCompacted(directory: string, files: FileSystem = unsyncedFileSystem): Promise<DiskCache> {
  const cache = new DiskCache({ directory, capacity: 5, leastLogBytes: SOON, files });
  for (let round = 0; round < 40; round++) {
    cache.put(`k${round % 7}`, `value ${round}`);
    if (cache.has(`k${(round * 3) % 7}`)) cache.use(`k${(round * 3) % 7}`);
    if (round % 9 === 8) cache.delete(`k${round % 5}`);
    for (let step = 0; step < 3; step++) await turn();
  }
  return cache;
}

const deeds = fc.array(fc.tuple(fc.constantFrom('put', 'put', 'put', 'use', 'use', 'delete', 'clear', 'turn', 'turn', 'tick'), fc.nat(9)), {
  minLength: 30,
  maxLength: 200,
});

test.each(['lru', 'fifo', 'lfu', 'sieve', 's3-fifo', 'w-tinylfu'] as const)('%s: a restart finds the same with compaction as without', async (policy) => {
  let compacted = 0;
  await fc.assert(
    fc.asyncProperty(deeds, fc.boolean(), async (list, isClosed) => {
      const directories = [temporaryDirectory(), temporaryDirectory()] as const;
      const options = { capacity: 4, policy: policies[policy] };
      const caches = [
        new DiskCache({ ...options, directory: directories[0], leastLogBytes: SOON }),
        new DiskCache({ ...options, directory: directories[1], leastLogBytes: Number.POSITIVE_INFINITY }),
      ];
      for (const [deed, number] of list) {
        for (const cache of caches) {
          const key = `k${number}`;
          if (deed === 'put') cache.put(key, { number });
          else if (deed === 'use') cache.has(key) && cache.use(key);
          else if (deed === 'delete') cache.delete(key);
          else if (deed === 'clear') number === 0 && cache.clear();
          else if (deed === 'tick') cache.journal.tick();
        }
        if (deed === 'turn') for (let step = 0; step < number; step++) await turn();
      }
      for (let step = 0; step < 20; step++) await turn();
      for (const cache of caches) {
        if (isClosed) await cache.journal.close();
        cache.die();
      }
      compacted += snapshotsIn(directories[0]).length;
      expect(knows(directories[0])).toEqual(knows(directories[1]));
      for (const directory of directories) rmSync(directory, { recursive: true });
    }),
    numRuns(25, 6),
  );
  expect(compacted).toBeGreaterThan(isThorough ? 3 : 0);
});

test('old files go, one generation stays, and the next session goes on with it', async () => {
  const directory = temporaryDirectory();
  for (let session = 0; session < 3; session++) {
    const cache = await aCompacted(directory);
    const contents = cache.contents();
    expect(filesIn(directory).length).toBeLessThan(8);
    expect(snapshotsIn(directory).length).toBeGreaterThan(0);
    cache.die();
    expect(recovered(directory).contents).toEqual(contents);
  }
});

test('the directory stays small, whether others get their turn or not', async () => {
  for (const isPolite of [true, false]) {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, capacity: 100, leastLogBytes: 50_000 });
    let most = 0;
    for (let round = 0; round < 6000; round++) {
      cache.put(`k${(round * 7919) % 300}`, 'x'.repeat(300));
      if (round % 100 !== 0) continue;
      if (isPolite) await turn();
      most = Math.max(
        most,
        filesIn(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0),
      );
    }
    // 2 MB were written, 35 KB are live.
    expect(most).toBeLessThan(4 * 35_000 + 4 * 50_000);
    const contents = cache.contents();
    cache.die();
    expect(recovered(directory).contents).toEqual(contents);
  }
});

describe('cut off', () => {
  test('at any call to the disk, a restart finds what was there', async () => {
    const directory = temporaryDirectory();
    const copy = join(temporaryDirectory(), 'copy');
    let cache: DiskCache | undefined;
    let looks = 0;
    let isLooking = false;
    const look = (): void => {
      if (cache === undefined || isLooking) return;
      isLooking = true;
      rmSync(copy, { recursive: true, force: true });
      cpSync(directory, copy, { recursive: true });
      const found = recovered(copy).contents.map(([key, value]) => `${key} ${String(value)}`);
      // Uses that are not written yet are missing from the order, and the record that is being written may be there or not.
      possible.push(possible.at(-1) as string[]);
      expect(found.sort().join()).toBe(
        steady
          ? cache
              .contents()
              .map(([key, value]) => `${key} ${String(value)}`)
              .sort()
              .join()
          : found.join(),
      );
      looks++;
      isLooking = false;
    };
    const possible: string[][] = [[]];
    let steady = false;
    const watched = Object.fromEntries(
      Object.entries(unsyncedFileSystem).map(([name, call]) => [
        name,
        (...args: never[]): unknown => {
          const result = (call as (...all: never[]) => unknown)(...args);
          if (/^(write|open|close|unlink)/.test(name)) look();
          return result;
        },
      ]),
    ) as unknown as FileSystem;
    cache = new DiskCache({ directory, capacity: 5, leastLogBytes: SOON, files: watched });
    for (let round = 0; round < (isThorough ? 60 : 30); round++) {
      cache.put(`k${round % 7}`, `value ${round}`);
      // Only the compaction works now.
      steady = true;
      for (let step = 0; step < 4; step++) await turn();
      steady = false;
    }
    expect(looks).toBeGreaterThan(100);
    expect(snapshotsIn(directory).length).toBeGreaterThan(0);
  });

  test.each<Fault>(['EIO', 'ENOSPC', 'short'])('by %s at any call, nothing is lost, and calls go on', async (fault) => {
    const { files, calls } = faultySystem();
    (await aCompacted(temporaryDirectory(), files)).die();
    const total = calls.length;
    for (let failAt = 10; failAt < total; failAt += isThorough ? 7 : 29) {
      const directory = temporaryDirectory();
      const cache = await tryCompacted(directory, failAt, fault);
      const { state } = cache.journal;
      const contents = cache.contents();
      cache.die();
      if (state === 'open') expect([failAt, recovered(directory).contents]).toEqual([failAt, contents]);
      else expect(() => recovered(directory)).not.toThrow();
      rmSync(directory, { recursive: true });
    }
  });

  /** The same deeds; deletions that could not be written throw. */
  async function tryCompacted(directory: string, failAt: number, fault: Fault): Promise<DiskCache> {
    const cache = new DiskCache({ directory, capacity: 5, leastLogBytes: SOON, files: faultySystem(failAt, fault).files });
    for (let round = 0; round < 40; round++) {
      cache.put(`k${round % 7}`, `value ${round}`);
      if (cache.has(`k${(round * 3) % 7}`)) cache.use(`k${(round * 3) % 7}`);
      for (let step = 0; step < 3; step++) await turn();
    }
    return cache;
  }
});

describe('a snapshot that is damaged', () => {
  async function compacted(): Promise<{ directory: string; contents: Contents; newest: string }> {
    const directory = temporaryDirectory();
    const cache = await aCompacted(directory);
    const contents = cache.contents();
    cache.die();
    return { directory, contents, newest: join(directory, snapshotsIn(directory).at(-1) as string) };
  }

  test('cut off at any byte, the generation before it takes its place', async () => {
    const { directory, contents, newest } = await compacted();
    for (let length = statSync(newest).size - 1; length >= 0; length -= STEP) {
      truncateSync(newest, length);
      expect([length, recovered(directory).contents]).toEqual([length, contents]);
    }
    rmSync(newest);
    expect(recovered(directory).contents).toEqual(contents);
  });

  test('flipped at any byte, the same', async () => {
    const { directory, contents, newest } = await compacted();
    const bytes = readFileSync(newest);
    for (let at = 0; at < bytes.length; at += STEP) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 4;
      writeFileSync(newest, flipped);
      expect([at, recovered(directory).contents]).toEqual([at, contents]);
    }
  });

  test('with something behind its end, the same', async () => {
    const { directory, contents, newest } = await compacted();
    writeFileSync(newest, Buffer.concat([readFileSync(newest), readFileSync(newest).subarray(-60)]));
    expect(recovered(directory).contents).toEqual(contents);
  });

  test('when nothing else holds what it held, what is good in it is served', async () => {
    const { directory, contents } = await compacted();
    for (const snapshot of snapshotsIn(directory)) {
      const bytes = readFileSync(join(directory, snapshot));
      const second = frameEnds(bytes)[1] as number;
      writeFileSync(join(directory, snapshot), bytes.fill('#', second + 30, second + 35));
    }
    const cache = new DiskCache({ directory, capacity: 5 });
    const kept = cache.contents();
    expect(cache.journal.state).toBe('open');
    expect(kept.length).toBeGreaterThanOrEqual(contents.length - 1);
    expect(contents).toEqual(expect.arrayContaining([...kept]));
    expect(cache.reports).toMatchObject([{ code: 'SCRUBJAY_LOG_DAMAGED' }]);
  });

  test('without the log that goes on after it, it is damage', async () => {
    const { directory } = await compacted();
    const logs = filesIn(directory).filter((name) => name.startsWith('log-'));
    rmSync(join(directory, logs.at(-1) as string));
    expect(new DiskCache({ directory }).reports).toMatchObject([{ code: 'SCRUBJAY_LOG_DAMAGED' }]);
  });

  test('files of the generation before it may be missing or broken', async () => {
    const { directory, contents, newest } = await compacted();
    const old = filesIn(directory).filter((name) => name.startsWith('log-') || join(directory, name) !== newest);
    const needed = filesIn(directory)
      .filter((name) => name.startsWith('log-'))
      .at(-1);
    for (const name of old) {
      if (name === needed || name === 'LOCK') continue;
      const bytes = readFileSync(join(directory, name));
      writeFileSync(join(directory, name), bytes.subarray(0, bytes.length / 2));
      expect([name, recovered(directory).contents]).toEqual([name, contents]);
      rmSync(join(directory, name));
      expect([name, recovered(directory).contents]).toEqual([name, contents]);
    }
  });
});
