/**
 * `scrubjay watch`: follows the logs of caches that are in use, and prints changes as they are written.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cache, cacheAt, findCaches, isGood } from './caches.js';
import type { Command, Given } from './command.js';
import { type Piece, piecesOf } from './scan.js';
import { glanceAt, valueMember } from './values.js';

/** Some file systems tell nobody of changes, so they are looked for. */
const LOOK_EVERY_MS = 200;

export const watch: Command = {
  usage: 'watch DIR',
  summary: 'prints puts, deletes and clears as they are written, until it is stopped',
  details:
    'Begins with the changes after its start. Takes no lock, and does not slow down who writes. Ctrl-C ends it.\nWhere a cache writes so fast that records are compacted away before they are read, it is said how many were missed.',
  async run(given) {
    const { signal } = given.streams;
    const { path, caches } = given.target;
    const followers = new Map(caches.map(({ directory }) => [directory, new Follower(directory, true)]));
    while (signal?.aborted !== true) {
      for (const { directory } of findCaches(path).caches) {
        // All of a cache that came later is news.
        const follower = followers.get(directory) ?? new Follower(directory, false);
        followers.set(directory, follower);
        await follower.tell(given);
      }
      // Not a timer of the clock: those do not keep the process alive, and this one shall.
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    return 0;
  },
};

interface News {
  readonly cache: Cache;
  readonly record: NonNullable<Piece['record']>;
  /** Records before this one that were compacted away before they could be read. */
  readonly missed: number;
}

/** Reads on in the logs of one cache where it stopped. */
class Follower {
  readonly #directory: string;
  /** How much of each log was read, by its number. */
  readonly #reached = new Map<number, number>();
  #lastLsn: number | undefined;

  constructor(directory: string, skipsWhatIsThere: boolean) {
    this.#directory = directory;
    if (!skipsWhatIsThere) return;
    const logs = logsOf(cacheAt(directory));
    for (const { id, fileBytes } of logs.slice(0, -1)) this.#reached.set(id, fileBytes);
    for (const _ of this.#news()) void _;
    const last = logs.at(-1)?.log;
    this.#lastLsn ??= last !== undefined && isGood(last) ? last.header.lsn : 0;
  }

  async tell(given: Given): Promise<void> {
    try {
      for (const { cache, record, missed } of this.#news()) {
        if (missed > 0)
          await given.line(
            given.isJson ? JSON.stringify({ event: 'missed', cache: cache.name, records: missed }) : `missed ${missed} records of ${cache.name}`,
          );
        const line = given.isJson ? jsonOf(cache, record) : textOf(given.prefixOf(cache), cache, record);
        if (line !== undefined) await given.line(line);
      }
    } catch (error) {
      // A compaction has removed what we were about to read; there was nothing new in it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  *#news(): Generator<News> {
    const cache = cacheAt(this.#directory);
    for (const { id, log, driver } of logsOf(cache)) {
      if (!isGood(log)) continue;
      const from = this.#reached.get(id) ?? log.headerEnd;
      if (from >= log.fileBytes) continue;
      for (const { record, end } of piecesOf(driver, log, from)) {
        // A record that is not whole yet is read when it is; behind a torn one nothing counts.
        if (record === undefined) break;
        this.#reached.set(id, end);
        const missed = record.lsn - 1 - (this.#lastLsn ?? record.lsn - 1);
        this.#lastLsn = record.lsn;
        yield { cache, record, missed };
      }
    }
  }
}

const logsOf = ({ files }: Cache): Cache['files'] => files.filter(({ kind }) => kind === 'log');

function jsonOf({ name, driver }: Cache, record: News['record']): string | undefined {
  const common = { event: record.type, cache: name, lsn: record.lsn };
  switch (record.type) {
    case 'put': {
      const { key, value, expiresAt, tags, isPromised, evicted } = record;
      return JSON.stringify({ ...common, key, ...memberOf(driver, value), expiresAt, tags, isPromised, evicted });
    }
    case 'del':
      return JSON.stringify({ ...common, event: 'delete', keys: record.keys });
    case 'clear':
      return JSON.stringify(common);
    default:
      return undefined;
  }
}

function textOf(prefix: string, { driver }: Cache, record: News['record']): string | undefined {
  switch (record.type) {
    case 'put':
      return `put ${prefix}${record.key} ${glanceOf(driver, record.value)}${record.evicted === undefined ? '' : ` (${record.evicted.length} evicted)`}`;
    case 'del':
      return record.keys.map((key) => `delete ${prefix}${key}`).join('\n');
    case 'clear':
      return `clear ${prefix.slice(0, -1)}`.trimEnd();
    default:
      return undefined;
  }
}

const UNREADABLE = '(an instance that only its application can read)';

function memberOf(driver: Cache['driver'], value: unknown): ReturnType<typeof valueMember> {
  try {
    return valueMember(driver?.decodeValue(value));
  } catch {
    return { value: UNREADABLE };
  }
}

function glanceOf(driver: Cache['driver'], value: unknown): string {
  try {
    return glanceAt(driver?.decodeValue(value));
  } catch {
    return UNREADABLE;
  }
}
