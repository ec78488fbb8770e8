/**
 * Tells how far a recovery has come: once for each piece that was read, and at the end of each file.
 */
import type { LogFile } from './log-files.js';
import type { RecoveryProgress } from './recovery-source.js';

export class Progress {
  readonly #tell: ((progress: RecoveryProgress) => void) | undefined;
  #totalBytes = 0;
  /** Bytes of the files that were read, and of the one that is being read. */
  #readBytes = 0;
  #hereBytes = 0;
  #lastSeen: Buffer | undefined;

  constructor(tell: ((progress: RecoveryProgress) => void) | undefined) {
    this.#tell = tell;
  }

  /** These files are still to be read. */
  expect(files: readonly LogFile[]): void {
    this.#totalBytes = this.#readBytes + sumOfBytes(files);
  }

  /** Something in this piece of a file was read. What is cut off at the end of a piece is in the next one too. */
  saw(piece: Buffer, file: LogFile): void {
    if (piece === this.#lastSeen) return;
    this.#lastSeen = piece;
    this.#hereBytes = Math.min(this.#hereBytes + piece.length, file.fileBytes);
    this.#say();
  }

  /** This file was read. */
  ended(file: LogFile): void {
    this.#readBytes += file.fileBytes;
    this.#hereBytes = 0;
    this.#lastSeen = undefined;
    this.#say();
  }

  #say(): void {
    this.#tell?.({ doneBytes: this.#readBytes + this.#hereBytes, totalBytes: this.#totalBytes });
  }
}

export const sumOfBytes = (files: readonly LogFile[]): number => files.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
