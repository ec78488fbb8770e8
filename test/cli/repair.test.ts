import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DriverName, drivers } from '../../src/persist/drivers/index';
import { type Contents, DiskCache } from '../persist/disk-cache';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough } from '../support/thorough';
import { aClosedCache, aCompactedCache, driverNames, filesIn, logsIn, scrubjay } from './command-line';
import '../support/no-locks';

const time = manualClockForEachTest();

/** Bytes between two of those that are broken. */
const STEP = isThorough ? 29 : 997;
const WIDE = 100;

/** A directory with these files, and what a cache finds there. */
function opened(directory: string, driver: DriverName): { state: string; contents: Contents } {
  const cache = new DiskCache({ directory, driver: drivers[driver], capacity: WIDE });
  const { state } = cache.journal;
  const contents = cache.contents();
  cache.die();
  return { state, contents };
}

function copied(files: ReadonlyMap<string, Buffer>): string {
  const directory = temporaryDirectory();
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
  return directory;
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 2;
  return copy;
};

/** Sessions without a compaction, whose records put, replace, delete and clear, and what is there in the end. */
async function sessions(directory: string, driver: DriverName): Promise<Contents> {
  let contents: Contents = [];
  for (let session = 0; session < 3; session++) {
    const cache = new DiskCache({ directory, driver: drivers[driver], capacity: 6 });
    for (let round = 0; round < 9; round++) {
      cache.put(`k${(round * 5 + session) % 8}`, { session, round });
      if (round % 4 === 3) cache.delete(`k${round % 8}`);
    }
    if (session === 0) cache.clear();
    contents = cache.contents();
    await cache.journal.close();
  }
  return contents;
}

