/**
 * The main job: a service over every city of the world runs cold, is killed in the middle of its work, and comes back warm.
 * Everything it claims is checked against a model that knows nothing of scrubjay; it exits with 1 if anything does not hold.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MethodStats } from 'scrubjay';
import { readCities } from './cities.js';
import { BrokenPromise, Expectation, type Recovered } from './expectation.js';
import { callsMade, everyCall, METHODS, type MethodName, randomFrom } from './load.js';
import { CALLS_IN_ALL, COLD_CALLS, COMPARED_CALLS, LOAD_SEED } from './plan.js';
import { type Line, runWorker } from './process.js';
import { count, seconds, statsTable } from './table.js';

const cities = readCities();
const asked = everyCall(cities);
const calls = callsMade(asked, CALLS_IN_ALL, LOAD_SEED);
const expectation = new Expectation(asked);
const directory = mkdtempSync(join(tmpdir(), 'scrubjay-cities-'));
const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
const random = randomFrom(seed);

interface Run {
  readonly stats: Record<string, MethodStats>;
  /** How long the first COMPARED_CALLS calls took, in milliseconds. */
  readonly comparedMs: number;
  readonly opened: { readonly tookMs: number; readonly entries: number };
  /** The first call nobody heard the answer of. */
  readonly next: number;
}

/** Lets a worker make calls; `killAt` ends it with SIGKILL when that call was answered, or, with `'flushed'`, when it has flushed. */
async function makeCalls(first: number, end: number, killAt?: number | 'flushed'): Promise<Run> {
  let stats: Run['stats'] = {};
  let opened: Run['opened'] = { tookMs: 0, entries: 0 };
  let next = first;
  let hits = 0;
  const startedAt = performance.now();
  let comparedMs = 0;
  let firstAt = 0;
  let toldAt = startedAt;
  const tell = (): void => {
    toldAt = performance.now();
    const made = next - first;
    console.log(
      `  ${count(made).padStart(6)} calls  ${((100 * hits) / Math.max(1, made)).toFixed(1).padStart(5)} % from memory  ${seconds(toldAt - startedAt)}`,
    );
  };
  const hear = ([kind, ...words]: Line, kill: () => void): void => {
    if (kind === 'opened') {
      opened = words[0] as Run['opened'];
      firstAt = performance.now();
    } else if (kind === 'stats') stats = words[0] as Run['stats'];
    else if (kind === 'flushed') kill();
    else if (kind === 'hit' || kind === 'load') {
      const number = words[0] as number;
      if (number !== next) throw new BrokenPromise(`call ${next} was never answered`);
      expectation.answered(calls[number] as (typeof calls)[number], number, kind === 'load' ? JSON.stringify(words[1]) : undefined);
      next++;
      if (kind === 'hit') hits++;
      if (next - first === COMPARED_CALLS) comparedMs = performance.now() - firstAt;
      if (number === killAt) kill();
      if (performance.now() - toldAt > 500) tell();
    }
  };
  const { wasKilled } = await runWorker([directory, 'run', String(first), String(end), ...(killAt === 'flushed' ? ['flush'] : [])], hear);
  tell();
  if (wasKilled !== (killAt !== undefined))
    throw new BrokenPromise(wasKilled ? 'the worker was killed by somebody else' : 'the worker ended before it was killed');
  return { stats, comparedMs, opened, next };
}

/** Recovers in a fresh process and holds everything against the model. Gives the number of hits whose order was forgotten. */
async function inspect(unheard: number | undefined): Promise<number> {
  let forgottenInAll = 0;
  const seen = new Set<MethodName>();
  await runWorker([directory, 'inspect'], ([kind, ...words]) => {
    if (kind === 'opened') {
      const { tookMs, entries } = words[0] as Run['opened'];
      console.log(`  recovered ${count(entries)} entries in ${tookMs.toFixed(0)} ms`);
      if (entries === 0) throw new BrokenPromise('nothing came back');
    }
    if (kind !== 'entries') return;
    const [method, order, held] = words as [MethodName, Recovered['order'], Recovered['held']];
    const forgotten = expectation.compare(method, { order, held }, unheard === undefined ? undefined : calls[unheard]);
    expectation.adoptOrder(method, order);
    console.log(
      `  ${method.padEnd(8)} ${count(order.length).padStart(4)} entries, none lost, values equal, same LRU order${forgotten === 0 ? '' : ` but for the last ${count(forgotten)} hits`}`,
    );
    forgottenInAll += forgotten;
    seen.add(method);
  });
  if (seen.size !== METHODS.length) throw new BrokenPromise('a method did not come back');
  return forgottenInAll;
}

async function main(): Promise<void> {
  console.log(`${count(cities.length)} cities (GeoNames, CC BY 4.0), three cached methods, seed ${seed}\n`);

  console.log(`1. Cold: ${count(COLD_CALLS)} calls against an empty cache`);
  const cold = await makeCalls(0, COLD_CALLS);
  console.log(statsTable(cold.stats));

  const killAt = COLD_CALLS + 2_000 + Math.floor(random() * 6_000);
  console.log(`\n2. A second load, and SIGKILL in the middle of it, after call ${count(killAt - COLD_CALLS)}`);
  const killed = await makeCalls(COLD_CALLS, CALLS_IN_ALL, killAt);
  console.log('   What came back, against what was acknowledged:');
  await inspect(killed.next);

  const flushAt = killed.next + 1_000;
  console.log('\n3. A thousand calls more, flush(), and SIGKILL: now the order must be exact');
  const flushed = await makeCalls(killed.next, flushAt, 'flushed');
  const forgotten = await inspect(undefined);
  if (forgotten > 0) throw new BrokenPromise(`${forgotten} hits are missing from the order although it was flushed`);

  console.log(`\n4. Warm: the first ${count(COMPARED_CALLS)} calls once more, then the rest of the second load`);
  const held = expectation.entries;
  const warm = await makeCalls(0, COMPARED_CALLS);
  if (warm.opened.entries !== held) throw new BrokenPromise(`${held} entries were expected, ${warm.opened.entries} came back`);
  const rest = await makeCalls(flushed.next, CALLS_IN_ALL);
  console.log(statsTable(rest.stats));

  console.log(`\nThe first ${count(COMPARED_CALLS)} calls took ${seconds(cold.comparedMs)} cold and ${seconds(warm.comparedMs)} after the restart.`);
  const saved = Object.values(cold.stats).reduce((sum, { timeSavedMs }) => sum + timeSavedMs, 0);
  console.log(`The cold load spared its callers ${seconds(saved)} of waiting. Everything that was claimed holds.`);
}

const watchdog = setTimeout(() => {
  console.error('\nIt takes longer than 5 minutes: something hangs.');
  process.exit(1);
}, 5 * 60_000);

try {
  await main();
} catch (error) {
  if (!(error instanceof BrokenPromise)) throw error;
  console.error(`\nA promise does not hold: ${error.message}. Seed ${seed}; the files are in ${directory}.`);
  process.exitCode = 1;
} finally {
  clearTimeout(watchdog);
  if (process.exitCode !== 1) rmSync(directory, { recursive: true, force: true });
}
