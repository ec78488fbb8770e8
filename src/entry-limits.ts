/**
 * How much one cache may hold, and for how long; and which of the entries that come back from disk have a place within that.
 */
import { elapsed, now } from './clock.js';
import { hashOfText } from './key/hash.js';
import type { Limits } from './memory/residents.js';
import { survivors } from './memory/survivors.js';
import type { RecoveredEntries } from './persist/recovered-entries.js';

/** How much a cache may hold, and for how long. */
export interface EntryLimits extends Limits {
  /** Infinity for ever. */
  readonly ttlMs: number;
  /** At which part of its life an entry is due for a refresh. Default 1, for never. */
  readonly refreshAt?: number;
}

/** The places of recovered entries that fit, in their order, and the keys of those that do not. What is past its time is neither: it is left behind. */
interface Chosen {
  readonly fitting: readonly number[];
  readonly tooMany: readonly string[];
  deadlineOf(place: number): number;
  markOf(place: number): number | undefined;
}

/** Entries looked at between two pauses. */
const STEP = 4096;

/** Who comes back, found in steps. */
export function* choose(recovered: RecoveredEntries, limits: EntryLimits): Generator<void, Chosen> {
  const moment = now();
  // Of a ttl that was shortened since, or is new, nobody shall wait for the old one to end.
  const latest = elapsed() + limits.ttlMs;
  // On disk moments are those of the wall clock.
  const toRising = elapsed() - moment;
  const isOurs = recovered.policy === limits.policy.name;
  const deadlineOf = (place: number): number => Math.min(recovered.expiresAt(place) + toRising, latest);
  const markOf = (place: number): number | undefined => (isOurs ? recovered.markAt(place) : undefined);
  const fresh: number[] = [];
  for (const place of recovered.order) {
    if (moment < recovered.expiresAt(place) + (limits.graceMs ?? 0)) fresh.push(place);
    if (fresh.length % STEP === 0) yield;
  }
  if (fresh.length <= limits.capacity) return { fitting: fresh, tooMany: [], deadlineOf, markOf };
  const candidates = fresh.map((place) => ({
    place,
    hash: hashOfText(recovered.keyAt(place)),
    storedAs: recovered.lsnAt(place),
    mark: markOf(place),
    deadline: deadlineOf(place),
  }));
  const fitting = survivors(limits.policy, limits.capacity, candidates, recovered.lastEvicted).map(({ place }) => place);
  const kept = new Set(fitting);
  return { fitting, tooMany: fresh.filter((place) => !kept.has(place)).map((place) => recovered.keyAt(place)), deadlineOf, markOf };
}
