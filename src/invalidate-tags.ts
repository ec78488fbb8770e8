/**
 * Removes what stands for something that has changed, by its tags.
 */
import type { MethodCache } from './method-cache.js';
import { type Change, change } from './transactions.js';

/**
 * Removes every entry of a cache with one of these tags, and sees to it that no load which began before stores one. Gives how many fresh entries went.
 * @throws SCRUBJAY_NOT_DURABLE
 */
export async function invalidateTags(cache: MethodCache, wanted: readonly string[]): Promise<number> {
  const { tags } = cache.settings;
  if (tags === undefined || wanted.length === 0) return 0;
  const isMeant = typeof tags === 'function' || tags.some((tag) => wanted.includes(tag));
  if (!isMeant) return 0;
  cache.openNow();
  const { entries, tagging } = cache;
  const slots = (): number[] => [...new Set(tagging === undefined ? entries.slots() : wanted.flatMap((tag) => [...entries.tags.slotsOf(tag)]))];
  const removal: Change<number> = {
    cache,
    // Which tags the result of a call has shows only when it is there.
    touches: () => true,
    carryOut: () => {
      tagging?.invalidate(wanted);
      if (tagging === undefined) cache.tables.fenceAll();
      else {
        for (const table of cache.tables.all) {
          table.puts.fenceAll();
          // Nobody knows what the result would have been tagged with that was not given.
          table.failures.clear();
        }
      }
      return entries.removals.deleteAll(slots());
    },
  };
  return change(removal, () => slots().filter((slot) => entries.isFresh(slot)).length);
}
