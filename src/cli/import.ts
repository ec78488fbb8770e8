/**
 * `scrubjay import`: adds the entries of an export, in a file of their own. All of them, or none.
 */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { isScrubjayError } from '../errors.js';
import type { Cache } from './caches.js';
import type { Command, Given } from './command.js';
import { readStore } from './store.js';
import { type EntryLine, entryLineIn, memberValue } from './values.js';
import { AddedPuts, damageStops, locked } from './writing.js';
import { WrongUse } from './wrong-use.js';

export const importEntries: Command = {
  usage: 'import DIR < FILE',
  summary: 'adds the lines of an export; needs the cache to be closed',
  details:
    'DIR was used by its cache before: its files say what its keys mean. An entry replaces the one under the same key and becomes the most recent one.\nThe cache drops what is beyond its capacity when it is opened. A line that is none stops the import, and nothing is added.',
  async run(given) {
    const added = await withAllLocked(given.target.caches, 0, () => addLines(given));
    for (const [cache, puts] of added)
      await given.line(given.isJson ? JSON.stringify({ cache: cache.name, directory: cache.directory, added: puts }) : `${cache.name}: ${puts} entries added`);
    return 0;
  },
};

/** One lock inside the other. */
const withAllLocked = <T>(caches: readonly Cache[], from: number, work: () => Promise<T>): Promise<T> => {
  const cache = caches[from];
  return cache === undefined ? work() : locked(cache, () => withAllLocked(caches, from + 1, work));
};

async function addLines(given: Given): Promise<ReadonlyMap<Cache, number>> {
  const begun = new Map<Cache, AddedPuts>();
  let number = 0;
  try {
    for await (const text of createInterface({ input: Readable.from(given.streams.stdin), crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (text.trim() === '') continue;
      const line = entryLineIn(text);
      const cache = cacheOfLine(given, line);
      let puts = begun.get(cache);
      if (puts === undefined) begun.set(cache, (puts = begin(given, cache)));
      puts.add({ key: line.key, value: memberValue(line), isPromised: line.isPromised, expiresAt: line.expiresAt, tags: line.tags });
    }
  } catch (error) {
    for (const puts of begun.values()) puts.abandon();
    if (error instanceof WrongUse || (isScrubjayError(error) && error.code !== 'SCRUBJAY_VALUE_REFUSED')) throw error;
    throw new WrongUse(`line ${number} cannot be imported: ${(error as Error).message}. Nothing was added; mend the line, or leave it out.`, { cause: error });
  }
  for (const puts of begun.values()) puts.close();
  return new Map([...begun].map(([cache, { count }]) => [cache, count]));
}

function cacheOfLine({ target }: Given, { cache: name }: EntryLine): Cache {
  if (!target.isRoot) return target.caches[0] as Cache;
  const cache = target.caches.find((each) => each.name === name);
  if (cache === undefined)
    throw new WrongUse(
      `wanted the name of one of the caches (${target.caches.map((each) => each.name).join(', ')}) under "cache", found ${JSON.stringify(name) ?? 'none'}`,
    );
  return cache;
}

function begin({ progress }: Given, cache: Cache): AddedPuts {
  const store = readStore(cache, progress);
  if (store === undefined)
    throw new WrongUse(`wanted a directory that its cache has written to, found ${cache.directory} without any record; let the cache store one entry first.`);
  if (store.recovery.report.damage.length > 0) throw damageStops(cache);
  return new AddedPuts(store);
}
