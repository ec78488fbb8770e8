/**
 * What a user may say about how much a cache may hold, with units and defaults. `check-limits.ts` checks it.
 */
import type { PolicyName } from './memory/index.js';
import type { EvictionPolicy } from './memory/policy.js';
import type { SizerName } from './memory/size-of.js';

/** A time: milliseconds, or a number with a unit such as `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** A size in memory: bytes, or a number with a unit of 1024 such as `'512kb'`, `'64mb'`, `'2gb'`. */
export type Bytes = number | `${number}${'b' | 'kb' | 'mb' | 'gb'}`;

/** How much a cache may hold, all instances together, and who goes first. May be changed while it runs: `cacheOf(users.find).configure({ … })`. */
export interface LimitOptions {
  /** The most entries. A whole number, 1 or more. Default 1000; with `maxBytes`, as many as fit. */
  capacity?: number;
  /**
   * Who goes when there is no room: the name of a policy that comes with scrubjay, or one of your own. docs/eviction.md says which suits what.
   * Default `'lru'`: who was not used for the longest time.
   */
  policy?: PolicyName | EvictionPolicy;
  /** The most memory that entries may take, keys and bookkeeping included, as `sizeOf` estimates it when they are stored. Default: no limit. */
  maxBytes?: Bytes;
  /** A result that takes more is answered with and not stored; counted in `unstored`. Default: `maxBytes`. */
  maxEntryBytes?: Bytes;
  /**
   * How large a result is: `'fast'` looks at a bounded number of places in it, `'exact'` at all, a function says so itself, in bytes.
   * docs/sizes.md has the errors of both. Asked once, when the result is stored, and only where bytes are limited. Default `'fast'`.
   */
  sizeOf?: SizerName | ((value: never) => number);
}
