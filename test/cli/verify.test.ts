import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drivers } from '../../src/persist/drivers/index';
import { DiskCache } from '../persist/disk-cache';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough } from '../support/thorough';
import { aClosedCache, aCompactedCache, driverNames, filesIn, logsIn, scrubjay } from './command-line';

manualClockForEachTest();

/** Bytes between two of those that are broken. */
const STEP = isThorough ? 5 : 71;

interface Finding {
  readonly kind: string;
  readonly file: string;
  readonly byteOffset: number;
  readonly bytes: number;
  readonly records?: number;
}

const verified = async (directory: string): Promise<{ code: number; isGood: unknown; entries: unknown; dropped: unknown; findings: Finding[] }> => {
  const { code, json } = await scrubjay(['verify', directory, '--json']);
  const { isGood, entries, dropped, findings } = json[0] as { isGood: boolean; entries: number; dropped: number; findings: Finding[] };
  return { code, isGood, entries, dropped, findings };
};

describe.each(driverNames)('%s', (driver) => {
  test('flipped-bit: is found in every file, wherever it is, with file and byte offset', async () => {
    const directory = temporaryDirectory();
    await (await aCompactedCache(directory, driver)).journal.close();
    const files = filesIn(directory);
    expect([...files.keys()].filter((name) => name.startsWith('snap-')).length).toBeGreaterThan(1);
    for (const [name, bytes] of files) {
      // A broken length in a header, and the end of a snapshot, may look like a file that was cut off.
      const first = driver === 'msgpack' ? 20 : 0;
      const last = name.startsWith('snap-') ? bytes.length - 20 : bytes.length - 1;
      for (let at = first; at < last; at += STEP) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ 2;
        writeFileSync(join(directory, name), flipped);
        // The close record is the last one, and nothing behind it says that it was durable.
        const isTail = name === [...files.keys()].filter((each) => each.startsWith('log-')).at(-1) && at > bytes.length - 60;
        const { code, findings } = await verified(directory);
        if (isTail && code === 0) continue;
        const inThisFile = findings.filter(({ file, kind }) => kind === 'damage' && file === join(directory, name));
        expect([name, at, code, inThisFile.length]).toEqual([name, at, 2, 1]);
        const { byteOffset, bytes: length } = inThisFile[0] as Finding;
        expect(byteOffset).toBeLessThanOrEqual(at);
        expect(byteOffset + length).toBeGreaterThan(at);
        const { code: other, out } = await scrubjay(['verify', directory]);
        expect([other, out[1]]).toEqual([2, expect.stringContaining(`DAMAGE: ${name} at byte ${byteOffset}, ${length} bytes`)]);
      }
      writeFileSync(join(directory, name), bytes);
    }
    expect(await verified(directory)).toMatchObject({ code: 0, isGood: true, dropped: 0, findings: [] });
  });

  test('the lost records are counted', async () => {
    const directory = temporaryDirectory();
    await aClosedCache(directory, driver);
    const [[name, bytes]] = [...filesIn(directory)] as [[string, Buffer]];
    const header = drivers[driver].readHeader(bytes);
    const first = header.kind === 'good' ? header.end : 0;
    writeFileSync(join(directory, name), bytes.fill(1, first + 3, first + 1100));
    const { findings } = await verified(directory);
    expect(findings).toMatchObject([{ kind: 'damage', byteOffset: first, records: expect.any(Number) }]);
    expect(findings[0]?.records).toBeGreaterThan(1);
  });

  test('damage to a file that is not needed is damage, and it is said that all entries are served', async () => {
    const directory = temporaryDirectory();
    await (await aCompactedCache(directory, driver)).journal.close();
    const [name, bytes] = [...filesIn(directory)].find(([each]) => each.startsWith('log-')) as [string, Buffer];
    writeFileSync(join(directory, name), bytes.fill(1, bytes.length - 20));
    expect(await verified(directory)).toMatchObject({ code: 2, isGood: false, entries: 6, dropped: 0 });
    expect(await scrubjay(['keys', directory])).toMatchObject({ code: 0, err: '' });
  });

  test('torn-tail: cut off at any byte, it is torn and the exit code is 0', async () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory, driver: drivers[driver] }).put('a').put('b').die();
    const [[name, bytes]] = [...filesIn(directory)] as [[string, Buffer]];
    const [, [manifest, manifestBytes]] = [...filesIn(directory)] as [unknown, [string, Buffer]];
    const header = drivers[driver].readHeader(bytes);
    for (let length = 0; length < bytes.length; length += isThorough ? 1 : 7) {
      writeFileSync(join(directory, name), bytes.subarray(0, length));
      // The manifest is made when the header is durable.
      if (header.kind === 'good' && length >= header.end) writeFileSync(join(directory, manifest), manifestBytes);
      else rmSync(join(directory, manifest), { force: true });
      const { code, findings } = await verified(directory);
      expect([length, code, findings.filter(({ kind }) => kind !== 'torn')]).toEqual([length, 0, []]);
    }
    writeFileSync(join(directory, name), Buffer.concat([bytes, Buffer.alloc(5000)]));
    expect(await verified(directory)).toMatchObject({ code: 0, findings: [{ kind: 'torn', byteOffset: bytes.length, bytes: 5000 }] });
  });

  test('a tail that a crash left behind stays torn when the next session has gone on', async () => {
    const directory = temporaryDirectory();
    new DiskCache({ directory, driver: drivers[driver] }).put('a').put('b').die();
    const [[name, bytes]] = [...filesIn(directory)] as [[string, Buffer]];
    truncateSync(join(directory, name), bytes.length - 3);
    await new DiskCache({ directory, driver: drivers[driver] }).put('c').journal.close();
    expect(await verified(directory)).toMatchObject({ code: 0, findings: [{ kind: 'torn' }] });
    appendFileSync(join(directory, name), 'more');
    expect(await verified(directory)).toMatchObject({ code: 0 });
  });

  test('a snapshot without its end is unfinished, which is normal', async () => {
    const directory = temporaryDirectory();
    await (await aCompactedCache(directory, driver)).journal.close();
    const [name, bytes] = [...filesIn(directory)].filter(([each]) => each.startsWith('snap-')).at(-1) as [string, Buffer];
    truncateSync(join(directory, name), bytes.length >> 1);
    expect(await verified(directory)).toMatchObject({ code: 0, dropped: 0, findings: [{ kind: 'unfinished', file: join(directory, name) }] });
  });

  test('a file that is missing is damage', async () => {
    const directory = temporaryDirectory();
    for (const key of ['a', 'b', 'c']) await new DiskCache({ directory, driver: drivers[driver] }).put(key).journal.close();
    const paths = logsIn(directory).map(([name]) => join(directory, name));
    const contents = paths.map((path) => readFileSync(path));
    for (const [index, path] of paths.entries()) {
      rmSync(path);
      expect(await verified(directory)).toMatchObject({
        code: 2,
        entries: 2 - index,
        dropped: index,
        findings: [{ kind: 'damage', file: path, byteOffset: 0, what: 'the file is missing' }],
      });
      writeFileSync(path, contents[index] as Buffer);
    }
  });
});

