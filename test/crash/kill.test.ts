/** Real processes, killed at random moments. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Cached, type CachedOptions, CacheRegistry, cacheOf, type Durability, type RecoveryReport } from '../../src/index';
import { logFiles, temporaryDirectory } from '../support/directories';
import { isThorough, numRuns } from '../support/thorough';
import { type Deed, possibleStates, randomNumbers, type State, someDeeds, statesOf } from './deeds';
import { SEED } from './seed';

/** The format: `SCRUBJAY_TEST_DRIVER=msgpack` takes the other. The children read the same variable. */
const DRIVER = (process.env['SCRUBJAY_TEST_DRIVER'] ?? 'jsonl') as 'jsonl' | 'msgpack';
const ROOT = resolve(__dirname, '../..');
const CAPACITY = 8;

beforeAll(() => {
  const newest = (directory: string): number =>
    Math.max(...(readdirSync(directory, { recursive: true }) as string[]).map((name) => statSync(join(directory, name)).mtimeMs));
  const built = statSync(join(ROOT, 'dist/esm/index.js'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined || built < newest(join(ROOT, 'src'))) {
    throw new Error('The processes that are killed here run the built package, and dist/ is missing or older than src/. Run "npm run build" first.');
  }
});

interface Run {
  readonly directory: string;
  readonly durability: Durability;
  readonly isAsync: boolean;
  readonly deeds: readonly Deed[];
  readonly end?: 'natural' | 'stay' | 'exit' | 'throw';
  /** Called for every line the child says; kills it when it likes. */
  readonly watch?: (line: string, done: number, child: ChildProcess) => void;
  readonly killAfterMs?: number | undefined;
}

interface Ended {
  readonly wasKilled: boolean;
  /** Deeds acknowledged before the end. */
  readonly done: number;
  readonly errors: string;
}

function run({ watch, killAfterMs, ...work }: Run): Promise<Ended> {
  const plan = join(work.directory, 'deeds.json');
  writeFileSync(plan, JSON.stringify({ ...work, capacity: CAPACITY }));
  const child = spawn(process.execPath, [join(__dirname, 'child.mjs'), plan], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((ended) => {
    let done = 0;
    let rest = '';
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() as string;
      for (const line of lines.map((padded) => padded.trimEnd())) {
        if (line === 'done') done++;
        watch?.(line, done, child);
      }
    });
    child.on('close', (_code, signal) => ended({ wasKilled: signal === 'SIGKILL', done, errors }));
  });
}

/** Decorates `find` by hand: class expressions take no decorators. */
function applied(options: CachedOptions, prototype: { find: (key: string) => unknown }): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'find') as TypedPropertyDescriptor<(key: string) => unknown>;
  Object.defineProperty(prototype, 'find', Cached(options)(prototype, 'find', descriptor) as PropertyDescriptor);
  return true;
}

/** What a restart finds, least recently used first. An async method and another are two meanings: one begins empty where the other was. */
async function restart(directory: string, isAsync: boolean): Promise<{ state: State; recovery: RecoveryReport | undefined }> {
  const registry = new CacheRegistry({ persist: { directory } });
  const options = { capacity: CAPACITY, params: ['key'], scope: 'class', persist: DRIVER, name: 'Service.find', registry } as const;
  const declare = {
    async: () =>
      class {
        static readonly decorated = applied(options, this.prototype);
        async find(_key: string): Promise<unknown> {
          throw new Error('nothing is loaded here');
        }
      },
    sync: () =>
      class {
        static readonly decorated = applied(options, this.prototype);
        find(_key: string): unknown {
          throw new Error('nothing is loaded here');
        }
      },
  };
  const Service = declare[isAsync ? 'async' : 'sync']();
  const cache = cacheOf(Service, 'find');
  const [report] = await registry.open();
  const keys = cache.keys().map((text) => /k\d+/.exec(text)?.[0] as string);
  const state = keys.map((key) => [key, cache.peek(key)] as const);
  await registry.close();
  return { state, recovery: report?.recovery };
}

function expectOneOf(possible: readonly State[], found: State, where: string, directory: string): void {
  if (possible.some((state) => isDeepStrictEqual(state, found))) return;
  const show = (state: State): string => state.map(([key, value]) => `${key}=${(value as { version?: number } | undefined)?.version}`).join(' ');
  const lines = logFiles(directory).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  throw new Error(
    `${where}, SCRUBJAY_SEED=${SEED}: found\n  ${show(found)}\nwanted one of\n  ${possible.map(show).join('\n  ')}\nthe log ends\n${lines.slice(-20).join('\n')}`,
  );
}

/** When the process of one generation is killed. */
function aMoment(random: () => number): Pick<Run, 'watch' | 'killAfterMs'> {
  const luck = random();
  const later = random();
  if (luck < 0.15) return { killAfterMs: later * 80 };
  const kill = (child: ChildProcess): unknown => (random() < 0.5 ? child.kill('SIGKILL') : setTimeout(() => child.kill('SIGKILL'), random() * 3));
  if (luck < 0.3) return { watch: (line, _done, child) => line === (later < 0.7 ? 'opening' : 'open') && kill(child) };
  const enough = Math.floor(later ** 2 * 800) + 1;
  return { watch: (line, done, child) => line === 'done' && done === enough && kill(child) };
}

