/**
 * How a user learns that an option is wrong: what was wanted, what was found, what to do.
 */
import { type ErrorCode, ScrubjayError } from './errors.js';
import { describe } from './kinds.js';

/** What other libraries call it. */
const SYNONYMS: Readonly<Record<string, string>> = {
  max: 'capacity',
  maxItems: 'capacity',
  limit: 'capacity',
  maxSize: 'maxBytes',
  maxMemory: 'maxBytes',
  maxEntrySize: 'maxEntryBytes',
  sizeCalculation: 'sizeOf',
  eviction: 'policy',
  evictionPolicy: 'policy',
  maxAge: 'ttl',
  ttlMs: 'ttl',
  ttlSeconds: 'ttl',
  condition: 'when',
  noop: 'when',
  skip: 'when',
  secrets: 'secret',
  ignore: 'omit',
  keyBy: 'key',
  resolver: 'key',
  cacheKey: 'key',
};

/** Refuses options that nobody knows. */
export function expectKnown(said: Readonly<Record<string, unknown>>, known: readonly string[], where: string, what: string): void {
  const unknown = Object.keys(said).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const meant = SYNONYMS[unknown] ?? known.find((option) => option.toLowerCase() === unknown.toLowerCase());
  const advice = meant !== undefined && known.includes(meant) ? `did you mean ${meant}?` : `take it out, or use one of ${known.join(', ')}.`;
  throw new ScrubjayError('SCRUBJAY_UNKNOWN_OPTION', `${where}: there is no ${what} ${JSON.stringify(unknown)}; ${advice}`);
}

/** An option that has no effect here. */
export const needless = (where: string, option: string, why: string, advice: string): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${option} does nothing here: ${why}. ${advice}, or take ${option} away.`);

/** What was wanted, what was found, what to do. */
export function wrong(code: ErrorCode, where: string, wanted: string, found: unknown, advice = ''): ScrubjayError {
  return new ScrubjayError(code, `${where}: ${wanted}; got ${describe(found)}.${advice}`);
}

/** Yes or no. */
export function checkFlag(value: unknown, option: string, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be true or false`, value);
}

/** @throws SCRUBJAY_BAD_OPTION */
export function expectType(said: Readonly<Record<string, unknown>>, option: string, type: 'function' | 'object', wanted: string, where: string): unknown {
  const value = said[option];
  if (value === undefined || (typeof value === type && value !== null)) return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be ${wanted}`, value);
}

const wantedRecords: Readonly<Record<string, string>> = {
  persist: "persist must be the name of a driver, such as 'jsonl', or an object",
  defaults: "defaults must be an object of values by parameter name, such as { locale: 'en' }",
};

/** @throws SCRUBJAY_BAD_OPTION */
export function expectRecord(value: unknown, where: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw wrong('SCRUBJAY_BAD_OPTION', where, wantedRecords[what] ?? `the ${what} must be an object`, value);
}
