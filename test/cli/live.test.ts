/** The built command beside processes that are at work. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { main } from '../../src/cli/main';
import { drivers } from '../../src/persist/drivers/index';
import { DiskCache } from '../persist/disk-cache';
import { temporaryDirectory } from '../support/directories';
import { isThorough } from '../support/thorough';
import { aClosedCache, driverNames, Gathered, scrubjay, turn } from './command-line';

const ROOT = join(__dirname, '../..');
const BIN = join(ROOT, 'dist/cjs/cli.js');
const children: ChildProcess[] = [];

beforeAll(() => {
  const built = statSync(BIN, { throwIfNoEntry: false })?.mtimeMs;
  const sources = (readdirSync(join(ROOT, 'src'), { recursive: true }) as string[]).map((name) => statSync(join(ROOT, 'src', name)));
  if (built === undefined || sources.some((source) => source.isFile() && source.mtimeMs > built))
    throw new Error('The command is started from the built package, and dist/ is missing or older than src/. Run "npm run build" first.');
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** The built command, run by the program that package.json names. */
const started = (...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [BIN, ...words], { maxBuffer: 1e9 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

async function aWriter(directory: string, driver: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'writer-child.mjs'), directory, driver], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

test.each(driverNames)('%s: a directory is read while another process writes to it and compacts it, and is never called damaged', async (driver) => {
  const root = temporaryDirectory();
  const directory = join(root, 'Service.find');
  const child = await aWriter(root, driver);
  const firstFile = readdirSync(directory)[0];
  // Until compactions have removed what was there first, and some more.
  for (let left = isThorough ? 20 : 2; left > 0; ) {
    for (const command of ['verify', 'keys', 'inspect', 'export']) {
      const { code, err, out } = await scrubjay([command, directory]);
      expect([command, code, err]).toEqual([command, 0, '']);
      if (command === 'keys') expect(out.length).toBeGreaterThan(0);
      if (command === 'keys') expect(out.length).toBeLessThanOrEqual(20);
    }
    await turn();
    if (!readdirSync(directory).includes(firstFile ?? '') || readdirSync(directory).some((name) => name.startsWith('snap-'))) left--;
  }
  const holder = `process ${child.pid} on `;
  expect((await scrubjay(['inspect', directory, '--json'])).json).toMatchObject([{ holder: { isHeld: true, who: expect.stringContaining(holder) } }]);
  for (const command of ['compact', 'repair', 'import']) {
    const { code, err } = await scrubjay([command, directory]);
    expect([command, code, err]).toEqual([command, 1, expect.stringContaining(`is held by ${holder}`)]);
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await scrubjay(['inspect', directory, '--json'])).json).toMatchObject([{ holder: { isHeld: false, who: expect.stringContaining(holder) } }]);
  expect((await started('verify', directory)).code).toBe(0);
  expect((await scrubjay(['compact', directory])).code).toBe(0);
});