test('two sessions that went on after the same file are damage', async () => {
  const [one, other] = [temporaryDirectory(), temporaryDirectory()];
  await new DiskCache({ directory: one }).put('a').journal.close();
  for (const [name, bytes] of filesIn(one)) writeFileSync(join(other, name), bytes);
  await new DiskCache({ directory: one }).put('b').journal.close();
  // A number that is taken makes the other session begin its file with the next one.
  writeFileSync(join(other, logsIn(one).at(-1)?.[0] as string), '');
  await new DiskCache({ directory: other }).put('x').journal.close();
  const [name, bytes] = logsIn(other).at(-1) as [string, Buffer];
  writeFileSync(join(one, name), bytes);
  expect(await verified(one)).toMatchObject({
    code: 2,
    entries: 0,
    dropped: 2,
    findings: [{ kind: 'damage', what: expect.stringContaining('two processes') }],
  });
  expect((await scrubjay(['repair', one, '--json'])).json).toMatchObject([{ outcome: 'repaired', kept: 0, suspects: 2 }]);
  expect(await scrubjay(['keys', one])).toMatchObject({ code: 0, out: [] });
});

test('what a damaged directory holds is printed without what the damage may have touched, and it is said', async () => {
  const directory = temporaryDirectory();
  for (const key of ['a', 'b']) await new DiskCache({ directory }).put(key).journal.close();
  const [[name, bytes]] = logsIn(directory) as [[string, Buffer]];
  writeFileSync(join(directory, name), bytes.fill('#', 20, 30));
  for (const command of ['keys', 'export'])
    expect(await scrubjay([command, directory])).toMatchObject({ code: 2, out: [expect.stringContaining('b')], err: expect.stringContaining('is damaged') });
});

test('a header that is broken in every file: nobody can tell whose it is, and that is damage', async () => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'jsonl');
  for (const [name, bytes] of filesIn(directory)) writeFileSync(join(directory, name), bytes.fill('#', 20, 30));
  expect(await verified(directory)).toMatchObject({ code: 2, entries: 0, findings: [{ byteOffset: 0 }, { byteOffset: 0 }] });
  for (const command of ['keys', 'export'])
    expect(await scrubjay([command, directory])).toMatchObject({ code: 2, out: [], err: expect.stringMatching(/no file of .* has a good header/) });
  expect(await scrubjay(['inspect', directory, '--json'])).toMatchObject({ code: 2, json: [{ health: 'damaged' }] });
});
