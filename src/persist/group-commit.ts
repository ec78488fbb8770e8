/**
 * Waits for durability together: one sync at a time. Whoever was written before it began is answered when it ends,
 * and the next one begins at once for the rest. No artificial delay: while one sync runs, the next group gathers by itself. Only those who ask in the same
 * turn, such as all who were answered together, are waited for: a sync for the first of them would make all others wait for two.
 * Source: the group commit of databases; D. DeWitt et al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984, section 5.
 */

/** What is synced. */
export interface Syncable {
  /** The number of the last record written. */
  lastLsn(): number;
  /** Begins a sync of everything up to `lastLsn`; gives false, and never calls `done`, when there is nothing to sync any more. */
  sync(done: (error: Error | null) => void): boolean;
  /** A sync failed; the waiters are answered afterwards. */
  failed(error: Error): void;
}

export class GroupCommit {
  /** The highest record number known to be durable. */
  durableLsn = 0;
  #waiting: { readonly lsn: number; readonly done: () => void }[] = [];
  #isSyncing = false;
  #isBeginning = false;
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
    const durable = this.#durable();
    this.begin();
    return durable;
  }

  /** The same, together with all who ask before the microtasks that are waiting have run. */
  waitTogether(): Promise<void> {
    if (!this.#isSyncing && !this.#isBeginning) {
      this.#isBeginning = true;
      queueMicrotask(() => {
        this.#isBeginning = false;
        if (this.#waiting.length > 0) this.begin();
      });
    }
    return this.#durable();
  }

  #durable(): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ lsn: this.#log.lastLsn(), done });
    });
  }

  /** Begins a sync, unless one is under way. */
  begin(): void {
    if (this.#isSyncing) return;
    const lsn = this.#log.lastLsn();
    const begun = this.#log.sync((error) => {
      this.#isSyncing = false;
      if (error === null) this.synced(lsn);
      else this.#log.failed(error);
      if (this.#waiting.length > 0) this.begin();
    });
    if (begun) this.#isSyncing = true;
    else this.giveUp();
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
    const answered = this.#waiting.filter((waiter) => waiter.lsn <= lsn);
    this.#waiting = this.#waiting.filter((waiter) => waiter.lsn > lsn);
    for (const waiter of answered) waiter.done();
  }
}
