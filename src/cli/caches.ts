/**
 * The caches in a directory: one, or one in each directory below it. What a cache is called, and what its files are, is in the newest good header.
 */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { LogHeader, PersistDriver } from '../persist/contract.js';
import { LOCK_NAME } from '../persist/directory-lock.js';
import type { LogFile } from '../persist/log-files.js';
import { type ScannedFile, scanDirectory, storeNames } from './scan.js';
import { WrongUse } from './wrong-use.js';

/** A cache on disk. */
export interface Cache {
  /** As in the header, else that of the directory. */
  readonly name: string;
  readonly directory: string;
  readonly files: readonly ScannedFile[];
  /** The newest good one, of a log if there is any; `undefined` where there is none. */
  readonly header: LogHeader | undefined;
  readonly driver: PersistDriver | undefined;
}

/** What DIR holds. */
export interface Target {
  /** DIR itself. */
  readonly path: string;
  /** Whether DIR holds a directory for each cache, so that names are needed to tell them apart. */
  readonly isRoot: boolean;
  readonly caches: readonly Cache[];
}

/** The cache in `directory`, as it is now. */
export function cacheAt(directory: string): Cache {
  const files = scanDirectory(directory);
  const headers = files.flatMap(({ kind, log, driver }) => (isGood(log) ? [{ kind, driver, header: log.header }] : []));
  const newest = headers.filter(({ kind }) => kind === 'log').at(-1) ?? headers.at(-1);
  return {
    name: newest?.header.cacheName ?? basename(resolve(directory)),
    directory,
    files,
    header: newest?.header,
    driver: newest?.driver ?? files[0]?.driver,
  };
}

/** Whether a file has a good header. */
export const isGood = (log: ScannedFile['log']): log is LogFile => typeof log === 'object';

/**
 * Finds the caches in `path`.
 * @throws WrongUse where there are none
 */
export function findCaches(path: string): Target {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new WrongUse(`wanted the directory of a cache, or one that holds such directories; found ${found(path)}. Say where it is, such as .scrubjay.`);
  if (isCache(path)) return { path, isRoot: false, caches: [retried(path)] };
  const below = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isCache(join(path, entry.name)))
    .map(({ name }) => join(path, name))
    .sort();
  if (below.length === 0)
    throw new WrongUse(
      `wanted the directory of a cache, or one that holds such directories; ${path} has no files of scrubjay. Say where they are, such as .scrubjay.`,
    );
  return { path, isRoot: true, caches: below.map(retried) };
}

const found = (path: string): string => (statSync(path, { throwIfNoEntry: false }) === undefined ? `no ${path}` : `a file, ${path}`);

/** A cache that has written nothing yet has a lock. */
const isCache = (directory: string): boolean => storeNames(directory).length > 0 || readdirSync(directory).includes(LOCK_NAME);

/** A file may go between being listed and being read. */
function retried(directory: string): Cache {
  for (let left = 50; ; left--) {
    try {
      return cacheAt(directory);
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
