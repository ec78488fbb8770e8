/**
 * Reads the frames of a file one after the other, in short steps, and finds its way again behind broken ones.
 */
import { LONGEST_FRAME_BYTES, type LogRecord, type PersistDriver, type SkippableRecord } from './contract.js';
import type { FileSystem } from './file-system.js';
import { type LogFile, readAt } from './log-files.js';

/** Bytes read at a time. */
const CHUNK_BYTES = 1024 * 1024;
/** Frames read between two pauses. */
const STEP = 64;

/** What is needed to read files. */
export interface FrameSource {
  readonly files: FileSystem;
  readonly driver: PersistDriver;
}

/** Where a good frame stands: in `bytes` from `at` to `end`. Only valid until the next one. */
export interface FramePlace {
  bytes: Buffer;
  at: number;
  end: number;
}

/** Is handed a good record, and gives whether it may stand here. */
export type FrameTaker = (record: LogRecord | SkippableRecord, place: FramePlace) => boolean;

/** How far a file was read: offset and checksum behind the last frame that was taken. */
export interface FrameEnd {
  readonly offset: number;
  readonly checksum: number;
}

/** Where a file begins, before its first record. */
export const beginOf = (file: LogFile): FrameEnd => ({ offset: file.headerEnd, checksum: file.headerChecksum });

/** Hands over one good record after the other from `begin` on, until one is broken or not taken, or `limit` is reached. Gives where that was. */
export function* eachFrame(source: FrameSource, file: LogFile, begin: FrameEnd, limit: number, take: FrameTaker): Generator<void, FrameEnd> {
  const { files, driver } = source;
  let end = begin;
  const chunks = chunksOf(files, file, begin.offset, limit);
  try {
    for (let step = chunks.next(); step.done !== true; step = chunks.next(end.offset)) {
      const { bytes, start } = step.value;
      const place = { bytes, at: 0, end: 0 };
      for (let count = 1; place.at < bytes.length; count++) {
        const frame = driver.readRecord(bytes, place.at, file.headerChecksum);
        if (frame.kind === 'partial') break;
        if (frame.kind === 'bad') return end;
        place.end = frame.end;
        if (!take(frame.content, place)) return end;
        end = { offset: start + frame.end, checksum: frame.checksum };
        place.at = frame.end;
        if (count % STEP === 0) yield;
      }
      yield;
    }
  } finally {
    // Closes the file, whichever way this ends.
    chunks.return();
  }
  return end;
}

/** The same for every good record up to `limit`, whatever stands between them. */
export function* everyGoodFrame(source: FrameSource, file: LogFile, limit: number, take: FrameTaker): Generator<void> {
  let last = 0;
  let end = beginOf(file);
  while (end.offset < limit) {
    const { offset, checksum } = yield* eachFrame(source, file, end, limit, (record, place) => {
      if (!take(record, place)) return false;
      last = record.lsn;
      return true;
    });
    if (offset >= limit) return;
    const next = yield* seek(source, file, offset, limit, last);
    // What is good and was not taken must not be met again.
    end = { offset: next === offset ? next + 1 : next, checksum };
  }
}

/** Where the next good record with a number above `lsn` begins, from `offset` on; `limit` where there is none. */
export function* seek(source: FrameSource, file: LogFile, offset: number, limit: number, lsn: number): Generator<void, number> {
  let found = limit;
  yield* survey(source, file, offset, limit, (record, at) => {
    if (record.lsn <= lsn) return true;
    found = at;
    return false;
  });
  return found;
}

/** Looks at every good record from `offset` on, broken bytes between them or not, until `look` gives false. */
export function* survey(
  source: FrameSource,
  file: LogFile,
  offset: number,
  limit: number,
  look: (record: LogRecord | SkippableRecord, offset: number) => boolean,
): Generator<void> {
  const chunks = chunksOf(source.files, file, offset, limit);
  try {
    for (let step = chunks.next(); step.done !== true; ) {
      const { bytes, start } = step.value;
      let at = 0;
      for (let count = 1; at < bytes.length; count++) {
        const frame = source.driver.readRecord(bytes, at, file.headerChecksum);
        const isLast = start + bytes.length >= limit;
        if (frame.kind === 'partial' && (!isLast || frame.resumeAt === undefined)) break;
        if (frame.kind === 'good' && !look(frame.content, start + at)) return;
        at = frame.kind === 'good' ? frame.end : (frame.resumeAt as number);
        if (count % STEP === 0) yield;
      }
      yield;
      step = chunks.next(start + at);
    }
  } finally {
    chunks.return();
  }
}

/** Some of the bytes of a file, from `start` on. */
interface Chunk {
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
