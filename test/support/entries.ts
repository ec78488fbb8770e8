/** Parts of a cache without decorators, for tests that play with them. */
import { DEFAULT_LIMITS } from '../../src/check-limits';
import { Entries } from '../../src/entries';
import { type CallKey, EntryKeys } from '../../src/entry-keys';
import type { EntryLimits } from '../../src/entry-limits';
import { Counters } from '../../src/stats/counters';
import { Table } from '../../src/tables';

/** The key of a call that is known by its text only. */
export const byText = (text: string): CallKey => ({ text, copy: undefined });

const rule = { method: 'Users.find', parameters: [] };

/** Entries within `limits`, three of them for ever when nothing is said. */
export function someEntries(limits: Partial<EntryLimits> = {}, counters = new Counters()): { entries: Entries; counters: Counters; newTable: () => Table } {
  const entries = new Entries({ ...DEFAULT_LIMITS, capacity: 3, ttlMs: Number.POSITIVE_INFINITY, ...limits }, counters, new EntryKeys(rule));
  return { entries, counters, newTable: () => new Table(entries.keys.calls, { most: Number.POSITIVE_INFINITY, trimmed: Number.POSITIVE_INFINITY }) };
}
