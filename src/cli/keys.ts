/**
 * `scrubjay keys`: the keys of the entries that a cache would serve.
 */
import type { Command } from './command.js';

export const keys: Command = {
  usage: 'keys DIR [--grep TEXT]',
  summary: 'the keys, least recently used first',
  details: 'Entries past their time are left out. Where DIR holds several caches, the name of the cache and a colon stand before each key.',
  options: { grep: { type: 'string', help: 'only keys that contain TEXT' } },
  async run(given) {
    const wanted = given.text('grep') ?? '';
    for (const cache of given.target.caches) {
      for (const { key, expiresAt, tags } of given.entriesOf(cache)) {
        if (!key.includes(wanted)) continue;
        await given.line(given.isJson ? JSON.stringify({ cache: cache.name, key, expiresAt, tags }) : given.prefixOf(cache) + key);
      }
    }
    return 0;
  },
};
