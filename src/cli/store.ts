/**
 * The one door through which the commands read and write a cache's directory. Reading never writes, takes no lock, and works beside a process that is
 * writing; writing needs the lock.
 */
import { randomBytes } from 'node:crypto';
import { ScrubjayError } from '../errors.js';
import type { Predecessor, PutRecord } from '../persist/contract.js';
import { claimDirectory, releaseDirectory } from '../persist/directory-claims.js';
import { realFileSystem as files, syncDirectory, syncFile } from '../persist/file-system.js';
import { damaged } from '../persist/log-files.js';
import { type Recovery, recover } from '../persist/recovery.js';
import type { LoggedEntry, RecoveredEntries } from '../persist/replay.js';
import { type LogOwner, SessionFile } from '../persist/session-file.js';
import { type Cache, cacheAt } from './caches.js';
import type { Progress } from './progress.js';
import { storeNames } from './scan.js';

/** A cache whose newest good header says what its files are. */
export type KnownCache = Cache & { readonly header: NonNullable<Cache['header']>; readonly driver: NonNullable<Cache['driver']> };

/** Everything a cache would take over if it were opened now. */
export type Store = Recovery;

/** Another process that compacts removes files while we read. */
const TRIES = 50;
/** Entries whose order one record tells. */
const HITS_A_RECORD = 10_000;

/** What `read` gives, tried again when it failed and the files have changed meanwhile. */
export function steadily<T>(directory: string, read: () => T): T {
  for (let left = TRIES; ; left--) {
    const before = storeNames(directory).join();
    try {
      return read();
    } catch (error) {
      if (left === 0 || before === storeNames(directory).join()) throw error;
    }
  }
}

/**
 * A cache whose header is known; `undefined` where nothing was written yet.
 * @throws SCRUBJAY_LOG_DAMAGED where no header is good
 */
export function known(cache: Cache): KnownCache | undefined {
  if (cache.header !== undefined && cache.driver !== undefined) return cache as KnownCache;
  const broken = cache.files.find(({ log }) => log === 'broken');
  if (broken === undefined) return undefined;
  throw damaged(broken.path, 0, 'no file has a good header, so nobody can tell what is in them; the first stands');
}

/**
 * The entries of a cache, least recently used first; `undefined` where nothing was written yet.
 * @throws SCRUBJAY_LOG_DAMAGED, SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER
 */
export const readStore = (cache: Cache, progress: Progress): Store | undefined =>
  steadily(cache.directory, () => {
    const now = known(cacheAt(cache.directory));
    return now && progress.through(`reading ${cache.name}`, recover(ownerOf(now)));
  });

const ownerOf = ({ directory, driver, header: { cacheName, signature } }: KnownCache): LogOwner => ({ files, directory, driver, cacheName, signature });

/**
 * Does `work` while nobody else can write to the cache's directory.
 * @throws SCRUBJAY_DIRECTORY_BUSY, with the name of who has it
 */
export async function locked<T>({ directory }: Cache, work: () => T | Promise<T>): Promise<T> {
  const other = claimDirectory(files, directory);
  if (other !== undefined)
    throw new ScrubjayError(
      'SCRUBJAY_DIRECTORY_BUSY',
      `${directory} is held by ${other.holder}. Nothing was changed; stop that process first, or let it close its caches.`,
    );
  try {
    return await work();
  } finally {
    releaseDirectory(directory);
  }
}

/** Makes the end of a store durable: what a new file says of the one before it must be true after a power cut, too. */
export function syncEnd({ lastPath }: Store): void {
  if (lastPath !== undefined) syncFile(files, lastPath);
}

