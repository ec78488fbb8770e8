/**
 * The checks of what a user said about the disk: of one cache, or of a whole registry.
 */
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { checkRevive } from './check-revive.js';
import { expectKnown, expectRecord, expectType, wrong } from './misuse.js';
import type { PersistDriver } from './persist/contract.js';
import { type DriverName, drivers } from './persist/drivers/index.js';
import { type FileSystem, realFileSystem } from './persist/file-system.js';
import type { Durability, OnLocked } from './persist/journal-options.js';
import type { OnDamage } from './persist/recovery-source.js';
import type { PersistOptions, PersistSettings } from './persist-options.js';

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

export function checkPersist(persist: unknown, where: string): PersistSettings {
  const said = typeof persist === 'string' ? { driver: persist } : expectRecord(persist, where, 'persist');
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
