import fs, { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realFileSystem } from '../../src/persist/file-system';

const directory = mkdtempSync(join(tmpdir(), 'scrubjay-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test('a file that is removed is gone by name at once, and its name is free', () => {
  const path = join(directory, 'log');
  for (const content of ['first', 'second']) {
    writeFileSync(path, content, { flag: 'wx' });
    realFileSystem.unlinkSync(path);
    expect(existsSync(path)).toBe(false);
  }
});

test('of many syncs two are under way at a time, and all end', async () => {
  const begun: ((error: null) => void)[] = [];
  const fdatasync = jest.spyOn(fs, 'fdatasync').mockImplementation((_descriptor, done) => void begun.push(done));
  // Loaded again: it takes the functions of node:fs as they are at that time.
  jest.resetModules();
  const loaded = await import('../../src/persist/file-system');
  const ended: number[] = [];
  for (let sync = 0; sync < 5; sync++) loaded.realFileSystem.fdatasync(sync, () => ended.push(sync));
  const seen: number[] = [];
  for (let end = 0; end < 5; end++) {
    seen.push(begun.length);
    begun[end]?.(null);
  }
  fdatasync.mockRestore();
  expect([seen, ended]).toEqual([
    [2, 3, 4, 5, 5],
    [0, 1, 2, 3, 4],
  ]);
});

test('what is not there cannot be removed', () => {
  expect(() => {
    realFileSystem.unlinkSync(join(directory, 'nothing'));
  }).toThrow('ENOENT');
});
