/**
 * Replays the log files of one cache, in small steps, into the entries that were there, in their order of use.
 * A record cut off at the very end is a torn tail: dropped and reported, that is what a crash leaves.
 * Damage to bytes that were durable once is never guessed over. Evidence is never edited: the files stay as they are.
 */
import { elapsed } from '../clock.js';
import type { LogRecord, PersistDriver, Predecessor, SkippableRecord } from './contract.js';
import type { FileSystem } from './file-system.js';
import { chunksOf, damaged, type LogFile, type LogListing, listLogs, type Snapshot } from './log-files.js';
import { NOTHING_RECOVERED, type RecoveredEntries, Replay } from './replay.js';

/** What a recovery found, for people and for `stats()`. */
export interface RecoveryReport {
  /**
   * `empty`: there was nothing. `clean`: the last session ended in order. `unclean`: it did not, and nothing is missing.
   * `torn`: the last record was cut off and dropped. `other-signature`: the parameters' names have changed since, so nothing was taken over.
   */
  readonly outcome: 'empty' | 'clean' | 'unclean' | 'torn' | 'other-signature';
  readonly files: number;
  readonly records: number;
  readonly entries: number;
  /** Bytes after the last good record, and good records among them. */
  readonly droppedBytes: number;
  readonly droppedRecords: number;
  readonly tookMs: number;
}

/** Everything a journal needs to go on where the last one ended. */
export interface Recovery extends RecoveredEntries {
  readonly lastLsn: number;
  readonly storeId: string | undefined;
  readonly predecessor: Predecessor | undefined;
  readonly nextId: number;
  /** What was read: lengths in bytes, and the number of the snapshot. */
  readonly files: { readonly logBytes: number; readonly snapshotBytes: number; readonly baseId: number | undefined };
  /** The newest file, whose last bytes may not be durable yet. */
  readonly lastPath: string | undefined;
  readonly report: RecoveryReport;
}

export interface RecoverySource {
  readonly files: FileSystem;
  readonly directory: string;
  readonly driver: PersistDriver;
  readonly cacheName: string;
  readonly signature: string;
}

/** Records replayed between two pauses. */
const STEP = 64;

/**
 * Recovers what `source` holds; each step is short, so that a caller may let others run in between.
 * @throws SCRUBJAY_LOG_DAMAGED with file and byte offset, SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER
 */
export function* recover(source: RecoverySource): Generator<void, Recovery> {
  const startedAt = elapsed();
  const listing = listLogs(source.files, source.directory, source.driver, source.cacheName);
  const { chain, nextId } = listing;
  const replay = new Replay();
  const base = yield* replayNewestSnapshot(source, replay, listing);
  const logs = chain.slice(base?.from ?? 0);
  let before = base?.file.header;
  let end: FileEnd | undefined;
  for (const [index, file] of logs.entries()) {
    // Keys of another signature mean something else, so a file under a new one begins empty, and going back brings nothing back.
    if (file.header.signature !== before?.signature) replay.clear();
    before = file.header;
    end = yield* replayFile(source, replay, file, logs[index + 1]?.header.predecessor);
  }
  const last = chain.at(-1);
  const isOtherSignature = last !== undefined && last.header.signature !== source.signature;
  const recovered = isOtherSignature ? NOTHING_RECOVERED : replay.recovered();
  const outcome =
    last === undefined || end === undefined
      ? 'empty'
      : isOtherSignature
        ? 'other-signature'
        : end.droppedBytes > 0
          ? 'torn'
          : replay.isClosed
            ? 'clean'
            : 'unclean';
  return {
    ...recovered,
    lastLsn: replay.lastLsn,
    storeId: last?.header.storeId,
    predecessor: last && end && { id: last.id, bytes: end.validBytes, lsn: replay.lastLsn, checksum: end.checksum },
    nextId,
    lastPath: last?.path,
    files: { logBytes: logs.reduce((sum, { fileBytes }) => sum + fileBytes, 0), snapshotBytes: base?.file.fileBytes ?? 0, baseId: base?.file.id },
    report: {
      outcome,
      files: logs.length + (base === undefined ? 0 : 1),
      records: replay.records,
      entries: recovered.entries.length,
      droppedBytes: end?.droppedBytes ?? 0,
      droppedRecords: end?.droppedRecords ?? 0,
      tookMs: elapsed() - startedAt,
    },
  };
}

/**
 * Takes over the newest snapshot that is whole, and gives it; `undefined` where there is none, and the logs hold everything.
 * @throws SCRUBJAY_LOG_DAMAGED where they do not
 */
