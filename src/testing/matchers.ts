/**
 * What tests expect of caches, for `expect.extend` of jest and of Vitest; neither is imported.
 */
import { inspect } from 'node:util';
import { type AnyMethod, CacheHandle, cacheOf } from '../index.js';

/** What a matcher says, to jest and to Vitest. */
interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What `expect(cache)` can be asked; with `not.` in front, the opposite. */
export interface ScrubjayMatchers<R = unknown> {
  /** So many calls were answered from memory. */
  toHaveHits(count: number): R;
  /** So many calls started a load. */
  toHaveMisses(count: number): R;
  /** So many loads ended well. */
  toHaveLoads(count: number): R;
  /** The cache holds so many entries, of all instances. */
  toHaveEntries(count: number): R;
  /** A call with these arguments would be answered from memory. Neither counted nor a use. */
  toHaveCached(...args: readonly unknown[]): R;
}

// Vitest reads these, too; only `expect` of '@jest/globals' does not. docs/testing.md has the lines for that.
declare global {
  namespace jest {
    // The parameters must be those of @types/jest.
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    interface Matchers<R, T = {}> extends ScrubjayMatchers<R> {}
  }
}

/** `expect.extend(scrubjayMatchers)`, then `expect(cacheOf(users.find)).toHaveHits(2)`. They take a handle, or the method itself. */
export const scrubjayMatchers = {
  toHaveHits: counting('hits', 'toHaveHits', (cache) => cache.stats().hits),
  toHaveMisses: counting('misses', 'toHaveMisses', (cache) => cache.stats().misses),
  toHaveLoads: counting('loads', 'toHaveLoads', (cache) => cache.stats().loads),
  toHaveEntries: counting('entries', 'toHaveEntries', (cache) => cache.size),
  toHaveCached(received: unknown, ...args: unknown[]): Verdict {
    const cache = handleOf(received, 'toHaveCached');
    const pass = cache.has(...args);
    return { pass, message: () => `expected ${cache.name} ${pass ? 'not ' : ''}to have the result of a call with ${shown(args)}. ${contents(cache)}` };
  },
};

function counting(what: string, matcher: string, countIn: (cache: CacheHandle) => number): (received: unknown, count: number) => Verdict {
  return (received, count) => {
    const cache = handleOf(received, matcher);
    if (!Number.isSafeInteger(count) || count < 0) throw new TypeError(`${matcher} takes a number of ${what}, 0 or more; got ${String(count)}.`);
    const found = countIn(cache);
    const pass = found === count;
    return {
      pass,
      message: () => `expected ${cache.name} ${pass ? 'not ' : ''}to have ${count} ${what}${pass ? '' : `, and it has ${found}`}. ${contents(cache)}`,
    };
  };
}

/** By shape: a handle of the other build of the library will do. */
function handleOf(received: unknown, matcher: string): CacheHandle {
  if (typeof received === 'function') return cacheOf(received as AnyMethod);
  if (received instanceof CacheHandle || typeof (received as Partial<CacheHandle> | null | undefined)?.stats === 'function') return received as CacheHandle;
  throw new TypeError(`${matcher} takes a cache, such as expect(cacheOf(users.find)).${matcher}(…); got ${received === null ? 'null' : typeof received}.`);
}

const MOST_KEYS = 10;

function contents(cache: CacheHandle): string {
  const { hits, misses, joined, loads, loadErrors } = cache.stats();
  const keys = cache.keys();
  const listed = keys.slice(0, MOST_KEYS).join(', ') + (keys.length > MOST_KEYS ? `, and ${keys.length - MOST_KEYS} more` : '');
  return `It has counted ${hits} hits, ${misses} misses, ${joined} joined, ${loads} loads and ${loadErrors} failed ones, and holds ${listed || 'nothing'}.`;
}

const shown = (args: readonly unknown[]): string => (args.length === 0 ? 'no arguments' : args.map((arg) => inspect(arg)).join(', '));
