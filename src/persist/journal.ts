/**
 * The log of one cache: every change is one record, written before anybody is answered, and acknowledged as its durability promises.
 * The death of the process takes nothing that was answered, in every mode; the modes differ in what a power cut may take.
 */
import { ScrubjayError } from '../errors.js';
import { claimDirectory, releaseDirectory } from './directory-claims.js';
import type { DirectoryLock } from './directory-lock.js';
import { syncFile } from './file-system.js';
import type { JournalOptions, JournalState, NewEntry } from './journal-options.js';
import { LogWriter, UNLOGGED } from './log-writer.js';
import { openJournals } from './open-journals.js';
import { NOTHING_RECOVERED, type RecoveredEntries } from './recovered-entries.js';
import { type Recovery, type RecoveryReport, recover } from './recovery.js';
import { directoryBusy, directoryLost, diskFailed, logDamaged, notDurable, valueRefused } from './troubles.js';

/** In every mode something is synced after so many ticks, so that what is known to be durable does not fall behind for long; the mode `os` promises nothing for it. */
const TICKS_BEHIND = 30;
/** The most keys that one record deletes. */
const KEYS_A_RECORD = 1000;

export class Journal {
  readonly options: JournalOptions;
  recovery: RecoveryReport | undefined;
  /** Entries that are in memory only, because the disk failed or their values cannot be written. */
  unpersisted = 0;
  readonly #writer: LogWriter;
  /** `undefined` while the directory is not ours. */
  #lock: DirectoryLock | undefined;
  #markLsn = 0;
  #ticksBehind = 0;
  #isMarkDue = false;
  #didRefuseValue = false;
  #refusedValues = 0;
  #lastEvicted = 0;

