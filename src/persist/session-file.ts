/**
 * The log file of one session: begun once, appended to, never written to by anybody else.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { now } from '../clock.js';
import { LONGEST_FRAME_BYTES, type LogRecord, type PersistDriver } from './contract.js';
import { type FileSystem, makeDirectory, syncDirectory, writeFully } from './file-system.js';
import { logName } from './log-files.js';
import type { Recovery } from './recovery.js';

/** What a file's header says of its cache. */
export interface LogOwner {
  readonly cacheName: string;
  /** The directory of this cache alone. */
  readonly directory: string;
  readonly driver: PersistDriver;
  /** What the keys mean; entries written under another signature are not taken over. */
  readonly signature: string;
  readonly files: FileSystem;
}

export class SessionFile {
  /** Its length, in bytes. */
  bytes: number;
  readonly #owner: LogOwner;
  readonly #descriptor: number;
  /** The checksum of the header, from which those of the records go on. */
  readonly #seed: number;

  /** Begins the file that goes on where `recovered` ended. */
  constructor(owner: LogOwner, recovered: Recovery) {
    const { files, directory, driver, cacheName, signature } = owner;
    makeDirectory(files, directory, dirname);
    const header = driver.encodeHeader({
      formatVersion: 1,
      minimumVersion: 1,
      id: recovered.nextId,
      storeId: recovered.storeId ?? randomBytes(8).toString('hex'),
      cacheName,
      codec: driver.codec,
      signature,
      lsn: recovered.lastLsn,
      predecessor: recovered.predecessor,
      createdAt: now(),
    });
    this.#owner = owner;
    this.#seed = header.checksum;
    this.bytes = header.bytes.length;
    // 'ax': nobody else's file is ever appended to, whoever else may be at work here.
    this.#descriptor = files.openSync(join(directory, logName(recovered.nextId, driver)), 'ax', 0o600);
    try {
      writeFully(files, this.#descriptor, header.bytes);
      // A header is durable before any record follows it; recovery relies on that to tell a crash from damage.
      files.fdatasyncSync(this.#descriptor);
      syncDirectory(files, directory);
    } catch (error) {
      files.closeSync(this.#descriptor);
      throw error;
    }
  }

  /** Writes one record; gives its length, or -1 for one that is too long, of which nothing is written. */
  append(record: LogRecord): number {
    const { driver, files } = this.#owner;
    const { bytes } = driver.encodeRecord(record, this.#seed);
    if (bytes.length > LONGEST_FRAME_BYTES) return -1;
    writeFully(files, this.#descriptor, bytes);
    this.bytes += bytes.length;
    return bytes.length;
  }

  syncNow(): void {
    this.#owner.files.fdatasyncSync(this.#descriptor);
  }

  /** Syncs on the thread pool. */
  sync(done: (error: Error | null) => void): void {
    this.#owner.files.fdatasync(this.#descriptor, done);
  }

  close(): void {
    this.#owner.files.closeSync(this.#descriptor);
  }
}
