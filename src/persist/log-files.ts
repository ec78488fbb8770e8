/**
 * The files of one cache's directory: their names and their headers.
 * A file is only ever appended to by the session that created it; nothing is truncated, renamed or used again.
 */
import { join } from 'node:path';
import { ScrubjayError } from '../errors.js';
import type { LogHeader, PersistDriver } from './contract.js';
import type { FileSystem } from './file-system.js';

export type FileKind = LogHeader['kind'];

const FILE_NAME = /^(log|snap|manifest)-(\d{12})(\..+)$/;
const PREFIXES: Readonly<Record<FileKind, string>> = { log: 'log', snapshot: 'snap', manifest: 'manifest' };

/** Where the log of that number lies, or should, beside another file. */
export const siblingLog = (path: string, id: number): string =>
  path.replace(/[a-z]+-\d{12}(\.[^/\\]+)$/, (_all, extension) => `log-${digitsOf(id)}${extension}`);

const digitsOf = (id: number): string => String(id).padStart(12, '0');

/** A header is never longer than this, in bytes. */
const LONGEST_HEADER_BYTES = 64 * 1024;

export const fileName = (kind: FileKind, id: number, driver: PersistDriver): string => `${PREFIXES[kind]}-${digitsOf(id)}${driver.fileExtension}`;

/** A file whose header is good. */
export interface LogFile {
  readonly id: number;
  readonly path: string;
  readonly fileBytes: number;
  readonly header: LogHeader;
  readonly headerEnd: number;
  readonly headerChecksum: number;
}

/** A file whose header is broken: damaged, or never written as a whole. */
export interface BrokenFile {
  readonly id: number;
  readonly path: string;
  readonly kind: FileKind;
}

/** Everything of a directory that looks like ours. */
export interface FoundFiles {
  /** Those with a good header, by kind, in the order of their numbers. */
  readonly good: Readonly<Record<FileKind, readonly LogFile[]>>;
  readonly broken: readonly BrokenFile[];
  /** The highest number in use; 0 where there is none. */
  readonly lastId: number;
}

export const foreign = (directory: string, why: string): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_LOG_FOREIGN', `${directory} cannot be used: ${why}. Nothing was changed; give this cache a directory of its own.`);

/**
 * Reads the headers of all files in `directory`. A missing directory is an empty one.
 * @throws SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER
 */
export function findFiles(files: FileSystem, directory: string, driver: PersistDriver): FoundFiles {
  const good: Record<FileKind, LogFile[]> = { log: [], snapshot: [], manifest: [] };
  const broken: BrokenFile[] = [];
  let lastId = 0;
  for (const [name, prefix, digits, extension] of matchesIn(files, directory)) {
    if (extension !== driver.fileExtension) throw foreign(directory, `it holds ${name}, which the driver ${driver.name} does not read`);
    const kind = prefix === 'snap' ? 'snapshot' : (prefix as FileKind);
    const found = { id: Number(digits), path: join(directory, name), kind };
    lastId = found.id;
    const file = withHeader(files, found, driver);
    if (file === undefined) broken.push(found);
    else if (file.header.codec !== driver.codec)
      throw foreign(directory, `${file.path} is written in ${file.header.codec}, and this driver reads ${driver.codec}`);
    else good[kind].push(file);
  }
  return { good, broken, lastId };
}

/** The file of the highest number in `directory`. @throws what the file system throws */
export function newestName(files: FileSystem, directory: string): { readonly id: number; readonly name: string } | undefined {
  const newest = matchesIn(files, directory).at(-1);
  return newest && { id: Number(newest[2]), name: newest[0] };
}

/** The names of files that are ours, taken apart, in the order of their numbers. */
const matchesIn = (files: FileSystem, directory: string): RegExpExecArray[] =>
  [...namesIn(files, directory)]
    .map((name) => FILE_NAME.exec(name))
    .filter((match) => match !== null)
    .sort((one, other) => Number(one[2]) - Number(other[2]));

function namesIn(files: FileSystem, directory: string): readonly string[] {
  try {
    return files.readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function withHeader(files: FileSystem, { id, path, kind }: BrokenFile, driver: PersistDriver): LogFile | undefined {
  const descriptor = files.openSync(path, 'r');
  try {
    const fileBytes = files.fstatSync(descriptor).size;
    const frame = driver.readHeader(readAt(files, descriptor, 0, Math.min(fileBytes, LONGEST_HEADER_BYTES)));
    if (frame.kind !== 'good' || frame.content.id !== id || frame.content.kind !== kind) return undefined;
    return { id, path, fileBytes, header: frame.content, headerEnd: frame.end, headerChecksum: frame.checksum };
  } finally {
    files.closeSync(descriptor);
  }
}

/** Up to `length` bytes of a file. */
export function readAt(files: FileSystem, descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = files.readSync(descriptor, bytes, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
