/**
 * What the records of a log come to: the entries that are there, in the order in which they were put, used or changed last.
 */
import type { HitRecord, LogRecord, PutRecord, SkippableRecord } from './contract.js';

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

/** The state that grows while records are replayed. */
export class Replay {
  records = 0;
  lastLsn = 0;
  isClosed = false;
  /** Whether a snapshot was taken over to its end. */
  isWhole = false;
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
    this.isWhole = false;
    this.#entries.clear();
    this.#lsnOfKey.clear();
    this.#marks.clear();
    this.#lastEvicted = 0;
  }

  recovered(): RecoveredEntries {
    const entries = Array.from(this.#entries.values(), (entry) => ({ ...entry, mark: this.#marks.get(entry.lsn) }));
    return { entries, lastEvicted: this.#lastEvicted, policy: this.#policy };
  }

  /** A record of a snapshot that stands for everything up to record `lsn`. Gives whether it may stand there. */
  takeOver(record: LogRecord | SkippableRecord, lsn: number): boolean {
    if (this.isWhole) return false;
    if (record.type === 'end') {
      this.isWhole = record.entries === this.#entries.size;
      this.#lastEvicted = record.lastEvicted;
      this.lastLsn = lsn;
      return this.isWhole;
    }
    this.apply(record);
    return record.lsn <= lsn;
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
