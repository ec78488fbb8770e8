/** One session of a cache on a recorded disk: random deeds, what the cache held after each of them, and how many of them must survive what. */
import type { ScrubjayError } from '../../src/errors';
import type { EvictionPolicy } from '../../src/memory/policy';
import type { JournalOptions, JournalState } from '../../src/persist/journal-options';
import { type Contents, DiskCache } from '../persist/disk-cache';
import type { ManualClock } from '../support/manual-clock';
import type { RecordedDisk } from './recorded-disk';

export const DIRECTORY = '/disk/Users.find';
const CAPACITY = 5;
/** Of a cache that looks at what was left: what should have been dropped must not go unnoticed for want of room. */
export const MUCH_ROOM = 100;

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface SessionOptions extends Pick<JournalOptions, 'durability' | 'leastLogBytes' | 'signature'> {
  readonly disk: RecordedDisk;
  readonly clock: ManualClock;
  readonly roll: () => number;
  /** LRU when nothing is said. */
  readonly policy?: EvictionPolicy;
  /** Number of the first value; no value is ever made twice. */
  readonly firstVersion: number;
}

/** After how many deeds a restart may begin. */
export interface Kept {
  /** After the death of the process. */
  process: number;
  /** After a power cut. */
  power: number;
}

export class WatchedSession {
  readonly cache: DiskCache;
  /** What the cache held when it was opened, and after each deed, in its order. */
  readonly states: Contents[];
  readonly kept: Kept = { process: 0, power: 0 };
  /** What must not happen whatever the disk does: a call that fails, a value that was not put under its key last. */
  readonly failures: unknown[] = [];
  version: number;
  readonly #options: SessionOptions;
  readonly #wanted: Map<string, unknown>;
  /** The number of the last deed that changed the contents, and of the last one that a sync has begun for. */
  #lastChange = 0;
  #lastSynced = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.version = options.firstVersion;
    const { disk, durability, leastLogBytes, signature, policy } = options;
    this.cache = new DiskCache({ directory: DIRECTORY, capacity: CAPACITY, durability, leastLogBytes, signature, policy, files: disk.files });
    this.states = [this.#written()];
    this.#wanted = new Map(this.states[0]);
  }

  get state(): JournalState {
    return this.cache.journal.state;
  }

  /** What was reported, but for the values that cannot be written. */
  get reports(): readonly ScrubjayError[] {
    return this.cache.reports.filter(({ code }) => code !== 'SCRUBJAY_VALUE_REFUSED');
  }

  /** What a restart may find at this moment, the deed under way included. */
  possible(after: keyof Kept): () => Contents[] {
    const from = this.kept[after];
    const to = this.states.length;
    return () => this.states.slice(from, to + 1);
  }

  /** Does one thing that a service or its clock might do. */
  async deed(): Promise<void> {
    const { roll, disk } = this.#options;
    const luck = roll();
    const key = `k${Math.floor(roll() ** 2 * CAPACITY * 1.8)}`;
    if (luck < 0.4) this.#put(key);
    else if (luck < 0.6) this.#use(key);
    else if (luck < 0.7) this.#delete([key]);
    else if (luck < 0.72) this.#delete();
    else if (luck < 0.77) this.#second();
    else if (luck < 0.8) this.#flush();
    else if (luck < 0.9) this.#endSyncs();
    else for (let count = roll() * 4; count > 0; count--) await turn();
    this.#look();
    if (roll() < 0.5) disk.endSyncs();
    await turn();
  }

  /** Closes the cache; everything survives then, unless the disk fails. */
  async close(): Promise<void> {
    const { journal } = this.cache;
    const reported = this.reports.length;
    const isInStep = this.state === 'open';
    let isClosed = false;
    const closing = journal.close().then(() => {
      isClosed = true;
    });
    for (let turns = 0; !isClosed; turns++) {
      if (turns > 1000) throw new Error('close() does not end');
      this.#endSyncs();
      await turn();
    }
    await closing;
    if (isInStep && this.reports.length === reported) this.#keeps(this.states.length - 1, true);
  }

  /** Stores something and flushes, and nothing is under way afterwards. */
  async settle(): Promise<void> {
    this.#put('k0');
    this.#look();
    this.#flush();
    for (let turns = 0; turns < 30; turns++) {
      this.#endSyncs();
      await turn();
    }
    this.#look();
  }

  /** What is in the cache and can be on the disk. */
  #written(): Contents {
    return this.cache.contents().filter(([, value]) => typeof value !== 'symbol');
  }

  #look(): void {
    this.states.push(this.#written());
    for (const [key, value] of this.cache.contents()) if (this.#wanted.get(key) !== value) this.failures.push(`${key} is ${String(value)}`);
  }

  #put(key: string): void {
    const { roll, durability } = this.#options;
    const version = this.version++;
    const number = this.states.length;
    const before = this.#written().length;
    const luck = roll();
    // A symbol cannot be written.
    const value = luck < 0.05 ? Symbol(key) : { key, version, text: 'x'.repeat(Math.floor(luck ** 3 * 1500)) };
    this.#wanted.set(key, value);
    this.cache.put(key, value);
    if (typeof value === 'symbol' && this.#written().length === before) return;
    this.#lastChange = number;
    if (durability === 'always' && roll() < 0.3) {
      this.cache.journal.makeDurable();
      this.#acknowledged(number, true);
    } else void this.#whenDurable(number);
  }

  async #whenDurable(number: number): Promise<void> {
    await this.cache.journal.whenDurable();
    this.#acknowledged(number, this.#options.durability === 'always');
  }

  #use(key: string): void {
    if (this.cache.has(key)) this.cache.use(key);
  }

  /** As the cache's handle does it: a deletion that is not refused is a promise. */
  #delete(keys?: readonly string[]): void {
    const number = this.states.length;
    const isAlways = this.#options.durability === 'always';
    const before = this.cache.keys().length;
    const refused = (error: unknown): void => {
      if ((error as { code?: string }).code !== 'SCRUBJAY_NOT_DURABLE') this.failures.push(error);
    };
    for (const key of keys ?? this.#wanted.keys()) this.#wanted.delete(key);
    try {
      if (keys === undefined) this.cache.clear();
      else for (const key of keys) this.cache.delete(key);
    } catch (error) {
      refused(error);
      return;
    }
    if (this.cache.keys().length === before) return;
    this.#lastChange = number;
    this.cache.journal.whenDurableOrThrow().then(() => {
      this.#keeps(number, isAlways);
    }, refused);
  }

  /** A second passes: in the mode `interval`, what was stored or deleted before it is synced, unless a sync is under way. */
  #second(): void {
    const { disk, clock } = this.#options;
    if (!disk.isSyncing('log-')) this.#lastSynced = this.#lastChange;
    clock.advance(1000);
  }

  #endSyncs(): void {
    const { disk, durability } = this.#options;
    disk.endSyncs();
    if (durability === 'interval' && this.state === 'open') this.#keeps(this.#lastSynced, true);
  }

  /** Everything before it is kept, the order of use included. */
  #flush(): void {
    const number = this.states.length - 1;
    const flushed = this.cache.journal.flush();
    void flushed.then(() => {
      this.#acknowledged(number, true);
    });
  }

  /** What is answered while the disk works is kept. */
  #acknowledged(number: number, isSynced: boolean): void {
    if (this.state === 'open') this.#keeps(number, isSynced);
  }

  #keeps(number: number, isSynced: boolean): void {
    this.kept.process = Math.max(this.kept.process, number);
    if (isSynced) this.kept.power = Math.max(this.kept.power, number);
  }
}
