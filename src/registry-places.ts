/**
 * Where and how the caches of a registry are kept that do not say it themselves.
 */
import { resolve } from 'node:path';
import { checkDirectory, checkDurability, checkOnLocked } from './check-persist.js';
import { expectKnown, wrong } from './misuse.js';
import { cacheDirectory } from './persist/cache-directory.js';
import type { Durability, Keeping, OnLocked, SaidKeeping } from './persist/journal-options.js';
import type { RegistryOptions } from './registry-options.js';

const NOWHERE = '';

export class Places {
  #directory = resolve('.scrubjay');
  #durability: Durability = 'interval';
  #onLocked: OnLocked = 'error';
  /** Where tests keep all caches, whatever their options say; NOWHERE for memory only. */
  #testDirectory: string | undefined;

  /**
   * What is not said stays as it is. Gives the signals that were said, which are not looked at.
   * @throws SCRUBJAY_UNKNOWN_OPTION, SCRUBJAY_BAD_OPTION
   */
  configure(options: RegistryOptions['persist']): readonly NodeJS.Signals[] | undefined {
    if (options === undefined) return undefined;
    const persist = { ...options };
    if (typeof options !== 'object')
      throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', 'persist must be an object with directory, durability, onLocked or closeOn', options);
    expectKnown(persist, ['directory', 'durability', 'onLocked', 'closeOn'], 'registry.configure', 'persist option');
    this.#directory = resolve(checkDirectory(persist.directory, 'registry.configure') ?? this.#directory);
    this.#durability = checkDurability(persist.durability, 'registry.configure') ?? this.#durability;
    this.#onLocked = checkOnLocked(persist.onLocked, 'registry.configure') ?? this.#onLocked;
    return persist.closeOn;
  }

  /** From now on everything is kept below `directory`, and in memory only where none is given. */
  placeTests(directory: string | undefined): void {
    this.#testDirectory = directory === undefined ? NOWHERE : resolve(directory);
  }

  /** Where the cache of that name is kept; `undefined` for memory only. */
  place(name: string, own: SaidKeeping): Keeping | undefined {
    if (this.#testDirectory === NOWHERE) return undefined;
    return {
      directory: cacheDirectory(this.#testDirectory ?? own.directory ?? this.#directory, name),
      durability: own.durability ?? this.#durability,
      onLocked: own.onLocked ?? this.#onLocked,
    };
  }
}
