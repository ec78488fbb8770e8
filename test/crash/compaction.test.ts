/** Real processes, killed while their logs are compacted, one after the other in one directory. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CacheRegistry, cached, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import { isThorough } from '../support/thorough';
import { randomNumbers } from './deeds';
import { SEED } from './seed';

const RUNS = isThorough ? 60 : 3;

/** Runs until it is killed; gives the last version that was acknowledged, or `from - 1`. */
function killed(directory: string, driver: string, from: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(__dirname, 'compaction-child.mjs'), directory, driver, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      said += text;
    });
    child.once('close', () => resolve(Number(/^(\d+)\n[^\n]*$/m.exec(said.slice(said.lastIndexOf('\n', said.length - 2) + 1))?.[1] ?? from - 1)));
  });
}

/** Keys and versions, least recently set first, after so many deeds. */
function stateAfter(last: number): string[] {
  const held = new Map<string, number>();
  for (let version = 0; version <= last; version++) {
    const key = `k${(version * 7) % 80}`;
    held.delete(key);
    held.set(key, version);
    if (held.size > 50) held.delete(held.keys().next().value as string);
  }
  return [...held].map(([key, version]) => `${key} ${version}`);
}

async function found(directory: string, driver: 'jsonl' | 'msgpack'): Promise<string[]> {
  const registry = new CacheRegistry({ persist: { directory } });
  class Service {
    find(_key: string): unknown {
      return undefined;
    }
  }
  cached(Service, 'find', { capacity: 50, params: ['key'], scope: 'class', persist: driver, registry });
  const cache = cacheOf(Service, 'find');
  await registry.open();
  const state = cache.keys().map((text) => {
    const key = /k\d+/.exec(text)?.[0] as string;
    return `${key} ${(cache.peek(key) as { version: number }).version}`;
  });
  await registry.close();
  return state;
}

test.each(['jsonl', 'msgpack'] as const)(
  '%s: killed at any moment, nothing acknowledged is lost, and the directory stays small',
  async (driver) => {
    const directory = temporaryDirectory();
    const roll = randomNumbers(SEED);
    let snapshots = 0;
    let next = 0;
    for (let run = 0; run < RUNS; run++) {
      const last = await killed(directory, driver, next, 100 + Math.floor(400 * roll()));
      const state = await found(directory, driver);
      // The one that was under way may be there.
      const possible = [stateAfter(last), stateAfter(last + 1)];
      const which = possible.findIndex((each) => each.join() === state.join());
      expect({ seed: SEED, run, last, state: which === -1 ? state : 'possible' }).toEqual({ seed: SEED, run, last, state: 'possible' });
      next = last + 1 + which;
      const names = readdirSync(join(directory, 'Service.find'));
      snapshots += names.filter((name) => name.startsWith('snap')).length;
      // 250 KB are live; logs are left alone up to 1 MiB.
      expect(names.reduce((sum, name) => sum + statSync(join(directory, 'Service.find', name)).size, 0)).toBeLessThan(8 * 1024 * 1024);
    }
    expect(snapshots).toBeGreaterThan(0);
  },
  isThorough ? 600_000 : 60_000,
);
