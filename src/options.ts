/**
 * What a user may say to `@Cached`: units, defaults, and the checks that run once, when the class is defined.
 */
import { resolve } from 'node:path';
import { type ErrorCode, ScrubjayError } from './errors.js';
import { type Parameter, readParameter } from './key/parameters.js';
import { describe } from './kinds.js';
import type { MethodCache } from './method-cache.js';
import type { PersistDriver } from './persist/contract.js';
import { type DriverName, drivers } from './persist/drivers/index.js';
import { type FileSystem, realFileSystem } from './persist/file-system.js';
import type { Durability, JournalOptions } from './persist/journal-options.js';

/** A time: milliseconds, or a number with a unit such as `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** How a cache is kept on disk. */
export interface PersistOptions {
  /** The format: the name of a driver that comes with scrubjay, or a driver of your own. Default `'jsonl'`. */
  driver?: DriverName | PersistDriver;
  /** The directory that holds one directory for each cache. Default: what `registry.configure` says, else `.scrubjay` in the working directory. One process at a time. */
  directory?: string;
  /**
   * When a result counts as kept. What was acknowledged survives the death of the process in every mode; a power cut may take
   * nothing (`'always'`: an async call answers after its record was synced), the last second (`'interval'`),
   * or what the system had not written yet (`'os'`). Default: what `registry.configure` says, else `'interval'`.
   */
  durability?: Durability;
  /** The calls through which the disk is reached, for tests that let it fail. Default: `node:fs`. */
  fileSystem?: FileSystem;
}

/** What `@Cached` takes. */
export interface CachedOptions {
  /** The most entries kept, all instances together; beyond it the least recently used one is dropped. A whole number, 1 or more. Default 1000. */
  capacity?: number;
  /** How long a result stays fresh, from the moment it is stored; at exactly that age it is loaded again. More than 0. Default: for ever. */
  ttl?: Duration;
  /** Keeps the cache on disk, under names that survive a rebuild: every parameter needs a name from `@Key` or `params`. Default: memory only. */
  persist?: DriverName | PersistOptions;
  /** The names of the parameters, in order, `'...ids'` for a rest parameter. Default: what `@Key` said. */
  params?: readonly string[];
  /** Names of parameters that are no part of the key, such as a logger. Default: none. */
  omit?: readonly string[];
  /** Picks the parts of the key by hand: what it returns is the key, as any argument would be. Default: all arguments by name. */
  key?: (...args: any[]) => unknown;
  /**
   * Who shares entries: `'instance'` gives each object its own, `'class'` lets all objects of a class share,
   * a function separates them by what it returns, such as a tenant. Default `'instance'`.
   */
  scope?: 'instance' | 'class' | ((self: any) => unknown);
  /** The name in the registry, and of the directory on disk. Default `Class.method`. */
  name?: string;
  /** The registry of an application that does not want the process-wide one. Default `registry`. */
  registry?: Registrar;
}

/** What a decorator needs of a registry. `CacheRegistry` is one. */
export interface Registrar {
  register(name: string, isPersisted: boolean, make: (name: string) => MethodCache): MethodCache;
  place(name: string, own: Pick<PersistSettings, 'directory' | 'durability'>): Pick<JournalOptions, 'directory' | 'durability'>;
}

/** Options after the checks, every default filled in that does not depend on the registry. */
export interface Settings {
  readonly capacity: number;
  /** Infinity for ever. */
  readonly ttlMs: number;
  readonly persist: PersistSettings | undefined;
  readonly parameters: readonly Parameter[] | undefined;
  readonly omitted: readonly string[];
  readonly pick: ((...args: readonly never[]) => unknown) | undefined;
  readonly scope: 'instance' | 'class' | ((self: never) => unknown);
  readonly name: string | undefined;
  readonly registry: Registrar | undefined;
}

export interface PersistSettings {
  readonly driver: PersistDriver;
  readonly directory: string | undefined;
  readonly durability: Durability | undefined;
  readonly fileSystem: FileSystem;
}

