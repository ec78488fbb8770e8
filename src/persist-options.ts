/**
 * What a user may say about how a cache is kept on disk, with units and defaults. `check-persist.ts` checks it once, when the class is defined.
 */
import type { PersistDriver, ValueCodecs } from './persist/contract.js';
import type { DriverName } from './persist/drivers/index.js';
import type { FileSystem } from './persist/file-system.js';
import type { Durability, OnLocked } from './persist/journal-options.js';
import type { OnDamage } from './persist/recovery-source.js';

/** A class, also one whose constructor is private. */
export type InstanceClass<T = any> = Function & { readonly prototype: T };

/** How instances of a class are kept on disk: `{ class: Money, dump: (money: Money) => money.cents, load: (cents: number) => new Money(cents) }`. */
export interface ClassCodec<T = any, Data = any> {
  /** The class itself; instances of its subclasses are not meant. */
  class: InstanceClass<T>;
  /** What the class is called on disk. A minifier renames classes, so say it where the build has one. Default: the name of the class. */
  name?: string;
  /**
   * What is written of an instance: anything that can be kept itself, instances of other classes in `revive` included. Runs when the result is stored; if it throws,
   * the result stays in memory only. Default, with `load` left out, too: the own properties, which must be all of the state.
   */
  dump?(instance: T): Data;
  /**
   * An instance that is deep-equal to the one that was dumped. Runs when the result is stored, as a proof, and when the cache is opened; if it throws then,
   * the entry is left behind and loaded anew. Default, with `dump` left out, too: an object of the class with these properties; its constructor does not run.
   */
  load?(data: Data): T;
}

/** A class whose instances come back from disk: all its state is in its own properties, or `dump` and `load` say what it is. */
export type Reviving = InstanceClass | ClassCodec;

/** How a cache is kept on disk. */
export interface PersistOptions {
  /** The format: the name of a driver that comes with scrubjay, or a driver of your own. Default `'jsonl'`. */
  driver?: DriverName | PersistDriver;
  /** The directory that holds one directory for each cache. Default: what `registry.configure` says, else `.scrubjay` in the working directory. One process at a time has it: `{worker}` in it
   * stands for the number of the worker, of a cluster, of pm2 (`NODE_APP_INSTANCE`) or of worker threads, `0` elsewhere. */
  directory?: string;
  /**
   * When a result counts as kept. What was acknowledged survives the death of the process in every mode; a power cut may take
   * nothing (`'always'`: an async call answers after its record was synced), the last second (`'interval'`),
   * or what the system had not written yet (`'os'`). Default: what `registry.configure` says, else `'interval'`.
   */
  durability?: Durability;
  /**
   * What becomes of this cache when another process holds its directory: it runs in memory only, and `'error'` says so and lets `registry.open()` fail,
   * `'memory'` does not. Default: what `registry.configure` says, else `'error'`.
   */
  onLocked?: OnLocked;
  /**
   * What becomes of entries when records that were durable are damaged or missing, and may have deleted or replaced them: `'drop-suspect'` loads them anew,
   * `'salvage'` keeps them, `'refuse'` reads nothing, changes nothing, and runs in memory only. Default `'drop-suspect'`.
   */
  onDamage?: OnDamage;
  /**
   * The version of your values: raise it when what the method gives has changed, and the cache begins empty. After a rollback to a lower number it
   * runs in memory only, so that nothing is lost for the newer one; a text is only compared. Default: none.
   */
  version?: string | number;
  /**
   * The classes whose instances may be in results, at any depth. They survive what other values survive, and come back as instances; those of all other classes,
   * but Errors and the usual built-in ones, keep a result in memory only. Default: none.
   */
  revive?: Reviving | readonly Reviving[];
  /** The calls through which the disk is reached, for tests that let it fail. Default: `node:fs`. */
  fileSystem?: FileSystem;
}

/** The same after the checks. */
export interface PersistSettings {
  readonly driver: PersistDriver;
  readonly directory: string | undefined;
  readonly durability: Durability | undefined;
  readonly onLocked: OnLocked | undefined;
  readonly onDamage: OnDamage | undefined;
  readonly version: string | number | undefined;
  readonly codecs: ValueCodecs;
  readonly fileSystem: FileSystem;
}
