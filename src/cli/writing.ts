/**
 * The one door through which the commands write to a cache's directory, all of them with its lock. What was there before stays as it is until the new files
 * are durable and have been read back.
 */
import { basename } from 'node:path';
import { ScrubjayError } from '../errors.js';
import { beginLog, FILES_A_LOG } from '../persist/active-log.js';
import { Compaction } from '../persist/compaction.js';
import type { PutRecord } from '../persist/contract.js';
import { claimDirectory, releaseDirectory } from '../persist/directory-claims.js';
import { realFileSystem as files, removeQuietly, syncDirectory, syncFile } from '../persist/file-system.js';
import { LiveRecords } from '../persist/live-records.js';
import type { SessionFile } from '../persist/session-file.js';
import type { Cache } from './caches.js';
import type { Progress } from './progress.js';
import { storeNames } from './scan.js';
import { ownerOf, readStore, type Store } from './store.js';

/**
 * Does `work` while nobody else can write to the cache's directory.
 * @throws SCRUBJAY_DIRECTORY_BUSY, with the name of who has it
 */
export async function locked<T>({ directory }: Cache, work: () => T | Promise<T>): Promise<T> {
  const claim = claimDirectory(files, directory);
  if (!claim.isHeld)
    throw new ScrubjayError(
      'SCRUBJAY_DIRECTORY_BUSY',
      `${directory} is held by ${claim.holder}. Nothing was changed; stop that process first, or let it close its caches.`,
    );
  try {
    return await work();
  } finally {
    releaseDirectory(directory);
  }
}

/** Why a command that writes does not begin. */
export const damageStops = ({ directory }: Cache): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${directory} is damaged, so nothing is written there. Nothing was changed; "scrubjay repair ${directory}" comes first.`,
  );

/** What a new file says of the ones before it must be true after a power cut, too. */
const syncEnd = ({ recovery }: Store): void => {
  for (const path of recovery.unsyncedPaths) syncFile(files, path);
};

/** A log that goes on where `store` ends. */
const nextLog = ({ cache, recovery }: Store): ReturnType<typeof beginLog> => {
  const { nextId: id, lastLsn: lsn, predecessor, storeId = cache.header.storeId } = recovery;
  return beginLog(ownerOf(cache), { id, storeId, lsn, predecessor });
};

/** Puts that are added to a cache, in a file of their own. */
export class AddedPuts {
  count = 0;
  readonly #store: Store;
  readonly #file: SessionFile;
  readonly #manifestPath: string;

  constructor(store: Store) {
    syncEnd(store);
    const { file, manifestPath } = nextLog(store);
    this.#store = store;
    this.#file = file;
    this.#manifestPath = manifestPath;
  }

  /** @throws SCRUBJAY_VALUE_REFUSED */
  add({ value, ...entry }: Pick<PutRecord, 'key' | 'isPromised' | 'expiresAt' | 'tags'> & { readonly value: unknown }): void {
    const encoded = this.#store.cache.driver.encodeValue(value);
    if (this.#file.append({ ...entry, lsn: this.#nextLsn, type: 'put', value: encoded }) < 0)
      throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', 'its record would be too long');
    this.#file.write();
    this.count++;
  }

  get #nextLsn(): number {
    return this.#store.recovery.lastLsn + this.count + 1;
  }

  /** Makes all of them durable. */
  close(): void {
    this.#file.append({ lsn: this.#nextLsn, type: 'close', fileBytes: this.#file.bytes });
    this.#file.syncNow();
    this.#file.close();
  }

  /** Takes all of them back: nothing follows this file yet. */
  abandon(): void {
    this.#file.abandon();
    // The manifest first: without its log it would tell of a loss.
    removeFiles(this.#store.cache, [this.#manifestPath]);
    removeFiles(this.#store.cache, [this.#file.path]);
  }
}

/**
 * Writes a snapshot of everything in `store`, from copies of its records, and the empty log that goes on after it. Nothing that was there before is needed
 * any more then; gives the names of those files.
 * @throws SCRUBJAY_LOG_DAMAGED when what was written does not give the same entries; it is taken back
 */
export function writeAnew(store: Store, progress: Progress): readonly string[] {
  const { cache, recovery } = store;
  const before = storeNames(cache.directory);
  syncEnd(store);
  const { file: log } = nextLog(store);
  log.append({ lsn: recovery.lastLsn + 1, type: 'close', fileBytes: log.bytes });
  log.syncNow();
  log.close();
  const { storeId = cache.header.storeId, lastLsn: lsn, predecessor, nextId } = recovery;
  const compaction = new Compaction(ownerOf(cache), {
    start: { kind: 'snapshot', id: nextId + FILES_A_LOG, storeId, lsn, predecessor },
    baseId: recovery.files.baseId,
    live: new LiveRecords(store.lsns()),
    quarantine: { take: () => true, takeAll: () => undefined },
  });
  progress.through(`writing ${cache.name}`, durably(compaction));
  expectSame(store, readStore(cache, progress));
  return before;
}

function* durably(compaction: Compaction): Generator<void> {
  for (const step of compaction.steps()) {
    if (step === 'sync') compaction.syncNow();
    yield;
  }
}

function expectSame(wanted: Store, found: Store | undefined): void {
  const [want, have] = [wanted.lsns(), found?.lsns()];
  if (found?.recovery.report.damage.length === 0 && want.length === have?.length && want.every((lsn, index) => lsn === have[index])) return;
  const before = new Set(wanted.cache.files.map(({ name }) => name));
  for (const name of storeNames(wanted.cache.directory).reverse()) if (!before.has(name)) removeQuietly(files, `${wanted.cache.directory}/${name}`);
  throw new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${basename(wanted.cache.directory)}: what was written is not what is read. The new files were removed, and nothing else was changed; look after the disk.`,
  );
}

/** Removes files of a store that nothing depends on any more. */
export function removeFiles({ directory }: Cache, paths: readonly string[]): void {
  for (const path of paths) files.unlinkSync(path);
  syncDirectory(files, directory);
}
