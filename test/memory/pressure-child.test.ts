/** A heap of 48 MiB, filled without end: without a watch the process dies, with a watch it lives and keeps a good part of its entries. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { isThorough } from '../support/thorough';

const CHILD = join(__dirname, 'pressure-child.mjs');
// The semi-space is the default of Node 20 and 22. That of Node 24 is larger than the whole old generation here: one scavenge could fill it.
const FLAGS = ['--max-old-space-size=48', '--max-semi-space-size=16'];

interface Outcome {
  readonly exit: string | number;
  readonly stderr: string;
  readonly said:
    | { readonly most: number; readonly held: number; readonly failed: readonly string[]; readonly pressure?: { readonly sheds: number } }
    | undefined;
}

type Kind = readonly [name: string, { readonly valueBytes: number; readonly isAsync: boolean }];

const KINDS: readonly Kind[] = [
  ['small values, in one synchronous loop', { valueBytes: 100, isAsync: false }],
  ['values of 50 KB, with awaits', { valueBytes: 50_000, isAsync: true }],
];
const MORE: readonly Kind[] = [
  ['small values, with awaits', { valueBytes: 100, isAsync: true }],
  ['values of 50 KB, in one synchronous loop', { valueBytes: 50_000, isAsync: false }],
];

describe.each(isThorough ? [...KINDS, ...MORE] : KINDS.slice(0, 1))('%s', (_name, kind) => {
  test('without a watch the process dies', async () => {
    const { exit, stderr } = await run({ ...kind, isWatched: false });
    expect([exit, stderr.includes('heap out of memory')]).toEqual(['SIGABRT', true]);
  });

  test('with a watch it lives, and keeps more than a quarter of the most it held', async () => {
    const { exit, said, stderr } = await run({ ...kind, isWatched: true });
    expect([exit, stderr]).toEqual([0, '']);
    expect(said?.failed).toEqual([]);
    expect(said?.pressure?.sheds).toBeGreaterThan(0);
    expect(said?.held).toBeGreaterThan((said?.most ?? Number.POSITIVE_INFINITY) / 4);
  });
});

function run(plan: { valueBytes: number; isAsync: boolean; isWatched: boolean }): Promise<Outcome> {
  const args = [...FLAGS, CHILD, JSON.stringify({ ...plan, heapFraction: 0.85, seconds: isThorough ? 1 : 0.3 })];
  return new Promise((done) => {
    execFile(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } }, (error, stdout, stderr) => {
      done({ exit: error === null ? 0 : (error.signal ?? error.code ?? 'unknown'), stderr, said: stdout === '' ? undefined : JSON.parse(stdout) });
    });
  });
}
