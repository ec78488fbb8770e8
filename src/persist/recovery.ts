/**
 * Replays the log files of one cache, in small steps, into the entries that were there, in their order of use.
 * A record cut off at the very end is a torn tail: dropped and reported, that is what a crash leaves. Where records are lost that were durable once, everything
 * they may have deleted or replaced goes with them: for a cache, a value that is not true any more is worse than none. Evidence is never edited: the files stay as they are.
 */
import { elapsed } from '../clock.js';
import { ScrubjayError } from '../errors.js';
import type { LogHeader, LogRecord, PersistDriver, Predecessor, SkippableRecord } from './contract.js';
import type { FileSystem } from './file-system.js';
import { beginOf, eachFrame, everyGoodFrame, type FrameEnd, type FramePlace, type FrameTaker, seek, survey } from './frames.js';
import { chainOf, type Damage, type LogChain, type Snapshot } from './log-chain.js';
import { findFiles, type LogFile } from './log-files.js';
import { NOTHING_RECOVERED, type RecoveredEntries } from './recovered-entries.js';
import { Replay } from './replay.js';

/** What a recovery found, for people and for `stats()`. */
export interface RecoveryReport {
  /**
   * `empty`: there was nothing. `clean`: the last session ended in order. `unclean`: it did not, and nothing is missing.
   * `torn`: the last record was cut off and dropped. `corrupt`: records that were durable are lost; what they may have changed was dropped.
   * `other-signature`, `other-version`: the parameters' names, or the application's version, have changed since, so nothing was taken over.
   */
  readonly outcome: 'empty' | 'clean' | 'unclean' | 'torn' | 'corrupt' | 'other-signature' | 'other-version';
  readonly files: number;
  readonly records: number;
  readonly entries: number;
  /** Bytes after the last good record, and good records among them. */
  readonly droppedBytes: number;
  readonly droppedRecords: number;
  /** What was damaged, and how many good entries were dropped because what was lost may have deleted or replaced them. */
  readonly damage: readonly Damage[];
  readonly droppedEntries: number;
  readonly tookMs: number;
}

/** Everything a journal needs to go on where the last one ended. */
export interface Recovery {
  readonly recovered: RecoveredEntries;
  /** The record number after which the next log goes on; more than that of its predecessor where records are lost. */
  readonly lastLsn: number;
  readonly storeId: string | undefined;
  readonly predecessor: Predecessor | undefined;
  readonly nextId: number;
  /** What was read: lengths in bytes, and the number of the snapshot. */
  readonly files: { readonly logBytes: number; readonly snapshotBytes: number; readonly baseId: number | undefined };
  /** Paths of the manifests that lie here, newest first. */
  readonly manifests: readonly string[];
  /** The files whose last bytes may not be durable yet, because their writer was killed: the newest log, and the snapshot before it. */
  readonly unsyncedPaths: readonly string[];
  /** Whether keys or values mean something else now, so that nothing was taken over. */
  readonly isChanged: boolean;
  readonly report: RecoveryReport;
}

/** What becomes of entries that lost records may have deleted or replaced: they are dropped, they stay, or nothing is read at all and the cache runs in memory only. */
export type OnDamage = 'drop-suspect' | 'salvage' | 'refuse';

/** How far a recovery has come, in bytes. */
export interface RecoveryProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface RecoverySource {
  readonly files: FileSystem;
  readonly directory: string;
  readonly driver: PersistDriver;
  readonly cacheName: string;
  readonly signature: string;
  readonly version?: string | number | undefined;
  /** Default `'drop-suspect'`. */
  readonly onDamage?: OnDamage | undefined;
  readonly onProgress?: ((progress: RecoveryProgress) => void) | undefined;
}

/**
 * Recovers what `source` holds; each step is short, so that a caller may let others run in between.
 * @throws SCRUBJAY_LOG_DAMAGED with file and byte offset where damage is refused, SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER, SCRUBJAY_VERSION_OLDER
 */
export function* recover(source: RecoverySource): Generator<void, Recovery> {
  const startedAt = elapsed();
  const chain = chainOf(source.directory, findFiles(source.files, source.directory, source.driver), source.cacheName);
  const last = chain.logs.at(-1);
  expectNotOlder(source, last?.header);
  const work = new RecoveryWork(source, chain);
  const end = yield* work.replayAll();
  const { replay, damage, base, logs } = work;
  const isChanged = last !== undefined && (last.header.signature !== source.signature || last.header.version !== source.version);
  const recovered = isChanged ? NOTHING_RECOVERED : yield* replay.recovered();
  const isEndLost = chain.lostEnd !== undefined;
  return {
    recovered,
    lastLsn: isEndLost ? Math.max(replay.lastLsn, chain.manifests[0]?.header.lsn ?? 0) + 1 : replay.lastLsn,
    storeId: last?.header.storeId,
    predecessor: last && { id: last.id, bytes: end?.validBytes ?? 0, lsn: replay.lastLsn, checksum: end?.checksum ?? 0 },
    nextId: chain.nextId,
    manifests: chain.manifests.map(({ path }) => path),
    unsyncedPaths: [base?.file.path, last?.path].filter((path) => path !== undefined),
    isChanged,
    files: { logBytes: sumOfBytes(logs), snapshotBytes: base?.file.fileBytes ?? 0, baseId: base?.file.id },
    report: {
      outcome: outcomeOf(source, last?.header, replay, end, damage),
      files: logs.length + (base === undefined ? 0 : 1),
      records: replay.records,
      entries: recovered.size,
      droppedBytes: end?.droppedBytes ?? 0,
      droppedRecords: end?.droppedRecords ?? 0,
      damage,
      droppedEntries: work.droppedEntries,
      tookMs: elapsed() - startedAt,
    },
  };
}

