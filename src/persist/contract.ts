/**
 * What a persistence driver is: a format. It turns records into bytes and bytes into records; files, numbers, syncing and recovery are the journal's.
 */

import { ScrubjayError } from '../errors.js';

/** A value as a driver has encoded it; only the driver that made it looks inside. */
export type EncodedValue = unknown;

/** What every record has. */
interface AnyRecord {
  /** Its number: rises by exactly 1 from record to record, over all files of a cache. */
  readonly lsn: number;
  /** The highest record number known to be on the disk for good when this record was written; left out when nothing new is known. */
  readonly durableLsn?: number | undefined;
}

/** An entry was stored as the most recent one. Its record number is the entry's identity from now on. */
export interface PutRecord extends AnyRecord {
  readonly type: 'put';
  readonly key: string;
  readonly value: EncodedValue;
  /** The method gave a promise of this value. */
  readonly isPromised: boolean;
  /** Wall-clock milliseconds from which on the entry is no longer fresh; left out for never. */
  readonly expiresAt?: number | undefined;
  /** Record numbers of the entries dropped to make room for this one. */
  readonly evicted?: readonly number[] | undefined;
  /** What the entry is tagged with; left out for nothing. No tag stands twice. */
  readonly tags?: readonly string[] | undefined;
}

/** Entries were used, or changed otherwise in the order of eviction; each becomes the most recent one, in this order. Unknown numbers mean nothing. */
export interface HitRecord extends AnyRecord {
  readonly type: 'hit';
  readonly lsns: readonly number[];
  /** What the eviction policy marks each of them with, a whole number from 0 to 2^31 - 1; left out where it has no marks. */
  readonly marks?: readonly number[] | undefined;
  /** The name of the policy whose marks these are. */
  readonly policy?: string | undefined;
}

/** The entries under these keys are gone. */
export interface DeleteRecord extends AnyRecord {
  readonly type: 'del';
  readonly keys: readonly string[];
}

/** Everything is gone. */
export interface ClearRecord extends AnyRecord {
  readonly type: 'clear';
}

/** Nothing but the news of what is durable. */
export interface MarkRecord extends AnyRecord {
  readonly type: 'mark';
}

/** The session ended in order: nothing is missing, the order of use is exact. */
export interface CloseRecord extends AnyRecord {
  readonly type: 'close';
  /** Length of the file before this record, in bytes. */
  readonly fileBytes: number;
}

/** The end of a snapshot, without which it is none. */
export interface EndRecord extends AnyRecord {
  readonly type: 'end';
  /** Entries in it. */
  readonly entries: number;
  /** Record number of the entry that was evicted last; 0 when none was. */
  readonly lastEvicted: number;
}

/** A record of a later version that says of itself that readers may skip it. */
export interface SkippableRecord extends AnyRecord {
  readonly type: 'skippable';
}

/** One record of a log, or of a snapshot. */
export type LogRecord = PutRecord | HitRecord | DeleteRecord | ClearRecord | MarkRecord | CloseRecord | EndRecord;

/** Where the file before this one ended. Bytes beyond `bytes` were a torn tail and are nothing. */
export interface Predecessor {
  /** Number of the file. */
  readonly id: number;
  /** Its valid length, in bytes. */
  readonly bytes: number;
  /** The last record number in it, or before it where it holds none. */
  readonly lsn: number;
  /** Checksum of its last valid frame: ties this file to the bytes of that one. */
  readonly checksum: number;
}

/** The first frame of every file. */
export interface LogHeader {
  /** A log holds what happened, a snapshot what there was where its predecessor ended, a manifest nothing: its predecessor is the beginning of the newest log. */
  readonly kind: 'log' | 'snapshot' | 'manifest';
  /** Version of the format; raised when older readers would misread it. */
  readonly formatVersion: number;
  /** The oldest format version whose readers may touch this file. */
  readonly minimumVersion: number;
  /** Number of the file, the same as in its name. */
  readonly id: number;
  /** Random name of the store, the same in all its files. */
  readonly storeId: string;
  /** Name of the cache, such as `Users.find`. */
  readonly cacheName: string;
  /** The driver's format and its version, such as `jsonl/1`. */
  readonly codec: string;
  /** What the keys in this file mean; entries under another signature are not served. */
  readonly signature: string;
  /** What the application calls the version of its values; `undefined` where it calls it nothing. */
  readonly version?: string | number | undefined;
  /** The record number before the first one in this file. */
  readonly lsn: number;
  readonly predecessor: Predecessor | undefined;
  /** What a power cut may take of it, for people: `'always'`, `'interval'` or `'os'`. */
  readonly durability?: string | undefined;
  /** Wall-clock milliseconds at which the file was begun. */
  readonly createdAt: number;
}

