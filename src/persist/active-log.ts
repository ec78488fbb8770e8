/**
 * The log that this session writes: begun at its first record, and gone on with in another file each time the records up to there are compacted.
 */
import { randomBytes } from 'node:crypto';
import { ScrubjayError } from '../errors.js';
import { Compactor } from './compactor.js';
import { LONGEST_FRAME_BYTES, type LogRecord, type Predecessor } from './contract.js';
import type { JournalOptions } from './journal-options.js';
import { LiveRecords } from './live-records.js';
import type { Recovery } from './recovery.js';
import { SessionFile } from './session-file.js';

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

  /** Goes on where `recovered` ended. `failed` is told of compactions that failed. */
  constructor(options: JournalOptions, recovered: Recovery, failed: (error: unknown) => void) {
    this.#options = options;
    this.lastLsn = recovered.lastLsn;
    this.#storeId = recovered.storeId ?? randomBytes(8).toString('hex');
    this.#predecessor = recovered.predecessor;
    this.#nextId = recovered.nextId;
    this.#compactor = new Compactor(options, { ...recovered.files, leastLogBytes: options.leastLogBytes }, failed);
  }

  /** Whether there is a file: a session that writes nothing leaves nothing. */
  get isBegun(): boolean {
    return this.#file !== undefined;
  }

  /** @throws what the file system throws */
  begin(): SessionFile {
    this.#file ??= this.#next(this.#predecessor);
    return this.#file;
  }

  /**
   * Writes one record, and gives its number. `durableLsn` is the news of what is durable, if there is any.
   * @throws SCRUBJAY_VALUE_REFUSED for one that is too long, of which nothing is written; what the file system throws
   */
  append(record: Unnumbered, durableLsn: number | undefined): number {
    const bytes = this.begin().append({ ...record, lsn: this.lastLsn + 1, durableLsn } as LogRecord);
    if (bytes < 0) throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `its record would be longer than ${LONGEST_FRAME_BYTES} bytes.`);
    this.recordsWritten++;
    this.bytesWritten += bytes;
    this.lastLsn++;
    this.#compactor.wrote(bytes);
    return this.lastLsn;
  }

  /** Syncs on the thread pool; gives whether there is anything to sync. */
  sync(done: (error: Error | null) => void): boolean {
    this.#file?.sync(done);
    return this.#file !== undefined;
  }

  syncNow(): void {
    this.#file?.syncNow();
  }

  /**
   * Whether the log should be turned now, or synced first: the next file will say that this one is whole up to its end, so it must be durable,
   * and most of that is done beside other work if there is time.
   */
  whatIsDue(isSyncing: boolean): 'nothing' | 'sync' | 'turn' {
    if (this.#file === undefined || !this.#compactor.isDue) return 'nothing';
    if (this.#compactor.isOverdue) return 'turn';
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
    const start = { kind: 'snapshot', id: this.#nextId++, storeId: this.#storeId, lsn: this.lastLsn, predecessor } as const;
    this.#compactor.begin({ start, live: new LiveRecords(this.#options.liveRecords()) });
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
    return new SessionFile(this.#options, { kind: 'log', id: this.#nextId++, storeId: this.#storeId, lsn: this.lastLsn, predecessor });
  }
}
