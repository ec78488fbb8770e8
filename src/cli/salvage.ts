/**
 * What can be had from damaged files. A lost record may have deleted or replaced any entry that is older than the end of the gap it is in, so these are
 * dropped unless the caller wants everything whose record is good.
 */
import type { LogFile } from '../persist/log-files.js';
import { type RecoveredEntries, Replay } from '../persist/replay.js';
import { isGood } from './caches.js';
import { piecesOf, type ScannedFile } from './scan.js';

/** What was found, and what was given up. */
export interface Salvage extends RecoveredEntries {
  readonly lastLsn: number;
  readonly gaps: readonly Gap[];
  /** Entries with a good record that lie before a gap. */
  readonly suspects: number;
}

/** Records that are lost: those from `from` to before `to`; nobody knows how many where `to` is left out. */
export interface Gap {
  readonly from: number;
  readonly to: number | undefined;
}

type Readable = ScannedFile & { readonly log: LogFile };

/** Tries every snapshot, and none, as the beginning, and gives what keeps the most entries. */
export function salvage(files: readonly ScannedFile[], keepGood: boolean): Salvage {
  const good = files.filter((file): file is Readable => isGood(file.log));
  const snapshots = good.filter(({ kind }) => kind === 'snapshot').reverse();
  const found = [...snapshots, undefined].map((base) => salvageFrom(base, files, keepGood));
  return found.reduce((best, other) => (other.entries.length > best.entries.length ? other : best));
}

function salvageFrom(base: Readable | undefined, files: readonly ScannedFile[], keepGood: boolean): Salvage {
  const state = new SalvageState(keepGood);
  if (base !== undefined) state.beginWith(base);
  const after = base?.log.header.predecessor?.id ?? 0;
  const { chain, strays, isOpenEnded } = chainOf(files.filter(({ kind, id }) => kind === 'log' && id > after));
  for (const [index, file] of chain.entries()) {
    for (const stray of strays) if (stray.id < file.id && stray.id > (chain[index - 1]?.id ?? after)) state.lose(stray.log.header.lsn + 1);
    state.take(file, chain[index + 1]);
  }
  if (isOpenEnded) state.lose(undefined);
  return state.salvage();
}

/** The logs that follow each other, as far as their headers tell. */
function chainOf(logs: readonly ScannedFile[]): { readonly chain: readonly Readable[]; readonly strays: readonly Readable[]; readonly isOpenEnded: boolean } {
  const good = logs.filter((file): file is Readable => isGood(file.log));
  const last = good.at(-1);
  const chain: Readable[] = [];
  for (let next = last; next !== undefined; ) {
    chain.unshift(next);
    const before = next.log.header.predecessor;
    next = before && good.filter(({ id, log }) => id <= before.id && log.header.storeId === last?.log.header.storeId).at(-1);
  }
  return {
    chain,
    strays: good.filter((file) => !chain.includes(file)),
    isOpenEnded: logs.some(({ log, id }) => log === 'broken' && id > (last?.id ?? 0)),
  };
}

/** The state that grows while files are read. */
class SalvageState {
  readonly #keepGood: boolean;
  readonly #replay = new Replay();
  readonly #gaps: Gap[] = [];
  #suspects = 0;
  /** Everything up to this record is accounted for. */
  #lastLsn = 0;
  #signature: string | undefined;

  constructor(keepGood: boolean) {
    this.#keepGood = keepGood;
  }

  /** What is good in a snapshot was there at its end, whatever else in it is broken. */
  beginWith({ driver, log }: Readable): void {
    const { lsn, signature } = log.header;
    for (const { record } of piecesOf(driver, log)) if (record !== undefined) this.#replay.takeOver(record, lsn);
    this.#replay.startAt(lsn);
    this.#lastLsn = lsn;
    this.#signature = signature;
  }

  take({ driver, log, id }: Readable, next: Readable | undefined): void {
    const { lsn, signature } = log.header;
    if (signature !== this.#signature) this.#replay.clear();
    this.#signature = signature;
    if (lsn > this.#lastLsn) this.lose(lsn + 1);
    const known = next?.log.header.predecessor;
    const limit = known?.id === id ? Math.min(known.bytes, log.fileBytes) : log.fileBytes;
    for (const { record } of piecesOf(driver, log, log.headerEnd, limit)) {
      if (record === undefined || record.lsn <= this.#lastLsn) continue;
      if (record.lsn > this.#lastLsn + 1) this.lose(record.lsn);
      this.#replay.apply(record);
      this.#lastLsn = record.lsn;
    }
  }

  /** Records before `to` are lost: whatever they did to older entries, nobody knows. */
  lose(to: number | undefined): void {
    this.#gaps.push({ from: this.#lastLsn + 1, to });
    this.#lastLsn = Math.max(this.#lastLsn, (to ?? 0) - 1);
    const suspects = this.#replay.recovered().entries.filter(({ lsn }) => lsn < (to ?? Number.POSITIVE_INFINITY));
    this.#suspects += suspects.length;
    if (!this.#keepGood) this.#replay.apply({ type: 'del', lsn: this.#lastLsn, keys: suspects.map(({ key }) => key) });
  }

  salvage(): Salvage {
    return { ...this.#replay.recovered(), lastLsn: this.#lastLsn, gaps: this.#gaps, suspects: this.#suspects };
  }
}
