/**
 * The log that this session writes: begun at its first record, and gone on with in another file each time the records up to there are compacted.
 */
import { randomBytes } from 'node:crypto';
import { ScrubjayError } from '../errors.js';
import { Compactor } from './compactor.js';
import { LONGEST_FRAME_BYTES, type LogRecord, type Predecessor } from './contract.js';
import { removeQuietly } from './file-system.js';
import type { JournalOptions } from './journal-options.js';
import { LiveRecords } from './live-records.js';
import { newestName } from './log-files.js';
import type { Recovery } from './recovery.js';
import { type FileStart, type LogOwner, SessionFile } from './session-file.js';

type WithoutNumber<R> = R extends LogRecord ? Omit<R, 'lsn' | 'durableLsn'> : never;
/** A record before it is written. */
export type Unnumbered = WithoutNumber<LogRecord>;

export class ActiveLog {
  /** The number of the last record. */
  lastLsn: number;
  /** Records and bytes written by this process. */
  recordsWritten = 0;
  bytesWritten = 0;
  readonly #options: JournalOptions;
  readonly #compactor: Compactor;
  readonly #storeId: string;
  /** Where the first file goes on. */
  readonly #predecessor: Predecessor | undefined;
  #nextId: number;
  #file: SessionFile | undefined;
  #isSyncedAhead = false;
  #gatheredBytes = 0;
  /** Paths, newest first. */
  #manifests: string[];

  /** Goes on where `recovered` ended. `failed` is told of compactions that failed. */
  constructor(options: JournalOptions, recovered: Recovery, failed: (error: unknown) => void) {
    this.#options = options;
    this.lastLsn = recovered.lastLsn;
    this.#storeId = recovered.storeId ?? randomBytes(8).toString('hex');
    this.#predecessor = recovered.predecessor;
    this.#nextId = recovered.nextId;
    this.#manifests = [...recovered.manifests];
    const damagedPaths = recovered.report.damage.map(({ path }) => path);
    this.#compactor = new Compactor(options, { ...recovered.files, damagedPaths, leastLogBytes: options.leastLogBytes }, failed);
  }

  /** Whether there is a file: a session that writes nothing leaves nothing. */
  get isBegun(): boolean {
    return this.#file !== undefined;
  }

  /** Whether the file has no name any more: nobody would find what is written to it. */
  get isGone(): boolean {
    return this.#file?.isGone === true;
  }

