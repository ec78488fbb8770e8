/** What becomes of a cache whose directory is removed, moved or taken by somebody else while it is open. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Cached, CacheRegistry } from '../../src/index';
import { LOCK_NAME, lockDirectory } from '../../src/persist/directory-lock';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { DiskCache } from './disk-cache';
import { unsyncedFileSystem } from './faulty-file-system';

const time = manualClockForEachTest();
const files = { ...unsyncedFileSystem, lockDirectory };

function anOpenCache(options: { readonly leastLogBytes?: number } = {}): { readonly cache: DiskCache; readonly directory: string } {
  const directory = join(temporaryDirectory(), 'Users.find');
  return { cache: new DiskCache({ directory, files, capacity: 100, ...options }).put('a').put('b'), directory };
}

/** A second passes, and a rescue that it begins ends. */
async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    time.clock.advance(1000);
    for (let step = 0; step < 20; step++) await new Promise((resolve) => setImmediate(resolve));
  }
}

test.each<[how: string, lose: (directory: string) => void]>([
  ['removed', (directory) => rmSync(directory, { recursive: true })],
  ['moved', (directory) => renameSync(directory, `${directory}.old`)],
  ['robbed of its log', (directory) => readdirSync(directory).forEach((name) => name.startsWith('log-') && unlinkSync(join(directory, name)))],
  ['robbed of its lock', (directory) => unlinkSync(join(directory, LOCK_NAME))],
])('a directory that is %s while it is open is noticed, and everything is written anew', async (_how, lose) => {
  const { cache, directory } = anOpenCache();
  lose(directory);
  cache.put('c');
  time.clock.advance(1000);
  expect([cache.journal.state, cache.reports.at(-1)?.message]).toEqual(['degraded', expect.stringContaining('removed or moved while it was open')]);
  cache.put('d');
  await seconds(3);
  expect(cache.journal.state).toBe('open');
  expect(lockDirectory(directory).isHeld).toBe(false);
  cache.delete('a');
  await cache.put('e').journal.close();
  const next = new DiskCache({ directory, files, capacity: 100 });
  expect([next.keys(), next.journal.recovery?.outcome]).toEqual([['b', 'c', 'd', 'e'], 'clean']);
});

test('a directory that somebody else has taken is left to him, and what is deleted is not promised to stay so', async () => {
  const { cache, directory } = anOpenCache();
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  const other = lockDirectory(directory);
  await seconds(1);
  expect([cache.journal.state, cache.reports.at(-1)]).toEqual([
    'refused',
    expect.objectContaining({ code: 'SCRUBJAY_DIRECTORY_BUSY', message: expect.stringMatching(/was removed, moved or shared .* belongs to process \d+ on/) }),
  ]);
  expect(() => cache.delete('a')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
  cache.put('c');
  await seconds(3);
  await cache.journal.close();
  expect([cache.keys(), readdirSync(directory)]).toEqual([['b', 'c'], [LOCK_NAME]]);
  // Its owner still has it.
  expect([other.isHeld, lockDirectory(directory).isHeld]).toEqual([true, false]);
});

test('whoever finds files newer than all of his own writes no more, though nothing became of his lock', async () => {
  const { cache, directory } = anOpenCache({ leastLogBytes: 300 });
  const copy = mkdtempSync(join(temporaryDirectory(), 'copy-'));
  cpSync(directory, copy, { recursive: true });
  const other = new DiskCache({ directory: copy, capacity: 100 }).put('other');
  other.die();
  for (const name of readdirSync(copy)) if (!existsSync(join(directory, name))) cpSync(join(copy, name), join(directory, name));
  const before = readdirSync(directory);
  for (let round = 0; round < 30; round++) cache.put(`k${round}`);
  await seconds(2);
  expect([cache.journal.state, cache.reports.at(-1)?.code]).toEqual(['refused', 'SCRUBJAY_DIRECTORY_BUSY']);
  expect(readdirSync(directory)).toEqual(before);
});

test('a link to the directory that is turned elsewhere takes nobody with it', async () => {
  const root = temporaryDirectory();
  for (const name of ['old', 'new']) mkdirSync(join(root, name));
  const link = join(root, 'current');
  symlinkSync(join(root, 'old'), link);
  const registry = new CacheRegistry({ persist: { directory: link } });
  class Users {
    @Cached({ params: ['id'], persist: 'jsonl', registry })
    find(id: string): string {
      return id;
    }
  }
  await registry.open();
  unlinkSync(link);
  symlinkSync(join(root, 'new'), link);
  new Users().find('a');
  await registry.close();
  expect([readdirSync(join(root, 'old')), readdirSync(join(root, 'new'))]).toEqual([['Users.find'], []]);
  expect(readdirSync(join(root, 'old', 'Users.find')).filter((name) => name.startsWith('log-'))).toHaveLength(1);
});
