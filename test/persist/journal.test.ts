import { readFileSync, statSync } from 'node:fs';
import { logFiles, temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf } from '../support/promises';
import { DiskCache, recovered } from './disk-cache';
import { faultySystem, HandSyncedSystem } from './faulty-file-system';

const time = manualClockForEachTest();

const linesOf = (directory: string): Record<string, unknown>[] =>
  logFiles(directory).flatMap((file) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );

/** Whether each of `promises` is settled by now. */
async function settled(promises: readonly (Promise<unknown> | undefined)[]): Promise<boolean[]> {
  const done = promises.map(() => false);
  promises.forEach((promise, index) => void promise?.finally(() => (done[index] = true)).catch(() => undefined));
  await new Promise(setImmediate);
  return done;
}

function aHandSyncedCache(durability: 'always' | 'interval' | 'os'): { cache: DiskCache; system: HandSyncedSystem; directory: string } {
  const system = new HandSyncedSystem();
  const directory = temporaryDirectory();
  const cache = new DiskCache({ directory, durability, files: system.files, capacity: 1000 }).put('first');
  system.syncsNow = 0;
  return { cache, system, directory };
}

describe('what is written', () => {
  test('a put and what it drops are one record, a use costs nothing until something else is written', () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, capacity: 2 }).put('a').put('b');
    cache.use('a').use('b').use('b');
    expect(linesOf(directory)).toHaveLength(2);
    cache.put('c');
    expect(linesOf(directory).slice(2)).toMatchObject([
      { n: 3, t: 'hit', i: [1, 2] },
      { n: 4, t: 'put', k: 'c', o: [1] },
    ]);
  });

  test('a thousand uses of two entries in a second are one record with two numbers', () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory }).put('a').put('b').put('c');
    for (let round = 0; round < 500; round++) cache.use('a').use('b');
    time.clock.advance(999);
    expect(linesOf(directory)).toHaveLength(3);
    time.clock.advance(1);
    expect(linesOf(directory).slice(3)).toMatchObject([{ t: 'hit', i: [1, 2] }]);
    time.clock.advance(5000);
    expect(linesOf(directory)).toHaveLength(4);
  });

  test('uses are written before a deletion and before clear', () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory }).put('a').put('b').put('c').use('a');
    cache.delete('b');
    cache.use('c');
    cache.clear();
    expect(linesOf(directory).map((line) => line['t'])).toEqual(['put', 'put', 'put', 'hit', 'del', 'hit', 'clear']);
  });

  test('record numbers rise by one over all sessions', () => {
    const directory = temporaryDirectory();
    for (let session = 0; session < 3; session++) {
      const cache = new DiskCache({ directory, capacity: 1 }).put(`a${session}`).put(`b${session}`);
      if (session === 1) cache.die();
      else cache.journal.closeNow();
    }
    expect(linesOf(directory).map((line) => line['n'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('files and directories are for their owner only', () => {
    const directory = `${temporaryDirectory()}/one/two`;
    new DiskCache({ directory }).put('a').die();
    expect([statSync(directory).mode & 0o777, statSync(logFiles(directory)[0] as string).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  test('it counts what it wrote', () => {
    const directory = temporaryDirectory();
    const { journal } = new DiskCache({ directory }).put('a').put('b');
    const file = readFileSync(logFiles(directory)[0] as string);
    expect([journal.recordsWritten, journal.bytesWritten]).toEqual([2, file.length - file.indexOf('\n') - 1]);
  });
});

/** The sync for those who asked last has begun. */
const begun = (): Promise<void> => new Promise(setImmediate);

describe('always', () => {
  test('an answer waits for the sync that began after its record was written', async () => {
    const { cache, system } = aHandSyncedCache('always');
    const first = cache.journal.whenDurable();
    await begun();
    cache.put('second');
    const second = cache.journal.whenDurable();
    expect(system.pending).toHaveLength(1);
    expect(await settled([first, second])).toEqual([false, false]);
    system.end();
    expect(await settled([first, second])).toEqual([true, false]);
    system.end();
    expect(await settled([first, second])).toEqual([true, true]);
    expect(cache.journal.whenDurable()).toBeUndefined();
  });

  test('a hundred waiters cost two syncs', async () => {
    const { cache, system } = aHandSyncedCache('always');
    const waiting: unknown[] = [cache.journal.whenDurable()];
    await begun();
    for (let index = 0; index < 99; index++) waiting.push(cache.put(`k${index}`).journal.whenDurable());
    system.end();
    system.end();
    await Promise.all(waiting);
    expect(system.pending).toEqual([]);
  });

  test('a caller that cannot wait syncs at once, and answers the others too', async () => {
    const { cache, system } = aHandSyncedCache('always');
    const first = cache.journal.whenDurable();
    await begun();
    cache.put('second');
    const second = cache.journal.whenDurable();
    cache.journal.makeDurable();
    expect(system.syncsNow).toBe(1);
    expect(await settled([first, second])).toEqual([true, true]);
    cache.journal.makeDurable();
    expect(system.syncsNow).toBe(1);
    system.end();
  });

  test('when the sync fails everybody is answered, it is reported once, and nothing more is written or synced', async () => {
    const { cache, system, directory } = aHandSyncedCache('always');
    const deletion = cache.journal.whenDurableOrThrow();
    await begun();
    const waiting: unknown[] = [cache.journal.whenDurable(), cache.put('second').journal.whenDurable()];
    system.end(new Error('EIO: planted'));
    await Promise.all(waiting);
    expect((await errorOf(() => deletion)).code).toBe('SCRUBJAY_NOT_DURABLE');
    expect(cache.reports).toMatchObject([{ code: 'SCRUBJAY_DISK_FAILED', cause: { message: 'EIO: planted' } }]);
    const written = linesOf(directory);
    cache.put('third').use('first');
    expect(cache.journal.whenDurable()).toBeUndefined();
    cache.journal.makeDurable();
    expect([linesOf(directory), system.pending, system.syncsNow]).toEqual([written, [], 0]);
    expect([cache.journal.unpersisted, cache.keys()]).toEqual([1, ['second', 'third', 'first']]);
  });
});

describe('interval and os', () => {
  test('interval: nobody waits, and what was written is synced once a second', () => {
    const { cache, system } = aHandSyncedCache('interval');
    expect(cache.journal.whenDurable()).toBeUndefined();
    cache.journal.makeDurable();
    expect([system.pending, system.syncsNow]).toEqual([[], 0]);
    time.clock.advance(1000);
    expect(system.pending).toHaveLength(1);
    cache.put('second');
    time.clock.advance(1000);
    expect(system.pending).toHaveLength(1);
    system.end();
    time.clock.advance(1000);
    expect(system.pending).toHaveLength(1);
    system.end();
    time.clock.advance(5000);
    expect(system.pending).toHaveLength(0);
  });

  test.each(['interval', 'os'] as const)('%s: what was synced is said when nothing else comes, once, and that is not worth a sync', (durability) => {
    const { cache, system, directory } = aHandSyncedCache(durability);
    cache.put('second');
    time.clock.advance(30_000);
    expect(system.pending).toHaveLength(1);
    system.end();
    time.clock.advance(60_000);
    expect(linesOf(directory).map((line) => [line['t'], line['d']])).toEqual([
      ['put', undefined],
      ['put', undefined],
      ['mark', 2],
    ]);
    expect([system.pending, system.syncsNow]).toEqual([[], 0]);
  });

  test('os: nothing is synced for anybody but by flush and close', async () => {
    const { cache, system } = aHandSyncedCache('os');
    expect(cache.journal.whenDurable()).toBeUndefined();
    time.clock.advance(5000);
    expect([system.pending, system.syncsNow]).toEqual([[], 0]);
    const flushed = cache.journal.flush();
    expect(await settled([flushed])).toEqual([false]);
    system.end();
    await flushed;
    cache.put('second').journal.closeNow();
    expect(system.syncsNow).toBe(1);
  });

  test('the next record after a sync says what is durable, once', () => {
    const { cache, system, directory } = aHandSyncedCache('interval');
    cache.put('second');
    time.clock.advance(1000);
    cache.put('third');
    system.end();
    cache.put('fourth').put('fifth');
    expect(linesOf(directory).map((line) => line['d'])).toEqual([undefined, undefined, undefined, 2, undefined]);
  });
});

describe('flush and close', () => {
  test('flush makes the order of use durable and says so; a second one has nothing to say', async () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory }).put('a').put('b').use('a');
    await cache.journal.flush();
    await cache.journal.flush();
    await cache.journal.flush();
    expect(linesOf(directory)).toMatchObject([{ t: 'put' }, { t: 'put' }, { t: 'hit', i: [1] }, { t: 'mark', d: 3 }]);
    cache.die();
    expect(recovered(directory).contents.map(([key]) => key)).toEqual(['b', 'a']);
  });

  test('flush and close of a cache that has nothing to write write nothing', async () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory }).put('a').die();
    const cache = new DiskCache({ directory });
    await cache.journal.flush();
    time.clock.advance(5000);
    await cache.journal.close();
    expect(logFiles(directory)).toHaveLength(1);
  });

  test('close writes the order of use and its end, and syncs', async () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory }).put('a').put('b').use('a');
    await cache.journal.close();
    expect(linesOf(directory).at(-1)).toMatchObject({ n: 4, t: 'close', d: 3 });
    expect(recovered(directory)).toMatchObject({ report: { outcome: 'clean' } });
    expect(recovered(directory).contents.map(([key]) => key)).toEqual(['b', 'a']);
  });

  test('close waits for the sync under way, and may be called twice at once', async () => {
    const { cache, system } = aHandSyncedCache('interval');
    time.clock.advance(1000);
    const closed = [cache.journal.close(), cache.journal.close()];
    expect([await settled(closed), cache.journal.state]).toEqual([[false, false], 'open']);
    system.end();
    await Promise.all(closed);
    expect(cache.journal.state).toBe('closed');
  });

  test('after close puts stay in memory, and a deletion says that it was not written', async () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory }).put('a');
    await cache.journal.close();
    cache.put('b');
    expect(() => cache.delete('a')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
    expect(cache.keys()).toEqual(['b']);
    expect(recovered(directory).contents).toEqual([['a', 'a!']]);
  });

  test('an ending process closes every open journal; a journal that is closed leaves no timer and no hook', () => {
    const before = process.listeners('exit');
    const timers = time.clock.timers;
    const directories = [temporaryDirectory(), temporaryDirectory()];
    const caches = directories.map((directory) => new DiskCache({ directory }).put('a').put('b').use('a'));
    const hooks = process.listeners('exit').filter((hook) => !before.includes(hook));
    expect([hooks.length, time.clock.timers - timers]).toEqual([1, 1]);
    hooks[0]?.(0);
    for (const directory of directories)
      expect(recovered(directory)).toMatchObject({
        report: { outcome: 'clean' },
        contents: [
          ['b', 'b!'],
          ['a', 'a!'],
        ],
      });
    expect(caches.map((cache) => cache.journal.state)).toEqual(['closed', 'closed']);
    expect([process.listeners('exit'), time.clock.timers]).toEqual([before, timers]);
  });
});

test('before the first record is written, the new directories, the header and the name of the file are durable, and those of its manifest', () => {
  const { files, calls } = faultySystem();
  new DiskCache({ directory: `${temporaryDirectory()}/one/two`, files }).put('a').put('b');
  const synced = ['openSync', 'fsyncSync', 'closeSync'];
  const opening = ['mkdirSync', ...synced, ...synced, 'readdirSync'];
  const begun = ['mkdirSync', 'openSync', 'writeSync', 'fdatasyncSync', ...synced];
  expect(calls).toEqual([...opening, ...begun, ...begun, 'closeSync', 'writeSync', 'writeSync']);
});

test('what was recovered is synced before anybody sees it', () => {
  const directory = temporaryDirectory();
  new DiskCache({ directory }).put('a').die();
  const system = new HandSyncedSystem();
  const cache = new DiskCache({ directory, files: system.files });
  expect([cache.keys(), system.syncsNow]).toEqual([['a'], 1]);
});
