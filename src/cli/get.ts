/**
 * `scrubjay get`: the value under one key.
 */
import type { Command } from './command.js';
import { textOf, valueMember } from './values.js';

export const get: Command = {
  usage: 'get DIR KEY',
  takesKey: true,
  summary: 'the value under KEY, as JSON; exit code 1 when there is none',
  details:
    'KEY is written as "scrubjay keys" prints it. A value that JSON cannot say (a Map, a Date, undefined …) is printed as Node prints it;\nwith --json it stands under "rich" in the notation of devalue. An entry past its time is none.',
  async run(given) {
    const wanted = given.key;
    for (const cache of given.target.caches) {
      const prefix = given.prefixOf(cache);
      if (!wanted.startsWith(prefix)) continue;
      for (const { key, value, isPromised, expiresAt, tags } of matching(given.entriesOf(cache), wanted.slice(prefix.length))) {
        await given.line(given.isJson ? JSON.stringify({ cache: cache.name, key, ...valueMember(value), expiresAt, tags, isPromised }) : textOf(value));
        return 0;
      }
    }
    given.note(`scrubjay: no entry under ${wanted}; "scrubjay keys" lists those there are.`);
    return 1;
  },
};

function* matching<E extends { readonly key: string }>(entries: Iterable<E>, key: string): Generator<E> {
  for (const entry of entries) if (entry.key === key) yield entry;
}