describe('watch', () => {
  const within = async (what: () => boolean): Promise<void> => {
    for (let left = 500; !what(); left--) {
      if (left === 0) throw new Error('it did not come');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  test.each(driverNames)('%s: puts, deletes and clears are printed as they come, once each, also across compactions', async (driver) => {
    const root = temporaryDirectory();
    const directory = join(root, 'one');
    const cache = new DiskCache({ directory, driver: drivers[driver], capacity: 2, leastLogBytes: 300 }).put('before');
    const stop = new AbortController();
    const [text, json, stderr] = [new Gathered(), new Gathered(), new Gathered()];
    const streams = { stdin: process.stdin, stderr, signal: stop.signal };
    const watching = [main(['watch', root], { ...streams, stdout: text }), main(['watch', directory, '--json'], { ...streams, stdout: json })];
    cache.put('a', { name: 'Ada' }).put('b', new Map([[1, 2]]));
    cache.delete('a');
    cache.clear();
    await within(() => text.text.includes('clear') && json.text.includes('clear'));
    for (let round = 0; round < 30; round++) {
      cache.put(`k${round}`, round);
      for (let step = 0; step < 3; step++) await turn();
      // Slow enough to be followed: a log is there until the second compaction after it.
      if (round % 6 === 5) await within(() => text.text.includes(`:k${round} `) && json.text.includes(`"k${round}"`));
    }
    await within(() => text.text.includes('k29') && json.text.includes('k29'));
    new DiskCache({ directory: join(root, 'two'), driver: drivers[driver], cacheName: 'Rates.rate' }).put('late', 1);
    await within(() => text.text.includes('late'));
    stop.abort();
    expect(await Promise.all(watching)).toEqual([0, 0]);
    const lines = text.text.trim().split('\n');
    expect(lines.slice(0, 4)).toEqual([
      "put Users.find:a { name: 'Ada' }",
      'put Users.find:b Map(1) { 1 => 2 } (1 evicted)',
      'delete Users.find:a',
      'clear Users.find',
    ]);
    expect(lines.slice(4, 34).map((line) => line.replace(/ \(.*/, ''))).toEqual(Array.from({ length: 30 }, (_, round) => `put Users.find:k${round} ${round}`));
    expect(lines.slice(34)).toEqual(['put Rates.rate:late 1']);
    const events = json.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.slice(0, 4)).toEqual([
      { event: 'put', cache: 'Users.find', lsn: 2, key: 'a', value: { name: 'Ada' }, isPromised: false },
      { event: 'put', cache: 'Users.find', lsn: 3, key: 'b', rich: [['Map', 1, 2], 1, 2], isPromised: false, evicted: [1] },
      { event: 'delete', cache: 'Users.find', lsn: 4, keys: ['a'] },
      { event: 'clear', cache: 'Users.find', lsn: 5 },
    ]);
    expect([events.length, stderr.text]).toEqual([34, '']);
  });

  test('a cache that is faster than we look is not followed in silence', async () => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, capacity: 2, leastLogBytes: 300 }).put('before');
    const stop = new AbortController();
    const stdout = new Gathered();
    const watching = main(['watch', directory], { stdin: process.stdin, stdout, stderr: stdout, signal: stop.signal });
    for (let round = 0; round < 60; round++) {
      cache.put(`k${round}`, round);
      for (let step = 0; step < 3; step++) await turn();
    }
    await within(() => stdout.text.includes('k59'));
    stop.abort();
    await watching;
    const [first = '', ...others] = stdout.text.trim().split('\n');
    expect(first).toMatch(/^missed \d+ records of Users\.find$/);
    expect(Number(/\d+/.exec(first)?.[0]) + others.length).toBe(60);
  });
});

describe('the built command', () => {
  test('reads, and says in its exit code how it went', async () => {
    const directory = temporaryDirectory();
    await aClosedCache(directory, 'jsonl');
    expect(await started('keys', directory)).toMatchObject({ code: 0, stdout: 'a\nc\nb\n', stderr: '' });
    expect(await started('get', directory, 'nothing')).toMatchObject({ code: 1, stdout: '' });
    expect(await started('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  test.each(['export', 'keys', 'inspect', '--help'])('%s: a reader that goes away, as head does, ends it quietly', async (command) => {
    const directory = temporaryDirectory();
    const cache = new DiskCache({ directory, capacity: 5000 });
    for (let index = 0; index < 3000; index++) cache.put(`key ${index}`, 'x'.repeat(100));
    await cache.journal.close();
    const shell = `set -o pipefail; "${process.execPath}" "${BIN}" ${command} "${directory}" | head -n 1`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', shell]);
    expect([stdout.split('\n').length, stderr]).toEqual([2, '']);
  });

  test('what is piped from export to import arrives', async () => {
    const [from, to] = [temporaryDirectory(), temporaryDirectory()];
    await aClosedCache(from, 'jsonl');
    await new DiskCache({ directory: to }).put('other').journal.close();
    await promisify(execFile)('bash', ['-c', `"${process.execPath}" "${BIN}" export "${from}" | "${process.execPath}" "${BIN}" import "${to}"`]);
    expect((await started('keys', to)).stdout).toBe('other\na\nc\nb\n');
  });
});
