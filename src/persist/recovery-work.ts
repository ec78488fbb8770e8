/**
 * Replays a snapshot and the logs behind it, and finds out what is damaged, and what that may have touched.
 */
import { ScrubjayError } from '../errors.js';
import type { LogHeader, LogRecord, Predecessor, SkippableRecord } from './contract.js';
import { beginOf, eachFrame, everyGoodFrame, type FrameEnd, type FramePlace, type FrameTaker, seek, survey } from './frames.js';
import type { Damage, LogChain, Snapshot } from './log-chain.js';
import type { LogFile } from './log-files.js';
import { Progress } from './recovery-progress.js';
import type { RecoverySource } from './recovery-source.js';
import { Replay } from './replay.js';

/** How a file ended. */
export interface FileEnd {
  readonly validBytes: number;
  readonly checksum: number;
  readonly droppedBytes: number;
  readonly droppedRecords: number;
}

/** One recovery: what was replayed, and what was damaged. */
export class RecoveryWork {
  readonly replay = new Replay();
  readonly damage: Damage[] = [];
  droppedEntries = 0;
  base: Snapshot | undefined;
  logs: readonly LogFile[];
  readonly #source: RecoverySource;
  readonly #chain: LogChain;
  readonly #progress: Progress;

  constructor(source: RecoverySource, chain: LogChain) {
    this.#source = source;
    this.#chain = chain;
    this.logs = chain.logs;
    this.#progress = new Progress(source.onProgress);
    this.#expectFrom(chain.snapshots[0]);
  }

