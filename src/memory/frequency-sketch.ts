/**
 * How often keys were asked for lately, about: counters from 0 to 15, four for each key, of which the lowest counts; all are halved after a while.
 * Source: Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM TOS 2017, section 3; sizes as in Caffeine 3.
 */
const ROWS = 4;
/** Counters in a row for each entry. */
const COUNTERS_AN_ENTRY = 4;
const HIGHEST = 15;
/** Counters are halved after as many additions as ten times the capacity. */
const ADDITIONS_OF_AN_AGE = 10;
const MULTIPLIERS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

export class FrequencySketch {
  /** Row after row, two counters in a byte. */
  readonly #counters: Uint8Array<ArrayBuffer>;
  readonly #mask: number;
  readonly #rowBytes: number;
  /** Additions after which counters are halved. */
  readonly sampleSize: number;
  #additions = 0;

  /** For the keys of a cache that holds so many entries. */
  constructor(capacity: number) {
    const width = COUNTERS_AN_ENTRY * 2 ** Math.ceil(Math.log2(Math.max(8, capacity)));
    this.#mask = width - 1;
    this.#rowBytes = width / 2;
    this.#counters = new Uint8Array(ROWS * this.#rowBytes);
    this.sampleSize = ADDITIONS_OF_AN_AGE * Math.max(1, capacity);
  }

  /** How often the key was asked for; at most 15. */
  frequency(hash: number): number {
    let lowest = HIGHEST;
    for (let row = 0; row < ROWS; row++) {
      const place = this.#placeOf(hash, row);
      lowest = Math.min(lowest, ((this.#counters[row * this.#rowBytes + (place >> 1)] as number) >> ((place & 1) << 2)) & HIGHEST);
    }
    return lowest;
  }

  /** The key was asked for. */
  increment(hash: number): void {
    let isAdded = false;
    for (let row = 0; row < ROWS; row++) {
      const place = this.#placeOf(hash, row);
      const shift = (place & 1) << 2;
      const at = row * this.#rowBytes + (place >> 1);
      const pair = this.#counters[at] as number;
      if (((pair >> shift) & HIGHEST) === HIGHEST) continue;
      this.#counters[at] = pair + (1 << shift);
      isAdded = true;
    }
    if (isAdded && ++this.#additions >= this.sampleSize) this.#halve();
  }

  #placeOf(hash: number, row: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 16) ^ row, MULTIPLIERS[row] as number);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }

  #halve(): void {
    let lost = 0;
    const words = new Uint32Array(this.#counters.buffer);
    for (let index = 0; index < words.length; index++) {
      const word = words[index] as number;
      if (word === 0) continue;
      // The bits that fall off, counted in parallel.
      let odd = word & 0x11111111;
      odd = (odd + (odd >>> 4)) & 0x0f0f0f0f;
      lost += Math.imul(odd, 0x01010101) >>> 24;
      words[index] = (word >>> 1) & 0x77777777;
    }
    this.#additions = (this.#additions - (lost >>> 2)) >>> 1;
  }
}
