/**
 * What somebody wants of the cache for all calls inside a function, as a web request does with its `Cache-Control`. It travels by AsyncLocalStorage.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { attendAll } from './attention.js';
import { durationMs } from './check-limits.js';
import { ScrubjayError } from './errors.js';
import { describe } from './kinds.js';
import type { Duration } from './limit-options.js';
import { expectKnown, wrong } from './misuse.js';

/** How calls are to be answered; what is not said is as ever. */
export interface CacheControl {
  /**
   * `'bypass'` runs the methods, and neither reads nor stores anything. `'refresh'` loads what is asked for, or joins a load that is under way, and stores it.
   * `'onlyIfCached'` runs no method: what is not there is an error, SCRUBJAY_ONLY_IF_CACHED. `'default'` is as ever, for a part inside of another mode. Default: `'default'`.
   */
  readonly mode?: 'default' | 'bypass' | 'refresh' | 'onlyIfCached';
  /** Results that do not stay fresh for so long are loaded anew. Default: none. */
  readonly minFresh?: Duration;
  /** Results may be past their time by so much, as long as they are kept at all: as `staleWhileRevalidate` and `staleIfError` say. Default: none. */
  readonly maxStale?: Duration;
  /**
   * Told at once of each call that is answered from a cache, how long ago that result was stored, in milliseconds; `undefined` where that is not known: it came back from disk, or
   * is older than the first use of `onAge` in this process, and has no `ttl` to reckon from. An outer one is told, too. From its first use on, entries take 8 bytes more.
   */
  readonly onAge?: (ageMs: number | undefined) => void;
}

/** The same after the checks. */
export interface CheckedControl {
  readonly mode: NonNullable<CacheControl['mode']>;
  /** In milliseconds. */
  readonly minFreshMs: number;
  readonly maxStaleMs: number;
  readonly onAge: CacheControl['onAge'];
}

const MODES: readonly unknown[] = ['default', 'bypass', 'refresh', 'onlyIfCached'] satisfies readonly CacheControl['mode'][];

/** Kept on globalThis, so that all copies of the library go by the same. `undefined` as long as nobody has asked for anything: until then no call asks, either. */
const CONTROL = Symbol.for('scrubjay.cache-control.v1');
const AGES = Symbol.for('scrubjay.ages.v1');
const holder = globalThis as { [CONTROL]?: AsyncLocalStorage<CheckedControl>; [AGES]?: true };

/**
 * Runs `work`, and answers the calls of cached methods in it as `control` says, those inside of other cached methods included, and behind an `await` too.
 * Loads in the background do not inherit it. Gives what `work` gives.
 * @throws SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION
 */
export function withCacheControl<T>(control: CacheControl, work: () => T): T {
  const checked = check(control);
  if (typeof work !== 'function') throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `withCacheControl runs a function; got ${describe(work)}.`);
  if (holder[CONTROL] === undefined) {
    holder[CONTROL] = new AsyncLocalStorage();
    attendAll();
  }
  if (checked.onAge !== undefined) holder[AGES] = true;
  return holder[CONTROL].run({ ...checked, onAge: both(checked.onAge, cacheControl()?.onAge) }, work);
}

function both(inner: CacheControl['onAge'], outer: CacheControl['onAge']): CacheControl['onAge'] {
  if (inner === undefined || outer === undefined) return inner ?? outer;
  return (ageMs) => {
    outer(ageMs);
    inner(ageMs);
  };
}

/** Whether anybody has ever asked for something. */
export const isControlInUse = (): boolean => holder[CONTROL] !== undefined;

/** Whether anybody has ever asked how old results are. */
export const isAgeAsked = (): boolean => holder[AGES] === true;

/** What is wanted at this moment. */
export const cacheControl = (): CheckedControl | undefined => holder[CONTROL]?.getStore();

function check(control: unknown): CheckedControl {
  const where = 'withCacheControl';
  if (typeof control !== 'object' || control === null) throw wrong('SCRUBJAY_BAD_OPTION', where, "say what is wanted, such as { mode: 'refresh' }", control);
  const said = { ...(control as CacheControl) };
  expectKnown(said, ['mode', 'minFresh', 'maxStale', 'onAge'], where, 'option');
  const { mode = 'default', minFresh, maxStale, onAge } = said;
  if (!MODES.includes(mode)) throw wrong('SCRUBJAY_BAD_OPTION', where, "mode must be 'bypass', 'refresh', 'onlyIfCached' or 'default'", mode);
  if (onAge !== undefined && typeof onAge !== 'function') throw wrong('SCRUBJAY_BAD_OPTION', where, 'onAge must be a function of the age', onAge);
  const time = (value: unknown, option: string): number =>
    value === undefined ? 0 : value === 0 || value === Number.POSITIVE_INFINITY ? value : durationMs(value, where, option);
  return { mode, minFreshMs: time(minFresh, 'minFresh'), maxStaleMs: time(maxStale, 'maxStale'), onAge };
}
