import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { checkRevive } from '../../src/check-revive';
import { ScrubjayError } from '../../src/errors';
import { drivers } from '../../src/persist/drivers/index';
import * as msgpackr from '../../src/persist/drivers/msgpackr';
import { DiskCache } from '../persist/disk-cache';
import { logFiles, temporaryDirectory } from '../support/directories';
import { byText } from '../support/entries';
import { manualClockForEachTest } from '../support/manual-clock';
import { aClosedCache, aCompactedCache, driverNames, filesIn, scrubjay } from './command-line';

const time = manualClockForEachTest();

describe.each(driverNames)('%s', (driver) => {
  test('inspect says what there is, how much of it, and how it is', async () => {
    const directory = temporaryDirectory();
    await aClosedCache(directory, driver);
    const files = [...filesIn(directory).values()];
    const { code, json } = await scrubjay(['inspect', directory, '--json']);
    expect(code).toBe(0);
    expect(json).toEqual([
      {
        cache: 'Users.find',
        directory,
        driver,
        signature: 'keys/1',
        version: null,
        durability: 'os',
        entries: 3,
        expired: 0,
        oldest: 'a',
        newest: 'b',
        liveBytes: expect.any(Number),
        diskBytes: files.reduce((sum, { length }) => sum + length, 0),
        files: 2,
        records: 8,
        beganAt: '2026-01-01T00:00:00.000Z',
        writtenAt: expect.stringMatching(/^20..-.*Z$/),
        health: 'clean',
        findings: [],
        holder: { isHeld: false },
      },
    ]);
    // Without the entry of 1000 bytes that was dropped.
    expect(json[0]?.['liveBytes']).toBeGreaterThan(50);
    expect(json[0]?.['liveBytes']).toBeLessThan(500);
    const { out } = await scrubjay(['inspect', directory]);
    expect(out[0]).toBe('Users.find');
    expect(out).toContain('  health      good; the last session ended in order');
  });

  test('keys come least recently used first, and --grep picks some', async () => {
    const directory = temporaryDirectory();
    await aClosedCache(directory, driver);
    expect(await scrubjay(['keys', directory])).toMatchObject({ code: 0, out: ['a', 'c', 'b'], err: '' });
    expect(await scrubjay(['keys', directory, '--grep', 'c'])).toMatchObject({ code: 0, out: ['c'] });
    expect(await scrubjay(['keys', directory, '--json', '--grep', 'b'])).toMatchObject({ json: [{ cache: 'Users.find', key: 'b' }] });
    expect(await scrubjay(['keys', directory, '--grep', 'nothing'])).toMatchObject({ code: 0, out: [] });
  });

  test('get prints JSON where JSON can say it, and what Node prints elsewhere', async () => {
    const directory = temporaryDirectory();
    await aClosedCache(directory, driver);
    expect(await scrubjay(['get', directory, 'a'])).toMatchObject({ code: 0, out: ['{', '  "name": "Ada"', '}'] });
    expect(await scrubjay(['get', directory, 'b'])).toMatchObject({ code: 0, out: ['Map(1) { 1 => undefined }'] });
    expect(await scrubjay(['get', directory, 'b', '--json'])).toMatchObject({
      json: [{ cache: 'Users.find', key: 'b', rich: [['Map', 1, -1], 1], isPromised: false }],
    });
    for (const gone of ['z', 'd', 'never']) {
      expect(await scrubjay(['get', directory, gone])).toEqual({
        code: 1,
        out: [],
        json: [],
        err: `scrubjay: no entry under ${gone}; "scrubjay keys" lists those there are.\n`,
      });
    }
  });

  test.each([undefined, null, 0, -0, '', false, Number.NaN, 0n])('get finds %p, which is a value like any other', async (value) => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, driver: drivers[driver] });
    cache.entries.put(cache.table, byText('k'), value, false);
    cache.die();
    const { code, out } = await scrubjay(['get', directory, 'k']);
    expect([code, out]).toEqual([0, [Object.is(value, -0) ? '-0' : typeof value === 'bigint' ? '0n' : value === '' ? '""' : String(value)]]);
  });

  test('entries past their time are counted, and not shown', async () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, driver: drivers[driver], ttlMs: 1000 }).put('old');
    time.clock.advance(600);
    cache.put('young').die();
    time.clock.advance(400);
    expect(await scrubjay(['keys', directory])).toMatchObject({ out: ['young'] });
    expect(await scrubjay(['get', directory, 'old'])).toMatchObject({ code: 1 });
    expect(await scrubjay(['inspect', directory, '--json'])).toMatchObject({ json: [{ entries: 2, expired: 1 }] });
    expect((await scrubjay(['export', directory])).json).toEqual([
      { key: 'young', value: 'young!', isPromised: false, expiresAt: Date.UTC(2026, 0, 1) + 1600 },
    ]);
  });

  test('snapshots are read like logs', async () => {
    const directory = temporaryDirectory();
    const cache = await aCompactedCache(directory, driver);
    const contents = cache.contents();
    await cache.journal.close();
    expect(readdirSync(directory).some((name) => name.startsWith('snap-'))).toBe(true);
    expect(await scrubjay(['keys', directory])).toMatchObject({ out: contents.map(([key]) => key) });
    expect(await scrubjay(['verify', directory])).toMatchObject({ code: 0 });
  });

  test('nothing that reads changes a byte, or leaves anything behind', async () => {
    const directory = temporaryDirectory();
    const cache = await aCompactedCache(directory, driver);
    cache.die();
    const before = readdirSync(directory);
    const bytes = filesIn(directory);
    for (const words of [['inspect'], ['verify'], ['keys'], ['get', 'k1'], ['export'], ['repair', '--dry-run']])
      await scrubjay([words[0] as string, directory, ...words.slice(1)]);
    expect(readdirSync(directory)).toEqual(before);
    expect(filesIn(directory)).toEqual(bytes);
  });
});

