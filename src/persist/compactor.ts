/**
 * When logs are compacted, and by whom: in slices beside other work, and by those who write faster than that.
 */
import { elapsed, soon } from '../clock.js';
import { type Compacted, Compaction, type CompactionPlan } from './compaction.js';
import { Quarantine } from './quarantine.js';
import type { LogOwner } from './session-file.js';

const LEAST_LOG_BYTES = 1024 * 1024;
/** Others get their turn after this many milliseconds of one slice. */
const SLICE_MS = 2;

/** How things stand when a journal is opened. */
export interface CompactorStart {
  readonly logBytes: number;
  readonly snapshotBytes: number;
  readonly baseId: number | undefined;
  /** Logs shorter than this are left alone, in bytes. Default 1 MiB. */
  readonly leastLogBytes?: number | undefined;
  /** Damaged files: what is good in them is to be written anew at once, and they are kept elsewhere. */
  readonly damagedPaths: readonly string[];
}

export class Compactor {
  /** Whether it is time for one however short the logs are. */
  isNeeded: boolean;
  readonly #owner: LogOwner;
  readonly #leastLogBytes: number;
  readonly #failed: (error: unknown) => void;
  /** Bytes of the logs that no snapshot stands for. */
  #logBytes: number;
  #snapshotBytes: number;
  #baseId: number | undefined;
  readonly #quarantine: Quarantine;
  /** After a failure, the logs may grow to this before it is tried again. */
  #notBefore = 0;
  #running: { readonly compaction: Compaction; readonly steps: ReturnType<Compaction['steps']>; logBytesBefore: number } | undefined;
  /** Set while a sync is on its way, and not while somebody who cannot wait has taken over. */
  #syncing: object | undefined;

  constructor(
    owner: LogOwner,
    { logBytes, snapshotBytes, baseId, leastLogBytes = LEAST_LOG_BYTES, damagedPaths }: CompactorStart,
    failed: (error: unknown) => void,
  ) {
    this.#owner = owner;
    this.#quarantine = new Quarantine(owner.files, owner.directory, damagedPaths);
    this.isNeeded = damagedPaths.length > 0;
    this.#leastLogBytes = leastLogBytes;
    this.#logBytes = logBytes;
    this.#snapshotBytes = snapshotBytes;
    this.#baseId = baseId;
    this.#failed = failed;
  }

  /** So many bytes were written to the log. Whoever writes faster than the compaction gets on does some of its work. */
  wrote(bytes: number): void {
    this.#logBytes += bytes;
    const running = this.#running;
    if (running === undefined || this.#logBytes - running.logBytesBefore <= this.#limit) return;
    if (this.#syncing !== undefined) this.#syncNow(running.compaction);
    else this.#step();
  }

  /** Whether the cache should go on in a log of its own, so that those up to here can be compacted. */
  get isDue(): boolean {
    return this.#running === undefined && (this.isNeeded || (this.#logBytes > this.#limit && this.#logBytes > this.#notBefore));
  }

  /** Whether it should have begun long ago. */
  get isOverdue(): boolean {
    return this.#logBytes > 2 * this.#limit;
  }

  /** The logs may take as much as the entries in them. */
  get #limit(): number {
    return Math.max(this.#leastLogBytes, this.#snapshotBytes);
  }

  begin(plan: Omit<CompactionPlan, 'baseId' | 'quarantine'>): void {
    this.isNeeded = false;
    const compaction = new Compaction(this.#owner, { ...plan, baseId: this.#baseId, quarantine: this.#quarantine });
    this.#running = { compaction, steps: compaction.steps(), logBytesBefore: this.#logBytes };
    soon(() => {
      this.#slice();
    });
  }

  /** All that was written before stands for nothing now: this snapshot does. */
  restart({ id, bytes }: Compacted): void {
    this.#baseId = id;
    this.#snapshotBytes = bytes;
    this.#logBytes = 0;
    this.#notBefore = 0;
    this.isNeeded = false;
  }

  /** Ends what is under way; the logs stay as they are. */
  abandon(): void {
    const running = this.#running;
    this.#running = undefined;
    this.#syncing = undefined;
    try {
      running?.compaction.abandon();
    } catch {
      // A snapshot without an end is none; the next compaction removes it.
    }
  }

  #slice(): void {
    const startedAt = elapsed();
    while (this.#running !== undefined && this.#syncing === undefined) {
      this.#step();
      if (elapsed() - startedAt >= SLICE_MS) {
        soon(() => {
          this.#slice();
        });
        return;
      }
    }
  }

  #step(): void {
    const running = this.#running;
    if (running === undefined) return;
    try {
      const step = running.steps.next();
      if (step.done === true) {
        this.#running = undefined;
        this.#baseId = step.value.id;
        this.#snapshotBytes = step.value.bytes;
        this.#logBytes -= running.logBytesBefore;
      } else if (step.value === 'sync') this.#sync(running.compaction);
    } catch (error) {
      this.#fail(error);
    }
  }

  #sync(compaction: Compaction): void {
    const syncing = {};
    this.#syncing = syncing;
    compaction.sync((error) => {
      if (this.#syncing !== syncing) return;
      this.#syncing = undefined;
      if (error === null) this.#slice();
      else this.#fail(error);
    });
  }

  #syncNow(compaction: Compaction): void {
    this.#syncing = undefined;
    try {
      compaction.syncNow();
      soon(() => {
        this.#slice();
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.abandon();
    this.#notBefore = 2 * this.#logBytes;
    this.#failed(error);
  }
}
