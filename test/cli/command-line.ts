/** The command line, run in this process, on directories that real caches have written. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/main';
import { type DriverName, drivers } from '../../src/persist/drivers/index';
import { DiskCache } from '../persist/disk-cache';

export const driverNames = Object.keys(drivers) as DriverName[];

/** What a command did. */
interface Ran {
  readonly code: number;
  /** Lines on stdout. */
  readonly out: readonly string[];
  /** The same, each read as JSON. */
  readonly json: readonly Record<string, unknown>[];
  readonly err: string;
}

/** Runs `scrubjay` with these words. */
export async function scrubjay(words: readonly string[], stdin: readonly string[] = []): Promise<Ran> {
  const stdout = new Gathered();
  const stderr = new Gathered();
  const code = await main(words, { stdin: Readable.from(stdin.map((line) => `${line}\n`)), stdout, stderr });
  const out = stdout.text.split('\n').slice(0, -1);
  const isJson = !words.includes('--help') && (words.includes('--json') || words[0] === 'export');
  return { code, out, err: stderr.text, json: isJson ? out.map((line) => JSON.parse(line) as Record<string, unknown>) : [] };
}

/** A stream that remembers. */
export class Gathered extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A closed cache with entries that JSON can and cannot say: a, b and c, b used last; z was dropped and d deleted. */
export async function aClosedCache(directory: string, driver: DriverName): Promise<void> {
  const cache = new DiskCache({ directory, driver: drivers[driver], capacity: 4 });
  cache
    .put('z', 'x'.repeat(1000))
    .put('a', { name: 'Ada' })
    .put('b', new Map([[1, undefined]]))
    .put('c', 3)
    .put('d');
  cache.delete('d');
  cache.use('b');
  await cache.journal.close();
}

/** A cache that was compacted at least twice, so that there are snapshots, and everything is durable. */
export async function aCompactedCache(directory: string, driver: DriverName): Promise<DiskCache> {
  const cache = new DiskCache({ directory, driver: drivers[driver], capacity: 6, leastLogBytes: 300 });
  for (let round = 0; round < 40; round++) {
    cache.put(`k${round % 8}`, { round });
    if (round % 9 === 8) cache.delete(`k${round % 5}`);
    for (let step = 0; step < 3; step++) await turn();
  }
  return cache;
}

/** The names of a store's files, each with its bytes. */
export const filesIn = (directory: string): Map<string, Buffer> =>
  new Map(
    readdirSync(directory)
      .filter((name) => /^(log|snap|manifest)-/.test(name))
      .sort()
      .map((name) => [name, readFileSync(join(directory, name))]),
  );

/** Its logs, the newest last. */
export const logsIn = (directory: string): [name: string, bytes: Buffer][] => [...filesIn(directory)].filter(([name]) => name.startsWith('log-'));
