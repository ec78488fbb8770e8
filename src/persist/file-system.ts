/**
 * The few calls through which the journal touches the disk. Tests put failing, short-writing and forgetful ones in their place.
 */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DirectoryLock, type LockedOut, lockDirectory } from './directory-lock.js';

/** The part of `node:fs` the journal uses. */
export type FileSystem = Pick<
  typeof fs,
  | 'openSync'
  | 'closeSync'
  | 'writeSync'
  | 'readSync'
  | 'fstatSync'
  | 'readdirSync'
  | 'mkdirSync'
  | 'fsyncSync'
  | 'fdatasyncSync'
  | 'fdatasync'
  | 'unlinkSync'
  | 'renameSync'
> & {
  /** Keeps other processes out of a directory, which is there; may be left out where there are none. */
  readonly lockDirectory?: (directory: string) => DirectoryLock | LockedOut;
};

/** Syncs under way at a time, in the whole process. The thread pool has four threads, and all files, names of hosts and ciphers of the application wait for them, too. */
const SYNCS_AT_ONCE = 2;
let syncs = 0;
const waiting: (() => void)[] = [];

/** As that of `node:fs`, when its turn has come. */
const fdatasync = ((descriptor: number, done: fs.NoParamCallback): void => {
  const begin = (): void => {
    syncs++;
    fs.fdatasync(descriptor, (error) => {
      syncs--;
      waiting.shift()?.();
      done(error);
    });
  };
  if (syncs < SYNCS_AT_ONCE) begin();
  else waiting.push(begin);
}) as typeof fs.fdatasync;

/** Takes the name away at once. The room is given back on the thread pool, when the descriptor closes: for 128 MiB that takes 30 ms, in which the whole application would stand still. */
function unlinkSync(path: fs.PathLike): void {
  const descriptor = opened(path);
  try {
    fs.unlinkSync(path);
  } finally {
    // Nothing was written through it, so nothing is lost should it fail.
    if (descriptor !== undefined) fs.close(descriptor, () => undefined);
  }
}

/** What cannot be opened may be removed all the same. */
function opened(path: fs.PathLike): number | undefined {
  try {
    return fs.openSync(path, 'r');
  } catch {
    return undefined;
  }
}

/** The real one. */
export const realFileSystem: FileSystem = { ...fs, fdatasync, unlinkSync, lockDirectory };

/** Where `path` leads, links followed, so that a link that leads elsewhere tomorrow does not take a cache with it that is open. */
export function realPath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch {
    // What is not there yet will be made where the rest leads.
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** Makes `directory` and what is missing above it, for its owner only, and makes their names durable. */
export function makeDirectory(files: FileSystem, directory: string, parentOf: (path: string) => string): void {
  const first = files.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = directory; ; made = parentOf(made)) {
    syncDirectory(files, parentOf(made));
    if (made === first || parentOf(made) === made) return;
  }
}

/** Makes what is in a file durable, whoever wrote it. Windows wants a descriptor that may write. */
export function syncFile(files: FileSystem, path: string): void {
  const descriptor = files.openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    files.fdatasyncSync(descriptor);
  } finally {
    files.closeSync(descriptor);
  }
}

/** Length of a file, in bytes. */
export function fileBytes(files: FileSystem, path: string): number {
  const descriptor = files.openSync(path, 'r');
  try {
    return files.fstatSync(descriptor).size;
  } finally {
    files.closeSync(descriptor);
  }
}

/** Makes the names in `directory` durable. Windows and some network file systems know no such thing; there it does nothing. */
export function syncDirectory(files: FileSystem, directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = files.openSync(directory, 'r');
  try {
    files.fsyncSync(descriptor);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    files.closeSync(descriptor);
  }
}

/** Writes the first `length` of `bytes` at the end of the file: `writeSync` gives a short count, without an error, when the disk fills up in the middle. */
export function writeFully(files: FileSystem, descriptor: number, bytes: Uint8Array, length = bytes.length): void {
  for (let written = 0; written < length; ) {
    const count = files.writeSync(descriptor, bytes, written, length - written);
    if (count <= 0) throw new Error('the disk took no more bytes and gave no error');
    written += count;
  }
}

/** Removes a file that stands for nothing, and may as well stay: whoever lists the directory next finds it, and tries again. */
export function removeQuietly(files: FileSystem, path: string): void {
  try {
    files.unlinkSync(path);
  } catch {
    // It stays.
  }
}
