/**
 * `scrubjay repair`: writes what can be had from damaged files into new ones, and moves the old ones away. Nothing is deleted.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { now } from '../clock.js';
import { realFileSystem, syncDirectory, syncFile } from '../persist/file-system.js';
import type { Cache } from './caches.js';
import { type Checkup, checkUp, isDamaged } from './checkup.js';
import type { Command, ExitCode, Given } from './command.js';
import { readStore } from './store.js';
import { locked, writeAnew } from './writing.js';

export const repair: Command = {
  usage: 'repair DIR [--keep-good] [--dry-run]',
  summary: 'goes on with what is good of a damaged directory; needs the cache to be closed',
  details:
    'A lost record may have deleted or replaced any entry that is older than it, so older entries are dropped.\nThe old files are moved to DIR/quarantine with a report, and never deleted. Where nothing is damaged, nothing is done.',
  options: {
    'keep-good': { type: 'boolean', help: 'keep every entry whose record is good, though it may have been deleted or replaced since' },
    'dry-run': { type: 'boolean', help: 'say what would be kept, and change nothing' },
  },
  async run(given) {
    let exitCode: ExitCode = 0;
    for (const cache of given.target.caches) {
      const report = given.is('dry-run') ? repairIn(cache, given) : await locked(cache, () => repairIn(cache, given));
      if (report.outcome === 'hopeless') exitCode = 2;
      await given.line(given.isJson ? JSON.stringify(report) : sentenceOf(report));
    }
    return exitCode;
  },
};

/** What a repair did, or would do. */
interface RepairReport {
  readonly cache: string;
  readonly directory: string;
  /** `hopeless`: no file has a good header, so nobody can tell what is in them. */
  readonly outcome: 'good' | 'repaired' | 'would-repair' | 'hopeless';
  readonly kept: number;
  /** Entries whose record is good, and that a lost record may have deleted or replaced. */
  readonly suspects: number;
  readonly keptSuspects: boolean;
  readonly findings: Checkup['findings'];
  /** Where the old files are now. */
  readonly quarantine: readonly string[];
}

function repairIn(cache: Cache, given: Given): RepairReport {
  const checkup = checkUp(cache, given.progress);
  const keptSuspects = given.is('keep-good');
  const { findings, store, cache: now } = checkup;
  const common = { cache: cache.name, directory: cache.directory, keptSuspects, findings };
  const nothing = { ...common, kept: store?.size ?? 0, suspects: 0, quarantine: [] };
  if (!isDamaged(checkup)) return { ...nothing, outcome: 'good' };
  if (store === undefined) return { ...nothing, outcome: 'hopeless' };
  const kept = keptSuspects ? (readStore(now, given.progress, 'salvage') ?? store) : store;
  const suspects = store.recovery.report.droppedEntries;
  const report: RepairReport = { ...common, outcome: 'would-repair', kept: kept.size, suspects, quarantine: [] };
  if (given.is('dry-run')) return report;
  writeAnew(kept, given.progress);
  return moveAway({ ...report, outcome: 'repaired' }, now);
}

/** Moves the files as they are, and writes down why. */
function moveAway(report: RepairReport, { directory, files }: Cache): RepairReport {
  const quarantine = join(directory, 'quarantine');
  mkdirSync(quarantine, { recursive: true, mode: 0o700 });
  const stamp = new Date(now()).toISOString().replaceAll(':', '-');
  const moves = files.map(({ path, name }) => ({ path, to: join(quarantine, `${stamp}-${name}`) }));
  const full = { ...report, quarantine: moves.map(({ to }) => to) };
  const reportPath = join(quarantine, `${stamp}-report.json`);
  writeFileSync(reportPath, `${JSON.stringify(full, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  syncFile(realFileSystem, reportPath);
  for (const { path, to } of moves) renameSync(path, to);
  syncDirectory(realFileSystem, quarantine);
  syncDirectory(realFileSystem, directory);
  return full;
}

function sentenceOf({ cache, directory, outcome, kept, suspects, keptSuspects, quarantine }: RepairReport): string {
  if (outcome === 'good') return `${cache}: nothing to repair, ${kept} entries`;
  if (outcome === 'hopeless') return `${cache}: no file has a good header, so nothing can be kept. Restore a file, or move ${directory} away to begin empty.`;
  const doubtful =
    suspects === 0
      ? ''
      : keptSuspects
        ? `, ${suspects} of which a lost record may have deleted or replaced`
        : `; ${suspects} that a lost record may have deleted or replaced are dropped (--keep-good keeps them)`;
  if (outcome === 'would-repair') return `${cache}: would keep ${kept} entries${doubtful}`;
  return `${cache}: kept ${kept} entries${doubtful}; the old files and a report are in ${join(directory, 'quarantine')} (${quarantine.length} files)`;
}
