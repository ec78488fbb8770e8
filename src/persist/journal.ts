/**
 * The log of one cache: every change is one record, written before memory changes, and acknowledged as its durability promises.
 * Written bytes survive the death of the process in every mode, because no record ever waits in a buffer of ours; the modes differ in what a power cut may take.
 */
import { ScrubjayError } from '../errors.js';
import { ActiveLog, type Unnumbered } from './active-log.js';
import { claimDirectory, releaseDirectory } from './directory-claims.js';
import { syncFile } from './file-system.js';
import { GroupCommit } from './group-commit.js';
import type { JournalOptions, JournalState, NewEntry } from './journal-options.js';
import { openJournals } from './open-journals.js';
import { type RecoveryReport, recover } from './recovery.js';
import { NOTHING_RECOVERED, type RecoveredEntries } from './replay.js';
import { compactionFailed, directoryBusy, diskFailed, notDurable, valueRefused } from './troubles.js';

/** An entry that is in memory only has this record number. */
export const UNLOGGED = 0;

/** The most keys that one record deletes. */
const KEYS_A_RECORD = 1000;
/** The most entries of which one record says that they were used. */
const HITS_A_RECORD = 10_000;

export class Journal {
  readonly options: JournalOptions;
  state: JournalState = 'unopened';
  recovery: RecoveryReport | undefined;
  lastError: ScrubjayError | undefined;
  /** Entries that are in memory only, because the disk failed or their values cannot be written. */
  unpersisted = 0;

