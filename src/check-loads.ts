/**
 * The checks of what a user says about loads.
 */
import { durationMs } from './check-limits.js';
import type { ErrorPlan, Freshness } from './freshness.js';
import { type LoadLimits, NO_LOAD_LIMITS } from './load-limits.js';
import { expectKnown, needless, wrong } from './misuse.js';

type Said = Readonly<Record<string, unknown>>;

/** What the user said about loads. `where` begins every message. */
export function checkLoads(said: Said, { staleIfErrorMs }: Freshness, where: string): LoadLimits {
  const limits: LoadLimits = {
    maxLoads: checkCount(said, 'maxLoads', 1, where) ?? NO_LOAD_LIMITS.maxLoads,
    maxQueuedLoads: checkCount(said, 'maxQueuedLoads', 0, where) ?? NO_LOAD_LIMITS.maxQueuedLoads,
    softTimeoutMs: checkTimeout(said, 'softTimeout', where),
    hardTimeoutMs: checkTimeout(said, 'hardTimeout', where),
  };
  if (said['maxQueuedLoads'] !== undefined && said['maxLoads'] === undefined)
    throw needless(where, 'maxQueuedLoads', 'without maxLoads no load has to wait for its turn', 'Say maxLoads too');
  if (said['softTimeout'] === undefined) return limits;
  if (staleIfErrorMs === 0)
    throw needless(where, 'softTimeout', 'without staleIfError there is nothing to answer with when a load takes long', 'Say staleIfError too');
  if (limits.softTimeoutMs >= limits.hardTimeoutMs)
    throw needless(where, 'softTimeout', 'it is not less than hardTimeout, after which nobody waits any more', 'Make it shorter');
  return limits;
}

function checkTimeout(said: Said, option: string, where: string): number {
  return said[option] === undefined ? Number.POSITIVE_INFINITY : durationMs(said[option], where, option);
}

function checkCount(said: Said, option: string, least: number, where: string): number | undefined {
  const value = said[option];
  if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= least)) return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be a whole number of loads, ${least} or more`, value, ' Leave it out to do without.');
}

/** Which errors are remembered, and for how long. */
export function checkErrorPlan(said: unknown, where: string): ErrorPlan | undefined {
  if (said === undefined) return undefined;
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    throw wrong('SCRUBJAY_BAD_OPTION', where, "cacheErrors must be an object, such as { ttl: '5s', when: (error) => error.code === 'NOT_FOUND' }", said);
  const { ttl, when } = said as { readonly ttl?: unknown; readonly when?: unknown };
  expectKnown({ ...said }, ['ttl', 'when'], where, 'option of cacheErrors');
  if (when !== undefined && typeof when !== 'function')
    throw wrong('SCRUBJAY_BAD_OPTION', where, 'cacheErrors.when must be a function of the error and the arguments that says whether to remember it', when);
  return { ttlMs: durationMs(ttl, where, 'cacheErrors.ttl'), when: when as ErrorPlan['when'] };
}

/**
 * A method that gives its results at once cannot wait for its turn, nor be left.
 * @throws SCRUBJAY_BAD_OPTION
 */
export function expectNoWaits({ maxLoads, softTimeoutMs, hardTimeoutMs }: LoadLimits, where: string): void {
  const limits: readonly (readonly [option: string, limit: number])[] = [
    ['maxLoads', maxLoads],
    ['softTimeout', softTimeoutMs],
    ['hardTimeout', hardTimeoutMs],
  ];
  const said = limits.find(([, limit]) => limit !== Number.POSITIVE_INFINITY);
  if (said === undefined) return;
  throw needless(where, said[0], 'the method gives its results at once, and nobody can do anything else meanwhile', 'Make it async');
}
