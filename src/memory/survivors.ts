/**
 * Who is left of more entries than there is room for, when they come back from disk.
 */
import type { EvictionPolicy, RestoredEntry } from './policy.js';

/** Of `entries`, in their order and with slots numbered from 0, those that `policy` would keep. */
export function survivors<E extends Omit<RestoredEntry, 'slot'> & { readonly deadline: number }>(
  policy: EvictionPolicy,
  capacity: number,
  entries: readonly E[],
  lastEvicted: number,
): readonly E[] {
  if (entries.length <= capacity) return entries;
  const order = policy.order({ capacity: entries.length, deadlineOf: (slot) => entries[slot]?.deadline ?? Number.POSITIVE_INFINITY, changed() {} });
  order.restore(
    entries.map((entry, slot) => ({ hash: entry.hash, storedAs: entry.storedAs, mark: entry.mark, slot })),
    lastEvicted,
  );
  order.resize(capacity);
  const gone = new Set<number>();
  while (entries.length - gone.size > capacity) gone.add(order.evict());
  return entries.filter((_entry, slot) => !gone.has(slot));
}