const DEFAULT_CAPACITY = 1000;
const KNOWN = ['capacity', 'ttl', 'persist', 'params', 'omit', 'key', 'scope', 'name', 'registry'] as const satisfies readonly (keyof CachedOptions)[];
const KNOWN_PERSIST = ['driver', 'directory', 'durability', 'fileSystem'] as const satisfies readonly (keyof PersistOptions)[];
/** What other libraries call it. */
const SYNONYMS: Readonly<Record<string, string>> = {
  max: 'capacity',
  maxSize: 'capacity',
  maxItems: 'capacity',
  size: 'capacity',
  limit: 'capacity',
  maxAge: 'ttl',
  ttlMs: 'ttl',
  ttlSeconds: 'ttl',
};

/** Checks what the user said. `where` begins every message, such as `@Cached on Users.find`. */
export function checkOptions(options: unknown, where: string): Settings {
  const said = record(options ?? {}, where, 'options');
  expectKnown(said, KNOWN, where, 'option');
  return {
    capacity: checkCapacity(said['capacity'], where),
    ttlMs: said['ttl'] === undefined ? Number.POSITIVE_INFINITY : durationMs(said['ttl'], where),
    persist: said['persist'] === undefined ? undefined : checkPersist(said['persist'], where),
    parameters: names(said['params'], 'params', where)?.map((name) => readParameter(name, `${where}: params`)),
    omitted: names(said['omit'], 'omit', where) ?? [],
    pick: expectType(said, 'key', 'function', 'a function of the arguments', where) as Settings['pick'],
    scope: checkScope(said['scope'], where),
    name: checkName(said['name'], where),
    registry: checkRegistry(said['registry'], where),
  };
}

function checkCapacity(capacity: unknown, where: string): number {
  if (capacity === undefined) return DEFAULT_CAPACITY;
  if (typeof capacity === 'number' && Number.isSafeInteger(capacity) && capacity >= 1 && capacity <= MOST_ENTRIES) return capacity;
  const advice = capacity === 0 ? ' To cache nothing, leave the decorator out.' : '';
  throw wrong('SCRUBJAY_BAD_CAPACITY', where, `capacity must be a whole number of entries, 1 or more, at most ${MOST_ENTRIES}`, capacity, advice);
}

/** Slot numbers are 32-bit integers. */
const MOST_ENTRIES = 2 ** 30;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(ttl: unknown, where: string): number {
  const parts = typeof ttl === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(ttl) : null;
  const ms = parts === null ? ttl : Number(parts[1]) * (UNITS[parts[2] as string] as number);
  if (typeof ms === 'number' && Number.isFinite(ms) && ms > 0) return ms;
  throw wrong(
    'SCRUBJAY_BAD_TTL',
    where,
    "ttl must be more than 0: milliseconds such as 300000, or text such as '5m' (ms, s, m, h, d)",
    ttl,
    ' Leave it out to keep results for ever.',
  );
}

function checkPersist(persist: unknown, where: string): PersistSettings {
  if (typeof persist === 'string') return { driver: checkDriver(persist, where), directory: undefined, durability: undefined, fileSystem: realFileSystem };
  const said = record(persist, where, 'persist');
  expectKnown(said, KNOWN_PERSIST, where, 'persist option');
  return {
    driver: checkDriver(said['driver'] ?? 'jsonl', where),
    directory: absolute(checkDirectory(said['directory'], where)),
    durability: checkDurability(said['durability'], where),
    fileSystem: (expectType(said, 'fileSystem', 'object', 'the calls of node:fs', where) as FileSystem | undefined) ?? realFileSystem,
  };
}

