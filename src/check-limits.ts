/**
 * The checks of what a user says about how much a cache may hold, when a class is defined and when a limit is changed.
 */

import { ScrubjayError } from './errors.js';
import { describe } from './kinds.js';
import type { LimitOptions } from './limit-options.js';
import { guarded } from './memory/guarded.js';
import { type PolicyName, policies } from './memory/index.js';
import type { EvictionPolicy } from './memory/policy.js';
import type { Limits } from './memory/residents.js';
import { type SizerName, sizers } from './memory/size-of.js';
import { expectKnown, wrong } from './misuse.js';

const NO_LIMIT = Number.POSITIVE_INFINITY;

/** What holds where a user says nothing. */
export const DEFAULT_LIMITS: Limits = {
  capacity: 1000,
  policy: policies.lru,
  maxBytes: NO_LIMIT,
  maxEntryBytes: NO_LIMIT,
  sizeOf: sizers.fast,
  shared: undefined,
};

type Said = Readonly<Record<string, unknown>>;

const KNOWN = ['capacity', 'policy', 'maxBytes', 'maxEntryBytes', 'sizeOf'] as const satisfies readonly (keyof LimitOptions)[];

/** The same where nothing but limits may be said. */
export function checkLimitOptions<L extends Limits>(options: LimitOptions, holding: L, where: string): L {
  if (typeof options !== 'object' || options === null) throw wrong('SCRUBJAY_BAD_OPTION', where, 'the limits must be an object', options);
  expectKnown({ ...options }, KNOWN, where, 'limit');
  return checkLimits({ ...options }, holding, where);
}

/** The limits a user says, on top of those that hold. `where` begins every message. */
export function checkLimits<L extends Limits>(said: Said, holding: L, where: string): L {
  const isByBytes = said['maxBytes'] !== undefined && (holding as Limits) === DEFAULT_LIMITS;
  return {
    ...holding,
    capacity: said['capacity'] === undefined ? (isByBytes ? MOST_ENTRIES : holding.capacity) : checkCapacity(said['capacity'], where),
    policy: said['policy'] === undefined ? holding.policy : checkPolicy(said['policy'], where),
    maxBytes: said['maxBytes'] === undefined ? holding.maxBytes : checkBytes(said['maxBytes'], 'maxBytes', where),
    maxEntryBytes: said['maxEntryBytes'] === undefined ? holding.maxEntryBytes : checkBytes(said['maxEntryBytes'], 'maxEntryBytes', where),
    sizeOf: said['sizeOf'] === undefined ? holding.sizeOf : checkSizeOf(said['sizeOf'], where),
  };
}

function checkCapacity(capacity: unknown, where: string): number {
  if (typeof capacity === 'number' && Number.isSafeInteger(capacity) && capacity >= 1 && capacity <= MOST_ENTRIES) return capacity;
  const advice = capacity === 0 ? ' To cache nothing, leave the decorator out.' : '';
  throw wrong('SCRUBJAY_BAD_CAPACITY', where, `capacity must be a whole number of entries, 1 or more, at most ${MOST_ENTRIES}`, capacity, advice);
}

/** Slot numbers are 32-bit integers. */
const MOST_ENTRIES = 2 ** 30;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time in milliseconds: what the user said for `option`. */
export function durationMs(said: unknown, where: string, option = 'ttl'): number {
  const parts = typeof said === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(said) : null;
  const ms = parts === null ? said : Number(parts[1]) * (UNITS[parts[2] as string] as number);
  if (typeof ms === 'number' && Number.isFinite(ms) && ms > 0) return ms;
  throw wrong(
    'SCRUBJAY_BAD_TTL',
    where,
    `${option} must be more than 0: milliseconds such as 300000, or text such as '5m' (ms, s, m, h, d)`,
    said,
    option === 'ttl' ? ' Leave it out to keep results for ever.' : ' Leave it out to do without.',
  );
}

const BYTE_UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** A number of bytes. */
export function checkBytes(said: unknown, option: string, where: string): number {
  const parts = typeof said === 'string' ? /^(\d+(?:\.\d+)?)(b|kb|mb|gb)$/i.exec(said) : null;
  const bytes = parts === null ? said : Number(parts[1]) * (BYTE_UNITS[(parts[2] as string).toLowerCase()] as number);
  if (typeof bytes === 'number' && Number.isFinite(bytes) && bytes >= 1) return bytes;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be 1 byte or more: a number of bytes, or text such as '64mb' (b, kb, mb, gb)`, said);
}

/** A size function of a user's, watched: a cache must not fail a call because it does. */
function guardedSizeOf(sizeOf: (value: unknown) => unknown, where: string): (value: unknown) => number {
  let isReported = false;
  const report = (found: string): void => {
    if (isReported) return;
    isReported = true;
    const { code, message } = new ScrubjayError(
      'SCRUBJAY_SIZE_FAILED',
      `${where}: sizeOf must give a number of bytes, 0 or more; ${found}. Such results count as 'fast' estimates them.`,
    );
    process.emitWarning(message, { type: 'ScrubjayWarning', code });
  };
  return (value) => {
    try {
      const bytes = sizeOf(value);
      if (typeof bytes === 'number' && bytes >= 0 && Number.isFinite(bytes)) return bytes;
      report(`it gave ${describe(bytes)}`);
    } catch (error) {
      report(`it failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    return sizers.fast(value);
  };
}

function checkPolicy(policy: unknown, where: string): EvictionPolicy {
  if (typeof policy === 'string' && Object.hasOwn(policies, policy)) return policies[policy as PolicyName];
  if (
    typeof policy === 'object' &&
    policy !== null &&
    typeof (policy as EvictionPolicy).name === 'string' &&
    typeof (policy as EvictionPolicy).order === 'function'
  )
    return guarded(policy as EvictionPolicy);
  const known = Object.keys(policies).map((name) => `'${name}'`);
  throw wrong('SCRUBJAY_BAD_OPTION', where, `policy must be one of ${known.join(', ')}, or an EvictionPolicy with name and order`, policy);
}

function checkSizeOf(sizeOf: unknown, where: string): (value: unknown) => number {
  if (typeof sizeOf === 'function') return guardedSizeOf(sizeOf as (value: unknown) => unknown, where);
  if (typeof sizeOf === 'string' && Object.hasOwn(sizers, sizeOf)) return sizers[sizeOf as SizerName];
  throw wrong('SCRUBJAY_BAD_OPTION', where, "sizeOf must be 'fast', 'exact' or a function that gives the bytes of a result", sizeOf);
}