test('a directory that holds several caches stands for all of them, and names tell their keys apart', async () => {
  const root = temporaryDirectory();
  await aClosedCache(join(root, 'one'), 'jsonl');
  new DiskCache({ directory: join(root, 'two'), driver: drivers.msgpack, cacheName: 'Rates.rate' }).put('a', 1).die();
  mkdirSync(join(root, 'neither'));
  writeFileSync(join(root, 'notes.txt'), 'ours');
  expect(await scrubjay(['keys', root])).toMatchObject({ out: ['Users.find:a', 'Users.find:c', 'Users.find:b', 'Rates.rate:a'] });
  expect(await scrubjay(['get', root, 'Rates.rate:a'])).toMatchObject({ code: 0, out: ['1'] });
  expect(await scrubjay(['get', root, 'Users.find:c'])).toMatchObject({ code: 0, out: ['3'] });
  expect(await scrubjay(['get', root, 'a'])).toMatchObject({ code: 1 });
  expect((await scrubjay(['inspect', root, '--json'])).json.map(({ cache, driver }) => [cache, driver])).toEqual([
    ['Users.find', 'jsonl'],
    ['Rates.rate', 'msgpack'],
  ]);
  expect((await scrubjay(['export', root])).json.at(-1)).toEqual({ cache: 'Rates.rate', key: 'a', value: 1, isPromised: false });
  expect((await scrubjay(['verify', root, '--json'])).json.map(({ isGood }) => isGood)).toEqual([true, true]);
});

test('a cache that has written nothing yet is an empty one', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'LOCK'), '');
  expect(await scrubjay(['inspect', directory, '--json'])).toMatchObject({ code: 0, json: [{ entries: 0, health: 'empty', driver: null, signature: null }] });
  expect(await scrubjay(['verify', directory])).toMatchObject({ code: 0 });
  expect(await scrubjay(['keys', directory])).toMatchObject({ code: 0, out: [] });
  expect(await scrubjay(['compact', directory])).toMatchObject({ code: 0 });
});

