/**
 * How a cache comes back to disk after the disk failed. What was written to a file whose write or sync failed is not to be trusted: the system may have dropped
 * it and call the next sync good. But memory holds everything, so it is written anew: a snapshot, and a log that goes on after it, both in new files.
 * Source: A. Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020, section 5.
 */
import { randomBytes } from 'node:crypto';
import { elapsed, soon } from '../clock.js';
import type { ActiveLog, Unnumbered } from './active-log.js';
import type { Predecessor } from './contract.js';
import { removeQuietly, syncDirectory } from './file-system.js';
import type { Everything, JournalOptions, LiveEntry } from './journal-options.js';
import { type FileStart, SessionFile } from './session-file.js';

/** Attempts are made after this many ticks, twice as many each time. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 32;
/** Others get their turn after this many milliseconds of one slice. */
const SLICE_MS = 2;
const STEP = 32;
const SYNCED_AT_ONCE = 4 * 1024 * 1024;
const HITS_A_RECORD = 10_000;

/** What a rescue needs to know of its journal. */
interface Rescued {
  readonly options: JournalOptions;
  readonly log: ActiveLog;
  /** Record number of the entry that was evicted last. */
  readonly lastEvicted: () => number;
  /** Everything is on disk, and durable. */
  readonly done: () => void;
}

/** One attempt. */
interface Attempt {
  readonly steps: Generator<'sync' | undefined, void>;
  /** What has changed since it began; each has the number of its record already. */
  readonly changes: Unnumbered[];
  file: SessionFile | undefined;
}

export class Rescue {
  readonly #rescued: Rescued;
  #attempt: Attempt | undefined;
  #wait = FIRST_WAIT;
  #ticks = 0;

  constructor(rescued: Rescued) {
    this.#rescued = rescued;
  }

  get isUnderWay(): boolean {
    return this.#attempt !== undefined;
  }

  /** To be told of every change, in order: it comes to the disk behind what was there when the attempt began. Gives the number of its record. */
  note(record: Unnumbered): number {
    const { log } = this.#rescued;
    if (this.#attempt !== undefined) {
      log.expectFits(record);
      this.#attempt.changes.push(record);
    }
    return log.skip();
  }

  /** Begins an attempt when it is time for one. */
  tick(): void {
    if (this.#attempt !== undefined || ++this.#ticks < this.#wait) return;
    this.#begin();
    soon(() => {
      this.#slice();
    });
  }

  /** Makes an attempt here and now. */
  now(): void {
    this.abandon();
    const attempt = this.#begin();
    while (this.#attempt === attempt) this.#step(attempt, () => attempt.file?.syncNow());
  }

  /** Ends an attempt that is under way; what it has written stands for nothing. */
  abandon(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt?.file === undefined) return;
    attempt.file.abandon();
    removeQuietly(this.#rescued.options.files, attempt.file.path);
  }

  /** From here on every change is noted. */
  #begin(): Attempt {
    const { options, log } = this.#rescued;
    // Its like was never written: nothing but this snapshot is what the log goes on after.
    const predecessor = { id: 0, bytes: 0, lsn: log.lastLsn, checksum: randomBytes(4).readUInt32LE() };
    const attempt: Attempt = { steps: this.#steps(log.nextSnapshot(predecessor), options.everything(), () => attempt), changes: [], file: undefined };
    this.#attempt = attempt;
    return attempt;
  }

  #slice(): void {
    const attempt = this.#attempt;
    const startedAt = elapsed();
    const goOn = (): void => {
      soon(() => {
        this.#slice();
      });
    };
    let isSyncing = false;
    while (attempt !== undefined && this.#attempt === attempt && !isSyncing) {
      if (elapsed() - startedAt >= SLICE_MS) {
        goOn();
        return;
      }
      this.#step(attempt, () => {
        isSyncing = true;
        attempt.file?.sync((error) => {
          if (this.#attempt !== attempt) return;
          if (error === null) goOn();
          else this.#failed();
        });
      });
    }
  }

  #step(attempt: Attempt, sync: () => void): void {
    try {
      const step = attempt.steps.next();
      if (step.done === true) {
        this.#attempt = undefined;
        this.#rescued.done();
      } else if (step.value === 'sync') sync();
    } catch {
      this.#failed();
    }
  }

  /** The disk has not come back. That it failed was reported. */
  #failed(): void {
    this.abandon();
    this.#ticks = 0;
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  *#steps(
    start: FileStart & { readonly predecessor: Predecessor },
    { order, entries }: Everything,
    attemptOf: () => Attempt,
  ): Generator<'sync' | undefined, void> {
    const { options, log } = this.#rescued;
    const attempt = attemptOf();
    const file = new SessionFile(options, start);
    attempt.file = file;
    const count = yield* this.#writeEntries(file, entries);
    this.#writeOrder(file, order, start.lsn);
    file.append({ lsn: start.lsn, type: 'end', entries: count, lastEvicted: this.#rescued.lastEvicted() });
    file.write();
    yield 'sync';
    syncDirectory(options.files, options.directory);
    attempt.file = undefined;
    file.close();
    log.restart(start.predecessor, file, attempt.changes);
  }

  *#writeEntries(file: SessionFile, entries: Everything['entries']): Generator<'sync' | undefined, number> {
    let written = 0;
    let seen = 0;
    let synced = 0;
    for (const entry of entries) {
      if (entry !== undefined && this.#writeEntry(file, entry)) written++;
      if (++seen % STEP !== 0) continue;
      file.write();
      const isMuch = file.bytes - synced > SYNCED_AT_ONCE;
      if (isMuch) synced = file.bytes;
      yield isMuch ? 'sync' : undefined;
    }
    return written;
  }

  #writeEntry(file: SessionFile, { value, refused, ...entry }: LiveEntry): boolean {
    const { driver, codecs } = this.#rescued.options;
    let isWritten = false;
    try {
      isWritten = file.append({ ...entry, type: 'put', value: driver.encodeValue(value, codecs) }) > 0;
    } catch {
      // Its value cannot be written; that was reported when it was put.
    }
    if (!isWritten) refused();
    return isWritten;
  }

  #writeOrder(file: SessionFile, { lsns, marks, policy }: Everything['order'], lsn: number): void {
    for (let from = 0; from <= lsns.length; from += HITS_A_RECORD) {
      const to = from + HITS_A_RECORD;
      file.append({ lsn, type: 'hit', lsns: lsns.slice(from, to), ...(marks && { policy, marks: marks.slice(from, to) }) });
    }
  }
}
