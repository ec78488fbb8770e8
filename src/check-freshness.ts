/**
 * The checks of what a user says about time.
 */
import { durationMs } from './check-limits.js';
import { checkErrorPlan } from './check-loads.js';
import type { Freshness } from './freshness.js';
import { needless, wrong } from './misuse.js';

type Said = Readonly<Record<string, unknown>>;

/** What the user said about time. `where` begins every message. */
export function checkFreshness(said: Said, where: string): Freshness {
  const isByFunction = typeof said['ttl'] === 'function';
  const time = (option: string): number => (said[option] === undefined ? 0 : durationMs(said[option], where, option));
  const freshness: Freshness = {
    ttlMs: said['ttl'] === undefined || isByFunction ? Number.POSITIVE_INFINITY : durationMs(said['ttl'], where),
    ttlOf: isByFunction ? (said['ttl'] as Freshness['ttlOf']) : undefined,
    nullTtlMs: said['nullTtl'] === undefined ? undefined : durationMs(said['nullTtl'], where, 'nullTtl'),
    idleMs: said['idle'] === undefined ? Number.POSITIVE_INFINITY : durationMs(said['idle'], where, 'idle'),
    jitterMs: time('jitter'),
    staleWhileRevalidateMs: time('staleWhileRevalidate'),
    staleIfErrorMs: time('staleIfError'),
    retryAfterErrorMs: time('retryAfterError'),
    cacheErrors: checkErrorPlan(said['cacheErrors'], where),
    refreshAt: checkRefreshAhead(said['refreshAhead'], where),
  };
  expectTtl(said, freshness, where);
  if (said['retryAfterError'] !== undefined && freshness.staleIfErrorMs === 0 && freshness.staleWhileRevalidateMs === 0)
    throw needless(where, 'retryAfterError', 'without staleIfError or staleWhileRevalidate there is nothing to answer with meanwhile', 'Say staleIfError too');
  if (freshness.jitterMs >= freshness.ttlMs) {
    throw needless(where, 'jitter', 'it is not less than ttl, so that some results would never be fresh', 'Make it shorter');
  }
  if (freshness.idleMs >= freshness.ttlMs && said['idle'] !== undefined)
    throw needless(where, 'idle', 'it is not less than ttl, which ends first', 'Make it shorter');
  return freshness;
}

/** What makes no sense for results that never end. */
function expectTtl(said: Said, { ttlMs, ttlOf, nullTtlMs }: Freshness, where: string): void {
  if (ttlMs !== Number.POSITIVE_INFINITY || ttlOf !== undefined || nullTtlMs !== undefined) return;
  const option = ['jitter', 'refreshAhead'].find((one) => said[one] !== undefined);
  if (option !== undefined) throw needless(where, option, 'without a ttl results never end', 'Say ttl too');
}

function checkRefreshAhead(refreshAhead: unknown, where: string): number {
  if (refreshAhead === undefined) return 1;
  if (typeof refreshAhead === 'number' && refreshAhead > 0 && refreshAhead < 1) return refreshAhead;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'refreshAhead must be a part of the ttl between 0 and 1, such as 0.8', refreshAhead);
}
