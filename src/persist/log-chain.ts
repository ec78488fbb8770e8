/**
 * Which files of a directory count: the chain that leads from the newest log back to the first, the snapshots that stand for a part of it,
 * and what is missing. Each file names the one before it; a manifest names the newest log, so that its absence is noticed too.
 */
import type { LogHeader, Predecessor } from './contract.js';
import { type BrokenFile, type FoundFiles, foreign, type LogFile, siblingLog } from './log-files.js';

/** Something that was there once and is not any more, or not as it was. */
export interface Damage {
  readonly path: string;
  /** Where the damage begins, in bytes. */
  readonly offset: number;
  /** What was found, as the end of a sentence that begins with the path. */
  readonly what: string;
}

/** A snapshot, and from which log of the chain on it needs them. */
export interface Snapshot {
  readonly file: LogFile;
  readonly from: number;
}

/** What lies in a directory, and what it means. */
export interface LogChain {
  /** The logs that count, first one first; each names the one before it. */
  readonly logs: readonly LogFile[];
  /** What is wrong with the log that the first of them goes on after: then a snapshot is needed. */
  readonly cut: Damage | undefined;
  /** Logs from before the cut: what is in them may be true, and nobody knows. */
  readonly beforeCut: readonly LogFile[];
  /** What is wrong with what came after the last of them: then nothing before is known to be true. */
  readonly lostEnd: Damage | undefined;
  /** Snapshots that stand for everything before one of the logs, the newest first. Whether they are whole is not known yet. */
  readonly snapshots: readonly Snapshot[];
  /** Files that stand for nothing: what a compaction or the beginning of a session left behind when it was cut off, or what damage made useless. */
  readonly leftOver: readonly { readonly path: string }[];
  /** Manifests, newest first. */
  readonly manifests: readonly LogFile[];
  /** The first file number that was never used. */
  readonly nextId: number;
}

/**
 * Follows the chain of logs in what was found.
 * @throws SCRUBJAY_LOG_FOREIGN for the files of another cache
 */
export function chainOf(directory: string, found: FoundFiles, cacheName: string): LogChain {
  const manifests = [...found.good.manifest].reverse();
  const ours = manifests.filter(({ header }) => header.cacheName === cacheName);
  const manifest = ours.find(({ header }) => found.good.log.some((log) => log.header.storeId === header.storeId)) ?? ours[0];
  const belongs = belongsTo(directory, manifest, cacheName);
  const [logs, otherLogs] = split(found.good.log, belongs);
  const [snaps, otherSnaps] = split(found.good.snapshot, belongs);
  const broken = [...found.broken, ...otherLogs.map((file): BrokenFile => ({ ...file, kind: 'log' }))];
  const { chain, cut } = follow(logs, broken);
  const snapshots = snapshotsOf(snaps, chain);
  const strays = logs.filter((file) => !chain.includes(file));
  const beforeCut = cut === undefined ? [] : strays.filter(({ id }) => id < (chain[0]?.id ?? 0));
  const lostEnd = endLost({ chain, manifest, broken, strays });
  const counts = new Set<unknown>([...chain, ...beforeCut, ...snapshots.map(({ file }) => file)]);
  const leftOver = [...logs, ...snaps, ...otherSnaps, ...broken].filter((file) => !counts.has(file));
  return { logs: chain, cut, beforeCut, lostEnd, snapshots, leftOver, manifests, nextId: found.lastId + 1 };
}

function split<T>(list: readonly T[], belongs: (one: T) => boolean): [T[], T[]] {
  return [list.filter((one) => belongs(one)), list.filter((one) => !belongs(one))];
}

/** Whether a file is of this store. Without a manifest nobody knows whose directory it is, and a file of another cache says whose. */
function belongsTo(directory: string, manifest: LogFile | undefined, cacheName: string): (file: LogFile) => boolean {
  return ({ header }) => {
    if (manifest !== undefined) return header.storeId === manifest.header.storeId;
    if (header.cacheName !== cacheName) throw foreign(directory, `it belongs to the cache ${header.cacheName}, not to ${cacheName}`);
    return true;
  };
}