/** Why a command that writes does not begin. */
export const damageStops = ({ directory }: Cache): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${directory} is damaged, so nothing is written there. Nothing was changed; "scrubjay repair ${directory}" comes first.`,
  );

/** Where new files go on. */
export interface End {
  readonly lastLsn: number;
  readonly nextId: number;
  readonly storeId: string | undefined;
  readonly predecessor: Predecessor | undefined;
}

/** Puts that are added to a cache, in a file of their own. */
export class AddedPuts {
  count = 0;
  readonly #file: SessionFile;
  readonly #end: End;
  readonly #cache: KnownCache;

  constructor(cache: KnownCache, store: Store) {
    syncEnd(store);
    this.#cache = cache;
    this.#end = store;
    this.#file = newFile(cache, 'log', store.nextId, store);
  }

  /** @throws SCRUBJAY_VALUE_REFUSED */
  add({ key, value, isPromised, expiresAt }: Pick<PutRecord, 'key' | 'isPromised' | 'expiresAt'> & { readonly value: unknown }): void {
    const lsn = this.#end.lastLsn + this.count + 1;
    const encoded = this.#cache.driver.encodeValue(value);
    if (this.#file.append({ lsn, type: 'put', key, value: encoded, isPromised, expiresAt }) < 0)
      throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', 'its record would be too long');
    this.count++;
  }

  /** Makes all of them durable. */
  close(): void {
    this.#file.append({ lsn: this.#end.lastLsn + this.count + 1, type: 'close', fileBytes: this.#file.bytes });
    this.#file.syncNow();
    this.#file.close();
  }

  /** Takes all of them back: nothing follows this file yet. */
  abandon(): void {
    this.#file.close();
    files.unlinkSync(this.#file.path);
    syncDirectory(files, this.#cache.directory);
  }
}

const newFile = (cache: KnownCache, kind: 'log' | 'snapshot', id: number, { lastLsn, predecessor, storeId }: End): SessionFile =>
  new SessionFile(ownerOf(cache), { kind, id, storeId: storeId ?? randomBytes(8).toString('hex'), lsn: lastLsn, predecessor });

/**
 * Writes a snapshot that stands for everything up to `end`, and the empty log that goes on after it. All files that were there before can go then.
 * @throws SCRUBJAY_LOG_DAMAGED when what was written does not give the same entries
 */
export function writeGeneration(cache: KnownCache, end: End, recovered: RecoveredEntries, progress: Progress): void {
  const log = newFile(cache, 'log', end.nextId, end);
  log.append({ lsn: end.lastLsn + 1, type: 'close', fileBytes: log.bytes });
  log.syncNow();
  log.close();
  const snapshot = newFile(cache, 'snapshot', end.nextId + 1, end);
  progress.through(`writing ${cache.name}`, snapshotSteps(cache, snapshot, end, recovered));
  snapshot.syncNow();
  snapshot.close();
  syncDirectory(files, cache.directory);
  const entries = readStore(cache, progress)?.entries ?? [];
  if (entries.length !== recovered.entries.length || entries.some(({ lsn }, index) => lsn !== recovered.entries[index]?.lsn))
    throw damaged(snapshot.path, 0, 'what was written is not what is read; it begins');
}

function* snapshotSteps({ driver }: KnownCache, file: SessionFile, { lastLsn }: End, { entries, lastEvicted, policy }: RecoveredEntries): Generator<void> {
  for (const { lsn, key, value, isPromised, expiresAt } of [...entries].sort((one, other) => one.lsn - other.lsn)) {
    file.append({ lsn, type: 'put', key, value: driver.encodeValue(driver.decodeValue(value)), isPromised, expiresAt });
    yield;
  }
  for (let from = 0; from <= entries.length; from += HITS_A_RECORD) {
    const some: readonly LoggedEntry[] = entries.slice(from, from + HITS_A_RECORD);
    const marks = policy === undefined ? {} : { policy, marks: some.map(({ mark }) => mark ?? 0) };
    file.append({ lsn: lastLsn, type: 'hit', lsns: some.map(({ lsn }) => lsn), ...marks });
  }
  file.append({ lsn: lastLsn, type: 'end', entries: entries.length, lastEvicted });
}

/** Removes files of a store that nothing depends on any more. */
export function removeFiles({ directory }: Cache, paths: readonly string[]): void {
  for (const path of paths) files.unlinkSync(path);
  syncDirectory(files, directory);
}
