/**
 * The log of one cache: every change is one record, written before memory changes, and acknowledged as its durability promises.
 * Written bytes survive the death of the process in every mode, because no record ever waits in a buffer of ours; the modes differ in what a power cut may take.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { now } from '../clock.js';
import { ScrubjayError } from '../errors.js';
import type { LogRecord, PersistDriver, PutRecord } from './contract.js';
import { type FileSystem, makeDirectory, syncDirectory, writeFully } from './file-system.js';
import { LONGEST_FRAME_BYTES, logName } from './log-files.js';
import { openJournals } from './open-journals.js';
import { type LoggedEntry, type Recovery, type RecoveryReport, recover } from './recovery.js';

/**
 * What a power cut may take. The death of the process takes nothing acknowledged in any mode.
 * `always`: nothing acknowledged; a call answers after its record was synced. `interval`: the last second, and the sync under way. `os`: whatever the system had not written yet.
 */
export type Durability = 'always' | 'interval' | 'os';

export interface JournalOptions {
  readonly cacheName: string;
  /** The directory of this cache alone. */
  readonly directory: string;
  readonly driver: PersistDriver;
  readonly durability: Durability;
  /** What the keys mean; entries written under another signature are not taken over. */
  readonly signature: string;
  readonly files: FileSystem;
  /** Gives, and forgets, the record numbers of the entries used since it was asked last, in their order of use. */
  readonly takeTouched: () => readonly number[];
  /** Called once for each thing that went wrong. */
  readonly report: (error: ScrubjayError) => void;
}

/**
 * `unopened`: nothing was read yet. `open`: memory and disk are in step. `degraded`: the disk failed, changes since then are in memory only.
 * `refused`: what lies in the directory is damaged, foreign or newer; it is left alone. `closed`: closed by the application.
 */
export type JournalState = 'unopened' | 'open' | 'degraded' | 'refused' | 'closed';

/** What a put needs to be written. */
export type NewEntry = Pick<PutRecord, 'key' | 'isPromised' | 'expiresAt'> & {
  readonly value: unknown;
  /** The entry dropped to make room, if there is one. */
  readonly evicted: { readonly key: string; readonly lsn: number } | undefined;
  /** The number of the record this one takes the place of, or 0. */
  readonly replacedLsn: number;
};

/** An entry that is in memory only has this record number. */
export const UNLOGGED = 0;

/** The most keys that one record deletes. */
const KEYS_A_RECORD = 1000;

export class Journal {
  readonly options: JournalOptions;
  state: JournalState = 'unopened';
  recovery: RecoveryReport | undefined;
  lastError: ScrubjayError | undefined;
  /** Records and bytes written by this process. */
  recordsWritten = 0;
  bytesWritten = 0;
  /** Entries that are in memory only, because the disk failed or their values cannot be written. */
  unpersisted = 0;

  #file: SessionFile | undefined;
  #recovered: Recovery | undefined;
  #lastLsn = 0;
  #durableLsn = 0;
  #toldDurableLsn = 0;
  #markLsn = 0;
  #waiting: { readonly lsn: number; readonly done: () => void }[] = [];
  #isSyncing = false;
  #didRefuseValue = false;

  constructor(options: JournalOptions) {
    this.options = options;
  }

  /** Recovers what the directory holds, in short steps. Never throws: what cannot be read is reported, and the cache runs in memory only. */
  *opening(): Generator<void, readonly LoggedEntry[]> {
    try {
      const recovered = yield* recover(this.options);
      this.#syncRecovered(recovered);
      this.#recovered = recovered;
      this.#lastLsn = recovered.lastLsn;
      this.#durableLsn = recovered.lastLsn;
      this.recovery = recovered.report;
      // Begun at once: entries under the old signature are not in memory, so a deletion would not know that it has something to write.
      if (recovered.report.outcome === 'other-signature') this.#openFile();
      this.state = 'open';
      openJournals.add(this);
      return recovered.entries;
    } catch (error) {
      const isOurs = error instanceof ScrubjayError;
      this.state = isOurs ? 'refused' : 'degraded';
      this.#say(isOurs ? error : this.#diskFailed(error));
      return [];
    }
  }

