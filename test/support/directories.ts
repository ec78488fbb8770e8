/** Directories that are gone when the test is over. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A new, empty directory. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-'));
  made.push(directory);
  return directory;
}

/** The log files below `directory`, oldest first. */
export function logFiles(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[])
    .filter((name) => /log-\d+\.[a-z]+$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});
