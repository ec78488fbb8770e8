/**
 * Replays the log files of one cache, in small steps, into the entries that were there, in their order of use.
 * A record cut off at the very end is a torn tail: dropped and reported, that is what a crash leaves. Where records are lost that were durable once, everything
 * they may have deleted or replaced goes with them: for a cache, a value that is not true any more is worse than none. Evidence is never edited: the files stay as they are.
 */
import { elapsed } from '../clock.js';
import { ScrubjayError } from '../errors.js';
import type { LogHeader, Predecessor } from './contract.js';
import { chainOf, type Damage } from './log-chain.js';
import { findFiles } from './log-files.js';
import { NOTHING_RECOVERED, type RecoveredEntries } from './recovered-entries.js';
import { sumOfBytes } from './recovery-progress.js';
import type { RecoverySource } from './recovery-source.js';
import { type FileEnd, RecoveryWork } from './recovery-work.js';
import type { Replay } from './replay.js';

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
