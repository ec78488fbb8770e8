import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realFileSystem } from '../../src/persist/file-system';
import { Quarantine } from '../../src/persist/quarantine';
import { logFiles, temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough } from '../support/thorough';
import { type Contents, DiskCache, frameEnds, headerBytes, recovered } from './disk-cache';

const time = manualClockForEachTest();

/** What was true when the file had this length. */
interface Moment {
  readonly bytes: number;
  readonly contents: Contents;
}

/** A session that writes records of every type and is killed; every deed is one record, and every moment is remembered. */
async function aSession(directory: string): Promise<{ file: string; moments: Moment[] }> {
  const cache = new DiskCache({ directory });
  const moments: Moment[] = [];
  const file = (): string => logFiles(directory).at(-1) as string;
  const remember = (): void => {
    moments.push({ bytes: statSync(file()).size, contents: cache.contents() });
  };
  for (const key of ['a', 'b', 'c', 'd']) {
    cache.put(key);
    remember();
  }
  for (const key of ['b', 'c', 'b']) {
    cache.use(key);
    cache.journal.tick();
    remember();
  }
  cache.put('b', new Map([['again', undefined]]));
  remember();
  cache.delete('c');
  remember();
  await cache.journal.flush();
  remember();
  cache.put('e');
  remember();
  cache.put('f', 'ü'.repeat(20));
  remember();
  cache.clear();
  remember();
  cache.put('g');
  remember();
  cache.die();
  return { file: file(), moments };
}

test('everything a killed session wrote is there, in order, and the report says that it was not closed', async () => {
  const directory = temporaryDirectory();
  const { moments } = await aSession(directory);
  expect(recovered(directory)).toMatchObject({
    contents: moments.at(-1)?.contents,
    report: { outcome: 'unclean', files: 1, droppedBytes: 0, droppedRecords: 0, entries: 1 },
  });
});

describe('a torn tail', () => {
  test('torn-tail: cut off at any byte, what is recovered is the state after the last whole record', async () => {
    const directory = temporaryDirectory();
    const { file, moments } = await aSession(directory);
    const bytes = readFileSync(file);
    const header = headerBytes(file);
    const ends = frameEnds(bytes);
    for (let length = 0; length <= bytes.length; length += isThorough ? 1 : 5) {
      writeFileSync(file, bytes.subarray(0, length));
      const found = recovered(directory);
      const end = Math.max(0, ...ends.filter((each) => each <= length));
      expect([length, found.report.outcome]).toEqual([length, length < header ? 'corrupt' : length > end ? 'torn' : 'unclean']);
      expect(found.report.droppedBytes).toBe(length < header ? 0 : length - end);
      expect([length, found.contents]).toEqual([length, moments.find((moment) => moment.bytes === end)?.contents ?? []]);
    }
  });

  test.each<[string, (bytes: Buffer, from: number) => Buffer]>([
    ['zeros', (bytes, from) => bytes.fill(0, from)],
    ['zeros beyond the end', (bytes) => Buffer.concat([bytes, Buffer.alloc(5000)])],
    ['garbage', (bytes, from) => Buffer.concat([bytes.subarray(0, from), Buffer.from('\xff{"c":"\n\n{"c":"00000000","n":12}\n\0'.repeat(9), 'latin1')])],
    ['a hole before good records', (bytes, from) => bytes.fill(0, from, from + 20)],
    ['the text of another file', (bytes, from) => Buffer.concat([bytes.subarray(0, from), bytes])],
  ])('%s', async (_what, tear) => {
    const directory = temporaryDirectory();
    const { file, moments } = await aSession(directory);
    const bytes = readFileSync(file);
    // Nothing durable stands behind this point: flush() was called before.
    const moment = moments.at(-3) as Moment;
    const torn = tear(Buffer.from(bytes), moment.bytes);
    writeFileSync(file, torn);
    const found = recovered(directory);
    const kept = moments.filter(({ bytes: end }) => torn.subarray(0, end).equals(bytes.subarray(0, end))).at(-1) as Moment;
    expect(found.contents).toEqual(kept.contents);
    expect(found.report).toMatchObject({ outcome: 'torn', droppedBytes: torn.length - kept.bytes });
    expect(readFileSync(file)).toEqual(torn);
  });

  test('good records behind a hole are counted, not taken over', async () => {
    const directory = temporaryDirectory();
    const { file, moments } = await aSession(directory);
    const bytes = readFileSync(file);
    const from = moments.at(-3)?.bytes as number;
    writeFileSync(file, bytes.fill(1, from, from + 5));
    expect(recovered(directory)).toMatchObject({ contents: moments.at(-3)?.contents, report: { outcome: 'torn', droppedRecords: 1 } });
  });

  test('the next session goes on in a file of its own, and the one after it finds what both wrote', async () => {
    const directory = temporaryDirectory();
    const { file, moments } = await aSession(directory);
    truncateSync(file, statSync(file).size - 5);
    const torn = readFileSync(file);
    const second = new DiskCache({ directory });
    expect(second.journal.recovery).toMatchObject({ outcome: 'torn' });
    expect(second.contents()).toEqual(moments.at(-2)?.contents);
    second.put('x').put('y').use('x');
    await second.journal.close();
    expect(new DiskCache({ directory }).contents()).toEqual([
      ['y', 'y!'],
      ['x', 'x!'],
    ]);
    expect(readFileSync(file)).toEqual(torn);
    expect(recovered(directory).report).toMatchObject({ outcome: 'clean', files: 2 });
  });

  test('any number of torn sessions in a row lose nothing but their torn records', () => {
    const directory = temporaryDirectory();
    for (let session = 0; session < 10; session++) {
      const cache = new DiskCache({ directory, capacity: 100 }).put(`kept ${session}`).put(`torn ${session}`);
      cache.die();
      const file = logFiles(directory).at(-1) as string;
      truncateSync(file, statSync(file).size - 1 - session);
    }
    expect(recovered(directory).contents.map(([key]) => key)).toEqual(Array.from({ length: 10 }, (_, session) => `kept ${session}`));
  });
});

