import { appendFileSync, closeSync, copyFileSync, openSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseDirectory } from '../../src/persist/directory-claims';
import { drivers } from '../../src/persist/drivers/index';
import { logFiles, temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { DiskCache, recovered } from './disk-cache';

manualClockForEachTest();

/** Three sessions, each with a file of its own. */
async function threeSessions(): Promise<{ directory: string; files: string[] }> {
  const directory = temporaryDirectory();
  for (const session of ['one', 'two', 'three']) await new DiskCache({ directory, capacity: 10 }).put(session).journal.close();
  return { directory, files: logFiles(directory) };
}

/** What happens when the directory is opened: nothing of it may be served, nothing in it may change. */
function expectRefused(directory: string, code: string, message: RegExp, options: { cacheName?: string; onDamage?: 'refuse' } = {}): void {
  const before = readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')]);
  const cache = new DiskCache({ directory, ...options });
  expect([cache.journal.state, cache.keys()]).toEqual(['refused', []]);
  expect(cache.reports.map((error) => error.code)).toEqual([code]);
  expect(cache.reports[0]?.message).toMatch(message);
  cache.put('in memory only');
  cache.journal.closeNow();
  expect(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')])).toEqual(before);
}

/** What happens when a damaged directory is opened: `keys` are served, and the cache goes on; who does not want that is told the same. */
function expectDamage(directory: string, message: RegExp, keys: readonly string[]): void {
  expectRefused(directory, 'SCRUBJAY_LOG_DAMAGED', message, { onDamage: 'refuse' });
  const cache = new DiskCache({ directory, capacity: 10 });
  expect([cache.journal.state, cache.keys(), cache.journal.recovery?.outcome]).toEqual(['open', keys, 'corrupt']);
  expect(cache.reports.map((error) => error.code)).toEqual(['SCRUBJAY_LOG_DAMAGED']);
  expect(cache.reports[0]?.message).toMatch(message);
  cache.put('new').die();
  const next = new DiskCache({ directory, capacity: 10 });
  expect(next.keys()).toEqual([...keys, 'new']);
  next.die();
}

test('every session writes a file of its own, for its owner only, and they are read in their order', async () => {
  const { directory, files } = await threeSessions();
  expect(files.map((file) => file.slice(directory.length + 1))).toEqual([1, 3, 5].map((id) => `log-00000000000${id}.jsonl`));
  expect(recovered(directory)).toMatchObject({ nextId: 7, report: { files: 3, outcome: 'clean' } });
  expect(recovered(directory).contents.map(([key]) => key)).toEqual(['one', 'two', 'three']);
});

test('missing-file: a gap in the middle is damage', async () => {
  const { directory, files } = await threeSessions();
  rmSync(files[1] as string);
  expectDamage(directory, /log-000000000003.*is missing/, ['three']);
});

test('a missing first file is damage', async () => {
  const { directory, files } = await threeSessions();
  rmSync(files[0] as string);
  expectDamage(directory, /log-000000000001.*is missing/, ['two', 'three']);
});

test('a missing last file is damage, and nothing from before it is served: it may have deleted that', async () => {
  const { directory, files } = await threeSessions();
  rmSync(files[2] as string);
  expectDamage(directory, /log-000000000005.*is missing/, []);
});

test('one manifest may be missing or broken', async () => {
  for (const harm of [(path: string) => rmSync(path), (path: string) => truncateSync(path, 30), (path: string) => writeFileSync(path, 'scribbled\n')]) {
    const { directory } = await threeSessions();
    harm(join(directory, 'manifest-000000000006.jsonl'));
    const cache = new DiskCache({ directory, capacity: 10 });
    expect([cache.keys(), cache.journal.recovery?.outcome]).toEqual([['one', 'two', 'three'], 'clean']);
  }
});

test('a log of another store in the place of ours is damage', async () => {
  const { directory, files } = await threeSessions();
  const other = await threeSessions();
  copyFileSync(other.files[2] as string, files[2] as string);
  expectDamage(directory, /log-000000000005.*header is broken/, []);
});

test('swapped files are damage', async () => {
  const { directory, files } = await threeSessions();
  renameSync(files[0] as string, join(directory, 'aside'));
  renameSync(files[1] as string, files[0] as string);
  renameSync(join(directory, 'aside'), files[1] as string);
  expectDamage(directory, /log-000000000003.*header is broken/, ['three']);
});

test('the content of one file under a new name is nothing', async () => {
  const { directory, files } = await threeSessions();
  copyFileSync(files[0] as string, join(directory, 'log-000000000009.jsonl'));
  expect(new DiskCache({ directory, capacity: 10 }).put('four').keys()).toEqual(['one', 'two', 'three', 'four']);
});

test('a file shorter than the next one knows it to be is damage, at every length', async () => {
  const { directory, files } = await threeSessions();
  const first = readFileSync(files[0] as string);
  for (let length = first.length - 1; length > first.indexOf('\n'); length -= 7) {
    truncateSync(files[0] as string, length);
    const cache = new DiskCache({ directory, capacity: 10 });
    expect([length, cache.keys(), cache.journal.recovery?.outcome]).toEqual([length, ['two', 'three'], 'corrupt']);
    cache.die();
  }
});

test('a file of the right length with other records in it is damage', async () => {
  const { directory, files } = await threeSessions();
  const [header, put, close] = readFileSync(files[0] as string, 'latin1').split('\n') as [string, string, string];
  writeFileSync(files[0] as string, `${header}\n${close}\n${put}\n`, 'latin1');
  expectDamage(directory, new RegExp(`record 1 was durable once and is broken at byte ${header.length + 1}\\.`), ['two', 'three']);
});

test('two-writers: who comes second with the same number runs in memory, and harms nothing', () => {
  const directory = temporaryDirectory();
  const first = new DiskCache({ directory });
  // Another process would not know that this one holds the directory.
  releaseDirectory(directory);
  const second = new DiskCache({ directory });
  first.put('first');
  second.put('second');
  first.put('first again').die();
  expect([second.journal.state, second.keys()]).toEqual(['degraded', ['second']]);
  expect(recovered(directory).contents.map(([key]) => key)).toEqual(['first', 'first again']);
});

test('a second cache of one process in one directory is refused, runs in memory, and harms nothing', async () => {
  const directory = temporaryDirectory();
  const first = new DiskCache({ directory }).put('first');
  const second = new DiskCache({ directory }).put('second');
  expect(second.journal.state).toBe('refused');
  expect(second.reports.map(({ code }) => code)).toEqual(['SCRUBJAY_DIRECTORY_BUSY']);
  expect(() => second.delete('second')).toThrow(/is refused/);
  await second.journal.close();
  await first.put('first again').journal.close();
  const third = new DiskCache({ directory });
  expect([third.journal.state, third.keys()]).toEqual(['open', ['first', 'first again']]);
});

test('two-writers: two files that go on after the same one are damage', async () => {
  const { directory, files } = await threeSessions();
  // What a session writes that does not see the newest log, nor its manifest.
  const other = temporaryDirectory();
  for (const name of readdirSync(directory)) copyFileSync(join(directory, name), join(other, name));
  writeFileSync(join(other, 'log-000000000005.jsonl'), '');
  rmSync(join(other, 'manifest-000000000006.jsonl'));
  await new DiskCache({ directory: other, capacity: 10 }).put('four').journal.close();
  for (const path of logFiles(other).slice(3)) copyFileSync(path, join(directory, path.slice(other.length + 1)));
  for (const name of readdirSync(other)) if (name > 'manifest-000000000006') copyFileSync(join(other, name), join(directory, name));
  expect(logFiles(directory)).toHaveLength(files.length + 1);
  expectDamage(directory, /log-000000000005.*not continued/, []);
});

test('a broken header is damage', async () => {
  const { directory, files } = await threeSessions();
  const bytes = readFileSync(files[2] as string);
  bytes[40] = (bytes[40] as number) ^ 1;
  writeFileSync(files[2] as string, bytes);
  expectDamage(directory, /log-000000000005.*header is broken/, []);
});

test('a file whose making was cut off before its header was whole is passed over, and its number is not used again', async () => {
  const { directory, files } = await threeSessions();
  const header = readFileSync(files[2] as string);
  // Nothing is written to a log before its manifest is durable.
  rmSync(join(directory, 'manifest-000000000006.jsonl'));
  for (const stillborn of [header.subarray(0, header.indexOf('\n')), header.subarray(0, 20), Buffer.alloc(0), Buffer.alloc(700)]) {
    writeFileSync(files[2] as string, stillborn);
    expect(recovered(directory)).toMatchObject({ nextId: 6, report: { files: 2, damage: [] } });
  }
  await new DiskCache({ directory, capacity: 10 }).put('four').journal.close();
  expect(recovered(directory).contents.map(([key]) => key)).toEqual(['one', 'two', 'four']);
  expect(logFiles(directory)).toHaveLength(4);
});

test("another cache's directory is left alone", async () => {
  const { directory } = await threeSessions();
  expectRefused(directory, 'SCRUBJAY_LOG_FOREIGN', /belongs to the cache Users\.find, not to Users\.count/, { cacheName: 'Users.count' });
});

test('logs of another driver are left alone', async () => {
  const { directory } = await threeSessions();
  writeFileSync(join(directory, 'log-000000000004.mpk'), '');
  expectRefused(directory, 'SCRUBJAY_LOG_FOREIGN', /log-000000000004\.mpk, which the driver jsonl does not read/);
});

test('files with other names are not read and not touched', async () => {
  const { directory } = await threeSessions();
  for (const name of ['notes.txt', 'log-1.jsonl', '.log-000000000009.jsonl.swp']) writeFileSync(join(directory, name), 'mine');
  await new DiskCache({ directory, capacity: 10 }).put('four').journal.close();
  expect(recovered(directory).contents).toHaveLength(4);
  expect(readFileSync(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
});

test('a recovery that stops in the middle leaves no file open', async () => {
  const { directory, files } = await threeSessions();
  const freeDescriptor = (): number => {
    const descriptor = openSync(directory, 'r');
    closeSync(descriptor);
    return descriptor;
  };
  const before = freeDescriptor();
  const newest = files[2] as string;
  const { checksum } = drivers.jsonl.readHeader(readFileSync(newest)) as { checksum: number };
  appendFileSync(newest, drivers.jsonl.encodeRecord({ lsn: 7, type: 'merge' as 'clear' }, checksum).bytes);
  for (let round = 0; round < 5; round++) expect(() => recovered(directory)).toThrow(expect.objectContaining({ code: 'SCRUBJAY_LOG_NEWER' }));
  expect(freeDescriptor()).toBe(before);
});

test.each([
  ['jsonl', 'log-000000000001.jsonl', /```jsonl\n([^`]*)```/, (block: string) => Buffer.from(block)],
  ['msgpack', 'log-000000000001.mpk', /```text\n([^`]*)```/, (block: string) => Buffer.from(block.replace(/#.*/g, '').replace(/\s/g, ''), 'hex')],
] as const)('the example of %s in docs/log-format.md is a log, and holds what the page says', (driver, file, block, bytesOf) => {
  const [, example] = block.exec(readFileSync(join(__dirname, '../../docs/log-format.md'), 'utf8')) as unknown as [string, string];
  const directory = temporaryDirectory();
  writeFileSync(join(directory, file), bytesOf(example));
  const cache = new DiskCache({ directory, driver: drivers[driver], signature: 'keys/1 async scope=class (id)', capacity: 2 });
  expect(cache.journal.recovery).toMatchObject({ outcome: 'clean', records: 6, droppedBytes: 0 });
  expect(cache.contents()).toEqual([['id=3', new Map([['joined', new Date(0)]])]]);
});
