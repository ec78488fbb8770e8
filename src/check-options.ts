/**
 * The checks of what a user said to `@Cached`, which run once, when the class is defined.
 */
import { resolve } from 'node:path';
import { types } from 'node:util';
import { type ErrorCode, ScrubjayError } from './errors.js';
import { readParameter } from './key/parameters.js';
import { describe } from './kinds.js';
import type { CachedOptions, PersistOptions, PersistSettings, Registrar, Settings } from './options.js';
import type { PersistDriver } from './persist/contract.js';
import { type DriverName, drivers } from './persist/drivers/index.js';
import { type FileSystem, realFileSystem } from './persist/file-system.js';
import type { Durability } from './persist/journal-options.js';

const DEFAULT_CAPACITY = 1000;
/** Every option with its name, so that none is forgotten here. */
const KNOWN = Object.keys({
  capacity: 1,
  ttl: 1,
  persist: 1,
  params: 1,
  omit: 1,
  key: 1,
  defaults: 1,
  secret: 1,
  hashKeys: 1,
  pepper: 1,
  unkeyable: 1,
  identity: 1,
  when: 1,
  scope: 1,
  name: 1,
  registry: 1,
} satisfies Record<keyof CachedOptions, 1>);
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
  condition: 'when',
  noop: 'when',
  skip: 'when',
  secrets: 'secret',
  ignore: 'omit',
  keyBy: 'key',
  resolver: 'key',
  cacheKey: 'key',
};

/** Checks what the user said. `where` begins every message, such as `@Cached on Users.find`. */
export function checkOptions(options: unknown, where: string): Settings {
  const said = record(options ?? {}, where, 'options');
  expectKnown(said, KNOWN, where, 'option');
  expectFitting(said, where);
  return {
    capacity: checkCapacity(said['capacity'], where),
    ttlMs: said['ttl'] === undefined ? Number.POSITIVE_INFINITY : durationMs(said['ttl'], where),
    persist: said['persist'] === undefined ? undefined : checkPersist(said['persist'], where),
    parameters: names(said['params'], 'params', where)?.map((name) => readParameter(name, `${where}: params`)),
    omitted: names(said['omit'], 'omit', where) ?? [],
    pick: expectType(said, 'key', 'function', 'a function of the arguments', where) as Settings['pick'],
    defaults: said['defaults'] === undefined ? {} : record(said['defaults'], where, 'defaults'),
    secrets: names(said['secret'], 'secret', where) ?? [],
    hashKeys: flag(said, 'hashKeys', where),
    pepper: checkPepper(said['pepper'], where),
    unkeyable: checkUnkeyable(said['unkeyable'], where),
    identity: flag(said, 'identity', where),
    when: expectType(said, 'when', 'function', 'a function of the arguments that says whether to cache', where) as Settings['when'],
    scope: checkScope(said['scope'], where),
    name: checkName(said['name'], where),
    registry: checkRegistry(said['registry'], where),
  };
}

/** Options that make no sense together: `[one, other, why]`. */
const UNFITTING: readonly (readonly [one: keyof CachedOptions, other: keyof CachedOptions, why: string])[] = [
  ['identity', 'persist', 'the identity of an object ends with its process'],
  ['key', 'omit', 'key picks by hand'],
  ['key', 'defaults', 'key picks by hand'],
  ['key', 'secret', 'key picks by hand; hashKeys hides what it picks'],
];

function expectFitting(said: Readonly<Record<string, unknown>>, where: string): void {
  const isSaid = (option: string): boolean => said[option] !== undefined && said[option] !== false;
  const unfitting = UNFITTING.find(([one, other]) => isSaid(one) && isSaid(other));
  if (unfitting === undefined) return;
  const [one, other, why] = unfitting;
  throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${one} and ${other} do not go together: ${why}. Take one of them away.`);
}

function flag(said: Readonly<Record<string, unknown>>, option: string, where: string): boolean {
  const value = said[option] ?? false;
  if (typeof value === 'boolean') return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be true or false`, value);
}

function checkPepper(pepper: unknown, where: string): Uint8Array | undefined {
  const bytes = typeof pepper === 'string' ? Buffer.from(pepper) : pepper;
  if (bytes === undefined || (types.isUint8Array(bytes) && bytes.length > 0)) return bytes;
  // Not shown: it is a secret.
  throw new ScrubjayError(
    'SCRUBJAY_BAD_OPTION',
    `${where}: pepper must be text or bytes, not empty; got ${typeof pepper === 'string' ? "''" : typeof pepper}. Leave it out to use SCRUBJAY_PEPPER.`,
  );
}

function checkUnkeyable(unkeyable: unknown, where: string): Settings['unkeyable'] {
  if (unkeyable === undefined) return 'throw';
  if (unkeyable === 'throw' || unkeyable === 'bypass') return unkeyable;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "unkeyable must be 'throw' or 'bypass'", unkeyable);
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

const wantedRecords: Readonly<Record<string, string>> = {
  persist: "persist must be the name of a driver, such as 'jsonl', or an object",
  defaults: "defaults must be an object of values by parameter name, such as { locale: 'en' }",
};

function record(value: unknown, where: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw wrong('SCRUBJAY_BAD_OPTION', where, wantedRecords[what] ?? `the ${what} must be an object`, value);
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