  /** The name of a file that is newer than all of ours: whoever wrote it holds the directory, whatever became of our lock. @throws what the file system throws */
  strangersFile(): string | undefined {
    const newest = newestName(this.#options.files, this.#options.directory);
    return newest !== undefined && newest.id >= this.#nextId ? newest.name : undefined;
  }

  /** @throws what the file system throws */
  begin(): SessionFile {
    this.#file ??= this.#next(this.#predecessor);
    return this.#file;
  }

  /**
   * Takes one record, which `write` writes, and gives its number, which is put into it. `durableLsn` is the news of what is durable, if there is any.
   * @throws SCRUBJAY_VALUE_REFUSED for one that is too long, of which nothing is written; what the file system throws
   */
  append(record: Unnumbered, durableLsn?: number): number {
    const lsn = this.lastLsn + 1;
    // Not a copy with the number in it: that alone took a tenth of a put.
    const numbered = record as { -readonly [Name in keyof LogRecord]: LogRecord[Name] };
    numbered.lsn = lsn;
    numbered.durableLsn = durableLsn;
    const bytes = this.begin().append(numbered as LogRecord);
    if (bytes < 0) throw tooLong();
    this.recordsWritten++;
    this.bytesWritten += bytes;
    this.lastLsn = lsn;
    this.#gatheredBytes += bytes;
    return lsn;
  }

  /** Bytes that were taken and not written yet. */
  get gatheredBytes(): number {
    return this.#gatheredBytes;
  }

  /** Writes what was taken. @throws what the file system throws */
  write(): void {
    const bytes = this.#gatheredBytes;
    if (bytes === 0) return;
    this.#gatheredBytes = 0;
    this.#file?.write();
    this.#compactor.wrote(bytes);
  }

  /** A number that no record has: of an entry that is in memory only as long as the disk fails. */
  skip(): number {
    return ++this.lastLsn;
  }

  /** @throws SCRUBJAY_VALUE_REFUSED for a record that is too long */
  expectFits(record: Unnumbered): void {
    if (record.type === 'put' && this.#options.driver.encodeRecord({ ...record, lsn: this.lastLsn }, 0).bytes.length > LONGEST_FRAME_BYTES) throw tooLong();
  }

  /**
   * Leaves everything behind that was written so far: the log goes on after a snapshot whose header says `predecessor`, with what has changed since.
   * @throws what the file system throws
   */
  restart(predecessor: Predecessor, snapshot: { readonly id: number; readonly bytes: number }, changes: readonly Unnumbered[]): void {
    const last = this.lastLsn;
    const condemned = this.#file;
    this.abandonCompaction();
    try {
      this.lastLsn = predecessor.lsn;
      this.#file = this.#next(predecessor);
      this.#compactor.restart(snapshot);
      this.#isSyncedAhead = false;
      this.#gatheredBytes = 0;
      condemned?.abandon();
      for (const record of changes) this.append(record);
      this.syncNow();
    } catch (error) {
      this.lastLsn = last;
      throw error;
    }
  }

  /** Where a snapshot of everything up to now would begin. */
  nextSnapshot(predecessor: Predecessor): FileStart & { readonly predecessor: Predecessor } {
    return { kind: 'snapshot', id: this.#nextId++, storeId: this.#storeId, lsn: this.lastLsn, predecessor };
  }

  /** Syncs on the thread pool; gives whether there is anything to sync. */
  sync(done: (error: Error | null) => void): boolean {
    this.write();
    this.#file?.sync(done);
    return this.#file !== undefined;
  }

  syncNow(): void {
    this.write();
    this.#file?.syncNow();
  }

  /**
   * Whether the log should be turned now, or synced first: the next file will say that this one is whole up to its end, so it must be durable,
   * and most of that is done beside other work if there is time.
   */
  whatIsDue(isSyncing: boolean): 'nothing' | 'sync' | 'turn' {
    // A session that writes nothing leaves nothing, unless what it found is damaged.
    if (!this.#compactor.isDue || (this.#file === undefined && !this.#compactor.isNeeded)) return 'nothing';
    if (this.#compactor.isOverdue || this.#file === undefined) return 'turn';
    if (!this.#isSyncedAhead) {
      this.#isSyncedAhead = true;
      return 'sync';
    }
    return isSyncing ? 'nothing' : 'turn';
  }

  /**
   * Goes on in a new file, and has all others compacted. Everything must be durable, and memory in step with the log.
   * @throws what the file system throws
   */
  turn(): void {
    const file = this.begin();
    const predecessor = file.endAt(this.lastLsn);
    this.#isSyncedAhead = false;
    this.#file = this.#next(predecessor);
    file.close();
    this.#compactor.begin({ start: this.nextSnapshot(predecessor), live: new LiveRecords(this.#options.liveRecords()) });
  }

  /** Stops a compaction that is under way. */
  abandonCompaction(): void {
    this.#compactor.abandon();
  }

  /** Length of the file, in bytes. */
  get fileBytes(): number {
    return this.#file?.bytes ?? 0;
  }

  /** @throws what the file system throws */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }

  #next(predecessor: Predecessor | undefined): SessionFile {
    const id = this.#nextId;
    // A number that was in use once is not used again, whatever became of the file.
    this.#nextId += FILES_A_LOG;
    const { file, manifestPath } = beginLog(this.#options, { id, storeId: this.#storeId, lsn: this.lastLsn, predecessor });
    this.#manifests.unshift(manifestPath);
    // The one before stays, should the newest be damaged.
    for (const old of this.#manifests.splice(MANIFESTS)) removeQuietly(this.#options.files, old);
    return file;
  }
}

const tooLong = (): ScrubjayError => new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `its record would be longer than ${LONGEST_FRAME_BYTES} bytes.`);

/** A log and its manifest. */
export const FILES_A_LOG = 2;

/**
 * A new log. It counts when a manifest names it, and gets its first record after that: so its absence is noticed if it ever is missing.
 * @throws what the file system throws
 */
export function beginLog(owner: LogOwner, start: Omit<FileStart, 'kind'>): { readonly file: SessionFile; readonly manifestPath: string } {
  const file = new SessionFile(owner, { ...start, kind: 'log' });
  try {
    const manifest = new SessionFile(owner, { ...start, kind: 'manifest', id: start.id + 1, predecessor: file.endAt(start.lsn) });
    manifest.close();
    return { file, manifestPath: manifest.path };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** How many manifests are kept. */
const MANIFESTS = 2;
