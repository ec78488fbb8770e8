import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('what is not there cannot be removed', () => {
  expect(() => {
    realFileSystem.unlinkSync(join(directory, 'nothing'));
  }).toThrow('ENOENT');
});