function* replayNewestSnapshot(source: RecoverySource, replay: Replay, { snapshots, cut }: LogListing): Generator<void, Snapshot | undefined> {
  for (const snapshot of snapshots) {
    const { file } = snapshot;
    const { offset } = yield* eachFrame(source, file, file.fileBytes, (record) => replay.takeOver(record, file.header.lsn));
    if (offset === file.fileBytes && replay.isWhole) return snapshot;
    replay.clear();
  }
  if (cut !== undefined) throw cut;
  return undefined;
}

/** How a file ended. */
interface FileEnd {
  readonly validBytes: number;
  readonly checksum: number;
  readonly droppedBytes: number;
  readonly droppedRecords: number;
}

/** Replays one file. `known` says where it must end when another file follows it; the last file may end anywhere. */
function* replayFile(source: RecoverySource, replay: Replay, file: LogFile, known: Predecessor | undefined): Generator<void, FileEnd> {
  if (file.header.predecessor !== undefined && file.header.lsn !== replay.lastLsn)
    throw damaged(file.path, 0, `the file should go on after record ${replay.lastLsn}, and says ${file.header.lsn}; it begins`);
  replay.startAt(file.header.lsn);
  const end = yield* eachFrame(source, file, known?.bytes ?? file.fileBytes, (record) => {
    if (record.lsn !== replay.lastLsn + 1) return false;
    replay.apply(record);
    return true;
  });
  if (known !== undefined) {
    if (end.offset !== known.bytes || end.checksum !== known.checksum || replay.lastLsn !== known.lsn) {
      throw damaged(file.path, end.offset, `record ${replay.lastLsn + 1} is broken, ${replay.records} records before it are good; it stands`);
    }
    return { validBytes: end.offset, checksum: end.checksum, droppedBytes: 0, droppedRecords: 0 };
  }
  const beyond = end.offset < file.fileBytes ? yield* surveyTail(source, file, end.offset) : { records: 0, durableLsn: 0 };
  if (beyond.durableLsn > replay.lastLsn) {
    throw damaged(
      file.path,
      end.offset,
      `record ${replay.lastLsn + 1} was durable once and is broken, ${replay.records} records before it are good; it stands`,
    );
  }
  return { validBytes: end.offset, checksum: end.checksum, droppedBytes: file.fileBytes - end.offset, droppedRecords: beyond.records };
}

/** Hands over one good record after the other, until one is broken or not taken. Gives where that was, and the checksum of the last one before. */
export function* eachFrame(
  { files, driver }: Pick<RecoverySource, 'files' | 'driver'>,
  file: LogFile,
  limit: number,
  take: (record: LogRecord | SkippableRecord, frame: Buffer) => boolean,
): Generator<void, { offset: number; checksum: number }> {
  let end = { offset: file.headerEnd, checksum: file.headerChecksum };
  const chunks = chunksOf(files, file, file.headerEnd, limit);
  try {
    for (let step = chunks.next(); step.done !== true; step = chunks.next(end.offset)) {
      const { bytes, start } = step.value;
      for (let at = 0, count = 1; at < bytes.length; count++) {
        const frame = driver.readRecord(bytes, at, file.headerChecksum);
        if (frame.kind === 'partial') break;
        if (frame.kind === 'bad' || !take(frame.content, bytes.subarray(at, frame.end))) return end;
        end = { offset: start + frame.end, checksum: frame.checksum };
        at = frame.end;
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

/** What still stands behind the first broken record: good records there may say that the broken one was durable, which makes it damage and no torn tail. */
function* surveyTail(source: RecoverySource, file: LogFile, from: number): Generator<void, { records: number; durableLsn: number }> {
  let records = 0;
  let durableLsn = 0;
  const chunks = chunksOf(source.files, file, from, file.fileBytes);
  try {
    for (let step = chunks.next(); step.done !== true; ) {
      const { bytes, start } = step.value;
      let at = 0;
      while (at < bytes.length) {
        const frame = source.driver.readRecord(bytes, at, file.headerChecksum);
        if (frame.kind === 'partial') break;
        if (frame.kind === 'good') {
          records++;
          durableLsn = Math.max(durableLsn, frame.content.durableLsn ?? 0);
        }
        at = frame.kind === 'good' ? frame.end : frame.resumeAt;
      }
      yield;
      step = chunks.next(start + at);
    }
  } finally {
    chunks.return();
  }
  return { records, durableLsn };
}