/** A frame as it was found in a file. */
export type Frame<T> =
  | { readonly kind: 'good'; readonly content: T /** Offset after the frame. */; readonly end: number; readonly checksum: number }
  /** No frame stands here, or a broken one; look again at `resumeAt`. */
  | { readonly kind: 'bad'; readonly resumeAt: number }
  /** The bytes end inside the frame: give more of them, or call it torn if there are no more, and look again at `resumeAt` where there is one: its length may be broken. */
  | { readonly kind: 'partial'; readonly resumeAt?: number };

/** How instances of one class are kept. It holds for the class itself: instances of a subclass have another prototype. */
export interface ValueCodec {
  /** What the class is called on disk. */
  readonly name: string;
  readonly prototype: object;
  /** Why this one would not come back equal, such as state that cannot be seen; `undefined` when it would. Not asked where there is `custom`. */
  readonly refusal?: ((instance: object) => string | undefined) | undefined;
  /**
   * What is written in place of an instance, and the instance made of it: `load(dump(x))` is deep-equal to `x`. `dump` may give whatever can be kept, and both may throw.
   * Left out: the own properties are written, and defined again on an object of that prototype; no constructor runs.
   */
  readonly custom?: { dump(instance: object): unknown; load(data: unknown): unknown } | undefined;
}

/** The classes whose instances a cache keeps; no two of one name or of one prototype. */
export type ValueCodecs = readonly ValueCodec[];

/** A format of log files. Every frame carries a checksum; a reader never trusts a byte, a length included, that its checksum does not cover. */
export interface PersistDriver {
  /** The name users give: `persist: 'jsonl'`. */
  readonly name: string;
  /** Format and version, written into every header; another codec is never read by this driver. */
  readonly codec: string;
  /** Ending of the log files, with its dot. */
  readonly fileExtension: string;
  /** Called where a class is defined that uses the driver: whatever it needs and does not find is told then. May be left out. */
  load?(): void;
  /** Encodes a stored value at the time of the put: what the caller does to it later never reaches the disk. Instances of classes are kept where `codecs` says how.
   * @throws SCRUBJAY_VALUE_REFUSED, with the path of the culprit after `(…)`, for a value that would not come back equal. */
  encodeValue(value: unknown, codecs?: ValueCodecs): EncodedValue;
  /** Gives a value that is deep-equal to the one encoded, from what `readRecord` found in a put. Throws if it cannot: the entry is then left behind. */
  decodeValue(encoded: EncodedValue, codecs?: ValueCodecs): unknown;
  /** The frame of a header. */
  encodeHeader(header: LogHeader): { readonly bytes: Buffer; readonly checksum: number };
  /** The frame of a record; its checksum is seeded with that of the file's header, so that a frame of another file is never taken for good. */
  encodeRecord(record: LogRecord, seed: number): { readonly bytes: Buffer; readonly checksum: number };
  /**
   * Writes the same frame into `bytes`, from `at` on, and gives where it ends; `undefined` where there may be no room for it, and then `encodeRecord` is asked.
   * May be left out: it saves a buffer for each record.
   */
  writeRecord?(record: LogRecord, seed: number, bytes: Buffer, at: number): { readonly end: number; readonly checksum: number } | undefined;
  /** A good record frame of one file was copied to another, whose header has the checksum `seed`, and stands in `bytes` from `at` to `end`: makes it one of that file, in its place, of the same length. Gives its checksum. */
  resealRecord(bytes: Buffer, at: number, end: number, seed: number): number;
  /** Reads the header frame at the beginning of `bytes`. */
  readHeader(bytes: Buffer): Frame<LogHeader>;
  /** Reads the record frame at `offset`.
   * @throws SCRUBJAY_LOG_NEWER for a record of a later version that must not be skipped. */
  readRecord(bytes: Buffer, offset: number, seed: number): Frame<LogRecord | SkippableRecord>;
}

/** No frame is longer, in bytes; a file that claims so is broken. */
export const LONGEST_FRAME_BYTES = 64 * 1024 * 1024;

/** What a driver throws when it meets a frame of a later version that must not be skipped. */
export const logNewer = (what: string): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_NEWER',
    `found ${what}, which this version of scrubjay cannot read; nothing was changed. Use the version that wrote it, or another directory.`,
  );
