/**
 * Looks at every byte of a cache's files, also of those that a recovery would not need, and at what a recovery says.
 */
import { basename } from 'node:path';
import type { LogHeader } from '../persist/contract.js';
import type { Damage } from '../persist/log-chain.js';
import type { LogFile } from '../persist/log-files.js';
import { type Cache, cacheAt, isGood } from './caches.js';
import type { Progress } from './progress.js';
import { piecesOf, type ScannedFile } from './scan.js';
import { readStore, type Store, steadily } from './store.js';

/**
 * What is not as it was written. `damage`: bytes that were good once. `torn`: a record that a crash cut off, which is normal.
 * `unfinished`: a snapshot without its end, because a compaction is under way or was cut off; that is normal, too.
 */
export interface Finding {
  readonly kind: 'damage' | 'torn' | 'unfinished';
  readonly file: string;
  readonly byteOffset: number;
  readonly bytes: number;
  /** Records that are lost, where that can be told. */
  readonly records: number | undefined;
  readonly what: string;
}

/** How a cache's files are. */
export interface Checkup {
  readonly cache: Cache;
  /** What a cache would take over; `undefined` where nothing was written yet, and where no file has a good header. */
  readonly store: Store | undefined;
  readonly findings: readonly Finding[];
  /** Good records in all files. */
  readonly records: number;
  readonly diskBytes: number;
  /** Bytes of the records behind the entries. */
  readonly liveBytes: number;
}

/** Whether any finding is damage. */
export const isDamaged = ({ findings }: Pick<Checkup, 'findings'>): boolean => findings.some(({ kind }) => kind === 'damage');

/** @throws SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER */
export const checkUp = ({ directory }: Cache, progress: Progress): Checkup =>
  steadily(directory, () => new Examination(cacheAt(directory), progress).checkup());

class Examination {
  readonly #cache: Cache;
  readonly #progress: Progress;
  readonly #findings: Finding[] = [];
  #records = 0;
  #liveBytes = 0;
  #live = new Set<number>();

  constructor(cache: Cache, progress: Progress) {
    this.#cache = cache;
    this.#progress = progress;
  }

  checkup(): Checkup {
    const { files } = this.#cache;
    const store = this.#read();
    this.#live = new Set(store?.lsns());
    this.#progress.through(`checking ${this.#cache.name}`, this.#examineAll());
    for (const damage of store?.recovery.report.damage ?? []) this.#findMissing(damage);
    return {
      cache: this.#cache,
      store,
      findings: this.#findings,
      records: this.#records,
      diskBytes: files.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
      liveBytes: this.#liveBytes,
    };
  }

