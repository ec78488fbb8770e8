/**
 * The files of one cache's directory: their names, their headers, and the chain that leads from the newest back to the first.
 * A file is only ever appended to by the session that created it; nothing is truncated, renamed or used again.
 */
import { join } from 'node:path';
import { ScrubjayError } from '../errors.js';
import { LONGEST_FRAME_BYTES, type LogHeader, type PersistDriver } from './contract.js';
import type { FileSystem } from './file-system.js';

/** Bytes read at a time. */
const CHUNK_BYTES = 1024 * 1024;

const LOG_NAME = /^log-(\d{12})(\..+)$/;

export const logName = (id: number, driver: PersistDriver): string => `log-${String(id).padStart(12, '0')}${driver.fileExtension}`;

/** A log file whose header is good. */
export interface LogFile {
  readonly id: number;
  readonly path: string;
  readonly fileBytes: number;
  readonly header: LogHeader;
  readonly headerEnd: number;
  readonly headerChecksum: number;
}

/** What lies in a directory. */
export interface LogListing {
  /** The files that count, first one first; each names the one before it. */
  readonly chain: readonly LogFile[];
  /** The first file number that was never used. */
  readonly nextId: number;
  /** Files whose creation was cut off before their header was whole; they hold nothing. */
  readonly stillborn: number;
}

/** Damage: bytes that were good once. Nothing is changed, nothing of it is served. */
export const damaged = (path: string, byteOffset: number, what: string): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${path}: ${what} at byte ${byteOffset}. Nothing was changed and nothing from this directory is served; the cache runs in memory only. Restore the file, or move the directory away to begin empty.`,
  );

/**
 * Lists the log files of `directory` and follows the chain. A missing directory is an empty one.
 * @throws SCRUBJAY_LOG_DAMAGED, SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER
 */
export function listLogs(files: FileSystem, directory: string, driver: PersistDriver, cacheName: string): LogListing {
  const ids: number[] = [];
  for (const name of namesIn(files, directory)) {
    const match = LOG_NAME.exec(name);
    if (match === null) continue;
    if (match[2] !== driver.fileExtension) throw foreign(directory, `it holds ${name}, which the driver ${driver.name} does not read`);
    ids.push(Number(match[1]));
  }
  ids.sort((one, other) => one - other);
  const found = new Map<number, LogFile>();
  let stillborn = 0;
  for (const id of ids) {
    const file = readHeaderOf(files, join(directory, logName(id, driver)), id, driver);
    if (file === undefined) stillborn++;
    else if (file.header.cacheName !== cacheName) throw foreign(directory, `it belongs to the cache ${file.header.cacheName}, not to ${cacheName}`);
    else if (file.header.codec !== driver.codec)
      throw foreign(directory, `${file.path} is written in ${file.header.codec}, and this driver reads ${driver.codec}`);
    else found.set(id, file);
  }
  return { chain: chainOf(found), nextId: (ids.at(-1) ?? 0) + 1, stillborn };
}

const foreign = (directory: string, why: string): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_LOG_FOREIGN', `${directory} cannot be used: ${why}. Nothing was changed; give this cache a directory of its own.`);

function namesIn(files: FileSystem, directory: string): readonly string[] {
  try {
    return files.readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** From the newest file back; every file must be in the chain, or two processes have written side by side. */
function chainOf(found: ReadonlyMap<number, LogFile>): readonly LogFile[] {
  const chain: LogFile[] = [];
  let next = [...found.values()].at(-1);
  while (next !== undefined) {
    chain.unshift(next);
    const previous: LogHeader['predecessor'] = next.header.predecessor;
    if (previous === undefined) break;
    const before = found.get(previous.id);
    if (before === undefined) throw damaged(next.path, 0, `the file before it, number ${previous.id}, is missing; the gap is`);
    if (before.header.storeId !== next.header.storeId) throw damaged(next.path, 0, 'the header names another store than the file before it,');
    if (before.fileBytes < previous.bytes)
      throw damaged(before.path, before.fileBytes, `the file ends too early, ${previous.bytes} bytes were known to be good; it ends`);
    next = before;
  }
  const stray = [...found.values()].find((file) => !chain.includes(file));
  if (stray !== undefined)
    throw damaged(stray.path, 0, 'the file is not continued by the one after it, as when two processes write to one directory; it begins');
  return chain;
}

/** The header of a file, or `undefined` when the file was cut off before its header was whole: then nothing can follow, headers are synced before records. */
function readHeaderOf(files: FileSystem, path: string, id: number, driver: PersistDriver): LogFile | undefined {
  const descriptor = files.openSync(path, 'r');
  try {
    const fileBytes = files.fstatSync(descriptor).size;
    const bytes = readAt(files, descriptor, 0, Math.min(fileBytes, 64 * 1024));
    const frame = driver.readHeader(bytes);
    if (frame.kind === 'good' && frame.content.id === id) {
      return { id, path, fileBytes, header: frame.content, headerEnd: frame.end, headerChecksum: frame.checksum };
    }
    if (frame.kind === 'partial' && bytes.length === fileBytes) return undefined;
    throw damaged(path, 0, 'the header is broken; it stands');
  } finally {
    files.closeSync(descriptor);
  }
}

function readAt(files: FileSystem, descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = files.readSync(descriptor, bytes, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

/** Some of the bytes of a file, from `start` on. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly start: number;
}

/**
 * Reads the bytes of `file` from `from` to `to` in chunks. Send back the offset of the first byte that was not understood yet:
 * the next chunk begins there.
 */
export function* chunksOf(files: FileSystem, file: LogFile, from: number, to: number): Generator<Chunk, void, number> {
  const descriptor = files.openSync(file.path, 'r');
  try {
    let start = from;
    let length = CHUNK_BYTES;
    for (;;) {
      const wanted = Math.min(length, to - start);
      const bytes = readAt(files, descriptor, start, wanted);
      const reached = yield { bytes, start };
      if (start + wanted >= to || bytes.length < wanted) return;
      // Nothing was understood: the frame is longer than the chunk, so read more at once, unless no frame is that long.
      if (reached === start && length >= LONGEST_FRAME_BYTES) return;
      length = reached === start ? length * 2 : CHUNK_BYTES;
      start = reached;
    }
  } finally {
    files.closeSync(descriptor);
  }
}