test.each<[string, object, unknown]>([
  ['a process that is gone', { pid: 2 ** 30, host: hostname() }, false],
  ['a process on another host', { pid: process.pid, host: 'elsewhere' }, 'unknown'],
  // Elsewhere nobody can see which files a process has open.
  ['a process that lives, and has given it back', { pid: process.pid, host: hostname() }, process.platform !== 'linux'],
])('inspect: the lock names %s', async (_who, holder, isHeld) => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'jsonl');
  writeFileSync(join(directory, 'LOCK'), JSON.stringify({ ...holder, thread: 3, since: 'noon' }));
  const [facts] = (await scrubjay(['inspect', directory, '--json'])).json;
  expect(facts?.['holder']).toEqual({ isHeld, who: expect.stringMatching(/^process \d+, thread 3, on .*, since noon$/) });
});

test('what the newest header says counts', async () => {
  const directory = temporaryDirectory();
  await new DiskCache({ directory, signature: 'keys/1 (before)' }).put('before').journal.close();
  await new DiskCache({ directory, signature: 'keys/1 (after)' }).put('after').journal.close();
  expect(await scrubjay(['keys', directory])).toMatchObject({ code: 0, out: ['after'] });
  expect((await scrubjay(['inspect', directory, '--json'])).json).toMatchObject([{ signature: 'keys/1 (after)', entries: 1 }]);
});

test('a torn last record is normal: it is said, and the rest is read', async () => {
  const directory = temporaryDirectory();
  new DiskCache({ directory }).put('a').put('b').die();
  const [file = ''] = logFiles(directory);
  truncateSync(file, statSync(file).size - 3);
  expect(await scrubjay(['keys', directory])).toMatchObject({ code: 0, out: ['a'] });
  expect(await scrubjay(['inspect', directory, '--json'])).toMatchObject({ code: 0, json: [{ health: 'torn', entries: 1 }] });
});

test('files of a driver that is not ours are named, and not read', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'log-000000000001.xml'), '<log/>');
  expect(await scrubjay(['keys', directory])).toMatchObject({ code: 1, err: expect.stringContaining('a driver that comes with scrubjay') });
});

test('without the package msgpackr its files are not read, and the message says what to install', async () => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'msgpack');
  const peer = jest.spyOn(msgpackr, 'packr').mockImplementation(() => {
    throw new ScrubjayError('SCRUBJAY_PEER_MISSING', 'Install it: npm install msgpackr.');
  });
  const ran = await scrubjay(['keys', directory]);
  peer.mockRestore();
  expect(ran).toMatchObject({ code: 1, out: [], err: 'scrubjay: Install it: npm install msgpackr.\n' });
});

test('files of a newer version are left alone', async () => {
  const directory = temporaryDirectory();
  const header = drivers.jsonl.encodeHeader({
    kind: 'log',
    id: 1,
    formatVersion: 9,
    minimumVersion: 9,
    cacheName: 'Users.find',
    codec: 'jsonl/1',
    signature: 'keys/1',
    lsn: 0,
    storeId: 'x',
    predecessor: undefined,
    createdAt: 0,
  });
  writeFileSync(join(directory, 'log-000000000001.jsonl'), header.bytes);
  for (const name of ['keys', 'verify', 'repair', 'compact'])
    expect(await scrubjay([name, directory])).toMatchObject({ code: 1, err: expect.stringContaining('format version 9') });
});

test.each(driverNames)('%s: instances of classes are read by their application only: get says so, export leaves them out and says so', async (driver) => {
  class Money {
    cents = 5;
  }
  const directory = temporaryDirectory();
  const cache = new DiskCache({ directory, driver: drivers[driver], codecs: checkRevive([Money], 'test') });
  await cache.put('money', new Money()).put('plain', 1).journal.close();
  expect(await scrubjay(['get', directory, 'money'])).toMatchObject({
    code: 1,
    out: [],
    err: expect.stringMatching(/^scrubjay: the value under money can be read by its application only \(.*Money/),
  });
  expect(await scrubjay(['export', directory])).toMatchObject({ code: 1, out: [expect.stringContaining('plain')], err: expect.stringContaining('money') });
  expect((await scrubjay(['keys', directory])).out).toEqual(['money', 'plain']);
  expect((await scrubjay(['compact', directory])).code).toBe(0);
  const again = new DiskCache({ directory, driver: drivers[driver], codecs: checkRevive([Money], 'test') });
  expect(again.contents()).toEqual([
    ['money', new Money()],
    ['plain', 1],
  ]);
});