  constructor(options: JournalOptions) {
    this.options = options;
    this.#writer = new LogWriter(options, () => {
      this.unpersisted = this.#refusedValues;
    });
  }

  get state(): JournalState {
    return this.#writer.state;
  }

  /** The newest thing that went wrong. */
  get lastError(): ScrubjayError | undefined {
    return this.#writer.lastError;
  }

  /** Records and bytes written by this process. */
  get recordsWritten(): number {
    return this.#writer.log?.recordsWritten ?? 0;
  }

  get bytesWritten(): number {
    return this.#writer.log?.bytesWritten ?? 0;
  }

  /** Recovers what the directory holds, in short steps. Never throws: what cannot be read is reported, and the cache runs in memory only. */
  *opening(): Generator<void, RecoveredEntries> {
    const { directory, files } = this.options;
    try {
      const claim = claimDirectory(files, directory);
      if (!claim.isHeld) {
        this.#refuse(directoryBusy(this.options, claim.holder), this.options.onLocked === 'error');
        return NOTHING_RECOVERED;
      }
      this.#lock = claim;
      const recovery = yield* recover(this.options);
      // They may be in the system's memory only: synced before anybody sees what is in them, or a power cut could take it back, and before what they stand for is removed.
      for (const path of recovery.unsyncedPaths) syncFile(files, path);
      this.#goOnAfter(recovery);
      return recovery.recovered;
    } catch (error) {
      this.#release();
      if (error instanceof ScrubjayError) this.#refuse(error, true);
      else {
        this.#writer.state = 'degraded';
        this.#writer.say(diskFailed(this.options, error));
      }
      return NOTHING_RECOVERED;
    }
  }

  #refuse(error: ScrubjayError, isReported: boolean): void {
    this.#writer.state = 'refused';
    if (isReported) this.#writer.say(error);
    else this.#writer.lastError = error;
  }

  #goOnAfter(recovery: Recovery): void {
    this.#lastEvicted = recovery.recovered.lastEvicted;
    this.recovery = recovery.report;
    this.#writer.open(recovery, () => this.#lastEvicted);
    if (recovery.report.damage.length > 0) this.#writer.say(logDamaged(this.options, recovery.report));
  }

  #release(): void {
    if (this.#lock !== undefined) releaseDirectory(this.options.directory);
    this.#lock = undefined;
  }

  /**
   * Somebody may have removed or moved the directory under us, or the lock in it, and another process may have taken one of that name since. What we write
   * then nobody would find again: everything is written anew, if the directory is still to be had, or nothing is.
   */
  #keepHold(): void {
    const { files, directory } = this.options;
    if (this.state !== 'open' && this.state !== 'degraded') return;
    try {
      const wasTaken = this.#lock?.isInPlace() !== true;
      if (wasTaken) {
        this.#release();
        const claim = claimDirectory(files, directory);
        if (!claim.isHeld) {
          this.#writer.lose(directoryLost(this.options, claim.holder));
          return;
        }
        this.#lock = claim;
      }
      if (wasTaken || this.#writer.log?.isGone === true) throw new Error('its files were removed or moved while it was open');
    } catch (error) {
      this.#writer.degrade(error);
    }
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
    const writer = this.#writer;
    writer.compactIfDue();
    const { key, value, isPromised, expiresAt, evicted, tags } = entry;
    const onDisk = evicted.length === 0 ? evicted : evicted.filter(({ lsn }) => lsn !== UNLOGGED);
    this.#lastEvicted = onDisk.at(-1)?.lsn ?? this.#lastEvicted;
    let lsn = UNLOGGED;
    try {
      const room = onDisk.length > 0 ? onDisk.map((gone) => gone.lsn) : undefined;
      const encoded = writer.isLogging ? this.options.driver.encodeValue(value, this.options.codecs) : undefined;
      lsn = writer.append({ type: 'put', key, value: encoded, isPromised, expiresAt, evicted: room, tags }, isPromised);
    } catch (error) {
      this.#refuseValue(error);
      // What this entry replaces and drops is gone from memory all the same, so it must go from the disk.
      this.#appendDeletions([...(entry.replacedLsn === UNLOGGED ? [] : [key]), ...onDisk.map((gone) => gone.key())]);
    }
    if (lsn === UNLOGGED || this.state !== 'open') this.unpersisted++;
    return lsn;
  }

  #refuseValue(error: unknown): void {
    this.#refusedValues++;
    if (this.#didRefuseValue) return;
    this.#didRefuseValue = true;
    this.#writer.say(valueRefused(this.options, error));
  }

  /**
   * Writes that the entries under `keys` are gone; without `keys`, that all are.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written: what was deleted might come back after a restart.
   */
  delete(keys?: readonly string[]): void {
    if (keys === undefined) this.#writer.append({ type: 'clear' });
    else this.#appendDeletions(keys);
    this.expectWritable();
  }

  /** In groups: a lowered capacity deletes any number of keys at once, and a record has a longest length. */
  #appendDeletions(keys: readonly string[]): void {
    for (let from = 0; from < keys.length; from += KEYS_A_RECORD) this.#writer.append({ type: 'del', keys: keys.slice(from, from + KEYS_A_RECORD) });
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
    return this.#isSyncOutstanding ? this.#writer.commit.waitTogether() : undefined;
  }

  /** The same; `tell` is called in the place of a promise. Gives whether it will be. */
  tellWhenDurable(tell: () => void): boolean {
    const isWaitedFor = this.#isSyncOutstanding;
    if (isWaitedFor) this.#writer.commit.tellTogether(tell);
    return isWaitedFor;
  }

  get #isSyncOutstanding(): boolean {
    return this.isSyncWaitedFor && this.state === 'open' && this.#writer.commit.isBehind;
  }

  /** Whether nobody is answered before what was written for them is durable. */
  get isSyncWaitedFor(): boolean {
    return this.options.durability === 'always';
  }

  /** Whether what was changed is not as durable yet as it will be, or never will be: if not, whoever asked for it can be answered at once. */
  get isToBeWaitedFor(): boolean {
    return this.isSyncWaitedFor || this.state !== 'open' || this.#writer.hasGathered;
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
    if (this.isSyncWaitedFor) this.#writer.syncNow();
  }

  /** Writes which entries were used, and what durability asks for; called once a second. */
  tick(): void {
    const { commit, rescue } = this.#writer;
    this.#keepHold();
    if (this.state === 'degraded' && !commit.isSyncing) rescue?.tick();
    this.#writer.compactIfDue();
    this.#writer.writeTouched();
    this.#writer.writeGathered();
    if (this.state !== 'open') return;
    // A mark alone is not worth a sync.
    if (!commit.isBehind || this.#isMarkAloneBehind) this.#markWhatIsDurable();
    else if (this.options.durability === 'interval' || ++this.#ticksBehind >= TICKS_BEHIND) {
      this.#ticksBehind = 0;
      this.#isMarkDue = true;
      commit.begin();
    }
  }

  /** Whether nothing was written since the last mark, and all before it is durable. */
  get #isMarkAloneBehind(): boolean {
    const { commit, log } = this.#writer;
    return log?.lastLsn === this.#markLsn && commit.durableLsn >= this.#markLsn - 1;
  }

  /** The next record would say what is durable; when none comes for a while, one of its own does: what is found broken after that is known to be damage. */
  #markWhatIsDurable(): void {
    if (this.#isMarkDue && this.#writer.hasNews) this.#markLsn = this.#writer.append({ type: 'mark' });
    this.#isMarkDue = false;
  }

  /** Makes everything durable that was acknowledged so far, the order of use included, in every mode. */
  async flush(): Promise<void> {
    this.#writer.writeTouched();
    // Else every flush of an idle cache would write one more mark, about the last one.
    if (this.#writer.log?.isBegun !== true || this.#isMarkAloneBehind) return;
    await this.#everythingDurable();
    if (this.#writer.hasNews) this.#markLsn = this.#writer.append({ type: 'mark' });
  }

  async #everythingDurable(): Promise<void> {
    if (this.state === 'open' && this.#writer.commit.isBehind) await this.#writer.commit.wait();
  }

  /** Ends the journal in order. Changes after this stay in memory. */
  async close(): Promise<void> {
    const { commit, rescue } = this.#writer;
    this.#writer.writeTouched();
    await this.#everythingDurable();
    // A sync on its way still uses the file.
    while (commit.isSyncing) await commit.wait();
    if (this.state === 'degraded') rescue?.now();
    this.closeNow();
  }

  /** The same for a process that is ending and cannot wait. */
  closeNow(): void {
    if (this.state === 'closed') return;
    openJournals.delete(this);
    this.#writer.close();
    this.#release();
  }
}
