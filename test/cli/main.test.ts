import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { commands } from '../../src/cli/index';
import { main } from '../../src/cli/main';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { aClosedCache, Gathered, scrubjay } from './command-line';

manualClockForEachTest();

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  expect(await scrubjay(['--version'])).toMatchObject({ code: 0, out: [version], err: '' });
});

test('--help lists every command with its options', async () => {
  const { code, out } = await scrubjay(['--help']);
  expect(code).toBe(0);
  for (const { usage, summary } of Object.values(commands))
    expect(out.join('\n')).toMatch(new RegExp(`${usage.replace(/[[\]]/g, '\\$&')} +${summary.slice(0, 10)}`));
});

test.each(Object.keys(commands))('%s --help says how it is used, and needs no directory', async (name) => {
  const { code, out } = await scrubjay([name, '--help']);
  expect([code, out[0]]).toEqual([0, `scrubjay ${commands[name]?.usage}`]);
  for (const option of Object.keys(commands[name]?.options ?? {})) expect(out.join('\n')).toContain(`--${option}`);
  expect(commands[name]?.usage.startsWith(name)).toBe(true);
});

test('docs/cli.md has a section for every command, with every option', () => {
  const page = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8');
  for (const { usage, options = {} } of Object.values(commands)) {
    expect(page).toContain(`\n## ${usage}\n`);
    for (const option of Object.keys(options)) expect(page).toContain(`\`--${option}`);
  }
});

test.each<[string, string[], RegExp]>([
  ['no command', [], /wanted a command \(inspect, .*\), found none/],
  ['an unknown command', ['destroy'], /found "destroy"/],
  ['a name that every object has', ['toString'], /found "toString"/],
  ['no directory', ['keys'], /wanted "scrubjay keys DIR .*found 0/],
  ['too many arguments', ['keys', '.', 'k'], /found 2/],
  ['a missing key', ['get', '.'], /wanted "scrubjay get DIR KEY" with 2 arguments, found 1/],
  ['an unknown option', ['keys', '.', '--nope'], /Unknown option '--nope'/],
  ['an option without its text', ['keys', '.', '--grep'], /--grep/],
])('%s is wrong use: one line, exit code 1', async (_what, words, message) => {
  const { code, out, err } = await scrubjay(words);
  expect([code, out]).toEqual([1, []]);
  expect(err).toMatch(message);
  expect(err).toMatch(/^scrubjay: .*\n$/);
});

test.each(Object.keys(commands))('%s: a directory that is missing, empty, a file, or not ours is wrong use', async (name) => {
  const empty = temporaryDirectory();
  for (const path of [join(empty, 'missing'), empty, __filename, __dirname]) {
    const { code, out, err } = await scrubjay([name, path, ...(name === 'get' ? ['k'] : [])]);
    expect([path, code, out]).toEqual([path, 1, []]);
    expect(err).toMatch(/^scrubjay: wanted the directory of a cache.*\n$/);
  }
});

test('a reader that goes away ends a command quietly', async () => {
  const directory = temporaryDirectory();
  await aClosedCache(directory, 'jsonl');
  let lines = 0;
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => {
      lines++;
      done(lines === 2 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
    },
  });
  const stderr = new Gathered();
  expect(await main(['keys', directory], { stdin: Readable.from([]), stdout, stderr })).toBe(0);
  expect([lines, stderr.text]).toEqual([2, '']);
});

test('long work says on a terminal that it goes on, and takes that away again', async () => {
  const { Progress } = await import('../../src/cli/progress');
  const { clockInUse } = await import('../../src/clock');
  const clock = clockInUse() as unknown as { advance(ms: number): void };
  function* steps(): Generator<void, string> {
    for (let step = 0; step < 10; step++) {
      clock.advance(150);
      yield;
    }
    return 'done';
  }
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text), isTTY: true };
  expect(new Progress(stderr).through('reading', steps())).toBe('done');
  expect(written[0]).toBe('\rreading … 0.6 s ');
  expect(written.at(-1)).toBe('\r\x1b[K');
  written.length = 0;
  new Progress({ ...stderr, isTTY: false }).through('reading', steps());
  expect(written).toEqual([]);
});
