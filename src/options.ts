/**
 * What a user may say to `@Cached`, with units and defaults. `check-options.ts` checks it once, when the class is defined.
 */
import type { EntryLimits } from './entry-limits.js';
import type { Freshness, Unless } from './freshness.js';
import type { Isolate } from './isolation.js';
import type { Parameter } from './key/parameters.js';
import type { Duration, LimitOptions } from './limit-options.js';
import type { LoadLimits } from './load-limits.js';
import type { AnyMethod, MethodCache } from './method-cache.js';
import type { ErrorWhen, KeyOf, ParameterName, ScopeOf, TagsOf, TtlOf, UnlessOf, WhenOf } from './method-types.js';
import type { DriverName } from './persist/drivers/index.js';
import type { Keeping, SaidKeeping } from './persist/journal-options.js';
import type { PersistOptions, PersistSettings } from './persist-options.js';
import type { TagsSetting } from './tagging.js';

/** What `@Cached` takes, for a method `F` of `This`; `Names` is what `params` says, `Parts` what `key` returns. */
export interface CachedOptions<F extends AnyMethod = AnyMethod, This = any, Names extends readonly string[] = readonly string[], Parts = unknown>
  extends LimitOptions {
  /**
   * How long a result stays fresh, from the moment it is stored; at exactly that age it is loaded again. More than 0. A function says it for each result, from the
   * result and the arguments: a time, 0 for a result that is not to be stored, or Infinity; when it fails or gives something else, the result is answered with and not
   * stored, and a warning says so once. Default: for ever.
   */
  ttl?: Duration | TtlOf<F, This>;
  /** How long results stay fresh that are `null` or `undefined`, such as of something that was not found. Default: as long as all others. */
  nullTtl?: Duration;
  /**
   * How long a result lives that nobody uses: each call that is answered with it, and each `get`, begins that time anew; `has` and `peek` do not. With `ttl`, the
   * earlier end counts. After a restart the time begins anew when the cache is opened. Less than `ttl`. Default: for ever.
   */
  idle?: Duration;
  /** Up to this much each ttl is shortened by, at random, so that results that were stored together do not end together. Less than `ttl`. Default: none. */
  jitter?: Duration;
  /**
   * For so long after its end a result is still answered with, while one load in the background fetches a new one (RFC 5861, section 3). The load inherits neither the
   * caller's AbortSignal nor its AsyncLocalStorage. A sync method is loaded after its caller was answered, where all arguments are primitive values; else at once.
   * Default: none.
   */
  staleWhileRevalidate?: Duration;
  /** For so long after its end a result is answered with when the load of a new one fails (RFC 5861, section 4). Default: none, and callers get the error. */
  staleIfError?: Duration;
  /** After a load has failed and there was an old result to answer with, that is answered for so long without another attempt. Default: none, every call tries. */
  retryAfterError?: Duration;
  /** When a result is used that has lived for this part of its ttl, such as 0.8, one load in the background fetches a new one. Default: none. */
  refreshAhead?: number;
  /**
   * Which errors of the method are remembered, such as of something that was not found: callers get the same error object again, without another load, for `ttl`. `when` is
   * asked with the error and the arguments; left out, every error is. In memory only, the newest 1000 of each instance, or class; what removes an entry removes them, too.
   * Default: none, a load that failed is forgotten.
   */
  cacheErrors?: CacheErrors<F, This>;
  /**
   * After so long a load that is under way is not waited for any more where there is an old result that `staleIfError` allows: callers are answered with that, and the
   * load goes on and is stored. Counts from the moment the load begins, or waits for its turn. For methods that answer with promises. Default: callers wait.
   */
  softTimeout?: Duration;
  /**
   * After so long nobody waits for a load any more: callers are answered with an old result that `staleIfError` allows, else they get SCRUBJAY_LOAD_TIMEOUT, and the load's
   * AbortSignal fires where it has one. A result that comes later is stored, unless the load was told to stop by such a signal, or its key was loaded or invalidated meanwhile.
   * For methods that answer with promises. Default: callers wait.
   */
  hardTimeout?: Duration;
  /**
   * The most loads of this method that run at one time; the others wait for their turn. A load that is made within one of those runs at once. A whole number, 1 or more.
   * For methods that answer with promises. Default: any number.
   */
  maxLoads?: number;
  /**
   * The most loads that wait for their turn. Beyond, callers are answered with an old result that `staleIfError` allows, else they get SCRUBJAY_TOO_MANY_LOADS. A whole
   * number; 0 lets nobody wait. Default 1000.
   */
  maxQueuedLoads?: number;
  /** Keeps the cache on disk, under names that survive a rebuild: those in the source, unless a minifier or a wrapper hides them; then `@Key` or `params`. Default: memory only. */
  persist?: DriverName | PersistOptions;
  /** The names of the parameters, in order, `'...ids'` for a rest parameter. Default: what `@Key` said, else the names in the source where it shows them. */
  params?: readonly [...Names];
  /** Names of parameters that are no part of the key, such as a logger. Default: none. */
  omit?: readonly ParameterName<F, Names>[];
  /** Picks the parts of the key by hand: what it returns is the key, as any argument would be. Default: all arguments by name. */
  key?: KeyOf<F, This, Parts>;
  /**
   * Names of parameters by which `deleteWhere` finds entries without looking at all of them, at the cost of memory for each entry and name.
   * Default: none, and it looks at all.
   */
  index?: readonly (ParameterName<F, Names> | (string & {}))[];
  /**
   * What a missing argument stands for, by parameter name: with `{ locale: 'en' }`, `find('u1')` and `find('u1', 'en')` are one call.
   * Say what the method's own default parameters say. Default: a missing argument is a call of its own.
   */
  defaults?: { readonly [Name in ParameterName<F, Names>]?: unknown };
  /**
   * Names of parameters whose values nobody may read in keys, in memory or on disk: an HMAC-SHA-256 stands in for each. `@Key.secret()` does the same.
   * With `persist` it needs a pepper. Default: none.
   */
  secret?: readonly ParameterName<F, Names>[];
  /** Hides whole keys in the same way. Default false. */
  hashKeys?: boolean;
  /**
   * What keeps others from trying out values until one gives the HMAC found on disk; keep it outside of the code. A changed pepper starts empty.
   * Default: the environment variable `SCRUBJAY_PEPPER`; without one, memory-only caches use a random one for each process.
   */
  pepper?: string | Uint8Array;
  /**
   * What becomes of a call whose arguments have no honest key: `'throw'` fails it with SCRUBJAY_KEY_REFUSED, so that nobody believes it is cached;
   * `'bypass'` runs it uncached, counts it in `bypassed` and warns once. Default `'throw'`.
   */
  unkeyable?: 'throw' | 'bypass';
  /**
   * Tells functions, streams, sockets and whatever else has no honest key by their identity: the same object is the same key, also after it has changed.
   * For caches in memory only. Default false: such arguments are refused.
   */
  identity?: boolean;
  /**
   * Whether callers share results. `'shared'`: all get the same object, and who changes it changes it for all. `'freeze'`: the same object, and nobody can change it; it is frozen in
   * depth when it is stored, with its Maps, Sets and Dates. `'clone'`: each gets a copy of its own, of the same classes, with every call. What cannot be frozen or copied is
   * answered with and not stored, and a warning says so once. Default `'shared'`.
   */
  isolate?: Isolate;
  /** Whether this call is cached at all; asked before the cache is. `false` runs the method and counts the call in `bypassed`. Default: every call. */
  when?: WhenOf<F, This>;
  /**
   * Whether this result is not to be stored; asked with the result and the arguments, before `ttl` is. It is answered with and counted in `unstored`, and no older one stays in its
   * place. When it fails, or gives something else than true or false, the result is not stored either, and a warning says so once. Default: every result is stored.
   */
  unless?: UnlessOf<F, This>;
  /**
   * Who shares entries: `'instance'` gives each object its own, `'class'` lets all objects of a class share,
   * a function separates them by what it returns, such as a tenant. Default `'instance'`.
   */
  scope?: ScopeOf<This>;
  /**
   * What `invalidateTags` finds results by: a list of tags for all of them, or a function of the result and the arguments that gives one. When that fails or gives
   * something else, the result is answered with and not stored, and a warning says so once. Default: no tags.
   */
  tags?: TagsOf<F, This>;
  /** The name in the registry, and of the directory on disk. Default `Class.method`. */
  name?: string;
  /** The registry of an application that does not want the process-wide one. Default `registry`. */
  registry?: Registrar;
}

