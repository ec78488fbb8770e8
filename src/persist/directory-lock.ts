/**
 * One owner for each directory, whatever process or thread it is in: a lock of the kernel's, gone at once with the process, however it dies.
 * Node has no call for it. On Linux the program `flock` locks the file that we opened, and so locks it for us; macOS and Windows lock it when it is opened.
 * Where there is no such program, a file that says who the owner is stands in for it (`owner-file.ts`).
 */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { now } from '../clock.js';
import { takeOwnerFile } from './owner-file.js';

/** A directory that is ours, until it is released or the process dies. */
export interface DirectoryLock {
  readonly isHeld: true;
  /** Whether the lock still stands in the directory. Somebody may have removed or moved that, and then another process can hold one of the same name. */
  isInPlace(): boolean;
  release(): void;
}

/** It is somebody else's. */
export interface LockedOut {
  readonly isHeld: false;
  /** Who holds it, as far as that can be told: `process 4711 on web-3, since 2026-11-23T10:00:00.000Z`. */
  readonly holder: string;
}

/** The file that is locked. It is never removed: whoever removed it could lock another file of the same name than somebody else. */
export const LOCK_NAME = 'LOCK';

// <sys/fcntl.h> of macOS and the BSDs, and libuv for Windows. Node passes numbers on as they are.
const O_EXLOCK = 0x20;
const O_NONBLOCK = 0x4;
const UV_FS_O_EXLOCK = 0x10000000;

/** Where we may not write, nobody has to be kept from writing: what lies there can be read all the same. */
const UNWRITABLE = ['EROFS', 'EACCES', 'EPERM'];
export const NO_LOCK: DirectoryLock = { isHeld: true, isInPlace: () => true, release: () => undefined };

/**
 * Takes the directory, which must be there.
 * @throws what the file system throws when the lock file can not be opened
 */
export function lockDirectory(directory: string): DirectoryLock | LockedOut {
  try {
    return lock(join(directory, LOCK_NAME));
  } catch (error) {
    if (UNWRITABLE.includes((error as NodeJS.ErrnoException).code ?? '')) return NO_LOCK;
    throw error;
  }
}

function lock(path: string): DirectoryLock | LockedOut {
  switch (process.platform) {
    case 'linux':
      return lockByProgram(path);
    case 'win32':
      return lockAtOpening(path, constants.O_RDWR | constants.O_CREAT | UV_FS_O_EXLOCK);
    default:
      return lockAtOpening(path, constants.O_RDWR | constants.O_CREAT | O_EXLOCK | O_NONBLOCK);
  }
}

function lockByProgram(path: string): DirectoryLock | LockedOut {
  const descriptor = openSync(path, 'a+', 0o600);
  // A lock belongs to the open file, which the program shares with us, so it stays when the program has ended.
  const { status, error } = spawnSync('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
  if (status === 0) return held(descriptor, path);
  closeSync(descriptor);
  if (status === 1) return lockedOut(path);
  if (error !== undefined || status !== null) return ownerFile(path);
  throw new Error('flock was killed');
}

function lockAtOpening(path: string, flags: number): DirectoryLock | LockedOut {
  try {
    return held(openSync(path, flags, 0o600), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EBUSY' || code === 'EWOULDBLOCK') return lockedOut(path);
    if (code === 'ENOTSUP' || code === 'EOPNOTSUPP') return ownerFile(path);
    throw error;
  }
}

function ownerFile(path: string): DirectoryLock | LockedOut {
  const ownerPath = `${path}.owner`;
  const place = takeOwnerFile(ownerPath);
  return place === undefined ? lockedOut(ownerPath) : { isHeld: true, isInPlace: place.isOurs, release: place.release };
}

function held(descriptor: number, path: string): DirectoryLock {
  try {
    // For people: nothing depends on it, and a full disk must not keep anybody from reading his cache.
    ftruncateSync(descriptor);
    writeSync(descriptor, `${JSON.stringify({ pid: process.pid, thread: threadId, host: hostname(), since: new Date(now()).toISOString() })}\n`, 0);
  } catch {}
  return { isHeld: true, isInPlace: () => isFileAt(path, descriptor), release: () => closeSync(descriptor) };
}

/** Whether the open file still has that name. On Windows nobody can take it away. */
function isFileAt(path: string, descriptor: number): boolean {
  if (process.platform === 'win32') return true;
  const there = statSync(path, { throwIfNoEntry: false });
  const ours = fstatSync(descriptor);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

const lockedOut = (path: string): LockedOut => ({ isHeld: false, holder: holderIn(path) });

/** Who wrote himself down there. */
function holderIn(path: string): string {
  try {
    const { pid, thread = 0, host, since } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return `process ${String(pid)}${thread === 0 ? '' : `, thread ${String(thread)},`} on ${String(host)}, since ${String(since)}`;
  } catch {
    return 'another process';
  }
}
