/**
 * What a user said about time, after the checks: how long results stay fresh, and of what use they are afterwards.
 */

import { durationMs } from './check-limits.js';
import { ScrubjayError } from './errors.js';
import { describe } from './kinds.js';

/** Times in milliseconds. */
export interface Freshness {
  /** Infinity for ever. */
  readonly ttlMs: number;
  /** Says it for each result instead. */
  readonly ttlOf: ((result: unknown, ...args: readonly unknown[]) => unknown) | undefined;
  /** Of results that are `null` or `undefined`. */
  readonly nullTtlMs: number | undefined;
  /** How long a result lives that nobody uses; Infinity for ever. */
  readonly idleMs: number;
  /** Every life is shortened by a random time up to this. */
  readonly jitterMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly retryAfterErrorMs: number;
  /** Which errors are remembered; `undefined` for none. */
  readonly cacheErrors: ErrorPlan | undefined;
  /** At which part of its life an entry is due for a refresh; 1 for never. */
  readonly refreshAt: number;
}

/** What a call of the method gave. */
export interface Result {
  readonly self: unknown;
  readonly value: unknown;
  readonly args: readonly unknown[];
}

/** Says which results are not to be stored. */
export type Unless = (result: unknown, ...args: readonly unknown[]) => unknown;

/**
 * Whether the user wants this result not to be stored.
 * @throws SCRUBJAY_UNLESS_FAILED when the function failed, or did not say yes or no
 */
export function isVetoed(unless: Unless | undefined, { self, value, args }: Result, where: string): boolean {
  if (unless === undefined) return false;
  let answer: unknown;
  let cause: unknown;
  try {
    answer = unless.apply(self, [value, ...args]);
  } catch (error) {
    cause = error;
  }
  if (typeof answer === 'boolean') return answer;
  const found = cause === undefined ? `it gave ${describe(answer)}` : `it failed: ${cause instanceof Error ? cause.message : describe(cause)}`;
  throw new ScrubjayError(
    'SCRUBJAY_UNLESS_FAILED',
    `${where}: unless must say true for results that are not to be stored, else false; ${found}. The result was answered with and not stored.`,
    { cause },
  );
}

/** Which errors callers get again without another load, and for how long. */
export interface ErrorPlan {
  readonly ttlMs: number;
  /** Whether this one is; all are when left out. */
  readonly when: ((error: unknown, ...args: readonly unknown[]) => unknown) | undefined;
}

/** Do not store the result. */
export const NOT_STORED = 0;

/**
 * How long this result stays fresh, in milliseconds; NOT_STORED for not at all.
 * @throws SCRUBJAY_BAD_TTL when the user's function failed or gave something that is no time: the result is not stored then
 */
export function ttlOf(freshness: Freshness, result: Result, where: string): number {
  const { nullTtlMs, jitterMs } = freshness;
  const ttlMs = nullTtlMs !== undefined && (result.value === null || result.value === undefined) ? nullTtlMs : ownTtl(freshness, result, where);
  if (jitterMs === 0 || ttlMs === NOT_STORED || ttlMs === Number.POSITIVE_INFINITY) return ttlMs;
  // Never to nothing: that would mean something else.
  return Math.max(ttlMs - Math.random() * jitterMs, Math.min(ttlMs, 1));
}

function ownTtl({ ttlMs, ttlOf: ask }: Freshness, { self, value, args }: Result, where: string): number {
  if (ask === undefined) return ttlMs;
  let said: unknown;
  try {
    said = ask.apply(self, [value, ...args]);
  } catch (cause) {
    throw badTtl(where, `it failed: ${cause instanceof Error ? cause.message : describe(cause)}`, cause);
  }
  if (said === 0 || said === Number.POSITIVE_INFINITY) return said;
  try {
    return durationMs(said, where);
  } catch {
    throw badTtl(where, `it gave ${describe(said)}`);
  }
}

const badTtl = (where: string, found: string, cause?: unknown): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_BAD_TTL',
    `${where}: ttl must give milliseconds, or text such as '5m', 0 for results that are not to be stored, or Infinity; ${found}. The result was answered with and not stored.`,
    { cause },
  );

/**
 * Whether an error is remembered.
 * @throws SCRUBJAY_WHEN_FAILED when the user's function failed or gave something that is no answer: the error is not remembered then
 */
export function isRemembered({ when }: ErrorPlan, { self, error, args }: { self: unknown; error: unknown; args: readonly unknown[] }, where: string): boolean {
  if (when === undefined) return true;
  let said: unknown;
  try {
    said = when.call(self, error, ...args);
  } catch (cause) {
    throw badWhen(where, `it failed: ${cause instanceof Error ? cause.message : describe(cause)}`, cause);
  }
  if (typeof said === 'boolean') return said;
  throw badWhen(where, `it gave ${describe(said)}`);
}

const badWhen = (where: string, found: string, cause?: unknown): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_WHEN_FAILED', `${where}: cacheErrors.when must give true or false at once; ${found}. The error was thrown and not remembered.`, {
    cause,
  });
