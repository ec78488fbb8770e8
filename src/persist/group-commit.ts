/**
 * Waits for durability together: one sync at a time. Whoever was written before it began is answered when it ends,
 * and the next one begins at once for the rest. No artificial delay: while one sync runs, the next group gathers by itself. Only those who ask in the same
 * turn, such as all who were answered together, are waited for, as long as a sync takes: a sync for the first of them would make all others wait for two.
 * Source: the group commit of databases; D. DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984, section 5.
 */
import { elapsed } from '../clock.js';

/** While a group gathers, the time is looked at when so many more have come. */
const CALLERS_A_LOOK = 32;

/** What is synced. */
export interface Syncable {
  /** The number of the last record written. */
  lastLsn(): number;
  /** Begins a sync of everything up to `lastLsn`; gives false, and never calls `done`, when there is nothing to sync any more. */
  sync(done: (error: Error | null) => void): boolean;
  /** A sync failed; the waiters are answered afterwards. */
  failed(error: Error): void;
}

/** Those who are answered together. */
class Group {
  /** The last record that one of them waits for. */
  lsn = 0;
  readonly #tells: (() => void)[] = [];
  #promise: Promise<void> | undefined;

  /** One for all: with hundreds of callers, one for each took a good part of their time. */
  get promise(): Promise<void> {
    this.#promise ??= new Promise((done) => {
      this.add(done);
    });
    return this.#promise;
  }

  /** `tell` is called when they are answered. */
  add(tell: () => void): void {
    this.#tells.push(tell);
  }

  answer(): void {
    for (const tell of this.#tells) tell();
  }
}

export class GroupCommit {
  /** The highest record number known to be durable. */
  durableLsn = 0;
  /** Those whom the sync under way is for, and those who wait for the next one. */
  #current: Group | undefined;
  #next: Group | undefined;
  /** Up to where the sync under way reaches. */
  #syncingLsn = 0;
  #isSyncing = false;
  /** Set while a group gathers: how many have come, and since when, in milliseconds of the rising clock. */
  #isBeginning = false;
  #gathered = 0;
  #gathersSince = 0;
  /** How long the last sync took, in milliseconds, until it was noticed. */
  #syncMs = Number.POSITIVE_INFINITY;
  readonly #log: Syncable;

  constructor(log: Syncable) {
    this.#log = log;
  }

  get isSyncing(): boolean {
    return this.#isSyncing;
  }

  /** Whether something was written that is not durable yet. */
  get isBehind(): boolean {
    return this.durableLsn < this.#log.lastLsn();
  }

  /** Kept when everything written so far is durable, or never will be. */
  wait(): Promise<void> {
    const { promise } = this.#group();
    this.begin();
    return promise;
  }

  /** The same, together with all who ask before the microtasks that are waiting have run. */
  waitTogether(): Promise<void> {
    return this.#gatheredGroup().promise;
  }

  /** The same; `tell` is called in the place of a promise, which costs hundreds of callers a good part of their time. */
  tellTogether(tell: () => void): void {
    this.#gatheredGroup().add(tell);
  }

  #gatheredGroup(): Group {
    if (!this.#isSyncing) {
      if (!this.#isBeginning) this.#gather();
      else if (this.#hasGatheredLong()) this.begin();
    }
    return this.#group();
  }

  #gather(): void {
    this.#isBeginning = true;
    this.#gathered = 0;
    this.#gathersSince = elapsed();
    queueMicrotask(() => {
      this.#isBeginning = false;
      if (this.#next !== undefined) this.begin();
    });
  }

  /** Hundreds who ask in one turn take longer for that than a sync does: one for the first of them is done beside the others, and costs nobody anything. */
  #hasGatheredLong(): boolean {
    return ++this.#gathered % CALLERS_A_LOOK === 0 && elapsed() - this.#gathersSince > this.#syncMs;
  }

  /** Those whom the caller is answered with. */
  #group(): Group {
    const lsn = this.#log.lastLsn();
    const isUnderWay = this.#isSyncing && lsn <= this.#syncingLsn;
    const group = (isUnderWay ? this.#current : this.#next) ?? new Group();
    group.lsn = lsn;
    if (isUnderWay) this.#current = group;
    else this.#next = group;
    return group;
  }

  /** Begins a sync, unless one is under way. */
  begin(): void {
    if (this.#isSyncing) return;
    const lsn = this.#log.lastLsn();
    const startedAt = elapsed();
    const begun = this.#log.sync((error) => {
      this.#isSyncing = false;
      this.#syncMs = elapsed() - startedAt;
      if (error === null) this.synced(lsn);
      else this.#log.failed(error);
      if (this.#next !== undefined) this.begin();
    });
    if (!begun) {
      this.giveUp();
      return;
    }
    this.#isSyncing = true;
    this.#syncingLsn = lsn;
    this.#current = this.#next;
    this.#next = undefined;
  }

  /** Everything up to `lsn` is durable. */
  synced(lsn: number): void {
    if (lsn > this.durableLsn) this.durableLsn = lsn;
    this.#answer(lsn);
  }

  /** Answers everybody: nothing will become durable any more. */
  giveUp(): void {
    this.#answer(Number.POSITIVE_INFINITY);
  }

  #answer(lsn: number): void {
    for (const group of [this.#current, this.#next]) {
      if (group === undefined || group.lsn > lsn) continue;
      if (group === this.#current) this.#current = undefined;
      else this.#next = undefined;
      group.answer();
    }
  }
}
