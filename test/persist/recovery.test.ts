import { readdirSync, statSync, truncateSync } from 'node:fs';
import { logFiles, temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { testThoroughly } from '../support/thorough';
import { DiskCache, headerBytes, recovered } from './disk-cache';

const time = manualClockForEachTest();

test('a session that ended in order is reported as clean, and so is an empty directory as empty', async () => {
  const directory = temporaryDirectory();
  expect(recovered(directory)).toMatchObject({ contents: [], nextId: 1, report: { outcome: 'empty', files: 0 } });
  expect(recovered(`${directory}/missing`)).toMatchObject({ contents: [], report: { outcome: 'empty' } });
  const cache = new DiskCache({ directory }).put('a').put('b').use('a');
  await cache.journal.close();
  expect(recovered(directory)).toMatchObject({
    contents: [
      ['b', 'b!'],
      ['a', 'a!'],
    ],
    report: { outcome: 'clean', entries: 2 },
  });
});

test('a session that wrote nothing leaves nothing', async () => {
  const directory = temporaryDirectory();
  await new DiskCache({ directory }).journal.close();
  expect(readdirSync(directory)).toEqual([]);
});

test('a session that only used entries leaves their order behind, however it ends in order', async () => {
  for (const end of ['close', 'closeNow', 'flush', 'tick'] as const) {
    const directory = temporaryDirectory();
    new DiskCache({ directory }).put('a').put('b').put('c').die();
    const cache = new DiskCache({ directory }).use('b').use('a');
    await cache.journal[end]();
    cache.die();
    expect([end, recovered(directory).contents.map(([key]) => key)]).toEqual([end, ['c', 'b', 'a']]);
  }
});

describe('what the log says is what comes back', () => {
  test('an entry past its time is not served after a restart', () => {
    const directory = temporaryDirectory();
    const first = new DiskCache({ directory, ttlMs: 1000 }).put('old');
    time.clock.advance(600);
    first.put('young').die();
    time.clock.advance(400);
    expect(new DiskCache({ directory, ttlMs: 1000 }).contents()).toEqual([['young', 'young!']]);
  });

  test('what a smaller capacity dropped stays away when the capacity grows again', () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory, capacity: 5 }).put('a').put('b').put('c').put('d').put('e').die();
    const small = new DiskCache({ directory, capacity: 2 });
    expect(small.keys()).toEqual(['d', 'e']);
    small.delete('e');
    expect(small.delete('a')).toBe(false);
    small.die();
    expect(new DiskCache({ directory, capacity: 5 }).keys()).toEqual(['d']);
  });

  test('a capacity lowered by thousands of long keys fits into records', () => {
    const directory = temporaryDirectory();
    const large = new DiskCache({ directory, capacity: 2500 });
    for (let index = 0; index < 2500; index++) large.put(`${index}`, 0);
    large.die();
    const small = new DiskCache({ directory, capacity: 1 });
    expect([small.keys(), small.journal.recordsWritten]).toEqual([['2499'], 3]);
    expect(recovered(directory).contents).toEqual([['2499', 0]]);
  });

  test('a put of a value that cannot be written takes the old entry, and the one it drops, from the disk', () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory }).put('a').put('b').put('c');
    cache.put('b', () => 1).put('d', () => 2);
    expect(cache.keys()).toEqual(['c', 'b', 'd']);
    expect(cache.reports).toMatchObject([{ code: 'SCRUBJAY_VALUE_REFUSED' }]);
    cache.use('b').use('c').put('e').use('d');
    cache.journal.closeNow();
    expect(recovered(directory).contents).toEqual([
      ['c', 'c!'],
      ['e', 'e!'],
    ]);
    expect(cache.journal.unpersisted).toBe(2);
  });
});

