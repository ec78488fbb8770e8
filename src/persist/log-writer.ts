/**
 * Numbers records and writes them, one after the other, as long as the disk takes them; knows what is durable, and how the cache stands with its disk.
 * Written bytes survive the death of the process, because no record waits in a buffer of ours for longer than the microtasks before an answer.
 */
import { ScrubjayError } from '../errors.js';
import { ActiveLog, type Unnumbered } from './active-log.js';
import { GroupCommit } from './group-commit.js';
import type { JournalOptions, JournalState } from './journal-options.js';
import type { Recovery } from './recovery.js';
import { Rescue } from './rescue.js';
import { compactionFailed, directoryLost, diskFailed } from './troubles.js';

/** An entry that is in memory only has this record number. */
export const UNLOGGED = 0;

/** The most entries of which one record says that they were used. */
const HITS_A_RECORD = 10_000;
/** Records that may wait for others are written at the latest when they are so many bytes. */
const GATHERED_BYTES = 256 * 1024;

export class LogWriter {
  state: JournalState = 'unopened';
  lastError: ScrubjayError | undefined;
  /** `undefined` before it is opened, and where nothing may be written. */
  log: ActiveLog | undefined;
  rescue: Rescue | undefined;
  readonly commit = new GroupCommit({
    lastLsn: () => this.log?.lastLsn ?? 0,
    sync: (done) => this.state === 'open' && this.#beginSync(done),
    failed: (error) => {
      this.degrade(error);
    },
  });
  readonly #options: JournalOptions;
  readonly #rescued: () => void;
  #toldDurableLsn = 0;
  #isWritingSoon = false;

  /** `rescued` is told when memory and disk are in step again. */
  constructor(options: JournalOptions, rescued: () => void) {
    this.#options = options;
    this.#rescued = rescued;
  }

  /** Goes on where `recovery` ended. `lastEvicted` gives the record number of the entry that was evicted last. */
  open(recovery: Recovery, lastEvicted: () => number): void {
    const log = new ActiveLog(this.#options, recovery, (error) => {
      this.say(compactionFailed(this.#options, error));
    });
    const done = (): void => {
      this.state = 'open';
      this.commit.synced(log.lastLsn);
      this.#toldDurableLsn = 0;
      this.#rescued();
    };
    this.log = log;
    this.rescue = new Rescue({ options: this.#options, log, lastEvicted, done });
    this.commit.durableLsn = recovery.lastLsn;
    // Begun at once: what was not taken over is not in memory, so a deletion would not know that it has something to write.
    if (recovery.isChanged) log.begin();
    this.state = 'open';
  }

  /** Whether what changes goes to a log, now or when the rescue that is under way is done. */
  get isLogging(): boolean {
    return this.state === 'open' || (this.state === 'degraded' && this.rescue?.isUnderWay === true);
  }

  /** Whether records wait to be written. */
  get hasGathered(): boolean {
    return this.log !== undefined && this.log.gatheredBytes > 0;
  }

  /** Whether something became durable of which no record tells yet. */
  get hasNews(): boolean {
    return this.commit.durableLsn > this.#toldDurableLsn;
  }

  /** Gives the number of the record, which is written at once unless it `mayWait`: then by the end of the microtasks that are waiting, together with others. */
  append(record: Unnumbered, mayWait = false): number {
    this.writeTouched();
    const lsn = this.#take(record);
    if (this.state !== 'open') return lsn;
    if (mayWait) this.#writeSoon();
    else this.writeGathered();
    return lsn;
  }

  /** Invariant: the order of use is written before any other record, so that a replay sees both in the order in which they happened. */
  writeTouched(): void {
    if (!this.isLogging) return;
    const { lsns, marks, policy } = this.#options.takeChanges();
    for (let from = 0; from < lsns.length; from += HITS_A_RECORD) {
      const to = from + HITS_A_RECORD;
      this.#take({ type: 'hit', lsns: lsns.slice(from, to), ...(marks && { policy, marks: marks.slice(from, to) }) });
    }
  }

  /** Writes what was numbered. When the disk fails, it is in memory all the same, and comes to the disk with everything else that is. */
  writeGathered(): void {
    if (this.state !== 'open') return;
    this.#onDisk((log) => {
      log.write();
    });
  }

  syncNow(): void {
    if (this.log?.isBegun !== true || this.state !== 'open' || !this.commit.isBehind) return;
    this.#onDisk((log) => {
      log.syncNow();
      this.commit.synced(log.lastLsn);
    });
  }

  /** Begins a compaction when it is time for one. Memory and log must be in step. */
  compactIfDue(): void {
    if (this.state !== 'open') return;
    const due = this.log?.whatIsDue(this.commit.isSyncing);
    if (due === 'sync') this.commit.begin();
    if (due !== 'turn') return;
    this.#onDisk((log) => {
      const intruder = log.strangersFile();
      if (intruder !== undefined) {
        this.lose(directoryLost(this.#options, `whoever wrote ${intruder}`));
        return;
      }
      log.syncNow();
      this.commit.synced(log.lastLsn);
      log.turn();
    });
  }

  /** Closes the file, the last record in it. */
  close(): void {
    this.log?.abandonCompaction();
    this.rescue?.abandon();
    this.writeTouched();
    if (this.log?.isBegun === true && this.state === 'open') {
      this.append({ type: 'close', fileBytes: this.log.fileBytes });
      this.syncNow();
    }
    try {
      this.log?.close();
    } catch (error) {
      this.degrade(error);
    }
    this.state = 'closed';
  }

  /**
   * Invariant: after a failed write or sync nothing more is written to that file; the kernel may have dropped its pages and would report the next sync as good.
   * Everything is written anew, to new files, once the disk takes it.
   */
  degrade(cause: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'degraded';
    this.log?.abandonCompaction();
    this.say(diskFailed(this.#options, cause));
    this.commit.giveUp();
  }

  /** The directory is somebody else's now: from here on everything is in memory only. */
  lose(error: ScrubjayError): void {
    this.state = 'refused';
    this.log?.abandonCompaction();
    this.rescue?.abandon();
    this.say(error);
    this.commit.giveUp();
  }

  say(error: ScrubjayError): void {
    this.lastError = error;
    this.#options.report(error);
  }

  /** Numbers one record, to be written with the next ones. */
  #take(record: Unnumbered): number {
    if (this.state === 'degraded') return this.rescue?.note(record) ?? UNLOGGED;
    if (this.state !== 'open') return UNLOGGED;
    const log = this.log as ActiveLog;
    const { durableLsn } = this.commit;
    const isNews = durableLsn > this.#toldDurableLsn;
    try {
      const lsn = log.append(record, isNews ? durableLsn : undefined);
      if (isNews) this.#toldDurableLsn = durableLsn;
      return lsn;
    } catch (error) {
      if (error instanceof ScrubjayError) throw error;
      this.degrade(error);
      return log.skip();
    }
  }

  #writeSoon(): void {
    if ((this.log as ActiveLog).gatheredBytes > GATHERED_BYTES) this.writeGathered();
    if (this.#isWritingSoon) return;
    this.#isWritingSoon = true;
    queueMicrotask(() => {
      this.#isWritingSoon = false;
      this.writeGathered();
    });
  }

  #beginSync(done: (error: Error | null) => void): boolean {
    let hasBegun = false;
    this.#onDisk((log) => {
      hasBegun = log.sync(done);
    });
    return hasBegun;
  }

  #onDisk(work: (log: ActiveLog) => void): void {
    try {
      work(this.log as ActiveLog);
    } catch (error) {
      this.degrade(error);
    }
  }
}
