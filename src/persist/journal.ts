/**
 * The log of one cache: every change is one record, written before anybody is answered, and acknowledged as its durability promises.
 * Written bytes survive the death of the process in every mode, because no record waits in a buffer of ours for longer than the microtasks before an answer;
 * the modes differ in what a power cut may take.
 */
import { ScrubjayError } from '../errors.js';
import { ActiveLog, type Unnumbered } from './active-log.js';
import { claimDirectory, releaseDirectory } from './directory-claims.js';
import { syncFile } from './file-system.js';
import { GroupCommit } from './group-commit.js';
import type { JournalOptions, JournalState, NewEntry } from './journal-options.js';
import { openJournals } from './open-journals.js';
import { NOTHING_RECOVERED, type RecoveredEntries } from './recovered-entries.js';
import { type Recovery, type RecoveryReport, recover } from './recovery.js';
import { Rescue } from './rescue.js';
import { compactionFailed, directoryBusy, diskFailed, logDamaged, notDurable, valueRefused } from './troubles.js';

/** An entry that is in memory only has this record number. */
export const UNLOGGED = 0;

/** The most keys that one record deletes. */
const KEYS_A_RECORD = 1000;
/** The most entries of which one record says that they were used. */
const HITS_A_RECORD = 10_000;
/** Records that may wait for others are written at the latest when they are so many bytes. */
const GATHERED_BYTES = 256 * 1024;

export class Journal {
  readonly options: JournalOptions;
  state: JournalState = 'unopened';
  recovery: RecoveryReport | undefined;
  lastError: ScrubjayError | undefined;
  /** Entries that are in memory only, because the disk failed or their values cannot be written. */
  unpersisted = 0;