  /** The last records may be in the system's memory only: synced before anybody sees them, or a power cut could take them back. */
  #syncRecovered(recovered: Recovery): void {
    const { files } = this.options;
    if (recovered.lastPath === undefined) return;
    const descriptor = files.openSync(recovered.lastPath, process.platform === 'win32' ? 'r+' : 'r');
    try {
      files.fdatasyncSync(descriptor);
    } finally {
      files.closeSync(descriptor);
    }
  }

  /** Writes a put, and gives its record number; UNLOGGED when the entry stays in memory only. */
  put(entry: NewEntry): number {
    if (this.state !== 'open') {
      this.unpersisted++;
      return UNLOGGED;
    }
    const { key, value, isPromised, expiresAt, evicted } = entry;
    let lsn = UNLOGGED;
    try {
      const encoded = this.options.driver.encodeValue(value);
      lsn = this.#append({ type: 'put', key, value: encoded, isPromised, expiresAt, evicted: evicted && evicted.lsn !== UNLOGGED ? [evicted.lsn] : undefined });
    } catch (error) {
      this.#refuseValue(error);
      // What this entry replaces and drops is gone from memory all the same, so it must go from the disk.
      const gone = [...(entry.replacedLsn === UNLOGGED ? [] : [key]), ...(evicted && evicted.lsn !== UNLOGGED ? [evicted.key] : [])];
      if (gone.length > 0) this.#append({ type: 'del', keys: gone });
    }
    if (lsn === UNLOGGED) this.unpersisted++;
    return lsn;
  }

  /**
   * Writes that the entries under `keys` are gone; without `keys`, that all are.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written: what was deleted might come back after a restart.
   */
  delete(keys?: readonly string[]): void {
    if (keys === undefined) this.#append({ type: 'clear' });
    // In groups: a lowered capacity deletes any number of keys at once, and a record has a longest length.
    else for (let from = 0; from < keys.length; from += KEYS_A_RECORD) this.#append({ type: 'del', keys: keys.slice(from, from + KEYS_A_RECORD) });
    this.expectWritable();
  }

  /**
   * Stops a deletion that could not be written.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  expectWritable(): void {
    if (this.state === 'open') return;
    throw new ScrubjayError(
      'SCRUBJAY_NOT_DURABLE',
      `${this.options.cacheName}: the deletion took place in memory but could not be written, because its journal in ${this.options.directory} is ${this.state}; ` +
        'what was deleted may come back after a restart. Mend the disk, or move the directory away before the next start.',
      { cause: this.lastError },
    );
  }

  /** In the mode `always`, a promise that is kept when everything written so far is durable; otherwise nothing needs to be waited for. Never rejects: a failed sync is reported, and the caller is answered. */
  whenDurable(): Promise<void> | undefined {
    if (this.options.durability !== 'always' || this.state !== 'open' || this.#durableLsn >= this.#lastLsn) return undefined;
    return this.#durable();
  }

  /**
   * The same for a deletion, which must not be acknowledged when its sync failed.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  async whenDeleted(): Promise<void> {
    await this.whenDurable();
    if (this.state === 'degraded') this.expectWritable();
  }

  /** The same for a caller that cannot wait: syncs here and now. */
  makeDurable(): void {
    if (this.options.durability === 'always') this.#syncNow();
  }

  /** Writes which entries were used, and what durability asks for; called once a second. */
  tick(): void {
    this.#writeTouched();
    if (this.options.durability === 'interval' && this.#durableLsn < this.#lastLsn && !this.#isSyncing) this.#sync();
  }

  /** Makes everything durable that was acknowledged so far, the order of use included, in every mode. */
  async flush(): Promise<void> {
    this.#writeTouched();
    // Else every flush of an idle cache would write one more mark, about the last one.
    if (this.#file === undefined || this.#lastLsn === this.#markLsn) return;
    await this.#everythingDurable();
    if (this.#durableLsn > this.#toldDurableLsn) this.#markLsn = this.#append({ type: 'mark' });
  }

  async #everythingDurable(): Promise<void> {
    if (this.state === 'open' && this.#durableLsn < this.#lastLsn) await this.#durable();
  }

  /** Ends the journal in order. Changes after this stay in memory. */
  async close(): Promise<void> {
    this.#writeTouched();
    await this.#everythingDurable();
    // A sync on its way still uses the file.
    while (this.#isSyncing) await this.#durable();
    this.closeNow();
  }

  /** The same for a process that is ending and cannot wait. */
  closeNow(): void {
    if (this.state === 'closed') return;
    openJournals.delete(this);
    this.#writeTouched();
    if (this.#file !== undefined && this.state === 'open') {
      this.#append({ type: 'close', fileBytes: this.#file.bytes });
      this.#syncNow();
    }
    try {
      if (this.#file !== undefined) this.options.files.closeSync(this.#file.descriptor);
    } catch (error) {
      this.#degrade(error);
    }
    this.#file = undefined;
    this.state = 'closed';
  }

  /** Invariant: the order of use is written before any other record, so that a replay sees both in the order in which they happened. */
  #writeTouched(): void {
    if (this.state !== 'open') return;
    const lsns = this.options.takeTouched();
    if (lsns.length > 0) this.#write({ type: 'hit', lsns });
  }

  #append(record: Unnumbered): number {
    if (this.state !== 'open') return UNLOGGED;
    this.#writeTouched();
    return this.#write(record);
  }

  /** Numbers, encodes and writes one record. UNLOGGED when the disk failed; then the journal is degraded. */
  #write(record: Unnumbered): number {
    if (this.state !== 'open') return UNLOGGED;
    const { driver, files } = this.options;
    try {
      const file = this.#openFile();
      const durableLsn = this.#durableLsn > this.#toldDurableLsn ? this.#durableLsn : undefined;
      const { bytes } = driver.encodeRecord({ ...record, lsn: this.#lastLsn + 1, durableLsn } as LogRecord, file.seed);
      if (bytes.length > LONGEST_FRAME_BYTES) throw tooLong(bytes.length);
      writeFully(files, file.descriptor, bytes);
      file.bytes += bytes.length;
      this.#toldDurableLsn = durableLsn ?? this.#toldDurableLsn;
      this.recordsWritten++;
      this.bytesWritten += bytes.length;
      return ++this.#lastLsn;
    } catch (error) {
      if (error instanceof ScrubjayError) throw error;
      this.#degrade(error);
      return UNLOGGED;
    }
  }

  /** The file of this session, begun at its first record: sessions that write nothing leave nothing. */
  #openFile(): SessionFile {
    if (this.#file !== undefined) return this.#file;
    const { files, directory, driver, cacheName, signature } = this.options;
    const recovered = this.#recovered as Recovery;
    makeDirectory(files, directory, dirname);
    const id = recovered.nextId;
    const header = driver.encodeHeader({
      formatVersion: 1,
      minimumVersion: 1,
      id,
      storeId: recovered.storeId ?? randomBytes(8).toString('hex'),
      cacheName,
      codec: driver.codec,
      signature,
      lsn: this.#lastLsn,
      predecessor: recovered.predecessor,
      createdAt: now(),
    });
    // 'ax': nobody else's file is ever appended to, whoever else may be at work here.
    const descriptor = files.openSync(join(directory, logName(id, driver)), 'ax', 0o600);
    this.#file = { descriptor, seed: header.checksum, bytes: header.bytes.length };
    writeFully(files, descriptor, header.bytes);
    // A header is durable before any record follows it; recovery relies on that to tell a crash from damage.
    files.fdatasyncSync(descriptor);
    syncDirectory(files, directory);
    return this.#file;
  }

  #durable(): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ lsn: this.#lastLsn, done });
      if (!this.#isSyncing) this.#sync();
    });
  }

  /** One sync at a time: whoever was written before it began is answered when it ends, and the next one begins at once for the rest. */
  #sync(): void {
    const { files } = this.options;
    if (this.#file === undefined || this.state !== 'open') {
      this.#answer(Number.POSITIVE_INFINITY);
      return;
    }
    this.#isSyncing = true;
    const lsn = this.#lastLsn;
    files.fdatasync(this.#file.descriptor, (error) => {
      this.#isSyncing = false;
      if (error) this.#degrade(error);
      else this.#synced(lsn);
      if (this.#waiting.length > 0) this.#sync();
    });
  }

  #syncNow(): void {
    if (this.#file === undefined || this.state !== 'open' || this.#durableLsn >= this.#lastLsn) return;
    try {
      this.options.files.fdatasyncSync(this.#file.descriptor);
      this.#synced(this.#lastLsn);
    } catch (error) {
      this.#degrade(error);
    }
  }

  #synced(lsn: number): void {
    if (lsn > this.#durableLsn) this.#durableLsn = lsn;
    this.#answer(lsn);
  }

  #answer(lsn: number): void {
    const answered = this.#waiting.filter((waiter) => waiter.lsn <= lsn);
    this.#waiting = this.#waiting.filter((waiter) => waiter.lsn > lsn);
    for (const waiter of answered) waiter.done();
  }

  /** Invariant: after a failed write or sync nothing more is written to that file; the kernel may have dropped its pages and would report the next sync as good. */
  #degrade(cause: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'degraded';
    openJournals.delete(this);
    this.#say(this.#diskFailed(cause));
    this.#answer(Number.POSITIVE_INFINITY);
  }

  #diskFailed(cause: unknown): ScrubjayError {
    const { cacheName, directory } = this.options;
    return new ScrubjayError(
      'SCRUBJAY_DISK_FAILED',
      `${cacheName}: the disk failed in ${directory} (${String(cause)}). Calls are answered as before, new entries are in memory only until the next start.`,
      { cause },
    );
  }

  #refuseValue(error: unknown): void {
    if (this.#didRefuseValue) return;
    this.#didRefuseValue = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#say(
      new ScrubjayError(
        'SCRUBJAY_VALUE_REFUSED',
        `${this.options.cacheName}: a result stays in memory only, because ${why} Further ones are counted, not reported.`,
        { cause: error },
      ),
    );
  }

  #say(error: ScrubjayError): void {
    this.lastError = error;
    this.options.report(error);
  }
}

/** The file this session writes to. */
interface SessionFile {
  readonly descriptor: number;
  /** The checksum of its header, from which those of its records go on. */
  readonly seed: number;
  bytes: number;
}

type WithoutNumber<R> = R extends LogRecord ? Omit<R, 'lsn' | 'durableLsn'> : never;
type Unnumbered = WithoutNumber<LogRecord>;

const tooLong = (bytes: number): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `its record would be ${bytes} bytes long, and ${LONGEST_FRAME_BYTES} is the limit.`);
