/**
 * What the caches of a registry have in common, as users write it.
 */
import type { Bytes } from './limit-options.js';
import { wrong } from './misuse.js';
import type { RegistryDefaults } from './options.js';
import type { Durability, OnLocked } from './persist/journal-options.js';
import type { MemoryPressureOptions } from './process-memory.js';
import type { Switches } from './switches.js';

/** Defaults for every cache of a registry, and limits for all of them together. */
export interface RegistryOptions {
  /**
   * The most memory that the entries of all caches may take together, as their `sizeOf` estimates it. Beyond it, entries go from the cache whose hits
   * save the least load time for each byte. Default: no limit. May be changed at any time.
   */
  readonly maxBytes?: Bytes;
  /**
   * Drops entries in steps before the heap, or the memory of the container, is full, and lets caches grow again slowly: `true`, or
   * `{ heapFraction, residentFraction, onEvent }`. Default `false`.
   */
  readonly pressure?: boolean | MemoryPressureOptions;
  /**
   * Whether anything is cached at all. `false` runs every method, and nothing is read, stored or opened; what is deleted meanwhile is gone when caching is switched on again,
   * and what is `set` is deleted. May be changed at any time. Default `true`, unless the environment says `SCRUBJAY_DISABLED=1`.
   */
  readonly enabled?: boolean;
  /**
   * For development: results that all callers share are compared with what they were when somebody got them first, and one that was changed is reported, once for each key,
   * with its path. Makes every hit slow. Default `false`, unless the environment says `SCRUBJAY_WATCH_MUTATIONS=1`.
   */
  readonly watchMutations?: boolean;
  /**
   * For development and tests: looks for results that depend on something of the request, read from a store that `registerRequestStore` knows, which is not in their key.
   * `'report'` says so, once for each method and store; with `'refuse'` such results are not stored, either. Makes loads slower, hits not.
   * Default `'off'`, unless the environment says `SCRUBJAY_CONTEXT_GUARD=report` or `=refuse`.
   */
  readonly contextGuard?: 'off' | 'report' | 'refuse';
  /** Where and how caches are kept that say `persist` and nothing else. */
  readonly persist?: {
    /** The directory that holds one directory for each cache. Default `.scrubjay` in the working directory. */
    readonly directory?: string;
    /** Default `'interval'`: a power cut may take the last second. */
    readonly durability?: Durability;
    /** Default `'error'`: a cache whose directory another process holds says so, and `open` fails. */
    readonly onLocked?: OnLocked;
    /**
     * Signals such as `'SIGTERM'` that end the process without its exit hooks: they close all caches of the process first, as `'exit'` does. One that the application
     * listens to is left to it. Default: none.
     */
    readonly closeOn?: readonly NodeJS.Signals[];
  };
}

/** What a registry of an application's own takes when it is made. */
export interface NewRegistryOptions extends RegistryOptions {
  /**
   * Options for every cached method that is kept in this registry, where neither the method nor its class (`@CacheDefaults`) says anything: those of objects that it has
   * adopted, and those that name it. Not what speaks of the parameters or the name of one method. Default: none.
   */
  readonly defaults?: RegistryDefaults | undefined;
}

/** @throws SCRUBJAY_BAD_OPTION */
export function checkGuard(guard: unknown): Switches['contextGuard'] {
  if (guard === 'off' || guard === 'report' || guard === 'refuse') return guard;
  throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', "contextGuard must be 'off', 'report' or 'refuse'", guard);
}