  #log: ActiveLog | undefined;
  #rescue: Rescue | undefined;
  #toldDurableLsn = 0;
  #markLsn = 0;
  readonly #commit = new GroupCommit({
    lastLsn: () => this.#log?.lastLsn ?? 0,
    sync: (done) => this.state === 'open' && this.#beginSync(done),
    failed: (error) => {
      this.#degrade(error);
    },
  });
  #didRefuseValue = false;
  #refusedValues = 0;
  #isWritingSoon = false;
  #lastEvicted = 0;

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
      const recovery = yield* recover(this.options);
      // They may be in the system's memory only: synced before anybody sees what is in them, or a power cut could take it back, and before what they stand for is removed.
      for (const path of recovery.unsyncedPaths) syncFile(files, path);
      this.#goOnAfter(recovery);
      return recovery.recovered;
    } catch (error) {
      const isOurs = error instanceof ScrubjayError;
      this.state = isOurs ? 'refused' : 'degraded';
      releaseDirectory(directory);
      this.#say(isOurs ? error : diskFailed(this.options, error));
      return NOTHING_RECOVERED;
    }
  }

  #goOnAfter(recovery: Recovery): void {
    const log = new ActiveLog(this.options, recovery, (error) => {
      this.#say(compactionFailed(this.options, error));
    });
    this.#log = log;
    this.#lastEvicted = recovery.recovered.lastEvicted;
    const done = (): void => {
      this.#rescued(log);
    };
    this.#rescue = new Rescue({ options: this.options, log, lastEvicted: () => this.#lastEvicted, done });
    this.#commit.durableLsn = recovery.lastLsn;
    this.recovery = recovery.report;
    // Begun at once: what was not taken over is not in memory, so a deletion would not know that it has something to write.
    if (recovery.isChanged) this.#log.begin();
    this.state = 'open';
    if (recovery.report.damage.length > 0) this.#say(logDamaged(this.options, recovery.report));
  }

  /** Memory holds what was recovered: from now on this journal is served with all the others. */
  start(): void {
    if (this.state === 'open') openJournals.add(this);
  }

  /**
   * Writes a put, and gives its record number; UNLOGGED when the entry stays in memory only. The record of a promised result is written by the end of the microtasks
   * that are waiting, together with others: its caller is answered after that.
   */
  put(entry: NewEntry): number {
    this.#compactIfDue();
    const { key, value, isPromised, expiresAt, evicted } = entry;
    const onDisk = evicted.filter(({ lsn }) => lsn !== UNLOGGED);
    this.#lastEvicted = onDisk.at(-1)?.lsn ?? this.#lastEvicted;
    let lsn = UNLOGGED;
    try {
      const room = onDisk.length > 0 ? onDisk.map((gone) => gone.lsn) : undefined;
      const encoded = this.#isLogging ? this.options.driver.encodeValue(value, this.options.codecs) : undefined;
      lsn = this.#append({ type: 'put', key, value: encoded, isPromised, expiresAt, evicted: room }, isPromised);
    } catch (error) {
      this.#refuseValue(error);
      // What this entry replaces and drops is gone from memory all the same, so it must go from the disk.
      this.#appendDeletions([...(entry.replacedLsn === UNLOGGED ? [] : [key]), ...onDisk.map((gone) => gone.key())]);
    }
    if (lsn === UNLOGGED || this.state !== 'open') this.unpersisted++;
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
    return this.#commit.waitTogether();
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
    if (this.state === 'degraded' && !this.#commit.isSyncing) this.#rescue?.tick();
    this.#compactIfDue();
    this.#writeTouched();
    this.#writeGathered();
    if (this.options.durability === 'interval' && this.#commit.isBehind) this.#commit.begin();
  }

  /** Makes everything durable that was acknowledged so far, the order of use included, in every mode. */
  async flush(): Promise<void> {
    this.#writeTouched();
    // Else every flush of an idle cache would write one more mark, about the last one.
    if (this.#log?.isBegun !== true || (this.#log.lastLsn === this.#markLsn && this.#commit.durableLsn >= this.#markLsn - 1)) return;
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
    if (this.state === 'degraded') this.#rescue?.now();
    this.closeNow();
  }

  /** The same for a process that is ending and cannot wait. */
  closeNow(): void {
    if (this.state === 'closed') return;
    openJournals.delete(this);
    this.#log?.abandonCompaction();
    this.#rescue?.abandon();
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
    if (!this.#isLogging) return;
    const { lsns, marks, policy } = this.options.takeChanges();
    for (let from = 0; from < lsns.length; from += HITS_A_RECORD) {
      const to = from + HITS_A_RECORD;
      this.#take({ type: 'hit', lsns: lsns.slice(from, to), ...(marks && { policy, marks: marks.slice(from, to) }) });
    }
  }

  /** Whether what changes goes to a log, now or when the rescue that is under way is done. */
  get #isLogging(): boolean {
    return this.state === 'open' || (this.state === 'degraded' && this.#rescue?.isUnderWay === true);
  }

  /** Gives the number of the record, which is written at once unless it `mayWait`. */
  #append(record: Unnumbered, mayWait = false): number {
    this.#writeTouched();
    const lsn = this.#take(record);
    if (this.state !== 'open') return lsn;
    if (mayWait) this.#writeSoon();
    else this.#writeGathered();
    return lsn;
  }

  /** Numbers one record, to be written with the next ones. */
  #take(record: Unnumbered): number {
    if (this.state === 'degraded') return this.#rescue?.note(record) ?? UNLOGGED;
    if (this.state !== 'open') return UNLOGGED;
    const log = this.#log as ActiveLog;
    const { durableLsn } = this.#commit;
    const isNews = durableLsn > this.#toldDurableLsn;
    try {
      const lsn = log.append(record, isNews ? durableLsn : undefined);
      if (isNews) this.#toldDurableLsn = durableLsn;
      return lsn;
    } catch (error) {
      if (error instanceof ScrubjayError) throw error;
      this.#degrade(error);
      return log.skip();
    }
  }

  #writeSoon(): void {
    if ((this.#log as ActiveLog).gatheredBytes > GATHERED_BYTES) this.#writeGathered();
    if (this.#isWritingSoon) return;
    this.#isWritingSoon = true;
    queueMicrotask(() => {
      this.#isWritingSoon = false;
      this.#writeGathered();
    });
  }

  /** Writes what was numbered. When the disk fails, it is in memory all the same, and comes to the disk with everything else that is. */
  #writeGathered(): void {
    if (this.state !== 'open') return;
    this.#onDisk((log) => {
      log.write();
    });
  }

  #beginSync(done: (error: Error | null) => void): boolean {
    let hasBegun = false;
    this.#onDisk((log) => {
      hasBegun = log.sync(done);
    });
    return hasBegun;
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

  /**
   * Invariant: after a failed write or sync nothing more is written to that file; the kernel may have dropped its pages and would report the next sync as good.
   * Everything is written anew, to new files, once the disk takes it.
   */
  #degrade(cause: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'degraded';
    this.#log?.abandonCompaction();
    this.#say(diskFailed(this.options, cause));
    this.#commit.giveUp();
  }

  /** Memory and disk are in step again. */
  #rescued(log: ActiveLog): void {
    this.state = 'open';
    this.unpersisted = this.#refusedValues;
    this.#commit.synced(log.lastLsn);
    this.#toldDurableLsn = 0;
  }

  #refuseValue(error: unknown): void {
    this.#refusedValues++;
    if (this.#didRefuseValue) return;
    this.#didRefuseValue = true;
    this.#say(valueRefused(this.options, error));
  }

  #say(error: ScrubjayError): void {
    this.lastError = error;
    this.options.report(error);
  }
}
