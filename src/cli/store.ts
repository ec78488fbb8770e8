/**
 * The one door through which the commands read a cache's directory. Reading never writes, takes no lock, and works beside a process that is writing.
 */
import { ScrubjayError } from '../errors.js';
import { realFileSystem as files } from '../persist/file-system.js';
import { valueAt } from '../persist/recovered-entries.js';
import { type Recovery, recover } from '../persist/recovery.js';
import type { OnDamage } from '../persist/recovery-source.js';
import type { LogOwner } from '../persist/session-file.js';
import { type Cache, cacheAt } from './caches.js';
import type { Progress } from './progress.js';
import { storeNames } from './scan.js';
import { readable } from './values.js';

/** A cache whose newest good header says what its files are. */
export type KnownCache = Cache & { readonly header: NonNullable<Cache['header']>; readonly driver: NonNullable<Cache['driver']> };

/** An entry as it lies on disk. */
export interface StoredEntry {
  readonly lsn: number;
  readonly key: string;
  readonly isPromised: boolean;
  /** Wall-clock milliseconds. */
  readonly expiresAt: number | undefined;
  readonly tags: readonly string[] | undefined;
  /** Read when it is asked for. @throws SCRUBJAY_VALUE_REFUSED for an instance of a class that only the application knows */
  readonly value: unknown;
}

/** Everything a cache would take over if it were opened now. */
export class Store {
  readonly cache: KnownCache;
  readonly recovery: Recovery;

  constructor(cache: KnownCache, recovery: Recovery) {
    this.cache = cache;
    this.recovery = recovery;
  }

  get size(): number {
    return this.recovery.recovered.size;
  }

  /** Least recently used first. */
  *entries(): Generator<StoredEntry> {
    for (const place of this.recovery.recovered.order) yield this.#entryAt(place);
  }

  /** The numbers of the records behind them. */
  lsns(): Float64Array {
    const { recovered } = this.recovery;
    return Float64Array.from(recovered.order, (place) => recovered.lsnAt(place));
  }

  /** The entry number `index` of `entries()`, from the end if it is negative. */
  at(index: number): StoredEntry | undefined {
    const place = this.recovery.recovered.order.at(index);
    return place === undefined ? undefined : this.#entryAt(place);
  }

  #entryAt(place: number): StoredEntry {
    const { driver } = this.cache;
    const { recovered } = this.recovery;
    const expiresAt = recovered.expiresAt(place);
    const key = recovered.keyAt(place);
    return {
      lsn: recovered.lsnAt(place),
      key,
      isPromised: recovered.isPromisedAt(place),
      expiresAt: expiresAt === Number.POSITIVE_INFINITY ? undefined : expiresAt,
      tags: recovered.tagsAt(place),
      get value() {
        const { read, offset } = recovered.recordAt(place);
        return readable(key, () => valueAt({ driver }, read, offset));
      },
    };
  }
}

/** Another process that compacts removes files while we read. */
const TRIES = 50;

/** What `read` gives, tried again when the files have changed meanwhile and it failed, or is not what it should be. */
export function steadily<T>(directory: string, read: () => T, isWell: (found: T) => boolean = () => true): T {
  for (let left = TRIES; ; left--) {
    const before = storeNames(directory).join();
    const isSame = (): boolean => left === 0 || before === storeNames(directory).join();
    try {
      const found = read();
      if (isWell(found) || isSame()) return found;
    } catch (error) {
      if (isSame()) throw error;
    }
  }
}

/**
 * A cache whose header is known; `undefined` where nothing was written yet.
 * @throws SCRUBJAY_LOG_DAMAGED where no header is good
 */
function known(cache: Cache): KnownCache | undefined {
  if (cache.header !== undefined && cache.driver !== undefined) return cache as KnownCache;
  const broken = cache.files.find(({ log }) => log === 'broken');
  if (broken === undefined) return undefined;
  throw new ScrubjayError('SCRUBJAY_LOG_DAMAGED', `no file of ${cache.directory} has a good header, so nobody can tell what is in them. Nothing was changed.`);
}

/**
 * The entries of a cache; `undefined` where nothing was written yet. What damage may have touched is not among them, unless `onDamage` says otherwise.
 * @throws SCRUBJAY_LOG_DAMAGED where no header is good, SCRUBJAY_LOG_FOREIGN, SCRUBJAY_LOG_NEWER
 */
export const readStore = (cache: Cache, progress: Progress, onDamage: OnDamage = 'drop-suspect'): Store | undefined =>
  steadily(
    cache.directory,
    () => {
      const now = known(cacheAt(cache.directory));
      return now && new Store(now, progress.through(`reading ${cache.name}`, recover({ ...ownerOf(now), onDamage })));
    },
    (store) => store === undefined || store.recovery.report.damage.length === 0,
  );

/** What its files say of it. */
export const ownerOf = ({ directory, driver, header: { cacheName, signature, version, durability } }: KnownCache): LogOwner => ({
  files,
  directory,
  driver,
  cacheName,
  signature,
  version,
  durability,
});
