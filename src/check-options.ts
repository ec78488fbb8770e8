/**
 * The checks of what a user said to `@Cached`, which run once, when the class is defined.
 */
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { types } from 'node:util';
import { checkFreshness } from './check-freshness.js';
import { checkLimits, DEFAULT_LIMITS } from './check-limits.js';
import { checkLoads } from './check-loads.js';
import { checkRevive } from './check-revive.js';
import { ScrubjayError } from './errors.js';
import type { Isolate } from './isolation.js';
import { readParameter } from './key/parameters.js';
import { checkFlag, expectKnown, wrong } from './misuse.js';
import type { CachedOptions, PersistOptions, PersistSettings, Registrar, Settings } from './options.js';
import type { PersistDriver } from './persist/contract.js';
import { type DriverName, drivers } from './persist/drivers/index.js';
import { type FileSystem, realFileSystem } from './persist/file-system.js';
import type { Durability, OnLocked } from './persist/journal-options.js';
import type { OnDamage } from './persist/recovery-source.js';
import { checkTags } from './tagging.js';

/** Every option with its name, so that none is forgotten here. */
const KNOWN = Object.keys({
  capacity: 1,
  ttl: 1,
  nullTtl: 1,
  idle: 1,
  jitter: 1,
  staleWhileRevalidate: 1,
  staleIfError: 1,
  retryAfterError: 1,
  refreshAhead: 1,
  cacheErrors: 1,
  softTimeout: 1,
  hardTimeout: 1,
  maxLoads: 1,
  maxQueuedLoads: 1,
  policy: 1,
  maxBytes: 1,
  maxEntryBytes: 1,
  sizeOf: 1,
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
  index: 1,
  when: 1,
  unless: 1,
  isolate: 1,
  scope: 1,
  tags: 1,
  name: 1,
  registry: 1,
} satisfies Record<keyof CachedOptions, 1>);
const KNOWN_PERSIST = [
  'driver',
  'directory',
  'durability',
  'onLocked',
  'onDamage',
  'version',
  'revive',
  'fileSystem',
] as const satisfies readonly (keyof PersistOptions)[];
/** Checks what the user said. `where` begins every message, such as `@Cached on Users.find`; `others` are options that somebody else has checked. */
export function checkOptions(options: unknown, where: string, others: readonly string[] = []): Settings {
  const said = record(options ?? {}, where, 'options');
  expectKnown(said, [...KNOWN, ...others], where, 'option');
  expectFitting(said, where);
  const freshness = checkFreshness(said, where);
  const { ttlMs, idleMs, refreshAt, staleWhileRevalidateMs, staleIfErrorMs } = freshness;
  return {
    limits: { ...checkLimits(said, DEFAULT_LIMITS, where), ttlMs, idleMs, refreshAt, graceMs: Math.max(staleWhileRevalidateMs, staleIfErrorMs) },
    freshness,
    loads: checkLoads(said, freshness, where),
    persist: said['persist'] === undefined ? undefined : checkPersist(said['persist'], where),
    parameters: names(said['params'], 'params', where)?.map((name) => readParameter(name, `${where}: params`)),
    omitted: names(said['omit'], 'omit', where) ?? [],
    pick: expectType(said, 'key', 'function', 'a function of the arguments', where) as Settings['pick'],
    defaults: said['defaults'] === undefined ? {} : record(said['defaults'], where, 'defaults'),
    secrets: names(said['secret'], 'secret', where) ?? [],
    index: names(said['index'], 'index', where),
    hashKeys: flag(said, 'hashKeys', where),
    pepper: checkPepper(said['pepper'], where),
    unkeyable: checkUnkeyable(said['unkeyable'], where),
    identity: flag(said, 'identity', where),
    when: expectType(said, 'when', 'function', 'a function of the arguments that says whether to cache', where) as Settings['when'],
    unless: expectType(said, 'unless', 'function', 'a function of the result and the arguments that says whether not to store it', where) as Settings['unless'],
    isolate: checkIsolate(said['isolate'], where),
    scope: checkScope(said['scope'], where),
    tags: typeof said['tags'] === 'function' ? (said['tags'] as Settings['tags']) : said['tags'] === undefined ? undefined : checkTags(said['tags'], where),
    isScopeSaid: said['scope'] !== undefined,
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
  ['key', 'index', 'key picks by hand'],
  ['hashKeys', 'index', 'hidden keys do not tell their parts'],
];

function expectFitting(said: Readonly<Record<string, unknown>>, where: string): void {
  const isSaid = (option: string): boolean => said[option] !== undefined && said[option] !== false;
  const unfitting = UNFITTING.find(([one, other]) => isSaid(one) && isSaid(other));
  if (unfitting === undefined) return;
  const [one, other, why] = unfitting;
  throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${one} and ${other} do not go together: ${why}. Take one of them away.`);
}

const flag = (said: Readonly<Record<string, unknown>>, option: string, where: string): boolean => checkFlag(said[option] ?? false, option, where);

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

function checkIsolate(isolate: unknown, where: string): Isolate {
  if (isolate === undefined) return 'shared';
  if (isolate === 'shared' || isolate === 'freeze' || isolate === 'clone') return isolate;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "isolate must be 'shared', 'freeze' or 'clone'", isolate);
}

function checkPersist(persist: unknown, where: string): PersistSettings {
  const said = typeof persist === 'string' ? { driver: persist } : record(persist, where, 'persist');
  expectKnown(said, KNOWN_PERSIST, where, 'persist option');
  return {
    driver: checkDriver(said['driver'] ?? 'jsonl', where),
    directory: absolute(checkDirectory(said['directory'], where)),
    durability: checkDurability(said['durability'], where),
    onLocked: checkOnLocked(said['onLocked'], where),
    onDamage: checkOnDamage(said['onDamage'], where),
    version: checkVersion(said['version'], where),
    codecs: checkRevive(said['revive'], where),
    fileSystem: (expectType(said, 'fileSystem', 'object', 'the calls of node:fs', where) as FileSystem | undefined) ?? realFileSystem,
  };
}

function checkDriver(driver: unknown, where: string): PersistDriver {
  const found = findDriver(driver, where);
  found.load?.();
  return found;
}

function findDriver(driver: unknown, where: string): PersistDriver {
  if (typeof driver === 'string' && Object.hasOwn(drivers, driver)) return drivers[driver as DriverName];
  const members = ['name', 'codec', 'fileExtension', 'encodeValue', 'decodeValue', 'encodeHeader', 'encodeRecord', 'resealRecord', 'readHeader', 'readRecord'];
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

/** Checks what a persisted cache, or a whole registry, does about a directory that is held. */
export function checkOnLocked(onLocked: unknown, where: string): OnLocked | undefined {
  if (onLocked === undefined || onLocked === 'error' || onLocked === 'memory') return onLocked;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "onLocked must be 'error' or 'memory'", onLocked);
}

export function checkSignals(signals: unknown, where: string): readonly NodeJS.Signals[] {
  if (Array.isArray(signals) && signals.every(isSignal)) return signals as NodeJS.Signals[];
  throw wrong('SCRUBJAY_BAD_OPTION', where, "closeOn must be a list of signals, such as ['SIGTERM']", signals);
}

/** These two nobody can listen to. */
const isSignal = (signal: unknown): boolean => Object.hasOwn(constants.signals, signal as string) && signal !== 'SIGKILL' && signal !== 'SIGSTOP';

const ON_DAMAGE: readonly unknown[] = ['drop-suspect', 'salvage', 'refuse'] satisfies readonly OnDamage[];

function checkOnDamage(onDamage: unknown, where: string): OnDamage | undefined {
  if (onDamage === undefined || ON_DAMAGE.includes(onDamage)) return onDamage as OnDamage | undefined;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "onDamage must be 'drop-suspect', 'salvage' or 'refuse'", onDamage);
}

function checkVersion(version: unknown, where: string): string | number | undefined {
  if (version === undefined || typeof version === 'string' || (typeof version === 'number' && Number.isFinite(version))) return version;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'version must be a number or a text', version);
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
