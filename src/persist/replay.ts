/**
 * What the records of a log come to: the entries that are there, in the order in which they were put, used or changed last. Kept in parallel arrays by
 * place, without their values: of a value only where it stands is known, until somebody asks for it.
 */
import { SplitMap } from '../split-map.js';
import type { HitRecord, LogRecord, PutRecord, SkippableRecord } from './contract.js';
import type { FramePlace } from './frames.js';
import { type ReadBytes, RecoveredEntries } from './recovered-entries.js';

const NONE = -1;
const FIRST_PLACES = 1024;
/** Places looked at between two pauses. */
const STEP = 2 ** 16;

/** The state that grows while records are replayed. */
export class Replay {
  records = 0;
  lastLsn = 0;
  isClosed = false;
  /** Whether a snapshot was taken over to its end. */
  isWhole = false;
  #count = 0;
  #turn = 0;
  #lastEvicted = 0;
  #policy: string | undefined;
  /** The place of each key. */
  readonly #places = new SplitMap<number>();
  #keys: (string | undefined)[] = [];
  /** Rising, so that a record number is found quickly. */
  #lsns = new Float64Array(FIRST_PLACES);
  /** When the entry was put, used or changed last; 0 when it is gone. */
  #turns = new Float64Array(FIRST_PLACES);
  #expiresAt = new Float64Array(FIRST_PLACES);
  #marks = new Int32Array(FIRST_PLACES);
  #isPromised = new Uint8Array(FIRST_PLACES);
  /** Where the record stands: in which bytes that were read, and at which offset. */
  #readNumbers = new Int32Array(FIRST_PLACES);
  #offsets = new Uint32Array(FIRST_PLACES);
  /** Of those that have any. */
  readonly #tags = new Map<number, readonly string[]>();
  #read: ReadBytes[] = [];

  /** Entries that are there. */
  get size(): number {
    return this.#places.size;
  }

  /** Another file begins, after record `lsn`. */
  startAt(lsn: number): void {
    this.lastLsn = lsn;
    this.isClosed = false;
  }

  clear(): void {
    this.isWhole = false;
    this.#count = 0;
    this.#turn = 0;
    this.#places.clear();
    this.#keys = [];
    this.#tags.clear();
    this.#read = [];
    this.#lastEvicted = 0;
  }

  /** The entries in their order, which is found in steps. */
  *recovered(): Generator<void, RecoveredEntries> {
    const placeOfTurn = new Int32Array(this.#turn + 1).fill(NONE);
    for (let place = 0; place < this.#count; place++) {
      const turn = this.#turns[place] as number;
      if (turn !== 0) placeOfTurn[turn] = place;
      if (place % STEP === 0) yield;
    }
    const order = new Int32Array(this.size);
    for (let turn = 1, found = 0; turn <= this.#turn; turn++) {
      const place = placeOfTurn[turn] as number;
      if (place !== NONE) order[found++] = place;
      if (turn % STEP === 0) yield;
    }
    return new RecoveredEntries({
      order,
      keys: this.#keys as readonly string[],
      lsns: this.#lsns,
      expiresAt: this.#expiresAt,
      marks: this.#marks,
      isPromised: this.#isPromised,
      readNumbers: this.#readNumbers,
      offsets: this.#offsets,
      tags: this.#tags,
      read: this.#read,
      lastEvicted: this.#lastEvicted,
      policy: this.#policy,
    });
  }

  /** A record of a snapshot that stands for everything up to record `lsn`. Gives whether it may stand there. */
  takeOver(record: LogRecord | SkippableRecord, place: FramePlace, seed: number, lsn: number): boolean {
    if (this.isWhole || record.lsn > lsn) return false;
    if (record.type === 'end') {
      this.isWhole = record.entries === this.size;
      this.#lastEvicted = record.lastEvicted;
      this.lastLsn = lsn;
      return this.isWhole;
    }
    // A snapshot's records are in the order of their numbers, too.
    if (record.type === 'put' && this.#count > 0 && record.lsn <= (this.#lsns[this.#count - 1] as number)) return false;
    this.apply(record, place, seed);
    return true;
  }

  /** Invariant: replay never evicts by itself; what made room is listed in the record that needed it. */
  apply(record: LogRecord | SkippableRecord, place: FramePlace, seed: number): void {
    this.records++;
    this.lastLsn = record.lsn;
    this.isClosed = record.type === 'close';
    switch (record.type) {
      case 'put':
        this.#put(record, place, seed);
        break;
      case 'hit':
        this.#hit(record);
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

  #put(record: PutRecord, { bytes, at }: FramePlace, seed: number): void {
    const { key, evicted } = record;
    const before = this.#places.get(key);
    if (before !== undefined) this.#drop(before);
    if (evicted !== undefined) {
      for (const lsn of evicted) this.#evict(lsn);
      this.#lastEvicted = evicted.at(-1) ?? this.#lastEvicted;
    }
    if (this.#read.at(-1)?.bytes !== bytes) this.#read.push({ bytes, seed });
    const place = this.#count++;
    if (place >= this.#lsns.length) this.#grow();
    this.#places.set(key, place);
    this.#keys[place] = key;
    this.#lsns[place] = record.lsn;
    this.#turns[place] = ++this.#turn;
    this.#expiresAt[place] = record.expiresAt ?? Number.POSITIVE_INFINITY;
    this.#marks[place] = NONE;
    this.#isPromised[place] = record.isPromised ? 1 : 0;
    this.#readNumbers[place] = this.#read.length - 1;
    this.#offsets[place] = at;
    if (record.tags !== undefined) this.#tags.set(place, record.tags);
  }

  /** The marks of another policy mean nothing to this one. */
  #hit({ lsns, marks, policy }: HitRecord): void {
    if (policy !== this.#policy) this.#marks.fill(NONE, 0, this.#count);
    this.#policy = policy;
    for (let index = 0; index < lsns.length; index++) {
      const place = this.#placeOf(lsns[index] as number);
      if (place === NONE) continue;
      this.#turns[place] = ++this.#turn;
      if (marks !== undefined) this.#marks[place] = marks[index] as number;
    }
  }

  #evict(lsn: number): void {
    const place = this.#placeOf(lsn);
    if (place !== NONE) this.#delete(this.#keys[place] as string);
  }

  #delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#drop(place);
  }

  #drop(place: number): void {
    this.#turns[place] = 0;
    this.#keys[place] = undefined;
    this.#tags.delete(place);
  }

  /** The place of the entry that record `lsn` put, if it is still there. */
  #placeOf(lsn: number): number {
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#lsns[middle] as number;
      if (found === lsn) return this.#turns[middle] === 0 ? NONE : middle;
      if (found < lsn) low = middle + 1;
      else high = middle - 1;
    }
    return NONE;
  }

  #grow(): void {
    this.#lsns = doubled(this.#lsns, Float64Array);
    this.#turns = doubled(this.#turns, Float64Array);
    this.#expiresAt = doubled(this.#expiresAt, Float64Array);
    this.#marks = doubled(this.#marks, Int32Array);
    this.#isPromised = doubled(this.#isPromised, Uint8Array);
    this.#readNumbers = doubled(this.#readNumbers, Int32Array);
    this.#offsets = doubled(this.#offsets, Uint32Array);
  }
}

type Numbers = Float64Array | Int32Array | Uint32Array | Uint8Array;

function doubled<A extends Numbers>(array: A, Kind: new (length: number) => A): A {
  const larger = new Kind(array.length * 2);
  larger.set(array);
  return larger;
}
