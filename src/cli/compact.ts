/**
 * `scrubjay compact`: one snapshot takes the place of all files.
 */
import { join } from 'node:path';
import { cacheAt } from './caches.js';
import { type Checkup, checkUp, isDamaged } from './checkup.js';
import type { Command } from './command.js';
import type { Progress } from './progress.js';
import { damageStops, locked, removeFiles, writeAnew } from './writing.js';

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
          entries: before.store?.size ?? 0,
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

function compactNow({ cache, store }: Checkup, progress: Progress): void {
  if (store === undefined) return;
  const old = writeAnew(store, progress);
  removeFiles(
    cache,
    old.map((name) => join(cache.directory, name)),
  );
}

const bytesIn = (directory: string): number => cacheAt(directory).files.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
