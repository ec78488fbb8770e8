/**
 * The values of recovered entries that nobody has asked for yet, by slot: bytes as they were read, which are let go of when none of them is left.
 * So a recovery is done before a single value was decoded, and what is never used again never is.
 */
import { type ReadBytes, type RecoveredEntries, type ValueSource, valueAt } from './recovered-entries.js';

const NONE = -1;

export class LateValues {
  readonly #source: ValueSource;
  readonly #read: (ReadBytes | undefined)[] = [];
  /** How many values still stand in each of them. */
  readonly #left: number[] = [];
  #readNumbers = new Int32Array(0);
  #offsets = new Uint32Array(0);
  #size = 0;

  constructor(source: ValueSource) {
    this.#source = source;
  }

  /** Only slots with numbers less than `reach` will come; to be said once, before the first does. */
  expect(reach: number): void {
    this.#readNumbers = new Int32Array(reach).fill(NONE);
    this.#offsets = new Uint32Array(reach);
  }

  get size(): number {
    return this.#size;
  }

  /** The value in `slot` is the one at `place`. */
  add(slot: number, recovered: RecoveredEntries, place: number): void {
    const { number, read, offset } = recovered.recordAt(place);
    this.#read[number] = read;
    this.#left[number] = (this.#left[number] ?? 0) + 1;
    this.#readNumbers[slot] = number;
    this.#offsets[slot] = offset;
    this.#size++;
  }

  has(slot: number): boolean {
    return slot < this.#readNumbers.length && this.#readNumbers[slot] !== NONE;
  }

  /**
   * The value in `slot`, which is the application's from now on.
   * @throws whatever keeps the driver from decoding it
   */
  take(slot: number): unknown {
    const read = this.#read[this.#readNumbers[slot] as number] as ReadBytes;
    const offset = this.#offsets[slot] as number;
    this.letGo(slot);
    return valueAt(this.#source, read, offset);
  }

  /** Nobody will ask for the value in `slot` any more. */
  letGo(slot: number): void {
    if (!this.has(slot)) return;
    const number = this.#readNumbers[slot] as number;
    this.#readNumbers[slot] = NONE;
    this.#size--;
    this.#left[number] = (this.#left[number] as number) - 1;
    if (this.#left[number] === 0) this.#read[number] = undefined;
  }
}
