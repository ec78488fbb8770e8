/**
 * `scrubjay verify`: reads every byte of every file and says what is not as it was written.
 */
import { type Checkup, checkUp, isDamaged, lineOf } from './checkup.js';
import type { Command } from './command.js';

export const verify: Command = {
  usage: 'verify DIR',
  summary: 'reads every byte; exit code 2 and file, byte offset and count for damage',
  details:
    'A record that a crash has cut off (torn) and a snapshot without its end (unfinished) are normal and reported as such; the exit code is 0.\nDamage in files that are no longer needed is damage, too.',
  async run(given) {
    let didFindDamage = false;
    for (const cache of given.target.caches) {
      const checkup = checkUp(cache, given.progress);
      const { store, findings, records } = checkup;
      const isGood = !isDamaged(checkup);
      const dropped = store?.recovery.report.droppedEntries ?? 0;
      didFindDamage ||= !isGood;
      if (given.isJson) {
        const { name, directory } = cache;
        await given.line(JSON.stringify({ cache: name, directory, isGood, entries: store?.size ?? 0, dropped, records, findings }));
        continue;
      }
      await given.line(
        `${cache.name}: ${isGood ? 'good' : 'DAMAGED'}, ${records} good records in ${cache.files.length} files, ${store?.size ?? 0} entries${after(checkup, dropped)}`,
      );
      for (const finding of findings) await given.line(`  ${lineOf(finding)}`);
    }
    return didFindDamage ? 2 : 0;
  },
};

function after(checkup: Checkup, dropped: number): string {
  const { cache, store } = checkup;
  if (!isDamaged(checkup)) return '';
  if (store === undefined) return '; nothing can be served. Restore the files, or move the directory away to begin empty';
  if (store.recovery.report.damage.length === 0)
    return `; what is damaged is not needed, the cache serves them all. To have it gone: scrubjay repair ${cache.directory}`;
  return `; ${dropped} that the damage may have touched are dropped. Restore the files, or go on with what is good: scrubjay repair ${cache.directory}`;
}
