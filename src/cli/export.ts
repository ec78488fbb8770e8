/**
 * `scrubjay export`: the entries that a cache would serve, as JSON lines that `scrubjay import` reads.
 */
import type { Command } from './command.js';
import { valueMember } from './values.js';

export const exportEntries: Command = {
  usage: 'export DIR',
  summary: 'the entries as JSON lines, least recently used first',
  details:
    'One line for each entry: {"key","value","expiresAt","isPromised"}. A value that JSON cannot say stands under "rich" in the notation of devalue.\nWhere DIR holds several caches, "cache" says whose entry it is. Entries past their time are left out.',
  async run(given) {
    for (const cache of given.target.caches) {
      for (const { key, value, expiresAt, isPromised } of given.entriesOf(cache)) {
        const name = given.target.isRoot ? { cache: cache.name } : {};
        await given.line(JSON.stringify({ ...name, key, ...valueMember(value), expiresAt, isPromised }));
      }
    }
    return 0;
  },
};