  /** Without a good header there is nothing to read, and every file is a finding. */
  #read(): Store | undefined {
    return this.#cache.header === undefined ? undefined : readStore(this.#cache, this.#progress);
  }

  *#examineAll(): Generator<void> {
    for (const file of this.#cache.files) {
      if (file.log === 'stillborn' && !this.#isNamed(file))
        this.#find('torn', file, 0, file.fileBytes, 'the file was cut off before its header was whole; it holds nothing');
      else if (!isGood(file.log)) this.#find('damage', file, 0, file.fileBytes, 'the header is broken, so nothing in the file can be read');
      else if (file.kind === 'snapshot') yield* this.#examineSnapshot(file, file.log);
      else if (file.kind === 'manifest') this.#examineManifest(file, file.log);
      else yield* this.#examineLog(file, file.log);
    }
  }

  *#examineSnapshot(file: ScannedFile, log: LogFile): Generator<void> {
    let entries = 0;
    let isEnded = false;
    let isBroken = false;
    for (const { start, end, record, isCutOff } of piecesOf(file.driver, log)) {
      yield;
      if (record === undefined && isCutOff && !isEnded) continue;
      if (record === undefined || isEnded) {
        isBroken = true;
        this.#find('damage', file, start, end - start, 'bytes of the snapshot are broken');
      } else this.#count(record.lsn, record.type === 'put', end - start);
      if (record?.type === 'put') entries++;
      if (record?.type !== 'end') continue;
      isEnded = true;
      if (record.entries !== entries && !isBroken)
        this.#find('damage', file, start, end - start, `the snapshot should hold ${record.entries} entries and holds ${entries}`);
    }
    if (!isEnded && !isBroken)
      this.#find('unfinished', file, file.fileBytes, 0, 'the snapshot has no end: a compaction is under way, or was cut off; the logs before it still stand');
  }

  *#examineLog(file: ScannedFile, log: LogFile): Generator<void> {
    const known = this.#successorOf(file.id);
    const limit = Math.min(known?.bytes ?? file.fileBytes, file.fileBytes);
    // What another file goes on after was durable.
    let durableLsn = known === undefined ? 0 : Number.POSITIVE_INFINITY;
    let lastLsn = log.header.lsn;
    const holes: Hole[] = [];
    let open: Omit<Hole, 'nextLsn'> | undefined;
    for (const { start, end, record } of piecesOf(file.driver, log, log.headerEnd, limit)) {
      yield;
      if (record === undefined) {
        open = { start, end, firstLost: lastLsn + 1 };
        continue;
      }
      if (record.lsn !== lastLsn + 1) open ??= { start, end: start, firstLost: lastLsn + 1 };
      if (open !== undefined) holes.push({ ...open, nextLsn: record.lsn });
      open = undefined;
      lastLsn = record.lsn;
      durableLsn = Math.max(durableLsn, record.durableLsn ?? 0);
      this.#count(record.lsn, record.type === 'put', end - start);
    }
    if (open !== undefined) holes.push({ ...open, nextLsn: known && known.lsn + 1 });
    this.#judge(file, holes, durableLsn, limit);
    if (known !== undefined && known.bytes > file.fileBytes)
      this.#find('damage', file, file.fileBytes, known.bytes - file.fileBytes, 'the file ends too early', known.lsn - lastLsn);
    if (limit < file.fileBytes)
      this.#find('torn', file, limit, file.fileBytes - limit, 'bytes that a crash has left behind; the next file goes on before them');
  }

  /** What was durable once and is broken is damage; from the first hole on that never was, the rest is torn. */
  #judge(file: ScannedFile, holes: readonly Hole[], durableLsn: number, limit: number): void {
    for (const { start, end, firstLost, nextLsn } of holes) {
      if (firstLost > durableLsn) {
        this.#find('torn', file, start, limit - start, 'the end was cut off, as by a crash or by a record that is just being written');
        return;
      }
      const lost = nextLsn === undefined ? undefined : nextLsn - firstLost;
      this.#find('damage', file, start, end - start, end > start ? `record ${firstLost} is broken` : `record ${firstLost} is missing`, lost);
    }
  }

  #examineManifest(file: ScannedFile, { headerEnd, fileBytes }: LogFile): void {
    if (fileBytes > headerEnd) this.#find('damage', file, headerEnd, fileBytes - headerEnd, 'there is something behind the header of a manifest');
  }

  /** Whether another file says that this one was whole up to some byte. */
  #isNamed({ kind, id }: ScannedFile): boolean {
    return kind === 'log' && this.#cache.files.some(({ log }) => isGood(log) && log.header.predecessor?.id === id);
  }

  #successorOf(id: number): NonNullable<LogHeader['predecessor']> | undefined {
    const next = this.#cache.files.filter(({ kind, log }) => kind === 'log' && isGood(log) && log.header.predecessor?.id === id).at(-1);
    return next !== undefined && isGood(next.log) ? next.log.header.predecessor : undefined;
  }

  #count(lsn: number, isPut: boolean, bytes: number): void {
    this.#records++;
    // A record stands in a log and in the snapshots that were copied from it.
    if (isPut && this.#live.delete(lsn)) this.#liveBytes += bytes;
  }

  /** What a recovery complains of and the file itself does not show: one that is missing, or swapped, or two that go on after the same one. */
  #findMissing({ path: file, offset: byteOffset, what }: Damage): void {
    if (this.#findings.some((finding) => finding.kind === 'damage' && finding.file === file)) return;
    this.#findings.push({ kind: 'damage', file, byteOffset, bytes: 0, records: undefined, what });
  }

  #find(kind: Finding['kind'], { path: file }: ScannedFile, byteOffset: number, bytes: number, what: string, records?: number): void {
    this.#findings.push({ kind, file, byteOffset, bytes, records, what });
  }
}

/** A place in a log at which records are missing. */
interface Hole {
  readonly start: number;
  readonly end: number;
  readonly firstLost: number;
  /** The record behind it, which tells how many are lost. */
  readonly nextLsn: number | undefined;
}

/** A finding in one line. */
export const lineOf = ({ kind, file, byteOffset, bytes, records, what }: Finding): string =>
  `${kind === 'damage' ? 'DAMAGE' : kind}: ${basename(file)} at byte ${byteOffset}, ${bytes} bytes${records === undefined ? '' : `, ${records} ${records === 1 ? 'record' : 'records'} lost`}: ${what}`;