/** From the newest log back, as far as there are any. */
function follow(logs: readonly LogFile[], broken: readonly BrokenFile[]): { chain: LogFile[]; cut: Damage | undefined } {
  const chain: LogFile[] = [];
  let next = logs.at(-1);
  while (next !== undefined) {
    chain.unshift(next);
    const previous: LogHeader['predecessor'] = next.header.predecessor;
    if (previous === undefined) break;
    const { id, header } = next;
    const before = logs.find((file) => file.id === previous.id && file.id < id && file.header.storeId === header.storeId);
    if (before === undefined) return { chain, cut: missing(previous.id, next.path, broken) };
    next = before;
  }
  return { chain, cut: undefined };
}

function missing(id: number, nextPath: string, broken: readonly BrokenFile[]): Damage {
  const file = broken.find((one) => one.kind === 'log' && one.id === id);
  if (file !== undefined) return { path: file.path, offset: 0, what: 'the header is broken' };
  return { path: siblingLog(nextPath, id), offset: 0, what: 'the file is missing' };
}

/** A snapshot and the log that goes on after it have the same predecessor. */
function snapshotsOf(snaps: readonly LogFile[], chain: readonly LogFile[]): Snapshot[] {
  const snapshots: Snapshot[] = [];
  for (const file of snaps) {
    const from = chain.findIndex(({ header }) => isSameEnd(header.predecessor, file.header.predecessor) && header.storeId === file.header.storeId);
    if (from !== -1) snapshots.unshift({ file, from });
  }
  return snapshots;
}

const isSameEnd = (one: Predecessor | undefined, other: Predecessor | undefined): boolean =>
  one !== undefined && one.id === other?.id && one.bytes === other.bytes && one.lsn === other.lsn && one.checksum === other.checksum;

interface Known {
  readonly chain: readonly LogFile[];
  readonly manifest: LogFile | undefined;
  readonly broken: readonly BrokenFile[];
  readonly strays: readonly LogFile[];
}

/**
 * What is wrong behind the last log of the chain. A log begins to count when its manifest is made, which has the next number, and only then a record is written
 * to it; so whatever is behind the newest manifest is nothing but a beginning, and a manifest without its log tells of a loss, even a broken one.
 */
function endLost({ chain, manifest, broken, strays }: Known): Damage | undefined {
  const lastId = chain.at(-1)?.id ?? 0;
  const named = manifest?.header.predecessor;
  const brokenLogs = broken.filter(({ kind, id }) => kind === 'log' && id > lastId);
  const brokenManifests = broken.filter(({ kind }) => kind === 'manifest');
  const isUnknown = named === undefined && brokenManifests.length === 0 && chain.length > 0;
  const expectedId = Math.max(named?.id ?? 0, ...brokenManifests.map(({ id }) => id - 1), ...(isUnknown ? brokenLogs.map(({ id }) => id) : []));
  const isAnother = chain.some((file) => file.id === named?.id && file.headerChecksum !== named.checksum);
  if (expectedId > lastId || isAnother) {
    const what = isAnother || brokenLogs.some(({ id }) => id === expectedId) ? 'the header is broken' : 'the file is missing';
    return { path: siblingLog((manifest ?? brokenManifests[0] ?? brokenLogs[0])?.path ?? '', isAnother ? lastId : expectedId), offset: 0, what };
  }
  const known = settledUpTo(chain);
  const stray = strays.find((file) => file.id > known);
  if (stray === undefined) return undefined;
  return { path: stray.path, offset: 0, what: 'the file is not continued by the one after it, as when two processes write to one directory' };
}

/** The number of the newest file of which it is known that what was before it is not to be trusted, or not there any more. */
function settledUpTo(chain: readonly LogFile[]): number {
  const settled = [...chain].reverse().find((file) => file === chain[0] || file.header.lsn !== file.header.predecessor?.lsn);
  if (settled === undefined) return 0;
  // The first of all logs goes on after nothing: whatever lies before it is a stray.
  return settled.header.predecessor === undefined ? 0 : settled.id;
}
