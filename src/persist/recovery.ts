/**
 * Replays the log files of one cache, in small steps, into the entries that were there, in their order of use.
 * A record cut off at the very end is a torn tail: dropped and reported, that is what a crash leaves.
 * Damage to bytes that were durable once is never guessed over. Evidence is never edited: the files stay as they are.
 */
import { elapsed } from '../clock.js';
import type { HitRecord, LogRecord, PersistDriver, Predecessor, PutRecord, SkippableRecord } from './contract.js';
import type { FileSystem } from './file-system.js';
import { chunksOf, damaged, type LogFile, listLogs } from './log-files.js';

/** An entry as it lies in the log; its record number is that of the record that put it. */
export type LoggedEntry = Pick<PutRecord, 'lsn' | 'key' | 'value' | 'isPromised' | 'expiresAt'> & {
  /** What the eviction policy marked it with last. */
  readonly mark: number | undefined;
};

/** The entries that were there, and what their eviction policy must know. */
export interface RecoveredEntries {
  /** The one that was put, used or changed last at the end. */
  readonly entries: readonly LoggedEntry[];
  /** The record number of the entry that was evicted last; 0 when none was. */
  readonly lastEvicted: number;
  /** The name of the policy that gave the marks; `undefined` where there are none. */
  readonly policy: string | undefined;
}

export const NOTHING_RECOVERED: RecoveredEntries = { entries: [], lastEvicted: 0, policy: undefined };

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
  const { chain, nextId } = listLogs(source.files, source.directory, source.driver, source.cacheName);
  const replay = new Replay();
  let end: FileEnd | undefined;
  for (const [index, file] of chain.entries()) {
    // Keys of another signature mean something else, so a file under a new one begins empty, and going back brings nothing back.
    if (file.header.signature !== chain[index - 1]?.header.signature) replay.clear();
    end = yield* replayFile(source, replay, file, chain[index + 1]?.header.predecessor);
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
    report: {
      outcome,
      files: chain.length,
      records: replay.records,
      entries: recovered.entries.length,
      droppedBytes: end?.droppedBytes ?? 0,
      droppedRecords: end?.droppedRecords ?? 0,
      tookMs: elapsed() - startedAt,
    },
  };
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
  const { files, driver } = source;
  if (file.header.predecessor !== undefined && file.header.lsn !== replay.lastLsn)
    throw damaged(file.path, 0, `the file should go on after record ${replay.lastLsn}, and says ${file.header.lsn}; it begins`);
  replay.startAt(file.header.lsn);
  const limit = known?.bytes ?? file.fileBytes;
  let end = { offset: file.headerEnd, checksum: file.headerChecksum };
  const chunks = chunksOf(files, file, file.headerEnd, limit);
  try {
    let isBroken = false;
    for (let step = chunks.next(); step.done !== true && !isBroken; step = chunks.next(end.offset)) {
      const { bytes, start } = step.value;
      let at = 0;
      for (let count = 1; at < bytes.length; count++) {
        const frame = driver.readRecord(bytes, at, file.headerChecksum);
        if (frame.kind === 'partial') break;
        isBroken = frame.kind === 'bad' || frame.content.lsn !== replay.lastLsn + 1;
        if (isBroken || frame.kind === 'bad') break;
        replay.apply(frame.content);
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

/** The state that grows while records are replayed. */
class Replay {
  records = 0;
  lastLsn = 0;
  isClosed = false;
  /** By record number, least recently used first: re-inserting a number moves it to the end. */
  readonly #entries = new Map<number, PutRecord>();
  readonly #marks = new Map<number, number>();
  #policy: string | undefined;
  #lastEvicted = 0;
  readonly #lsnOfKey = new Map<string, number>();

  /** Another file begins, after record `lsn`. */
  startAt(lsn: number): void {
    this.lastLsn = lsn;
    this.isClosed = false;
  }

  clear(): void {
    this.#entries.clear();
    this.#lsnOfKey.clear();
    this.#marks.clear();
    this.#lastEvicted = 0;
  }

  recovered(): RecoveredEntries {
    const entries = Array.from(this.#entries.values(), (entry) => ({ ...entry, mark: this.#marks.get(entry.lsn) }));
    return { entries, lastEvicted: this.#lastEvicted, policy: this.#policy };
  }

  /** Invariant: replay never evicts by itself; what made room is listed in the record that needed it. */
  apply(record: LogRecord | SkippableRecord): void {
    this.records++;
    this.lastLsn = record.lsn;
    this.isClosed = record.type === 'close';
    switch (record.type) {
      case 'put':
        this.#delete(record.key);
        for (const lsn of record.evicted ?? []) this.#drop(lsn);
        this.#lastEvicted = record.evicted?.at(-1) ?? this.#lastEvicted;
        this.#entries.set(record.lsn, record);
        this.#lsnOfKey.set(record.key, record.lsn);
        break;
      case 'hit':
        this.#mark(record);
        for (const lsn of record.lsns) this.#touch(lsn);
        break;
      case 'del':
        for (const key of record.keys) this.#delete(key);
        break;
      case 'clear':
        this.clear();
        break;
      default:
    }
  }

  #touch(lsn: number): void {
    const entry = this.#entries.get(lsn);
    if (entry === undefined) return;
    this.#entries.delete(lsn);
    this.#entries.set(lsn, entry);
  }

  /** The marks of another policy mean nothing to this one. */
  #mark({ lsns, marks, policy }: HitRecord): void {
    if (policy !== this.#policy) this.#marks.clear();
    this.#policy = policy;
    for (const [index, mark] of (marks ?? []).entries()) this.#marks.set(lsns[index] as number, mark);
  }

  #drop(lsn: number): void {
    const entry = this.#entries.get(lsn);
    if (entry !== undefined) this.#delete(entry.key);
  }

  #delete(key: string): void {
    const lsn = this.#lsnOfKey.get(key);
    if (lsn === undefined) return;
    this.#lsnOfKey.delete(key);
    this.#entries.delete(lsn);
    this.#marks.delete(lsn);
  }
}