describe.each(driverNames)('%s', (driver) => {
  test.each(['sessions', 'compacted'] as const)('flipped-bit, %s: whatever is broken, nothing stale comes back, and the old files are kept', async (kind) => {
    const source = temporaryDirectory();
    let truth: Contents;
    if (kind === 'sessions') truth = await sessions(source, driver);
    else {
      const cache = await aCompactedCache(source, driver);
      truth = cache.contents();
      await cache.journal.close();
    }
    const current = new Map(truth);
    const files = filesIn(source);
    const outcomes = new Set<unknown>();
    for (const [name, bytes] of files) {
      for (let at = 30; at < bytes.length; at += STEP) {
        const broken = new Map(files).set(name, flipped(bytes, at));
        const [directory, other] = [copied(broken), copied(broken)];
        if ((await scrubjay(['verify', directory])).code === 0) continue;
        const { code, json } = await scrubjay(['repair', directory, '--json']);
        expect([name, at, code]).toEqual([name, at, 0]);
        const found = opened(directory, driver);
        outcomes.add(found.contents.length);
        expect([name, at, found.state, found.contents.length]).toEqual([name, at, 'open', json[0]?.['kept']]);
        for (const [key, value] of found.contents) expect([name, at, key, value]).toEqual([name, at, key, current.get(key)]);
        expect((await scrubjay(['verify', directory])).code).toBe(0);
        const kept = readdirSync(join(directory, 'quarantine')).filter((each) => !each.endsWith('report.json'));
        for (const [each, content] of broken)
          expect(readFileSync(join(directory, 'quarantine', kept.find((one) => one.endsWith(`-${each}`)) ?? '')).equals(content)).toBe(true);

        expect((await scrubjay(['repair', other, '--keep-good'])).code).toBe(0);
        const keysKept = opened(other, driver).contents.map(([key]) => key);
        expect(keysKept).toEqual(expect.arrayContaining(found.contents.map(([key]) => key)));
      }
    }
    // Neither everything lost each time nor nothing.
    expect(outcomes.size).toBeGreaterThan(1);
  });

  test('what a lost record may have deleted is dropped; --keep-good keeps it; --dry-run says so and changes nothing', async () => {
    const source = temporaryDirectory();
    const cache = new DiskCache({ directory: source, driver: drivers[driver], capacity: WIDE }).put('old', 1).put('gone', 2);
    cache.delete('gone');
    await cache.put('new', 3).journal.close();
    const [[name, bytes]] = [...filesIn(source)] as [[string, Buffer]];
    const at = bytes.lastIndexOf('gone');
    const broken = new Map([[name, flipped(bytes, at)]]);

    const careful = copied(broken);
    expect((await scrubjay(['repair', careful, '--dry-run', '--json'])).json).toMatchObject([
      { outcome: 'would-repair', kept: 1, suspects: 2, keptSuspects: false },
    ]);
    expect(readdirSync(careful)).toEqual([name]);
    expect((await scrubjay(['repair', careful])).out[0]).toMatch(
      /kept 1 entries; 2 that a lost record may have deleted or replaced are dropped \(--keep-good keeps them\)/,
    );
    expect(opened(careful, driver)).toEqual({ state: 'open', contents: [['new', 3]] });

    const keen = copied(broken);
    expect((await scrubjay(['repair', keen, '--keep-good', '--json'])).json).toMatchObject([{ outcome: 'repaired', kept: 3, suspects: 2, keptSuspects: true }]);
    expect(opened(keen, driver)).toEqual({
      state: 'open',
      contents: [
        ['old', 1],
        ['gone', 2],
        ['new', 3],
      ],
    }); // prettier-ignore
    const [report = ''] = readdirSync(join(keen, 'quarantine')).filter((each) => each.endsWith('-report.json'));
    expect(JSON.parse(readFileSync(join(keen, 'quarantine', report), 'utf8'))).toMatchObject({
      cache: 'Users.find',
      kept: 3,
      quarantine: [expect.stringContaining(name)],
    });
  });

  test('the next file says that records are lost, also when it holds none itself', async () => {
    const directory = temporaryDirectory();
    const options = { directory, driver: drivers[driver], capacity: WIDE };
    new DiskCache(options).put('a').die();
    const second = new DiskCache(options).put('b');
    second.delete('a');
    second.die();
    new DiskCache(options).put('c').die();
    const [, [middle, broken], [last, bytes]] = logsIn(directory) as [unknown, [string, Buffer], [string, Buffer]];
    writeFileSync(join(directory, middle), flipped(broken, broken.length - 5));
    const header = drivers[driver].readHeader(bytes);
    writeFileSync(join(directory, last), bytes.subarray(0, header.kind === 'good' ? header.end : 0));
    expect((await scrubjay(['repair', directory, '--json'])).json).toMatchObject([{ outcome: 'repaired', kept: 0, suspects: 2 }]);
  });

  test('a newest file whose header is broken may have deleted everything', async () => {
    const directory = temporaryDirectory();
    await new DiskCache({ directory, driver: drivers[driver] }).put('a').journal.close();
    await new DiskCache({ directory, driver: drivers[driver] }).put('b').journal.close();
    const [, [name, bytes]] = [...filesIn(directory)] as [unknown, [string, Buffer]];
    writeFileSync(join(directory, name), flipped(bytes, 30));
    expect((await scrubjay(['repair', directory, '--json'])).json).toMatchObject([{ outcome: 'repaired', kept: 0, suspects: 1 }]);
    expect(opened(directory, driver)).toEqual({ state: 'open', contents: [] });
  });

  test('a repaired cache goes on, is compacted, and can be repaired again', async () => {
    const directory = temporaryDirectory();
    await sessions(directory, driver);
    for (let round = 0; round < 3; round++) {
      time.clock.advance(1000);
      const [name, bytes] = [...filesIn(directory)].sort(([, one], [, other]) => other.length - one.length)[0] as [string, Buffer];
      writeFileSync(join(directory, name), flipped(bytes, bytes.length >> 1));
      expect(await scrubjay(['repair', directory, '--json'])).toMatchObject({ err: '', json: [{ outcome: 'repaired' }] });
      const cache = await aCompactedCache(directory, driver);
      const contents = cache.contents();
      expect([cache.journal.state, cache.reports]).toEqual(['open', []]);
      await cache.journal.close();
      expect(opened(directory, driver).contents).toEqual(contents);
    }
  });
});

test('where nothing is damaged, nothing is done', async () => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'jsonl');
  const before = filesIn(directory);
  expect(await scrubjay(['repair', directory])).toMatchObject({ code: 0, out: ['Users.find: nothing to repair, 3 entries'] });
  expect(filesIn(directory)).toEqual(before);
});

test('without a good header nothing can be kept: exit code 2, and nothing is changed', async () => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'jsonl');
  for (const [name, bytes] of filesIn(directory)) writeFileSync(join(directory, name), flipped(bytes, 30));
  const broken = filesIn(directory);
  expect(await scrubjay(['repair', directory])).toMatchObject({ code: 2, out: [expect.stringContaining('no file has a good header')] });
  expect(filesIn(directory)).toEqual(broken);
});

test('a directory that is held is not repaired', async () => {
  const directory = temporaryDirectory();
  mkdirSync(directory, { recursive: true });
  const cache = new DiskCache({ directory }).put('a');
  expect(await scrubjay(['repair', directory])).toMatchObject({ code: 1, err: expect.stringContaining('is held by another cache of this process') });
  cache.die();
});
