/**
 * `scrubjay export`: the entries that a cache would serve, as JSON lines that `scrubjay import` reads.
 */
import type { Command, Given } from './command.js';
import type { StoredEntry } from './store.js';
import { valueMember } from './values.js';

export const exportEntries: Command = {
  usage: 'export DIR',
  summary: 'the entries as JSON lines, least recently used first',
  details:
    'One line for each entry: {"key","value","expiresAt","tags","isPromised"}. A value that JSON cannot say stands under "rich" in the notation of devalue.\nWhere DIR holds several caches, "cache" says whose entry it is. Entries past their time are left out; so are, with exit code 1, those with instances of classes that only their application can read.',
  async run(given) {
    let leftOut = 0;
    for (const cache of given.target.caches) {
      const name = given.target.isRoot ? { cache: cache.name } : {};
      for (const entry of given.entriesOf(cache)) {
        const member = memberOf(given, entry);
        if (member === undefined) leftOut++;
        else
          await given.line(JSON.stringify({ ...name, key: entry.key, ...member, expiresAt: entry.expiresAt, tags: entry.tags, isPromised: entry.isPromised }));
      }
    }
    return leftOut === 0 ? 0 : 1;
  },
};

/** What cannot be read here is left out, and said. */
function memberOf(given: Given, entry: StoredEntry): ReturnType<typeof valueMember> | undefined {
  try {
    return valueMember(entry.value);
  } catch (error) {
    given.note(`scrubjay: ${(error as Error).message} It is left out.`);
    return undefined;
  }
}