function checkDriver(driver: unknown, where: string): PersistDriver {
  if (typeof driver === 'string' && Object.hasOwn(drivers, driver)) return drivers[driver as DriverName];
  const members = ['name', 'codec', 'fileExtension', 'encodeValue', 'decodeValue', 'encodeHeader', 'encodeRecord', 'readHeader', 'readRecord'];
  if (typeof driver === 'object' && driver !== null && members.every((member) => member in driver)) return driver as PersistDriver;
  const known = Object.keys(drivers).map((name) => `'${name}'`);
  throw wrong('SCRUBJAY_BAD_DRIVER', where, `the persistence driver must be ${known.join(' or ')}, or an object that implements PersistDriver`, driver);
}

/** Made absolute now: the working directory may change, or go, before the cache is opened. */
const absolute = (directory: string | undefined): string | undefined => (directory === undefined ? undefined : resolve(directory));

/** Checks the directory of a persisted cache, or of a whole registry. */
export function checkDirectory(directory: unknown, where: string): string | undefined {
  if (directory === undefined || (typeof directory === 'string' && directory.trim() !== '')) return directory;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'directory must be a path', directory);
}

const DURABILITIES: readonly unknown[] = ['always', 'interval', 'os'] satisfies readonly Durability[];

/** Checks the durability of a persisted cache, or of a whole registry. */
export function checkDurability(durability: unknown, where: string): Durability | undefined {
  if (durability === undefined || DURABILITIES.includes(durability)) return durability as Durability | undefined;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "durability must be 'always', 'interval' or 'os'", durability);
}

function checkScope(scope: unknown, where: string): Settings['scope'] {
  if (scope === undefined) return 'instance';
  if (scope === 'instance' || scope === 'class' || typeof scope === 'function') return scope as Settings['scope'];
  throw wrong('SCRUBJAY_BAD_OPTION', where, "scope must be 'instance', 'class' or a function of the instance", scope);
}

function checkName(name: unknown, where: string): string | undefined {
  if (name === undefined || (typeof name === 'string' && name.trim() !== '' && name.length <= 200)) return name;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'name must be text of 1 to 200 characters', name);
}

function checkRegistry(registry: unknown, where: string): Registrar | undefined {
  if (registry === undefined) return undefined;
  if (typeof registry === 'object' && registry !== null && 'register' in registry && 'place' in registry) return registry as Registrar;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'registry must be a CacheRegistry', registry);
}

function names(list: unknown, option: string, where: string): readonly string[] | undefined {
  if (list === undefined || (Array.isArray(list) && list.every((name) => typeof name === 'string'))) return list as readonly string[] | undefined;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be a list of parameter names, such as ['id', 'locale']`, list);
}

function expectType(said: Readonly<Record<string, unknown>>, option: string, type: 'function' | 'object', wanted: string, where: string): unknown {
  const value = said[option];
  if (value === undefined || (typeof value === type && value !== null)) return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be ${wanted}`, value);
}

function record(value: unknown, where: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw wrong(
    'SCRUBJAY_BAD_OPTION',
    where,
    what === 'persist' ? "persist must be the name of a driver, such as 'jsonl', or an object" : `the ${what} must be an object`,
    value,
  );
}

/** Refuses options that nobody knows. */
export function expectKnown(said: Readonly<Record<string, unknown>>, known: readonly string[], where: string, what: string): void {
  const unknown = Object.keys(said).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const meant = SYNONYMS[unknown] ?? known.find((option) => option.toLowerCase() === unknown.toLowerCase());
  const advice = meant !== undefined && known.includes(meant) ? `did you mean ${meant}?` : `take it out, or use one of ${known.join(', ')}.`;
  throw new ScrubjayError('SCRUBJAY_UNKNOWN_OPTION', `${where}: there is no ${what} ${JSON.stringify(unknown)}; ${advice}`);
}

/** What was wanted, what was found, what to do. */
export function wrong(code: ErrorCode, where: string, wanted: string, found: unknown, advice = ''): ScrubjayError {
  return new ScrubjayError(code, `${where}: ${wanted}; got ${describe(found)}.${advice}`);
}
