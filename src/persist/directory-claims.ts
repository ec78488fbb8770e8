/**
 * Who holds which directory: two journals in one would each write files the other knows nothing of.
 * The caches of this process know of each other; the kernel keeps other processes and threads out.
 */
import { dirname } from 'node:path';
import { type DirectoryLock, type LockedOut, NO_LOCK } from './directory-lock.js';
import { type FileSystem, makeDirectory } from './file-system.js';

/** Kept on globalThis, so that all copies of the library know of each other's claims. */
const CLAIMS = Symbol.for('scrubjay.directories.v2');

function claims(): Map<string, DirectoryLock> {
  const holder = globalThis as { [CLAIMS]?: Map<string, DirectoryLock> };
  holder[CLAIMS] ??= new Map();
  return holder[CLAIMS];
}

/** File systems of macOS and Windows take `Users` and `users` for one name. */
const keyOf = (directory: string): string => (process.platform === 'linux' ? directory : directory.toLowerCase());

/**
 * Takes a directory, which is made where it is missing; gives the lock, or who holds it if somebody else does.
 * @throws what the file system throws
 */
export function claimDirectory(files: FileSystem, directory: string): DirectoryLock | LockedOut {
  const key = keyOf(directory);
  if (claims().has(key)) return { isHeld: false, holder: 'another cache of this process' };
  makeDirectory(files, directory, dirname);
  const lock = files.lockDirectory?.(directory) ?? NO_LOCK;
  if (lock.isHeld) claims().set(key, lock);
  return lock;
}

/** Gives a directory back. */
export function releaseDirectory(directory: string): void {
  const key = keyOf(directory);
  claims().get(key)?.release();
  claims().delete(key);
}