/** What speaks of the parameters of one method, or of its name. */
export type OfOneMethod = 'params' | 'omit' | 'key' | 'defaults' | 'secret' | 'index' | 'name';

/** What `@CacheDefaults` takes: all that `@Cached` takes, but what speaks of the parameters or the name of one method. */
export type DefaultOptions = Omit<CachedOptions, OfOneMethod>;

/** What a registry takes for all methods that are kept in it: the same, without the registry. */
export type RegistryDefaults = Omit<DefaultOptions, 'registry'>;

/** Which errors are remembered, and for how long. */
export interface CacheErrors<F extends AnyMethod = AnyMethod, This = any> {
  /** From the moment the load failed. More than 0. */
  ttl: Duration;
  /** Whether this error is remembered. If it throws, or gives anything else, the error is not, and a warning says so once. Default: every error is. */
  when?: ErrorWhen<F, This>;
}

/** What a decorator needs of a registry. `CacheRegistry` is one. */
export interface Registrar {
  /** Its application has ended. */
  readonly isClosed?: boolean;
  /** What methods that are kept in it do not say themselves. */
  readonly defaults?: RegistryDefaults | undefined;
  register(name: string, isPersisted: boolean, make: (name: string) => MethodCache): MethodCache;
  /** Takes out a cache that nobody has used. */
  withdraw(cache: MethodCache): void;
  /** Asked before the cache of that name is read from disk; throws where its application is not to do that yet. */
  expectOpened?(name: string): void;
  /** `undefined` for a cache that is to stay in memory all the same. */
  place(name: string, own: SaidKeeping): Keeping | undefined;
}

/** Options after the checks, every default filled in that does not depend on the registry. */
export interface Settings {
  readonly limits: EntryLimits;
  readonly freshness: Freshness;
  readonly loads: LoadLimits;
  readonly persist: PersistSettings | undefined;
  readonly parameters: readonly Parameter[] | undefined;
  readonly omitted: readonly string[];
  readonly pick: ((...args: readonly never[]) => unknown) | undefined;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  readonly index: readonly string[] | undefined;
  readonly hashKeys: boolean;
  readonly pepper: Uint8Array | undefined;
  readonly unkeyable: 'throw' | 'bypass';
  readonly identity: boolean;
  readonly when: ((...args: readonly never[]) => unknown) | undefined;
  readonly unless: Unless | undefined;
  readonly isolate: Isolate;
  readonly scope: 'instance' | 'class' | ((self: never) => unknown);
  readonly tags: TagsSetting | undefined;
  /** Whether the user has said whose entries they are. */
  readonly isScopeSaid: boolean;
  readonly name: string | undefined;
  readonly registry: Registrar | undefined;
}
