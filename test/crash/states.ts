/** Compares what was found with what may be there. */
import { isDeepStrictEqual } from 'node:util';
import type { Contents } from '../persist/disk-cache';

/** Keys and versions. */
export const show = (contents: Contents): string => contents.map(([key, value]) => `${key}=${(value as { version?: number }).version}`).join(' ') || 'nothing';

export const isWithin = (part: Contents, whole: Contents): boolean => part.every((entry) => whole.some((each) => isDeepStrictEqual(each, entry)));

const hasSame = (one: Contents, other: Contents): boolean => one.length === other.length && isWithin(one, other);

/** Fails unless `found` is one of the possible states, to the entry and in its order; or only to the entry. */
export function expectOneOf(possible: readonly Contents[], found: Contents, where: string, isOrdered: boolean): void {
  if (possible.some((state) => (isOrdered ? isDeepStrictEqual(state, found) : hasSame(state, found)))) return;
  throw new Error(`${where}: found\n  ${show(found)}\nwanted one of\n  ${[...new Set(possible.map(show))].join('\n  ')}`);
}
