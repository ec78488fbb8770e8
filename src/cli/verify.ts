/**
 * `scrubjay verify`: reads every byte of every file and says what is not as it was written.
 */
import { checkUp, isDamaged, lineOf } from './checkup.js';
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
      const isServed = isGood || store !== undefined;
      didFindDamage ||= !isGood;
      if (given.isJson) {
        const { name, directory } = cache;
        await given.line(JSON.stringify({ cache: name, directory, isGood, isServed, entries: store?.size ?? 0, records, findings }));
        continue;
      }
      await given.line(
        `${cache.name}: ${isGood ? 'good' : 'DAMAGED'}, ${records} good records in ${cache.files.length} files, ${store?.size ?? 0} entries${after(isGood, isServed, cache.directory)}`,
      );
      for (const finding of findings) await given.line(`  ${lineOf(finding)}`);
    }
    return didFindDamage ? 2 : 0;
  },
};

function after(isGood: boolean, isServed: boolean, directory: string): string {
  if (isGood) return '';
  return isServed
    ? `; what is damaged is not needed, the cache serves them all. To have it gone: scrubjay repair ${directory}`
    : `; nothing is served. Restore the files, or keep what is good: scrubjay repair ${directory}`;
}
