/**
 * Which record stands behind each slot, and which slots were used since that was last written.
 * Used slots need no list of their own: whatever was used since then stands above everything that was not, so a walk from the newest end finds them all.
 */
export class SlotRecords {
  readonly #lsns: number[] = [];
  readonly #isTouched: boolean[] = [];

  /** The number of the record that put the entry in `slot`, or 0 when none did. */
  lsnOf(slot: number): number {
    return this.#lsns[slot] ?? 0;
  }

  /** The entry in `slot` was put by record `lsn` and stands at the newest end now. */
  bind(slot: number, lsn: number): void {
    this.#lsns[slot] = lsn;
    // An entry without a record must not end the walk: used entries may stand below it.
    this.#isTouched[slot] = lsn === 0;
  }

  /** The entry in `slot` moved to the newest end. */
  touch(slot: number): void {
    this.#isTouched[slot] = true;
  }

  release(slot: number): void {
    this.#lsns[slot] = 0;
    this.#isTouched[slot] = false;
  }

  clear(): void {
    this.#lsns.length = 0;
    this.#isTouched.length = 0;
  }

  /** The record numbers of the slots used since the last time, in their order of use. */
  takeTouched(fromNewest: Iterable<number>): readonly number[] {
    const lsns: number[] = [];
    for (const slot of fromNewest) {
      if (this.#isTouched[slot] !== true) break;
      this.#isTouched[slot] = false;
      const lsn = this.lsnOf(slot);
      if (lsn !== 0) lsns.push(lsn);
    }
    return lsns.reverse();
  }
}
