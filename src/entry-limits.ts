/**
 * How much one cache may hold, and for how long; and which of the entries that come back from disk have a place within that.
 */
import { now } from './clock.js';
import { hashOfCall } from './entry-keys.js';
import type { Limits } from './memory/residents.js';
import { survivors } from './memory/survivors.js';
import type { LoggedEntry, RecoveredEntries } from './persist/replay.js';

/** How much a cache may hold, and for how long. */
export interface EntryLimits extends Limits {
  /** Infinity for ever. */
  readonly ttlMs: number;
}

/** An entry that may come back. */
interface Candidate {
  readonly entry: LoggedEntry;
  readonly hash: number;
  readonly storedAs: number;
  readonly mark: number | undefined;
  readonly deadline: number;
}

/** Those that fit, in their order, and the keys of those that do not. What is past its time is neither: it is left behind. */
export function choose({ entries, lastEvicted, policy }: RecoveredEntries, limits: EntryLimits): { fitting: readonly Candidate[]; tooMany: string[] } {
  const moment = now();
  // Of a ttl that was shortened since, or is new, nobody shall wait for the old one to end.
  const latest = moment + limits.ttlMs;
  const isOurs = policy === limits.policy.name;
  const candidates = entries
    .filter(({ expiresAt = Number.POSITIVE_INFINITY }) => moment < expiresAt)
    .map((entry) => ({
      entry,
      hash: hashOfCall({ text: entry.key, copy: undefined }),
      storedAs: entry.lsn,
      mark: isOurs ? entry.mark : undefined,
      deadline: Math.min(entry.expiresAt ?? latest, latest),
    }));
  const fitting = survivors(limits.policy, limits.capacity, candidates, lastEvicted);
  const kept = new Set(fitting);
  return { fitting, tooMany: candidates.filter((candidate) => !kept.has(candidate)).map(({ entry }) => entry.key) };
}
