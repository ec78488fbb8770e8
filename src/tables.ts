/**
 * Who shares entries with whom: one table for a class, or one for each of its instances.
 */
import { ScrubjayError } from './errors.js';
import { Puts } from './flight/puts.js';
import { ShortMemory } from './flight/short-memory.js';
import { SingleFlight } from './flight/single-flight.js';
import { type CallShape, CallTable, COPIES } from './key/call-table.js';
import type { SlotKeys } from './key/slot-keys.js';
import { SplitMap } from './split-map.js';

/** What a load has failed with. */
export interface Failure {
  readonly error: unknown;
  /** Whether the method gave a promise that was rejected, or threw. */
  readonly isPromised: boolean;
}

const MOST_FAILURES = 1000;

/** The entries of those who share them: of one instance, or of a class. */
export class Table {
  static #made = 0;
  /** A number of its own. */
  readonly id = ++Table.#made;
  /** The slot of each everyday call; `undefined` where calls go by their key alone. */
  readonly calls: CallTable | undefined;
  /** The slot of each key, of those entries that are not in `calls`, or of all. */
  readonly texts = new SplitMap<number>();
  /** Whether every entry is in `texts`. */
  hasAllTexts: boolean;
  /** The keys that are not to be loaded for a while. */
  readonly pauses = new ShortMemory<true>();
  /** What loads have failed with that are not to be repeated for a while. */
  readonly failures = new ShortMemory<Failure>(MOST_FAILURES);
  /** The loads under way. */
  readonly flights = new SingleFlight(COPIES);
  /** The results of methods that write, on their way here. */
  readonly puts = new Puts();

  constructor(keys: SlotKeys, shape?: CallShape) {
    this.calls = shape && new CallTable(shape, keys);
    this.hasAllTexts = this.calls === undefined;
  }

  /** From now on the load under way for `key` is not stored and not joined, nothing keeps the next one from trying, and what is on its way there is not stored. */
  fence(key: { readonly text: string }): void {
    this.flights.fence(key);
    this.puts.fence(key);
    this.forgetFailure(key);
  }

  /** From now on nothing that has failed keeps `key` from being loaded. */
  forgetFailure(key: { readonly text: string }): void {
    if (!this.pauses.isEmpty) this.pauses.forget(key.text);
    if (!this.failures.isEmpty) this.failures.forget(key.text);
  }

  /** The keys that a fence would change something for. */
  *keysInUse(): Generator<string> {
    yield* this.flights.keys();
    yield* this.pauses.keys();
    yield* this.failures.keys();
  }

  /** The same for every key. */
  fenceAll(): void {
    this.flights.fenceAll();
    this.puts.fenceAll();
    this.pauses.clear();
    this.failures.clear();
  }

  /** Forgets every entry, and fences off the loads under way. */
  clear(): void {
    this.fenceAll();
    this.texts.clear();
    this.calls?.clear();
    this.hasAllTexts = this.calls === undefined;
  }
}

/** The tables of one cache. */
export class Tables {
  /** The table of the class, or of the first instance to call; what was recovered lies here. */
  readonly first: Table;
  /** Every table in use. */
  readonly all: Set<Table>;
  readonly #cacheName: string;
  readonly #keys: SlotKeys;
  readonly #shape: CallShape | undefined;

  constructor(cacheName: string, keys: SlotKeys, shape: CallShape | undefined) {
    this.#cacheName = cacheName;
    this.#keys = keys;
    this.#shape = shape;
    this.first = new Table(keys, shape);
    this.all = new Set([this.first]);
  }

  /** A table for one more instance. */
  add(): Table {
    const table = new Table(this.#keys, this.#shape);
    this.all.add(table);
    return table;
  }

  /** From now on no load under way is stored or joined. */
  fenceAll(): void {
    for (const table of this.all) table.fenceAll();
  }

  /**
   * The table that a question without an instance is about.
   * @throws SCRUBJAY_WHICH_CACHE when several instances have one.
   */
  only(): Table {
    if (this.all.size === 1) return this.first;
    throw new ScrubjayError(
      'SCRUBJAY_WHICH_CACHE',
      `${this.all.size} instances have entries of their own in ${this.#cacheName}; ask for the handle of one: cacheOf(instance, 'method').`,
    );
  }
}
