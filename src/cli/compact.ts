/**
 * `scrubjay compact`: one snapshot takes the place of all files.
 */
import { cacheAt } from './caches.js';
import { type Checkup, checkUp, isDamaged } from './checkup.js';
import type { Command } from './command.js';
import { damageStops, known, locked, removeFiles, syncEnd, writeGeneration } from './store.js';

export const compact: Command = {
  usage: 'compact DIR',
  summary: 'makes the files as small as their entries; needs the cache to be closed',
  details: 'The new files are read back before the old ones are removed. A cache compacts itself while it runs; this is for one that does not run.',
  async run(given) {
    for (const cache of given.target.caches) {
      const done = await locked(cache, () => {
        const before = checkUp(cache, given.progress);
        if (isDamaged(before)) throw damageStops(cache);
        compactNow(before, given.progress);
        return {
          cache: cache.name,
          directory: cache.directory,
          entries: before.store?.entries.length ?? 0,
          bytesBefore: before.diskBytes,
          bytesAfter: bytesIn(cache.directory),
        };
      });
      await given.line(
        given.isJson ? JSON.stringify(done) : `${done.cache}: ${done.entries} entries, ${done.bytesBefore} bytes before, ${done.bytesAfter} now`,
      );
    }
    return 0;
  },
};

function compactNow({ cache, store }: Checkup, progress: Parameters<typeof writeGeneration>[3]): void {
  const owner = known(cache);
  if (owner === undefined || store === undefined) return;
  syncEnd(store);
  writeGeneration(owner, store, store, progress);
  removeFiles(
    cache,
    cache.files.map(({ path }) => path),
  );
}

const bytesIn = (directory: string): number => cacheAt(directory).files.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