interface Chain {
  readonly durability: Durability;
  readonly isAsync: boolean;
}
const chains: readonly Chain[] = (['always', 'interval', 'os'] as const).flatMap((durability) => [true, false].map((isAsync) => ({ durability, isAsync })));
/** One for each durability, unless there is time for all. */
const someChains = isThorough ? chains : chains.filter(({ durability, isAsync }) => isAsync === (durability === 'interval'));
const GENERATIONS = numRuns(11, 3).numRuns;

/** Kills one process after the other on one directory; gives how many were killed, and how many of them while they opened it. */
async function liveAndDie({ durability, isAsync }: Chain, seed: number): Promise<{ kills: number; early: number; deeds: number }> {
  const directory = temporaryDirectory();
  const random = randomNumbers(seed);
  let state: State = [];
  const sums = { kills: 0, early: 0, deeds: 0 };
  for (let generation = 0; generation < GENERATIONS; generation++) {
    const deeds = someDeeds(random, 4000, generation * 10_000, CAPACITY);
    const ended = await run({ directory, durability, isAsync, deeds, ...aMoment(random) });
    const where = `${durability}, ${isAsync ? 'async' : 'sync'}, generation ${generation}, killed after ${ended.done} deeds`;
    if (ended.errors !== '') throw new Error(`${where}, SCRUBJAY_SEED=${SEED}: ${ended.errors}`);
    const found = await restart(directory, isAsync);
    const possible = ended.wasKilled
      ? possibleStates(state, deeds, CAPACITY, ended.done)
      : statesOf(state, deeds, CAPACITY)
          .slice(-1)
          .map((last) => last.state);
    expectOneOf(possible, found.state, where, directory);
    if (found.recovery === undefined) throw new Error(`${where}, SCRUBJAY_SEED=${SEED}: the directory could not be opened`);
    if (ended.wasKilled) sums.kills++;
    if (ended.wasKilled && ended.done === 0) sums.early++;
    sums.deeds += ended.done;
    state = found.state;
  }
  return sums;
}

test('every acknowledged entry is there after each of many kills at random moments, in LRU order', async () => {
  const sums = await Promise.all(someChains.map((chain, index) => liveAndDie(chain, SEED * 100 + index)));
  const total = (name: 'kills' | 'early' | 'deeds'): number => sums.reduce((sum, one) => sum + one[name], 0);
  expect(total('kills')).toBeGreaterThanOrEqual((GENERATIONS - 1) * someChains.length);
  // A few generations may have no such moment, and few deeds.
  if (!isThorough) return;
  expect(total('early')).toBeGreaterThan(0);
  expect(total('deeds')).toBeGreaterThan(1000);
}, 600_000);

test.each(someChains)('after flush the order is exact: $durability, async $isAsync', async (chain) => {
  const directory = temporaryDirectory();
  const deeds = someDeeds(randomNumbers(SEED), 300, 0, CAPACITY).filter(({ kind }) => kind !== 'clear' && kind !== 'flush');
  for (const key of ['k1', 'k2', 'k3', 'k1', 'k2']) deeds.push({ kind: 'call', key, version: 400 });
  deeds.push({ kind: 'flush', key: '', version: 500 });
  const ended = await run({ ...chain, directory, deeds, end: 'stay', watch: (line, _done, child) => line === 'all done' && child.kill('SIGKILL') });
  expect(ended).toEqual({ wasKilled: true, done: deeds.length, errors: '' });
  const { state, recovery } = await restart(directory, chain.isAsync);
  expectOneOf([statesOf([], deeds, CAPACITY).at(-1)?.state as State], state, 'after flush', directory);
  expect(recovery?.outcome).toBe('unclean');
});

test('uses are written by themselves, without another deed', async () => {
  const directory = temporaryDirectory();
  const deeds = ['k1', 'k2', 'k3', 'k1', 'k2'].map((key, version): Deed => ({ kind: 'call', key, version }));
  const untilWritten = (line: string, _done: number, child: ChildProcess): void => {
    if (line !== 'all done') return;
    const bytes = (): number => statSync(logFiles(directory)[0] as string).size;
    const before = bytes();
    const look = setInterval(() => {
      if (bytes() === before) return;
      clearInterval(look);
      child.kill('SIGKILL');
    }, 20);
  };
  await run({ directory, durability: 'os', isAsync: true, deeds, end: 'stay', watch: untilWritten });
  expect((await restart(directory, true)).state.map(([key]) => key)).toEqual(['k3', 'k1', 'k2']);
});

test.each(['natural', 'exit', 'throw'] as const)('a process that ends by itself (%s) closes its caches: the order is exact', async (end) => {
  const directory = temporaryDirectory();
  const deeds = someDeeds(randomNumbers(SEED), 200, 0, CAPACITY);
  const ended = await run({ directory, durability: 'interval', isAsync: false, deeds, end });
  expect(ended).toMatchObject({ wasKilled: false, done: deeds.length, errors: end === 'throw' ? expect.stringContaining('planted') : '' });
  const { state, recovery } = await restart(directory, false);
  expectOneOf([statesOf([], deeds, CAPACITY).at(-1)?.state as State], state, `after ${end}`, directory);
  expect(recovery?.outcome).toBe('clean');
});
