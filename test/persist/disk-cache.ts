/** A cache with its journal, as a service has one, without the decorators: what the tests of this folder play with. */
import { readFileSync } from 'node:fs';
import type { Entries } from '../../src/entries';
import type { EntryLimits } from '../../src/entry-limits';
import type { ScrubjayError } from '../../src/errors';
import { policies } from '../../src/memory/index';
import type { PersistDriver } from '../../src/persist/contract';
import { releaseDirectory } from '../../src/persist/directory-claims';
import { type DriverName, drivers } from '../../src/persist/drivers/index';
import type { FileSystem } from '../../src/persist/file-system';
import { Journal } from '../../src/persist/journal';
import type { JournalOptions } from '../../src/persist/journal-options';
import { openJournals } from '../../src/persist/open-journals';
import { valueAt } from '../../src/persist/recovered-entries';
import { type Recovery, recover } from '../../src/persist/recovery';
import type { Table } from '../../src/tables';
import { byText, someEntries } from '../support/entries';
import { unsyncedFileSystem } from './faulty-file-system';

/** The format all this is tested with: `SCRUBJAY_TEST_DRIVER=msgpack npx jest test/persist test/crash` takes the other. */
const driver: PersistDriver = drivers[(process.env['SCRUBJAY_TEST_DRIVER'] ?? 'jsonl') as DriverName];

/** Keys and values, least recently used first. */
export type Contents = readonly (readonly [key: string, value: unknown])[];

interface DiskCacheOptions extends Partial<JournalOptions> {
  readonly directory: string;
  readonly capacity?: number;
  readonly ttlMs?: number;
  readonly policy?: EntryLimits['policy'] | undefined;
}

const alive = new Set<DiskCache>();

// All journals share one timer, which belongs to the clock of the test that opened the first: none may outlive its test.
afterEach(() => {
  for (const cache of alive) cache.die();
});

export class DiskCache {
  readonly journal: Journal;
  readonly entries: Entries;
  readonly table: Table;
  readonly reports: ScrubjayError[] = [];
  readonly #descriptors = new Set<number>();
  readonly #files: FileSystem;
  #isDead = false;

  /** Opens what lies in the directory. */
  constructor({ capacity = 3, ttlMs = Number.POSITIVE_INFINITY, policy = policies.lru, ...options }: DiskCacheOptions) {
    const { entries, newTable } = someEntries({ capacity, ttlMs, policy });
    this.entries = entries;
    this.table = newTable();
    this.#files = options.files ?? unsyncedFileSystem;
    this.journal = new Journal({
      ...sourceOf(options.directory),
      durability: 'os',
      onLocked: 'error',
      takeChanges: () => this.entries.inventory.takeChanges(),
      liveRecords: () => this.entries.inventory.liveRecords(),
      everything: () => this.entries.inventory.everything(),
      report: (error) => this.reports.push(error),
      ...options,
      files: this.#watched(this.#files),
    });
    alive.add(this);
    const recovered = toTheEnd(this.journal.opening());
    toTheEnd(this.entries.restoring(this.table, recovered, this.journal));
    this.journal.start();
  }

  put(key: string, value: unknown = `${key}!`): this {
    this.entries.put(this.table, byText(key), value, false);
    return this;
  }

  use(key: string): this {
    this.entries.use(this.entries.fresh(this.table, byText(key)));
    return this;
  }

  has(key: string): boolean {
    return this.entries.fresh(this.table, byText(key)) >= 0;
  }

  delete(key: string): boolean {
    return this.entries.delete(this.table, byText(key));
  }

  clear(): void {
    this.entries.clear([this.table]);
  }

  keys(): string[] {
    return this.entries.texts();
  }

  contents(): Contents {
    return this.keys().map((key) => [key, this.entries.valueAt(this.entries.fresh(this.table, byText(key)))]);
  }

  /** What SIGKILL does to a process: nothing is written any more, and the system closes its file. */
  die(): void {
    alive.delete(this);
    openJournals.delete(this.journal);
    releaseDirectory(this.journal.options.directory);
    this.#isDead = true;
    for (const descriptor of this.#descriptors) this.#files.closeSync(descriptor);
    this.#descriptors.clear();
  }

  /** Knows which files are open, and does nothing for the dead. */
  #watched(files: FileSystem): FileSystem {
    const living = Object.fromEntries(
      Object.entries(files).map(([name, call]) => [
        name,
        (...args: never[]): unknown => {
          if (this.#isDead) throw new Error(`${name} after death`);
          return (call as (...all: never[]) => unknown)(...args);
        },
      ]),
    ) as unknown as FileSystem;
    return {
      ...living,
      openSync: (path, flags, mode) => {
        const descriptor = living.openSync(path, flags, mode);
        this.#descriptors.add(descriptor);
        return descriptor;
      },
      closeSync: (descriptor) => {
        this.#descriptors.delete(descriptor);
        living.closeSync(descriptor);
      },
    };
  }
}

/** Where `recover` looks. */
const sourceOf = (directory: string, files: FileSystem = unsyncedFileSystem) =>
  ({ directory, files, driver, cacheName: 'Users.find', signature: 'keys/1' }) as const;

/** Recovers a directory without writing anything. */
export function recovered(directory: string, files?: FileSystem): Recovery & { readonly contents: Contents } {
  const recovery = toTheEnd(recover(sourceOf(directory, files)));
  const entries = recovery.recovered;
  const valueOf = (place: number): unknown => {
    const { read, offset } = entries.recordAt(place);
    return valueAt({ driver }, read, offset);
  };
  return { ...recovery, contents: Array.from(entries.order, (place) => [entries.keyAt(place), valueOf(place)]) };
}

/** Length of the header of a log file. */
export const headerBytes = (file: string): number => frameEnds(readFileSync(file))[0] ?? 0;

/** Where each whole frame of a log file ends, that of the header first. */
export function frameEnds(bytes: Buffer): number[] {
  const header = driver.readHeader(bytes);
  if (header.kind !== 'good') return [];
  const ends = [header.end];
  for (;;) {
    const frame = driver.readRecord(bytes, ends.at(-1) as number, header.checksum);
    if (frame.kind !== 'good') return ends;
    ends.push(frame.end);
  }
}

/** Takes every step of `steps` at once. */
function toTheEnd<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
