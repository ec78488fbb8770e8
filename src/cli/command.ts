/**
 * What a command is, and what it is given.
 */
import type { ParseArgsConfig } from 'node:util';
import { now } from '../clock.js';
import { type Cache, findCaches, type Target } from './caches.js';
import { Progress } from './progress.js';
import { readStore, type StoredEntry } from './store.js';

/** Where a command reads and writes; `process` is one. */
export interface Streams {
  readonly stdin: AsyncIterable<string | Buffer>;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Ends a command that would go on for ever. */
  readonly signal?: AbortSignal | undefined;
}

/** 0 well, 1 not found or wrong use, 2 damage. */
export type ExitCode = 0 | 1 | 2;

/** A command: one file, and one line in `index.ts`. */
export interface Command {
  /** What stands behind `scrubjay`, such as `get DIR KEY`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Whether a key stands behind DIR. */
  readonly takesKey?: true;
  /** What `--help` says beyond that. */
  readonly details: string;
  readonly options?: Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly help: string }>>;
  run(given: Given): Promise<ExitCode>;
}

/** A command line that was understood. */
export class Given {
  readonly target: Target;
  readonly progress: Progress;
  /** Whether something was left out because of damage. */
  didMeetDamage = false;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly streams: Streams;
  /** What stands behind DIR, for a command that wants it. */
  readonly key: string;

  constructor(directory: string, key: string, values: Readonly<Record<string, unknown>>, streams: Streams) {
    this.target = findCaches(directory);
    this.progress = new Progress(streams.stderr);
    this.key = key;
    this.#values = values;
    this.streams = streams;
  }

  get isJson(): boolean {
    return this.is('json');
  }

  is(option: string): boolean {
    return this.#values[option] === true;
  }

  text(option: string): string | undefined {
    return this.#values[option] as string | undefined;
  }

  /** Writes one line to stdout, and waits until it has been taken. */
  line(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.streams.stdout.write(`${text}\n`, (error) => {
        if (error == null) resolve();
        else reject(error);
      });
    });
  }

  note(text: string): void {
    this.streams.stderr.write(`${text}\n`);
  }

  /** What stands before a key when several caches could be meant. */
  prefixOf(cache: Cache): string {
    return this.target.isRoot ? `${cache.name}:` : '';
  }

  /** The entries that a cache would serve now, the least recently used first. */
  *entriesOf(cache: Cache): Generator<StoredEntry> {
    const moment = now();
    const store = readStore(cache, this.progress);
    const { damage = [], droppedEntries = 0 } = store?.recovery.report ?? {};
    if (damage.length > 0) {
      this.didMeetDamage = true;
      this.note(
        `scrubjay: ${cache.name} is damaged; ${droppedEntries} entries that the damage may have touched are left out. "scrubjay verify" shows all of it.`,
      );
    }
    for (const entry of store?.entries() ?? []) if ((entry.expiresAt ?? Number.POSITIVE_INFINITY) > moment) yield entry;
  }
}

/** The options of every command, as `parseArgs` wants them. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];
