/**
 * How much may be inserted before memory is looked at again: less the nearer the limit is, and the larger what is inserted turns out to be.
 */

/** A countdown in bytes. Counting costs about a nanosecond. */
export class LookBudget {
  #leftBytes = 0;
  #grantedBytes = 0;
  /** Bytes by which memory grew for each byte that was noted. Sizes may be unknown or too low, and the work that leads to an entry takes memory too. */
  #growth = 1;
  #filledBytes: number | undefined;

  /** Notes an insert, and gives whether it is time to look. */
  spend(bytes: number = UNKNOWN_BYTES): boolean {
    this.#leftBytes -= bytes;
    // Not `< 0`: a size that is NaN must lead to a look, and not end all looks.
    return !(this.#leftBytes >= 0);
  }

  /** Allows the next inserts, after a look that found `filledBytes` in use and `roomBytes` free of `limitBytes`. */
  grant(filledBytes: number, roomBytes: number, limitBytes: number): void {
    const spent = this.#grantedBytes - this.#leftBytes;
    const grown = filledBytes - (this.#filledBytes ?? filledBytes);
    this.#filledBytes = filledBytes;
    // After a collection it says nothing. It rises at once, because large values may have begun to come, and falls slowly.
    if (grown >= 0 && spent > 0) this.#growth = Math.max(grown / spent, this.#growth * 0.9, 1 / 64);
    const target = Math.max(roomBytes / 8, limitBytes / 256) / this.#growth;
    // However small entries were so far, the next may have a MiB each; a quarter of the room may go by then.
    const mostInserts = Math.min(512, Math.max(1, roomBytes / (4 * 2 ** 20)));
    this.#grantedBytes = Math.min(target, mostInserts * UNKNOWN_BYTES);
    this.#leftBytes = this.#grantedBytes;
  }
}

const UNKNOWN_BYTES = 1024;
