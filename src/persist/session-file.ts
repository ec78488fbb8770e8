/**
 * A file that this session writes, a log or a snapshot: begun once, appended to, never written to by anybody else.
 */
import { dirname, join } from 'node:path';
import { now } from '../clock.js';
import { LONGEST_FRAME_BYTES, type LogHeader, type LogRecord, type PersistDriver, type Predecessor } from './contract.js';
import { type FileSystem, makeDirectory, removeQuietly, syncDirectory, writeFully } from './file-system.js';
import { fileName } from './log-files.js';

/** What a file's header says of its cache. */
export interface LogOwner {
  readonly cacheName: string;
  /** The directory of this cache alone. */
  readonly directory: string;
  readonly driver: PersistDriver;
  /** What the keys mean; entries written under another signature are not taken over. */
  readonly signature: string;
  /** What the application calls the version of its values; those of another version are not taken over. */
  readonly version?: string | number | undefined;
  /** Written down for people. */
  readonly durability?: string | undefined;
  readonly files: FileSystem;
}

/** Where a file begins. */
export type FileStart = Pick<LogHeader, 'kind' | 'id' | 'storeId' | 'lsn' | 'predecessor'>;

const NO_BYTES = Buffer.alloc(0);
/** Room for records that are written together: at first, and at most while none waits, in bytes. */
const FIRST_GATHERED = 4096;
const MOST_GATHERED = 1024 * 1024;
/** Copies that are gathered before they are written, in bytes. */
const COPIED_AT_ONCE = 256 * 1024;

export class SessionFile {
  readonly id: number;
  readonly path: string;
  /** Its length, in bytes. */
  bytes: number;
  /** That of the last frame. */
  #checksum: number;
  readonly #owner: LogOwner;
  readonly #descriptor: number;
  /** The checksum of the header, from which those of the records go on. */
  readonly #seed: number;
  /** Records that wait for `write`, up to `#gatheredBytes`. */
  #gathered = NO_BYTES;
  #gatheredBytes = 0;
  /** Records of other files, up to `#copiedBytes`. */
  #copies = NO_BYTES;
  #copiedBytes = 0;
  #syncs = 0;
  #isClosing = false;

  constructor(owner: LogOwner, start: FileStart) {
    const { files, directory, driver, cacheName, signature, version, durability } = owner;
    makeDirectory(files, directory, dirname);
    const said = { cacheName, codec: driver.codec, signature, version, durability, createdAt: now() };
    const header = driver.encodeHeader({ ...start, ...said, formatVersion: 1, minimumVersion: 1 });
    this.#owner = owner;
    this.id = start.id;
    this.path = join(directory, fileName(start.kind, start.id, driver));
    this.#seed = this.#checksum = header.checksum;
    this.bytes = header.bytes.length;
    // 'ax': nobody else's file is ever appended to, whoever else may be at work here.
    this.#descriptor = files.openSync(this.path, 'ax', 0o600);
    try {
      writeFully(files, this.#descriptor, header.bytes);
      // A header is durable before any record follows it; recovery relies on that to tell a crash from damage.
      files.fdatasyncSync(this.#descriptor);
      syncDirectory(files, directory);
    } catch (error) {
      this.abandon();
      removeQuietly(files, this.path);
      throw error;
    }
  }

  /** Whether it has no name any more. @throws what the file system throws */
  get isGone(): boolean {
    return this.#owner.files.fstatSync(this.#descriptor).nlink === 0;
  }

  /** Takes one record, which is written by the next `write`; gives its length, or -1 for one that is too long, of which nothing will be written. */
  append(record: LogRecord): number {
    const { driver } = this.#owner;
    const at = this.#gatheredBytes;
    const written = driver.writeRecord?.(record, this.#seed, this.#gathered, at);
    if (written !== undefined) return this.#took(written.end - at, written.checksum);
    const { bytes, checksum } = driver.encodeRecord(record, this.#seed);
    if (bytes.length > LONGEST_FRAME_BYTES) return -1;
    this.#makeRoomFor(bytes.length);
    this.#gathered.set(bytes, at);
    return this.#took(bytes.length, checksum);
  }

  #took(length: number, checksum: number): number {
    this.#gatheredBytes += length;
    this.bytes += length;
    this.#checksum = checksum;
    return length;
  }

  #makeRoomFor(length: number): void {
    const needed = this.#gatheredBytes + length;
    if (needed <= this.#gathered.length) return;
    const larger = Buffer.allocUnsafe(Math.max(FIRST_GATHERED, 2 * needed));
    larger.set(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gathered = larger;
  }

  /** Writes what was taken since the last time, all at once. After a failure the rest of it is gone. @throws what the file system throws */
  write(): void {
    const bytes = this.#gathered;
    const length = this.#gatheredBytes;
    if (length === 0) return;
    this.#gatheredBytes = 0;
    if (bytes.length > MOST_GATHERED) this.#gathered = NO_BYTES;
    writeFully(this.#owner.files, this.#descriptor, bytes, length);
  }

  /** Takes a record of another file, which stands in `bytes` from `at` to `end`; it is written by the next `writeCopies`. */
  copy(bytes: Buffer, at: number, end: number): void {
    const length = end - at;
    if (this.#copiedBytes + length > this.#copies.length) this.writeCopies();
    if (length > this.#copies.length) this.#copies = Buffer.allocUnsafe(Math.max(length, COPIED_AT_ONCE));
    const from = this.#copiedBytes;
    bytes.copy(this.#copies, from, at, end);
    this.#copiedBytes += length;
    this.bytes += length;
    this.#checksum = this.#owner.driver.resealRecord(this.#copies, from, this.#copiedBytes, this.#seed);
  }

  /** @throws what the file system throws */
  writeCopies(): void {
    if (this.#copiedBytes === 0) return;
    const bytes = this.#copies.subarray(0, this.#copiedBytes);
    this.#copiedBytes = 0;
    writeFully(this.#owner.files, this.#descriptor, bytes);
  }

  /** What the header of the next file says of this one, whose last record is `lsn`. */
  endAt(lsn: number): Predecessor {
    return { id: this.id, bytes: this.bytes, lsn, checksum: this.#checksum };
  }

  /** @throws what the file system throws */
  syncNow(): void {
    this.write();
    this.#owner.files.fdatasyncSync(this.#descriptor);
  }

  /** Syncs on the thread pool. @throws what writing throws */
  sync(done: (error: Error | null) => void): void {
    this.write();
    this.#syncs++;
    this.#owner.files.fdatasync(this.#descriptor, (error) => {
      this.#syncs--;
      const closing = this.#closeLate();
      done(error ?? closing);
    });
  }

  /** Closes a file that was still being synced when it should have been; nobody is left to catch what this may throw. */
  #closeLate(): Error | null {
    if (!this.#isClosing || this.#syncs > 0) return null;
    try {
      this.#owner.files.closeSync(this.#descriptor);
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  /** Closes a file of which nothing is expected any more. */
  abandon(): void {
    this.#gatheredBytes = 0;
    try {
      this.close();
    } catch {
      // It has closed all the same, or the process has one descriptor less.
    }
  }

  /** At once, or when the sync that is on its way has ended: until then its number must not be given to another file. */
  close(): void {
    this.#isClosing = true;
    if (this.#syncs === 0) this.#owner.files.closeSync(this.#descriptor);
  }
}
