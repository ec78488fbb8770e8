/**
 * The files of a cache's directory as they lie there, good or not: names, headers, and every piece of their bytes. Nothing is written, nothing is guessed.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogHeader, LogRecord, PersistDriver, SkippableRecord } from '../persist/contract.js';
import { drivers } from '../persist/drivers/index.js';
import { realFileSystem as files } from '../persist/file-system.js';
import { chunksOf } from '../persist/frames.js';
import type { LogFile } from '../persist/log-files.js';
import { WrongUse } from './wrong-use.js';

const FILE_NAME = /^(log|snap|manifest)-(\d{12})(\..+)$/;
const KINDS = { log: 'log', snap: 'snapshot', manifest: 'manifest' } as const;
/** No header is longer, in bytes. */
const HEADER_BYTES = 64 * 1024;

/** A file of the store. */
export interface ScannedFile {
  readonly name: string;
  readonly path: string;
  readonly id: number;
  readonly kind: LogHeader['kind'];
  readonly driver: PersistDriver;
  readonly fileBytes: number;
  /** Wall-clock milliseconds. */
  readonly writtenAt: number;
  /** What follows from a good header; `stillborn` where the file was cut off within it, so that nothing can stand behind it. */
  readonly log: LogFile | 'broken' | 'stillborn';
}

/** A whole record, or bytes that are none. */
export type Piece = {
  readonly start: number;
  readonly end: number;
  /** `undefined` where the bytes are bad. */
  readonly record: LogRecord | SkippableRecord | undefined;
  /** Whether the bytes may be the beginning of a record that is cut off by the end of the file. */
  readonly isCutOff: boolean;
};

/** The names of a store's files in `directory`, the oldest first. */
export const storeNames = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => FILE_NAME.test(name))
    .sort((one, other) => idOf(one) - idOf(other));

const idOf = (name: string): number => Number(FILE_NAME.exec(name)?.[2]);

/**
 * All files of the store in `directory`, the oldest first.
 * @throws WrongUse for files of a driver that is not scrubjay's own; SCRUBJAY_LOG_NEWER
 */
export const scanDirectory = (directory: string): ScannedFile[] => storeNames(directory).map((name) => scanFile(directory, name));

function scanFile(directory: string, name: string): ScannedFile {
  const [, prefix, id, extension] = FILE_NAME.exec(name) as unknown as [string, keyof typeof KINDS, string, string];
  const kind = KINDS[prefix];
  const path = join(directory, name);
  const driver = Object.values(drivers).find(({ fileExtension }) => fileExtension === extension);
  if (driver === undefined)
    throw new WrongUse(`wanted files of a driver that comes with scrubjay, found ${path}; read it with the driver that wrote it, from a program of your own.`);
  const descriptor = files.openSync(path, 'r');
  try {
    const { size: fileBytes, mtimeMs: writtenAt } = files.fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(fileBytes, HEADER_BYTES));
    const length = files.readSync(descriptor, bytes, 0, bytes.length, 0);
    const log = headerIn(bytes.subarray(0, length), { id: Number(id), kind, path, fileBytes, driver });
    return { name, path, id: Number(id), kind, driver, fileBytes, writtenAt, log };
  } finally {
    files.closeSync(descriptor);
  }
}

type Known = Pick<ScannedFile, 'id' | 'kind' | 'path' | 'fileBytes' | 'driver'>;

function headerIn(bytes: Buffer, { id, kind, path, fileBytes, driver }: Known): ScannedFile['log'] {
  const frame = driver.readHeader(bytes);
  if (frame.kind === 'partial' && bytes.length === fileBytes) return 'stillborn';
  if (frame.kind !== 'good' || frame.content.id !== id || frame.content.kind !== kind) return 'broken';
  return { id, path, fileBytes, header: frame.content, headerEnd: frame.end, headerChecksum: frame.checksum };
}

/** Every piece of `file` from byte `from` to byte `to`, in order; bad bytes that follow each other are one piece. */
export function* piecesOf(driver: PersistDriver, file: LogFile, from = file.headerEnd, to = file.fileBytes): Generator<Piece> {
  const chunks = chunksOf(files, file, from, to);
  let badFrom: number | undefined;
  let reached = from;
  try {
    for (let step = chunks.next(); step.done !== true; step = chunks.next(reached)) {
      const { bytes, start } = step.value;
      let at = 0;
      while (at < bytes.length) {
        const frame = driver.readRecord(bytes, at, file.headerChecksum);
        if (frame.kind === 'partial') break;
        if (frame.kind === 'bad') {
          badFrom ??= start + at;
          at = frame.resumeAt;
          continue;
        }
        if (badFrom !== undefined) yield { start: badFrom, end: start + at, record: undefined, isCutOff: false };
        badFrom = undefined;
        yield { start: start + at, end: start + frame.end, record: frame.content, isCutOff: false };
        at = frame.end;
      }
      reached = start + at;
    }
  } finally {
    chunks.return();
  }
  if (badFrom !== undefined || reached < to) yield { start: badFrom ?? reached, end: to, record: undefined, isCutOff: badFrom === undefined };
}