describe('a changed signature', () => {
  const kept = (directory: string, signature: string): { cache: DiskCache; keys: string[] } => {
    const cache = new DiskCache({ directory, signature });
    return { cache, keys: cache.keys() };
  };

  test('nothing is taken over, and going back brings nothing back', () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory }).put('a').die();
    const renamed = kept(directory, 'keys/1 (userId)');
    expect([renamed.keys, renamed.cache.journal.recovery?.outcome]).toEqual([[], 'other-signature']);
    renamed.cache.put('b').die();
    expect(kept(directory, 'keys/1 (userId)').keys).toEqual(['b']);
    expect(kept(directory, 'keys/1').keys).toEqual([]);
    expect(kept(directory, 'keys/1').keys).toEqual([]);
  });

  test('a deletion under the new signature holds for old entries too', () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory }).put('a').die();
    const renamed = kept(directory, 'keys/1 (userId)').cache;
    renamed.delete('a');
    renamed.die();
    expect(kept(directory, 'keys/1').keys).toEqual([]);
  });

  test('a kill at any byte of the first file under the new signature brings nothing back', () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory }).put('a').put('b').die();
    kept(directory, 'keys/1 (userId)').cache.put('c').die();
    const file = logFiles(directory).at(-1) as string;
    for (let length = statSync(file).size; length >= headerBytes(file); length--) {
      truncateSync(file, length);
      expect(recovered(directory)).toMatchObject({ contents: [], report: { outcome: 'other-signature' } });
      const keys = new Set(kept(directory, 'keys/1 (userId)').keys);
      expect([...keys].filter((key) => key !== 'c')).toEqual([]);
    }
  });
});

describe('chunks', () => {
  const MIB = 1024 * 1024;

  test('records that lie across the places where reading stops are whole', () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, capacity: 1000 });
    for (let index = 0; index < 40; index++) cache.put(`k${index}`, 'x'.repeat(99_989 + index));
    cache.die();
    const found = recovered(directory);
    expect(found.contents.map(([key, value]) => [key, (value as string).length])).toEqual(
      Array.from({ length: 40 }, (_, index) => [`k${index}`, 99_989 + index]),
    );
  });

  test('a record that ends exactly where reading stops, or a byte before or after it, is whole', () => {
    for (const difference of [-1, 0, 1]) {
      const directory = temporaryDirectory();
      new DiskCache({ directory }).put('a', '').put('b', '').die();
      const file = logFiles(directory).at(-1) as string;
      const between = statSync(file).size - headerBytes(file);
      const other = temporaryDirectory();
      new DiskCache({ directory: other, leastLogBytes: Number.POSITIVE_INFINITY })
        .put('a', 'x'.repeat(MIB + difference - between))
        .put('b', '')
        .put('c', 'last')
        .die();
      const size = statSync(logFiles(other).at(-1) as string).size;
      expect(size).toBeGreaterThan(MIB);
      expect(recovered(other)).toMatchObject({ report: { outcome: 'unclean', records: 3 } });
    }
  });

  test('a record longer than a chunk is read, and so is what follows it', () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory })
      .put('a')
      .put('long', 'y'.repeat(5 * MIB))
      .put('b')
      .die();
    const { contents } = recovered(directory);
    expect(contents.map(([key, value]) => [key, (value as string).length])).toEqual([
      ['a', 2],
      ['long', 5 * MIB],
      ['b', 2],
    ]);
  });

  testThoroughly('what follows a record near the longest length is read', () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory })
      .put('long', 'z'.repeat(33 * MIB))
      .put('longer', 'z'.repeat(34 * MIB))
      .put('b')
      .die();
    expect(recovered(directory)).toMatchObject({ report: { outcome: 'unclean', records: 3, droppedBytes: 0 } });
  });

  test('a value too long for a record stays in memory', () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory })
      .put('a')
      .put('long', 'z'.repeat(64 * MIB))
      .put('b');
    expect(cache.keys()).toEqual(['a', 'long', 'b']);
    expect([cache.journal.state, cache.reports.map((error) => error.code)]).toEqual(['open', ['SCRUBJAY_VALUE_REFUSED']]);
    cache.die();
    expect(recovered(directory).contents).toEqual([
      ['a', 'a!'],
      ['b', 'b!'],
    ]);
  });
});
