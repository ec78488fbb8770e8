/**
 * How a cache that is kept on disk comes to hold what is there, at once or while others run, and how it ends.
 */
import type { Entries } from './entries.js';
import type { ScrubjayError } from './errors.js';
import { Journal } from './persist/journal.js';
import type { JournalOptions } from './persist/journal-options.js';
import { Opening } from './persist/opening.js';
import type { RecoveryProgress } from './persist/recovery-source.js';
import type { Tables } from './tables.js';

/** Where and how a cache is kept on disk. */
export type PersistPlan = Pick<JournalOptions, 'directory' | 'driver' | 'codecs' | 'durability' | 'onLocked' | 'onDamage' | 'version' | 'files' | 'signature'>;

/** Whose disk it is. */
export interface DiskOwner {
  readonly settings: {
    readonly name: string;
    readonly persist: (() => PersistPlan | undefined) | undefined;
    readonly expectOpened?: () => void;
    readonly report: (error: ScrubjayError) => void;
  };
  readonly entries: Entries;
  readonly tables: Tables;
  /** Whether the method answers with promises, as far as is known. */
  isAsync: boolean;
  /** Told when the cache is open. */
  attend(): void;
}

export class CacheDisk {
  /** Whether calls are looked for at once; before, some wait until what is on disk is recovered. */
  isOpen: boolean;
  #opening: Opening<void> | undefined;
  #onProgress: ((progress: RecoveryProgress) => void) | undefined;
  readonly #owner: DiskOwner;

  constructor(owner: DiskOwner) {
    this.#owner = owner;
    this.isOpen = owner.settings.persist === undefined;
  }

  /** Whether the opening has begun. */
  get isOpening(): boolean {
    return this.#opening !== undefined;
  }

  /** Recovers what is on disk, letting others run in between. Never rejects: what cannot be read is reported, and the cache runs in memory. */
  async open(onProgress?: (progress: RecoveryProgress) => void): Promise<void> {
    this.#onProgress = onProgress;
    if (!this.isOpen) await this.#startOpening().inSlices();
  }

  /** The same for a caller that cannot wait. */
  openNow(): void {
    if (!this.isOpen) this.#startOpening().now();
  }

  /** Ends the journal in order; what happens afterwards stays in memory. A cache that was never opened is not read for this. */
  async close(): Promise<void> {
    const { settings, entries } = this.#owner;
    if (settings.persist === undefined) return;
    if (this.#opening === undefined) {
      entries.journal = this.#newJournal();
      this.#opened();
    } else await this.open();
    await entries.journal?.close();
  }

  /** @throws what a registry says that has not been opened by whoever it belongs to; it may be tried again */
  #startOpening(): Opening<void> {
    this.#opening ??= new Opening(this.#openingSteps(this.#newJournal()));
    return this.#opening;
  }

  *#openingSteps(journal: Journal | undefined): Generator<void, void> {
    const owner = this.#owner;
    if (journal === undefined) {
      this.#opened();
      return;
    }
    const recovered = yield* journal.opening();
    if (recovered.hasPromises) owner.isAsync = true;
    yield* owner.entries.restoring(owner.tables.first, recovered, journal);
    this.#opened();
    journal.start();
  }

  #opened(): void {
    this.isOpen = true;
    this.#owner.attend();
  }

  /** None where the cache is to be kept nowhere. */
  #newJournal(): Journal | undefined {
    const { settings, entries } = this.#owner;
    const { persist, name, expectOpened, report } = settings;
    const plan = persist?.();
    if (plan === undefined) return undefined;
    expectOpened?.();
    return new Journal({
      ...plan,
      cacheName: name,
      report,
      onProgress: (progress) => this.#onProgress?.(progress),
      takeChanges: () => entries.inventory.takeChanges(),
      liveRecords: () => entries.inventory.liveRecords(),
      everything: () => entries.inventory.everything(),
    });
  }
}
