/**
 * Writes a snapshot: the records behind the entries that were there when a log ended, copied byte by byte, and their order of use. The files up to there
 * are read once more, in short steps, while the cache goes on in a log of its own. They stay until the next compaction begins, and take the place of the
 * snapshot if that is damaged.
 */
import type { LogRecord, SkippableRecord } from './contract.js';
import { syncDirectory } from './file-system.js';
import { everyGoodFrame, type FramePlace } from './frames.js';
import type { LiveRecords } from './live-records.js';
import { chainOf, type LogChain, type Snapshot } from './log-chain.js';
import { findFiles, type LogFile } from './log-files.js';
import { type FileStart, type LogOwner, SessionFile } from './session-file.js';

/** Bytes that are written before they are synced: one large sync would hold up those of the log. */
const SYNCED_AT_ONCE = 4 * 1024 * 1024;
/** Entries whose order one record tells. */
const HITS_A_RECORD = 10_000;

/** A snapshot that is whole and durable. */
export interface Compacted {
  readonly id: number;
  /** Its length, in bytes. */
  readonly bytes: number;
}

/** What a compaction begins with. */
export interface CompactionPlan {
  /** Where the snapshot stands: it has the predecessor of the log in which the cache goes on. */
  readonly start: FileStart;
  /** The number of the snapshot that stands for the oldest entries; `undefined` where there is none. */
  readonly baseId: number | undefined;
  readonly live: LiveRecords;
  /** Takes files in that are not to be removed: `take` gives whether it did. */
  readonly quarantine: { take(path: string): boolean; takeAll(): void };
}

export class Compaction {
  readonly #owner: LogOwner;
  readonly #plan: CompactionPlan;
  #file: SessionFile | undefined;
  #copied = 0;

  constructor(owner: LogOwner, plan: CompactionPlan) {
    this.#owner = owner;
    this.#plan = plan;
  }

  /**
   * The work in short steps. After a `'sync'` the file is to be synced before the next one.
   * @throws what the file system throws; nothing is lost then
   */
  *steps(): Generator<'sync' | undefined, Compacted> {
    const { start, live, quarantine } = this.#plan;
    const { files, directory, driver, cacheName } = this.#owner;
    for (const _ of live.sort()) yield;
    const chain = chainOf(directory, findFiles(files, directory, driver), cacheName);
    const base = chain.snapshots.find(({ file }) => file.id === this.#plan.baseId);
    // The snapshot before this one was whole, so what is older than it can go: else three generations would lie here at a time.
    const older = base === undefined ? [] : [...chain.beforeCut, ...chain.logs.slice(0, base.from)];
    for (const old of [...chain.leftOver, ...chain.snapshots.map((snapshot) => snapshot.file), ...older]) {
      if (old !== base?.file && !quarantine.take(old.path)) files.unlinkSync(old.path);
    }
    const file = new SessionFile(this.#owner, start);
    this.#file = file;
    let synced = 0;
    for (const { source, bytes } of this.#sources(chain, base)) {
      for (const _ of everyGoodFrame(this.#owner, source, bytes, (record, place) => this.#take(file, record, place))) {
        const isMuch = file.bytes - synced > SYNCED_AT_ONCE;
        if (isMuch) synced = file.bytes;
        yield isMuch ? 'sync' : undefined;
      }
    }
    file.writeCopies();
    if (this.#copied !== live.size) throw new Error(`${live.size} entries are kept, and the records of ${this.#copied} were found`);
    // The policy is said where there is nothing to mark, too.
    this.#tellOrder(file, { lsns: [], marks: [] });
    for (const some of live.inOrder(HITS_A_RECORD)) {
      if (some !== undefined) this.#tellOrder(file, some);
      yield;
    }
    file.append({ lsn: start.lsn, type: 'end', entries: live.size, lastEvicted: live.lastEvicted });
    // Synced is only what is written.
    file.write();
    yield 'sync';
    syncDirectory(files, directory);
    this.#file = undefined;
    file.close();
    quarantine.takeAll();
    return { id: file.id, bytes: file.bytes };
  }

  /** Makes durable what was written so far. */
  sync(done: (error: Error | null) => void): void {
    this.#file?.sync(done);
  }

  syncNow(): void {
    this.#file?.syncNow();
  }

  /** Ends it before its time: what was written is no snapshot. */
  abandon(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    file.close();
    this.#owner.files.unlinkSync(file.path);
  }

  /** The files that hold the entries, and how much of each is good. */
  *#sources({ logs, beforeCut }: LogChain, base: Snapshot | undefined): Generator<{ readonly source: LogFile; readonly bytes: number }> {
    const last = this.#plan.start.predecessor;
    if (base !== undefined) yield { source: base.file, bytes: base.file.fileBytes };
    else for (const source of beforeCut) yield { source, bytes: source.fileBytes };
    for (let index = base?.from ?? 0; index < logs.length; index++) {
      const source = logs[index] as LogFile;
      if (last === undefined || source.id > last.id) return;
      yield { source, bytes: source.id === last.id ? last.bytes : (logs[index + 1]?.header.predecessor?.bytes ?? source.fileBytes) };
    }
  }

  /** As a recovery would take it, without keys and values. */
  #take(file: SessionFile, record: LogRecord | SkippableRecord, { bytes, at, end }: FramePlace): boolean {
    const { live } = this.#plan;
    if (record.type === 'put') {
      live.lastEvicted = record.evicted?.at(-1) ?? live.lastEvicted;
      if (!live.touch(record.lsn)) return true;
      this.#copied++;
      file.copy(bytes, at, end);
    } else if (record.type === 'hit') {
      live.markBy(record.policy);
      for (const [index, lsn] of record.lsns.entries()) {
        live.touch(lsn);
        if (record.marks !== undefined) live.mark(lsn, record.marks[index] as number);
      }
    } else if (record.type === 'end') live.lastEvicted = record.lastEvicted;
    else if (record.type === 'clear') live.lastEvicted = 0;
    return true;
  }

  #tellOrder(file: SessionFile, { lsns, marks }: { readonly lsns: readonly number[]; readonly marks: readonly number[] }): void {
    const { start, live } = this.#plan;
    file.append({ lsn: start.lsn, type: 'hit', lsns, ...(live.policy !== undefined && { marks, policy: live.policy }) });
    file.write();
  }
}