  #expectFrom(snapshot: Snapshot | undefined): void {
    this.#progress.expect([...(snapshot === undefined ? [] : [snapshot.file]), ...this.#chain.logs.slice(snapshot?.from ?? 0)]);
  }

  /** Gives how the last log ended. */
  *replayAll(): Generator<void, FileEnd | undefined> {
    const { logs, cut, lostEnd } = this.#chain;
    this.base = yield* this.#replaySnapshot();
    this.logs = logs.slice(this.base?.from ?? 0);
    let before = this.base?.file.header;
    if (this.base === undefined && cut !== undefined) {
      before = yield* this.#replayBeforeCut();
      this.#lose(cut);
    }
    let end: FileEnd | undefined;
    for (const [index, file] of this.logs.entries()) {
      // Keys of another signature, and values of another version, mean something else: a file under a new one begins empty, and going back brings nothing back.
      if (file.header.signature !== before?.signature || file.header.version !== before.version) this.replay.clear();
      before = file.header;
      end = yield* this.#replayFile(file, this.logs[index + 1]?.header.predecessor);
      this.#progress.ended(file);
    }
    if (lostEnd !== undefined) this.#lose(lostEnd);
    return end;
  }

  /** Everything good in the logs that the chain does not lead to. Gives the header of the last one. */
  *#replayBeforeCut(): Generator<void, LogHeader | undefined> {
    const { replay } = this;
    let before: LogHeader | undefined;
    for (const file of this.#chain.beforeCut) {
      const { header, headerChecksum } = file;
      if (header.signature !== before?.signature || header.version !== before.version) replay.clear();
      before = header;
      yield* everyGoodFrame(this.#source, file, file.fileBytes, (record, place) => {
        replay.lastLsn = record.lsn - 1;
        replay.apply(record, place, headerChecksum);
        return true;
      });
    }
    return before;
  }

  /** Takes over the newest snapshot that is whole, and gives it; `undefined` where there is none, and the logs hold everything. */
  *#replaySnapshot(): Generator<void, Snapshot | undefined> {
    const { snapshots, cut } = this.#chain;
    for (const snapshot of snapshots) {
      const { file } = snapshot;
      this.#expectFrom(snapshot);
      const { offset } = yield* eachFrame(this.#source, file, beginOf(file), file.fileBytes, this.#takeOver(file));
      this.#progress.ended(file);
      if (offset === file.fileBytes && this.replay.isWhole) return snapshot;
      this.replay.clear();
    }
    const [newest] = snapshots;
    this.#expectFrom(cut === undefined ? undefined : newest);
    if (cut === undefined || newest === undefined) return undefined;
    // What is good in a damaged snapshot is true all the same: it was there when the snapshot was made.
    const { file } = newest;
    this.#note({ path: file.path, offset: file.headerEnd, what: 'the snapshot is damaged' });
    yield* everyGoodFrame(this.#source, file, file.fileBytes, this.#takeOver(file));
    this.#progress.ended(file);
    this.replay.startAt(file.header.lsn);
    return newest;
  }

  #takeOver(file: LogFile): FrameTaker {
    const { header, headerChecksum } = file;
    return (record, place) => {
      this.#progress.saw(place.bytes, file);
      return this.replay.takeOver(record, place, headerChecksum, header.lsn);
    };
  }

  /** Replays one file. `known` says where it must end when another file follows it; the last file may end anywhere. */
  *#replayFile(file: LogFile, known: Predecessor | undefined): Generator<void, FileEnd> {
    const { replay } = this;
    // A log that does not go on where the one before it ended says that records between them are lost. That is known, and was reported.
    if (file.header.lsn !== replay.lastLsn) this.#dropSuspects();
    replay.startAt(file.header.lsn);
    const limit = Math.min(known?.bytes ?? file.fileBytes, file.fileBytes);
    const take = (record: LogRecord | SkippableRecord, place: FramePlace): boolean => {
      this.#progress.saw(place.bytes, file);
      if (record.lsn !== replay.lastLsn + 1) return false;
      replay.apply(record, place, file.headerChecksum);
      return true;
    };
    let end = yield* eachFrame(this.#source, file, beginOf(file), limit, take);
    const durableLsn = known === undefined && end.offset < limit ? yield* this.#durableIn(file, end.offset) : (known?.lsn ?? 0);
    while (end.offset < limit && replay.lastLsn < durableLsn) end = yield* this.#passDamage(file, end, limit, take);
    if (known !== undefined) {
      if (replay.lastLsn !== known.lsn || end.checksum !== known.checksum) this.#lose(brokenAt(file, end.offset, replay.lastLsn));
      replay.lastLsn = known.lsn;
      return { validBytes: known.bytes, checksum: known.checksum, droppedBytes: 0, droppedRecords: 0 };
    }
    const droppedRecords = end.offset < limit ? yield* this.#recordsIn(file, end.offset) : 0;
    return { validBytes: end.offset, checksum: end.checksum, droppedBytes: file.fileBytes - end.offset, droppedRecords };
  }

  /** Goes on with the next good record behind damage. */
  *#passDamage(file: LogFile, { offset, checksum }: FrameEnd, limit: number, take: FrameTaker): Generator<void, FrameEnd> {
    const { replay } = this;
    const next = yield* seek(this.#source, file, offset, limit, replay.lastLsn);
    if (next >= limit) return { offset: limit, checksum };
    this.#lose(brokenAt(file, offset, replay.lastLsn));
    let isFirst = true;
    return yield* eachFrame(this.#source, file, { offset: next, checksum }, limit, (record, place) => {
      if (isFirst) replay.lastLsn = record.lsn - 1;
      isFirst = false;
      return take(record, place);
    });
  }

  /** The highest record number that good records behind `offset` call durable: up to there, what is broken is damage and no torn tail. */
  *#durableIn(file: LogFile, offset: number): Generator<void, number> {
    let durableLsn = 0;
    yield* survey(this.#source, file, offset, file.fileBytes, (record) => {
      durableLsn = Math.max(durableLsn, record.durableLsn ?? 0);
      return true;
    });
    return durableLsn;
  }

  *#recordsIn(file: LogFile, offset: number): Generator<void, number> {
    let records = 0;
    yield* survey(this.#source, file, offset, file.fileBytes, () => {
      records++;
      return true;
    });
    return records;
  }

  #lose(damage: Damage): void {
    this.#note(damage);
    this.#dropSuspects();
  }

  #note(damage: Damage): void {
    if (this.#source.onDamage === 'refuse') throw damaged(damage);
    this.damage.push(damage);
  }

  /** What was there before records were lost may have been deleted or replaced by them. */
  #dropSuspects(): void {
    if (this.#source.onDamage === 'salvage') return;
    this.droppedEntries += this.replay.size;
    this.replay.clear();
  }
}

const brokenAt = ({ path }: LogFile, offset: number, lastLsn: number): Damage => ({
  path,
  offset,
  what: `record ${lastLsn + 1} was durable once and is broken`,
});

const damaged = ({ path, offset, what }: Damage): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${path}: ${what} at byte ${offset}. Nothing was changed and nothing from this directory is served; the cache runs in memory only. Restore the file, or move the directory away to begin empty.`,
  );