  #log: ActiveLog | undefined;
  #toldDurableLsn = 0;
  #markLsn = 0;
  readonly #commit = new GroupCommit({
    lastLsn: () => this.#log?.lastLsn ?? 0,
    sync: (done) => this.state === 'open' && this.#log?.sync(done) === true,
    failed: (error) => {
      this.#degrade(error);
    },
  });
  #didRefuseValue = false;

  constructor(options: JournalOptions) {
    this.options = options;
  }

  /** Records and bytes written by this process. */
  get recordsWritten(): number {
    return this.#log?.recordsWritten ?? 0;
  }

  get bytesWritten(): number {
    return this.#log?.bytesWritten ?? 0;
  }

  /** Recovers what the directory holds, in short steps. Never throws: what cannot be read is reported, and the cache runs in memory only. */
  *opening(): Generator<void, RecoveredEntries> {
    const { directory, files } = this.options;
    try {
      const other = claimDirectory(files, directory);
      if (other !== undefined) {
        this.state = 'refused';
        this.lastError = directoryBusy(this.options, other.holder);
        if (this.options.onLocked === 'error') this.options.report(this.lastError);
        return NOTHING_RECOVERED;
      }
      const recovered = yield* recover(this.options);
      // The last records may be in the system's memory only: synced before anybody sees them, or a power cut could take them back.
      if (recovered.lastPath !== undefined) syncFile(files, recovered.lastPath);
      this.#log = new ActiveLog(this.options, recovered, (error) => {
        this.#say(compactionFailed(this.options, error));
      });
      this.#commit.durableLsn = recovered.lastLsn;
      this.recovery = recovered.report;
      // Begun at once: entries under the old signature are not in memory, so a deletion would not know that it has something to write.
      if (recovered.report.outcome === 'other-signature') this.#log.begin();
      this.state = 'open';
      openJournals.add(this);
      return recovered;
    } catch (error) {
      const isOurs = error instanceof ScrubjayError;
      this.state = isOurs ? 'refused' : 'degraded';
      releaseDirectory(directory);
      this.#say(isOurs ? error : diskFailed(this.options, error));
      return NOTHING_RECOVERED;
    }
  }

  /** Writes a put, and gives its record number; UNLOGGED when the entry stays in memory only. */
  put(entry: NewEntry): number {
    if (this.state !== 'open') {
      this.unpersisted++;
      return UNLOGGED;
    }
    this.#compactIfDue();
    const { key, value, isPromised, expiresAt } = entry;
    const onDisk = entry.evicted.filter((evicted) => evicted.lsn !== UNLOGGED);
    let lsn = UNLOGGED;
    try {
      const encoded = this.options.driver.encodeValue(value, this.options.codecs);
      lsn = this.#append({
        type: 'put',
        key,
        value: encoded,
        isPromised,
        expiresAt,
        evicted: onDisk.length > 0 ? onDisk.map(({ lsn: number }) => number) : undefined,
      });
    } catch (error) {
      this.#refuseValue(error);
      // What this entry replaces and drops is gone from memory all the same, so it must go from the disk.
      const gone = [...(entry.replacedLsn === UNLOGGED ? [] : [key]), ...onDisk.map((evicted) => evicted.key())];
      this.#appendDeletions(gone);
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
    else this.#appendDeletions(keys);
    this.expectWritable();
  }

  /** In groups: a lowered capacity deletes any number of keys at once, and a record has a longest length. */
  #appendDeletions(keys: readonly string[]): void {
    for (let from = 0; from < keys.length; from += KEYS_A_RECORD) this.#append({ type: 'del', keys: keys.slice(from, from + KEYS_A_RECORD) });
  }

  /**
   * Stops a change that the application asked for and that could not be written.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  expectWritable(): void {
    if (this.state === 'open') return;
    throw notDurable(this.options, this.state, this.lastError);
  }

  /** In the mode `always`, a promise that is kept when everything written so far is durable; otherwise nothing needs to be waited for. Never rejects: a failed sync is reported, and the caller is answered. */
  whenDurable(): Promise<void> | undefined {
    if (this.options.durability !== 'always' || this.state !== 'open' || !this.#commit.isBehind) return undefined;
    return this.#commit.wait();
  }

  /**
   * The same for a change the application asked for, which must not be acknowledged when its sync failed.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  async whenDurableOrThrow(): Promise<void> {
    await this.whenDurable();
    if (this.state === 'degraded') this.expectWritable();
  }

  /** The same for a caller that cannot wait: syncs here and now. */
  makeDurable(): void {
    if (this.options.durability === 'always') this.#syncNow();
  }

  /** Writes which entries were used, and what durability asks for; called once a second. */
  tick(): void {
    this.#compactIfDue();
    this.#writeTouched();
    if (this.options.durability === 'interval' && this.#commit.isBehind) this.#commit.begin();
  }

  /** Makes everything durable that was acknowledged so far, the order of use included, in every mode. */
  async flush(): Promise<void> {
    this.#writeTouched();
    // Else every flush of an idle cache would write one more mark, about the last one.
    if (this.#log?.isBegun !== true || this.#log.lastLsn === this.#markLsn) return;
    await this.#everythingDurable();
    if (this.#commit.durableLsn > this.#toldDurableLsn) this.#markLsn = this.#append({ type: 'mark' });
  }

  async #everythingDurable(): Promise<void> {
    if (this.state === 'open' && this.#commit.isBehind) await this.#commit.wait();
  }

  /** Ends the journal in order. Changes after this stay in memory. */
  async close(): Promise<void> {
    this.#writeTouched();
    await this.#everythingDurable();
    // A sync on its way still uses the file.
    while (this.#commit.isSyncing) await this.#commit.wait();
    this.closeNow();
  }

  /** The same for a process that is ending and cannot wait. */
  closeNow(): void {
    if (this.state === 'closed') return;
    openJournals.delete(this);
    this.#log?.abandonCompaction();
    this.#writeTouched();
    if (this.#log?.isBegun === true && this.state === 'open') {
      this.#append({ type: 'close', fileBytes: this.#log.fileBytes });
      this.#syncNow();
    }
    try {
      this.#log?.close();
    } catch (error) {
      this.#degrade(error);
    }
    if (this.#log !== undefined) releaseDirectory(this.options.directory);
    this.state = 'closed';
  }

  /** Invariant: the order of use is written before any other record, so that a replay sees both in the order in which they happened. */
  #writeTouched(): void {
    if (this.state !== 'open') return;
    const { lsns, marks, policy } = this.options.takeChanges();
    for (let from = 0; from < lsns.length; from += HITS_A_RECORD) {
      const to = from + HITS_A_RECORD;
      this.#write({ type: 'hit', lsns: lsns.slice(from, to), ...(marks && { policy, marks: marks.slice(from, to) }) });
    }
  }

  #append(record: Unnumbered): number {
    if (this.state !== 'open') return UNLOGGED;
    this.#writeTouched();
    return this.#write(record);
  }

  /** Numbers and writes one record. UNLOGGED when the disk failed; then the journal is degraded. */
  #write(record: Unnumbered): number {
    if (this.state !== 'open') return UNLOGGED;
    const { durableLsn } = this.#commit;
    const isNews = durableLsn > this.#toldDurableLsn;
    try {
      const lsn = (this.#log as ActiveLog).append(record, isNews ? durableLsn : undefined);
      if (isNews) this.#toldDurableLsn = durableLsn;
      return lsn;
    } catch (error) {
      if (error instanceof ScrubjayError) throw error;
      this.#degrade(error);
      return UNLOGGED;
    }
  }

  /** Begins a compaction when it is time for one. Memory and log must be in step. */
  #compactIfDue(): void {
    if (this.state !== 'open') return;
    const due = this.#log?.whatIsDue(this.#commit.isSyncing);
    if (due === 'sync') this.#commit.begin();
    if (due !== 'turn') return;
    this.#onDisk((log) => {
      log.syncNow();
      this.#commit.synced(log.lastLsn);
      log.turn();
    });
  }

  #syncNow(): void {
    if (this.#log?.isBegun !== true || this.state !== 'open' || !this.#commit.isBehind) return;
    this.#onDisk((log) => {
      log.syncNow();
      this.#commit.synced(log.lastLsn);
    });
  }

  #onDisk(work: (log: ActiveLog) => void): void {
    try {
      work(this.#log as ActiveLog);
    } catch (error) {
      this.#degrade(error);
    }
  }

  /** Invariant: after a failed write or sync nothing more is written to that file; the kernel may have dropped its pages and would report the next sync as good. */
  #degrade(cause: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'degraded';
    openJournals.delete(this);
    this.#log?.abandonCompaction();
    this.#say(diskFailed(this.options, cause));
    this.#commit.giveUp();
  }

  #refuseValue(error: unknown): void {
    if (this.#didRefuseValue) return;
    this.#didRefuseValue = true;
    this.#say(valueRefused(this.options, error));
  }

  #say(error: ScrubjayError): void {
    this.lastError = error;
    this.options.report(error);
  }
}
