/**
 * Which record stands behind each slot, and which slots changed in the order of eviction since that was last written.
 */

/** What a record says of entries that changed their place or their mark. */
export interface Changes {
  /** Record numbers, the one that changed last at the end. */
  readonly lsns: readonly number[];
  /** What the policy marks them with; left out where it has no marks. */
  readonly marks?: readonly number[] | undefined;
  /** Whose marks these are. */
  readonly policy?: string | undefined;
}

const FIRST_SLOTS = 16;

export class SlotRecords {
  #lsns = new Float64Array(FIRST_SLOTS);
  /** At which turn each slot changed last; 0 when that is written. */
  #turns = new Float64Array(FIRST_SLOTS);
  #turn = 0;
  /** The slots that changed, in no order; some of them may be empty by now. */
  #changed: number[] = [];

  /** The number of the record that put the entry in `slot`, or 0 when none did. */
  lsnOf(slot: number): number {
    return slot < this.#lsns.length ? (this.#lsns[slot] as number) : 0;
  }

  /** The entry in `slot` was put by record `lsn`, and did not change since. */
  bind(slot: number, lsn: number): void {
    while (slot >= this.#lsns.length) this.#grow();
    this.#lsns[slot] = lsn;
    this.#turns[slot] = 0;
  }

  /** The entry in `slot` changed its place or its mark. */
  touch(slot: number): void {
    if (slot >= this.#turns.length) return;
    if (this.#turns[slot] === 0) this.#changed.push(slot);
    this.#turns[slot] = ++this.#turn;
  }

  /** The numbers of all records behind entries, in no order. */
  live(): Float64Array {
    // Not `filter`, which stops everything for 60 ms where a million are kept.
    const live = new Float64Array(this.#lsns.length);
    let count = 0;
    for (let slot = 0; slot < live.length; slot++) {
      const lsn = this.#lsns[slot] as number;
      if (lsn !== 0) live[count++] = lsn;
    }
    return live.subarray(0, count);
  }

  /** `slots`, each of which has a record, in the order of its number. */
  inOrder(slots: readonly number[]): number[] {
    const lsns = Float64Array.from(slots, (slot) => this.lsnOf(slot)).sort();
    const placeOf = new Map(Array.from(lsns, (lsn, place) => [lsn, place]));
    const ordered = new Array<number>(slots.length);
    for (const slot of slots) ordered[placeOf.get(this.lsnOf(slot)) as number] = slot;
    return ordered;
  }

  release(slot: number): void {
    if (slot < this.#lsns.length) this.#lsns[slot] = 0;
  }

  clear(): void {
    this.#lsns = new Float64Array(FIRST_SLOTS);
    this.#turns = new Float64Array(FIRST_SLOTS);
    this.#changed = [];
  }

  /** The slots that changed since the last time and stand on disk, the one that changed last at the end. */
  takeChanged(): readonly number[] {
    if (this.#changed.length === 0) return [];
    const turns = this.#turns;
    const slots = this.#changed.filter((slot) => turns[slot] !== 0 && this.#lsns[slot] !== 0);
    slots.sort((one, other) => (turns[one] as number) - (turns[other] as number));
    for (const slot of this.#changed) turns[slot] = 0;
    this.#changed = [];
    return slots;
  }

  #grow(): void {
    const [lsns, turns] = [this.#lsns, this.#turns].map((array) => {
      const larger = new Float64Array(array.length * 2);
      larger.set(array);
      return larger;
    });
    this.#lsns = lsns as Float64Array<ArrayBuffer>;
    this.#turns = turns as Float64Array<ArrayBuffer>;
  }
}