const sumOfBytes = (files: readonly LogFile[]): number => files.reduce((sum, { fileBytes }) => sum + fileBytes, 0);

/** A rolled-back application must not wipe what the newer one wrote, and will read again. */
function expectNotOlder({ directory, version }: RecoverySource, last: LogHeader | undefined): void {
  if (typeof version !== 'number' || typeof last?.version !== 'number' || version >= last.version) return;
  throw new ScrubjayError(
    'SCRUBJAY_VERSION_OLDER',
    `${directory} holds version ${last.version} of the values, and this application says version ${version}, as after a rollback. Nothing was changed and nothing is served; ` +
      'the cache runs in memory only. Say the newer version again, or use another directory.',
  );
}

function outcomeOf(
  { signature, version }: RecoverySource,
  last: LogHeader | undefined,
  { isClosed }: Replay,
  end: FileEnd | undefined,
  damage: readonly Damage[],
): RecoveryReport['outcome'] {
  if (damage.length > 0) return 'corrupt';
  if (last === undefined || end === undefined) return 'empty';
  if (last.signature !== signature) return 'other-signature';
  if (last.version !== version) return 'other-version';
  if (end.droppedBytes > 0) return 'torn';
  return isClosed ? 'clean' : 'unclean';
}

/** How a file ended. */
interface FileEnd {
  readonly validBytes: number;
  readonly checksum: number;
  readonly droppedBytes: number;
  readonly droppedRecords: number;
}

/** One recovery: what was replayed, and what was damaged. */
class RecoveryWork {
  readonly replay = new Replay();
  readonly damage: Damage[] = [];
  droppedEntries = 0;
  base: Snapshot | undefined;
  logs: readonly LogFile[];
  readonly #source: RecoverySource;
  readonly #chain: LogChain;
  readonly #totalBytes: number;
  #doneBytes = 0;
  #lastSeen: Buffer | undefined;

  constructor(source: RecoverySource, chain: LogChain) {
    this.#source = source;
    this.#chain = chain;
    this.logs = chain.logs;
    this.#totalBytes = sumOfBytes(chain.logs) + (chain.snapshots[0]?.file.fileBytes ?? 0);
  }

  /** Gives how the last log ended. */
  *replayAll(): Generator<void, FileEnd | undefined> {
    const { logs, cut, lostEnd } = this.#chain;
    this.base = yield* this.#replaySnapshot();
    this.logs = logs.slice(this.base?.from ?? 0);
    if (this.base === undefined && cut !== undefined) this.#lose(cut);
    let before = this.base?.file.header;
    let end: FileEnd | undefined;
    for (const [index, file] of this.logs.entries()) {
      // Keys of another signature, and values of another version, mean something else: a file under a new one begins empty, and going back brings nothing back.
      if (file.header.signature !== before?.signature || file.header.version !== before.version) this.replay.clear();
      before = file.header;
      end = yield* this.#replayFile(file, this.logs[index + 1]?.header.predecessor);
    }
    if (lostEnd !== undefined) this.#lose(lostEnd);
    return end;
  }

  /** Takes over the newest snapshot that is whole, and gives it; `undefined` where there is none, and the logs hold everything. */
  *#replaySnapshot(): Generator<void, Snapshot | undefined> {
    const { snapshots, cut } = this.#chain;
    for (const snapshot of snapshots) {
      const { file } = snapshot;
      const { offset } = yield* eachFrame(this.#source, file, beginOf(file), file.fileBytes, this.#takeOver(file));
      if (offset === file.fileBytes && this.replay.isWhole) return snapshot;
      this.replay.clear();
    }
    const [newest] = snapshots;
    if (cut === undefined || newest === undefined) return undefined;
    // What is good in a damaged snapshot is true all the same: it was there when the snapshot was made.
    const { file } = newest;
    this.#note({ path: file.path, offset: file.headerEnd, what: 'the snapshot is damaged' });
    yield* everyGoodFrame(this.#source, file, file.fileBytes, this.#takeOver(file));
    this.replay.startAt(file.header.lsn);
    return newest;
  }

  #takeOver({ header, headerChecksum }: LogFile): FrameTaker {
    return (record, place) => {
      this.#saw(place);
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
      this.#saw(place);
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

  /** Tells how far this has come, once for each piece that is read. */
  #saw({ bytes }: FramePlace): void {
    if (bytes === this.#lastSeen) return;
    this.#lastSeen = bytes;
    this.#doneBytes = Math.min(this.#doneBytes + bytes.length, this.#totalBytes);
    this.#source.onProgress?.({ doneBytes: this.#doneBytes, totalBytes: this.#totalBytes });
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
