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

const FILE_NAME = /^(log|snap)-(\d{12})(\..+)$/;

export const fileName = (kind: LogHeader['kind'], id: number, driver: PersistDriver): string =>
  `${kind === 'log' ? 'log' : 'snap'}-${String(id).padStart(12, '0')}${driver.fileExtension}`;

/** A file whose header is good. */
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
  /** The logs that count, first one first; each names the one before it. */
  readonly chain: readonly LogFile[];
  /** What is wrong with the log that the first of them goes on after: then a snapshot is needed. */
  readonly cut: ScrubjayError | undefined;
  /** Snapshots that stand for everything before one of the logs, the newest first. Whether they are whole is not known yet. */
  readonly snapshots: readonly Snapshot[];
  /** What a compaction was about to remove when it was cut off. */
  readonly leftOver: readonly LogFile[];
  /** The first file number that was never used. */
  readonly nextId: number;
  /** Files whose creation was cut off before their header was whole; they hold nothing. */
  readonly stillborn: number;
}

/** A snapshot, and from which log of the chain on it needs them. */
export interface Snapshot {
  readonly file: LogFile;
  readonly from: number;
}

/** Damage: bytes that were good once. Nothing is changed, nothing of it is served. */
export const damaged = (path: string, byteOffset: number, what: string): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${path}: ${what} at byte ${byteOffset}. Nothing was changed and nothing from this directory is served; the cache runs in memory only. Restore the file, or move the directory away to begin empty.`,
  );

/**
 * Lists the files of `directory` and follows the chain of logs. A missing directory is an empty one.
 * @throws SCRUBJAY_LOG_DAMAGED, SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER
 */
export function listLogs(files: FileSystem, directory: string, driver: PersistDriver, cacheName: string): LogListing {
  const found: Found = { log: new Map(), snapshot: new Map(), broken: new Map() };
  let lastId = 0;
  let stillborn = 0;
  for (const name of [...namesIn(files, directory)].sort()) {
    const match = FILE_NAME.exec(name);
    if (match === null) continue;
    if (match[3] !== driver.fileExtension) throw foreign(directory, `it holds ${name}, which the driver ${driver.name} does not read`);
    const id = Number(match[2]);
    const kind = match[1] === 'log' ? 'log' : 'snapshot';
    lastId = Math.max(lastId, id);
    const file = readHeaderOf(files, join(directory, name), { id, kind }, driver);
    if (file === undefined) stillborn++;
    else if (file === 'broken') {
      // A broken snapshot is none; what it stood for may still be there.
      if (kind === 'log') found.broken.set(id, damaged(join(directory, name), 0, 'the header is broken; it stands'));
    } else if (file.header.cacheName !== cacheName) throw foreign(directory, `it belongs to the cache ${file.header.cacheName}, not to ${cacheName}`);
    else if (file.header.codec !== driver.codec)
      throw foreign(directory, `${file.path} is written in ${file.header.codec}, and this driver reads ${driver.codec}`);
    else found[kind].set(id, file);
  }
  const { chain, cut } = chainOf(found);
  const snapshots = snapshotsOf(found.snapshot, chain);
  if (cut !== undefined && snapshots.length === 0) throw cut;
  expectNoStrays(found, chain, snapshots);
  const counts = new Set([...chain, ...snapshots.map(({ file }) => file)]);
  const leftOver = [...found.log.values(), ...found.snapshot.values()].filter((file) => !counts.has(file));
  return { chain, cut, snapshots, leftOver, nextId: lastId + 1, stillborn };
}

/** The files of a directory by their numbers. */
interface Found {
  readonly log: Map<number, LogFile>;
  readonly snapshot: Map<number, LogFile>;
  readonly broken: Map<number, ScrubjayError>;
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

/** From the newest log back, as far as there are any. */
function chainOf({ log, broken }: Found): Pick<LogListing, 'chain' | 'cut'> {
  const chain: LogFile[] = [];
  let next = [...log.values()].at(-1);
  while (next !== undefined) {
    chain.unshift(next);
    const previous: LogHeader['predecessor'] = next.header.predecessor;
    if (previous === undefined) break;
    const before = log.get(previous.id);
    if (before === undefined)
      return { chain, cut: broken.get(previous.id) ?? damaged(next.path, 0, `the file before it, number ${previous.id}, is missing; the gap is`) };
    if (before.header.storeId !== next.header.storeId) throw damaged(next.path, 0, 'the header names another store than the file before it,');
    if (before.fileBytes < previous.bytes)
      return { chain, cut: damaged(before.path, before.fileBytes, `the file ends too early, ${previous.bytes} bytes were known to be good; it ends`) };
    next = before;
  }
  return { chain, cut: undefined };
}

/** A snapshot and the log that goes on after it have the same predecessor. */
function snapshotsOf(found: ReadonlyMap<number, LogFile>, chain: readonly LogFile[]): Snapshot[] {
  const snapshots: Snapshot[] = [];
  for (const file of found.values()) {
    const from = chain.findIndex(({ header }) => isSameEnd(header.predecessor, file.header.predecessor) && header.storeId === file.header.storeId);
    if (from !== -1) snapshots.unshift({ file, from });
  }
  return snapshots;
}

const isSameEnd = (one: LogHeader['predecessor'], other: LogHeader['predecessor']): boolean =>
  one !== undefined && one.id === other?.id && one.bytes === other.bytes && one.lsn === other.lsn && one.checksum === other.checksum;

/** Every file must be in the chain, or come before it; else files are missing, or two processes have written side by side. */
function expectNoStrays(found: Found, chain: readonly LogFile[], snapshots: readonly Snapshot[]): void {
  const first = chain[0]?.id ?? 0;
  const last = chain.at(-1)?.id ?? 0;
  const hasPredecessor = chain[0]?.header.predecessor !== undefined;
  const isLeftOver = (id: number): boolean => hasPredecessor && id < first;
  const stray = [...found.log.values()].find((file) => !chain.includes(file) && !isLeftOver(file.id));
  if (stray !== undefined)
    throw damaged(stray.path, 0, 'the file is not continued by the one after it, as when two processes write to one directory; it begins');
  for (const [id, error] of found.broken) if (!isLeftOver(id)) throw error;
  const orphan = [...found.snapshot.values()].find((file) => file.id > last && !snapshots.some((snapshot) => snapshot.file === file));
  if (orphan !== undefined) throw damaged(orphan.path, 0, 'the log that goes on after this snapshot is missing; it begins');
}

/** The header of a file; `undefined` when the file was cut off before its header was whole: then nothing can follow, headers are synced before records. */
function readHeaderOf(files: FileSystem, path: string, { id, kind }: Pick<LogHeader, 'id' | 'kind'>, driver: PersistDriver): LogFile | 'broken' | undefined {
  const descriptor = files.openSync(path, 'r');
  try {
    const fileBytes = files.fstatSync(descriptor).size;
    const bytes = readAt(files, descriptor, 0, Math.min(fileBytes, 64 * 1024));
    const frame = driver.readHeader(bytes);
    if (frame.kind === 'good' && frame.content.id === id && frame.content.kind === kind) {
      return { id, path, fileBytes, header: frame.content, headerEnd: frame.end, headerChecksum: frame.checksum };
    }
    if (frame.kind === 'partial' && bytes.length === fileBytes) return undefined;
    return 'broken';
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