describe('damage to bytes that were durable', () => {
  /** A log with a mark, which says that everything before it is durable, and four records behind it. */
  async function durable(): Promise<{ directory: string; file: string; bytes: Buffer; told: number }> {
    const directory = temporaryDirectory();
    const { file } = await aSession(directory);
    const bytes = readFileSync(file);
    return { directory, file, bytes, told: frameEnds(bytes).at(-6) as number };
  }

  test('flipped-bit: is found wherever it is; what was put behind it is served, and no file is touched', async () => {
    const { directory, file, bytes, told } = await durable();
    const starts = frameEnds(bytes).filter((start) => start <= told);
    const header = starts[0] as number;
    for (let at = header; at < (starts.at(-1) as number); at += isThorough ? 3 : 13) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 4;
      writeFileSync(file, flipped);
      const cache = new DiskCache({ directory });
      expect([at, cache.journal.state, cache.contents()]).toEqual([at, 'open', [['g', 'g!']]]);
      expect(cache.reports).toMatchObject([
        { code: 'SCRUBJAY_LOG_DAMAGED', message: expect.stringContaining(`at byte ${starts.filter((start) => start <= at).at(-1)}.`) },
      ]);
      cache.die();
      expect(readFileSync(file)).toEqual(flipped);
    }
    expect(logFiles(directory)).toEqual([file]);
  });

  /** Five records that are durable, and one that is not known to be; `at(n)` is in the middle of record n. */
  async function deleted(): Promise<{ directory: string; damage: (record: number) => void }> {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, capacity: 10 });
    cache.put('kept').put('deleted').put('replaced', 'old').delete('deleted');
    cache.put('replaced', 'new').put('behind');
    await cache.journal.flush();
    cache.put('last').die();
    const file = logFiles(directory).at(-1) as string;
    return {
      directory,
      damage: (record) => {
        const bytes = readFileSync(file);
        bytes.fill('#', (frameEnds(bytes)[record - 1] as number) + 20, (frameEnds(bytes)[record - 1] as number) + 23);
        writeFileSync(file, bytes);
      },
    };
  }

  test('what a lost record may have deleted or replaced is not served any more, and what came behind it is', async () => {
    for (const [record, kept] of [
      [1, ['replaced', 'behind', 'last']],
      [4, ['replaced', 'behind', 'last']],
      [5, ['behind', 'last']],
      [6, ['last']],
    ] as const) {
      const { directory, damage } = await deleted();
      damage(record);
      const cache = new DiskCache({ directory, capacity: 10 });
      expect([record, cache.keys(), cache.journal.recovery?.outcome]).toEqual([record, kept, 'corrupt']);
      cache.put('new').delete('last');
      cache.die();
      expect(new DiskCache({ directory, capacity: 10 }).keys()).toEqual([...kept.slice(0, -1), 'new']);
    }
  });

  test("onDamage: 'salvage' keeps what stands before a missing file, also when the logs have been compacted", async () => {
    const directory = temporaryDirectory();
    for (const key of ['a', 'b', 'c']) await new DiskCache({ directory, capacity: 10 }).put(key).journal.close();
    rmSync(logFiles(directory)[1] as string);
    const cache = new DiskCache({ directory, capacity: 10, onDamage: 'salvage' });
    expect([cache.keys(), cache.journal.recovery?.outcome]).toEqual([['a', 'c'], 'corrupt']);
    for (let turns = 0; turns < 100; turns++) {
      cache.journal.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await cache.journal.close();
    const again = new DiskCache({ directory, capacity: 10 });
    expect([again.keys(), again.journal.recovery?.outcome, cache.reports.length]).toEqual([['a', 'c'], 'clean', 1]);
  });

  test("onDamage: 'salvage' keeps them, 'refuse' serves nothing and writes nothing", async () => {
    const { directory, damage } = await deleted();
    damage(5);
    const refused = new DiskCache({ directory, capacity: 10, onDamage: 'refuse' });
    expect([refused.journal.state, refused.keys()]).toEqual(['refused', []]);
    expect(refused.reports).toMatchObject([{ code: 'SCRUBJAY_LOG_DAMAGED' }]);
    refused.put('in memory only');
    expect(() => refused.delete('in memory only')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
    refused.die();
    const salvaged = new DiskCache({ directory, capacity: 10, onDamage: 'salvage' });
    expect(salvaged.contents()).toEqual([
      ['kept', 'kept!'],
      ['replaced', 'old'],
      ['behind', 'behind!'],
      ['last', 'last!'],
    ]);
  });

  test('quarantine keeps the newest files, four of them at most and 64 MiB, and the newest one whatever its length', () => {
    const directory = temporaryDirectory();
    const damage = (name: string, bytes: number): void => {
      const path = join(directory, name);
      writeFileSync(path, '');
      truncateSync(path, bytes);
      time.clock.advance(1000);
      new Quarantine(realFileSystem, directory, [path]).takeAll();
    };
    const kept = (): string[] =>
      readdirSync(join(directory, 'quarantine'))
        .sort()
        .map((name) => name.replace(/.*Z-/, ''));
    for (const name of ['a', 'b', 'c', 'd', 'e']) damage(name, 1000);
    expect(kept()).toEqual(['b', 'c', 'd', 'e']);
    damage('large', 60 * 1024 * 1024);
    expect(kept()).toEqual(['c', 'd', 'e', 'large']);
    damage('more', 5 * 1024 * 1024);
    expect(kept()).toEqual(['more']);
    damage('huge', 100 * 1024 * 1024);
    expect(kept()).toEqual(['huge']);
  });

  test('what is good is written anew at once, the damaged file is kept in quarantine, and the next start finds nothing wrong', async () => {
    const { directory, damage } = await deleted();
    damage(1);
    const cache = new DiskCache({ directory, capacity: 10 });
    const file = logFiles(directory)[0] as string;
    const evidence = readFileSync(file);
    cache.journal.tick();
    cache.journal.tick();
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    await cache.journal.close();
    const quarantine = join(directory, 'quarantine');
    expect(readdirSync(quarantine)).toEqual([expect.stringMatching(/^[-\dT.]+.*Z-log-000000000001\.\w+$/)]);
    expect(readFileSync(join(quarantine, readdirSync(quarantine)[0] as string))).toEqual(evidence);
    const next = new DiskCache({ directory, capacity: 10 });
    expect([next.keys(), next.journal.recovery?.outcome, next.reports]).toEqual([['replaced', 'behind', 'last'], 'clean', []]);
  });

  test('a missing piece is damage', async () => {
    const { directory, file, bytes } = await durable();
    writeFileSync(file, Buffer.concat([bytes.subarray(0, headerBytes(file)), bytes.subarray(frameEnds(bytes)[1])]));
    expect(new DiskCache({ directory }).reports).toMatchObject([{ code: 'SCRUBJAY_LOG_DAMAGED' }]);
  });

  test('behind a torn tail that the next session has left behind, a later tear is a tear', async () => {
    const { directory, file } = await durable();
    truncateSync(file, statSync(file).size - 3);
    new DiskCache({ directory }).put('x').put('y').die();
    const last = logFiles(directory).at(-1) as string;
    truncateSync(last, statSync(last).size - 3);
    expect(recovered(directory)).toMatchObject({ report: { outcome: 'torn', files: 2 } });
    appendFileSync(file, 'scribbled behind the end that the second file knows');
    expect(recovered(directory).contents.map(([key]) => key)).toEqual(['x']);
  });
});
