import { join } from 'node:path';
import { piecesOf, scanDirectory } from '../../src/cli/scan';
import { drivers } from '../../src/persist/drivers/index';
import { realFileSystem } from '../../src/persist/file-system';
import type { LogFile } from '../../src/persist/log-files';
import { DiskCache } from '../persist/disk-cache';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { aClosedCache, aCompactedCache, driverNames, filesIn, scrubjay } from './command-line';
import '../support/no-locks';

manualClockForEachTest();

describe.each(driverNames)('%s', (driver) => {
  const open = (directory: string): DiskCache => new DiskCache({ directory, driver: drivers[driver], capacity: 100 });

  test('compact: one snapshot takes the place of all files, and holds the same in the same order', async () => {
    const directory = temporaryDirectory();
    for (let session = 0; session < 3; session++) await (await aCompactedCache(directory, driver)).journal.close();
    const contents = open(directory);
    contents.use(contents.keys()[0] as string);
    const wanted = contents.contents();
    await contents.journal.close();
    const before = filesIn(directory);
    const { code, json } = await scrubjay(['compact', directory, '--json']);
    const after = filesIn(directory);
    const bytes = [...after.values()].reduce((sum, { length }) => sum + length, 0);
    expect([code, json[0]]).toEqual([0, { cache: 'Users.find', directory, entries: wanted.length, bytesBefore: expect.any(Number), bytesAfter: bytes }]);
    expect(bytes).toBeLessThan(json[0]?.['bytesBefore'] as number);
    expect([...after.keys()].map((name) => name.replace(/\d+/, '#'))).toEqual([
      `log-#${drivers[driver].fileExtension}`,
      `manifest-#${drivers[driver].fileExtension}`,
      `snap-#${drivers[driver].fileExtension}`,
    ]);
    for (const name of before.keys()) expect(after.has(name)).toBe(false);
    const snapshot = scanDirectory(directory).find(({ kind }) => kind === 'snapshot');
    const lsns = [...piecesOf(drivers[driver], snapshot?.log as LogFile)].flatMap(({ record }) => (record?.type === 'put' ? [record.lsn] : []));
    expect(lsns).toEqual([...lsns].sort((one, other) => one - other));
    expect((await scrubjay(['verify', directory])).code).toBe(0);
    const again = open(directory);
    expect([again.journal.state, again.journal.recovery?.outcome, again.contents()]).toEqual(['open', 'clean', wanted]);
    again.put('more');
    await again.journal.close();
    expect(open(directory).contents()).toEqual([...wanted, ['more', 'more!']]);
  });

  test('compact: the marks of an eviction policy are kept', async () => {
    const directory = temporaryDirectory();
    const { policies } = await import('../../src/memory/index');
    const options = { directory, driver: drivers[driver], capacity: 3, policy: policies.lfu };
    const cache = new DiskCache(options).put('often').put('once').put('twice');
    for (const key of ['often', 'often', 'often', 'once', 'twice', 'twice']) cache.use(key);
    await cache.journal.close();
    await scrubjay(['compact', directory]);
    const again = new DiskCache(options).put('new');
    expect(again.keys().sort()).toEqual(['new', 'often', 'twice']);
  });

  test('export and import: everything comes over, into the other driver too, in its order', async () => {
    const values = [undefined, null, 0, -0, '', false, Number.NaN, new Map([[{ a: 1 }, new Set([1n])]]), Buffer.from('bytes'), '\ud800', { toJSON: 1, ü: [] }];
    const from = temporaryDirectory();
    const cache = open(from);
    for (const [index, value] of values.entries()) cache.entries.put(cache.table, { text: `k${index}`, copy: undefined }, value, index % 2 === 0);
    cache.use('k3');
    const contents = cache.contents();
    await cache.journal.close();
    const { out, code } = await scrubjay(['export', from]);
    expect([code, out.length]).toEqual([0, values.length]);
    for (const other of driverNames) {
      const to = temporaryDirectory();
      await new DiskCache({ directory: to, driver: drivers[other] }).put('k1', 'replaced').put('mine').journal.close();
      expect(await scrubjay(['import', to], out)).toMatchObject({ code: 0, out: [`Users.find: ${values.length} entries added`], err: '' });
      const imported = new DiskCache({ directory: to, driver: drivers[other], capacity: 100 });
      expect([imported.journal.recovery?.outcome, imported.contents()]).toEqual(['clean', [['mine', 'mine!'], ...contents]]);
      imported.die();
      expect((await scrubjay(['export', to])).out.slice(1)).toEqual(out);
    }
  });

  test('export and import: tags come with their entries', async () => {
    for (const name of driverNames) {
      const from = temporaryDirectory();
      const cache = open(from);
      cache.entries.put(cache.table, { text: 'tagged', copy: undefined }, 1, false, undefined, ['x', 'y']);
      cache.put('plain');
      await cache.journal.close();
      const { out, json } = await scrubjay(['export', from]);
      expect(json.map(({ key, tags }) => [key, tags])).toEqual([
        ['tagged', ['x', 'y']],
        ['plain', undefined],
      ]);
      const to = temporaryDirectory();
      await new DiskCache({ directory: to, driver: drivers[name] }).put('mine').journal.close();
      await scrubjay(['import', to], out);
      const imported = new DiskCache({ directory: to, driver: drivers[name] });
      expect([...imported.entries.tags.slotsOf('y')].map((slot) => imported.entries.keys.textOf(slot))).toEqual(['tagged']);
      imported.die();
      expect((await scrubjay(['keys', to, '--json'])).json.map(({ tags }) => tags)).toEqual([undefined, ['x', 'y'], undefined]);
    }
  });

  test('import: the time of an entry comes with it', async () => {
    const directory = temporaryDirectory();
    await open(directory).put('a').journal.close();
    const expiresAt = Date.UTC(2026, 0, 2);
    await scrubjay(['import', directory], [JSON.stringify({ key: 'b', value: 1, expiresAt, isPromised: true })]);
    expect((await scrubjay(['get', directory, 'b', '--json'])).json).toEqual([{ cache: 'Users.find', key: 'b', value: 1, expiresAt, isPromised: true }]);
  });
});

test.each([
  ['no JSON', '{"key":'],
  ['no object', '17'],
  ['null', 'null'],
  ['no key', '{"value":1}'],
  ['no value', '{"key":"k"}'],
  ['a time that is none', '{"key":"k","value":1,"expiresAt":"soon"}'],
  ['tags that are none', '{"key":"k","value":1,"tags":"x"}'],
  ['a notation that is none', '{"key":"k","rich":[["Nothing",1]]}'],
])('import: a line with %s stops it, is named, and nothing is added', async (_what, line) => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'jsonl');
  const before = filesIn(directory);
  const { code, out, err } = await scrubjay(['import', directory], ['{"key":"good","value":1}', '', line]);
  expect([code, out]).toEqual([1, []]);
  expect(err).toMatch(/^scrubjay: line 3 cannot be imported: .* Nothing was added; mend the line, or leave it out\.\n$/);
  expect(filesIn(directory)).toEqual(before);
});

test('import: a line for several caches says whose it is', async () => {
  const root = temporaryDirectory();
  await aClosedCache(join(root, 'one'), 'jsonl');
  await new DiskCache({ directory: join(root, 'two'), cacheName: 'Rates.rate' }).put('a', 1).journal.close();
  const { out } = await scrubjay(['export', root]);
  expect(await scrubjay(['import', root, '--json'], out)).toMatchObject({
    code: 0,
    json: [
      { cache: 'Users.find', added: 3 },
      { cache: 'Rates.rate', added: 1 },
    ],
  });
  expect(await scrubjay(['import', root], ['{"key":"a","value":1}'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('(Users.find, Rates.rate) under "cache", found none'),
  });
  expect(await scrubjay(['import', root], ['{"cache":"Other","key":"a","value":1}'])).toMatchObject({ code: 1, err: expect.stringContaining('found "Other"') });
});

test('import: a directory to which nothing was written cannot say what its keys mean', async () => {
  const directory = temporaryDirectory();
  realFileSystem.closeSync(realFileSystem.openSync(join(directory, 'LOCK'), 'w'));
  expect(await scrubjay(['import', directory], ['{"key":"a","value":1}'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('let the cache store one entry first'),
  });
});

test.each(['compact', 'repair', 'import'])('%s: a directory that is held is left alone, and the holder is named', async (name) => {
  const directory = temporaryDirectory();
  const cache = new DiskCache({ directory }).put('a');
  const before = filesIn(directory);
  expect(await scrubjay([name, directory], ['{"key":"b","value":1}'])).toMatchObject({
    code: 1,
    out: [],
    err: `scrubjay: ${directory} is held by another cache of this process. Nothing was changed; stop that process first, or let it close its caches.\n`,
  });
  expect(filesIn(directory)).toEqual(before);
  await cache.journal.close();
  expect((await scrubjay([name, directory], ['{"key":"b","value":1}'])).code).toBe(0);
});

test.each(['compact', 'import'])('%s: a damaged directory is left alone: exit code 2', async (name) => {
  const directory = temporaryDirectory();
  for (const key of ['a', 'b']) await new DiskCache({ directory }).put(key).journal.close();
  const [file, bytes] = [...filesIn(directory)][0] as [string, Buffer];
  realFileSystem.unlinkSync(join(directory, file));
  const descriptor = realFileSystem.openSync(join(directory, file), 'w');
  realFileSystem.writeSync(descriptor, bytes.fill(1, bytes.length - 90, bytes.length - 80));
  realFileSystem.closeSync(descriptor);
  const before = filesIn(directory);
  expect(await scrubjay([name, directory], ['{"key":"b","value":1}'])).toMatchObject({ code: 2, out: [], err: expect.stringContaining('scrubjay repair') });
  expect(filesIn(directory)).toEqual(before);
});
