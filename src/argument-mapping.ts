/**
 * From the arguments of one method to those of another, by the names of their parameters: `rename(name, id)` has the `id` of `find(id, locale)`.
 */
import type { Parameter } from './key/parameters.js';

/** A parameter that two methods have in common. */
export interface Pair {
  readonly name: string;
  /** Its places, in the method that is called and in the cached one. */
  readonly from: number;
  readonly to: number;
  readonly isFromRest: boolean;
  readonly isToRest: boolean;
}

/** What two methods have in common. */
export interface Pairing {
  readonly pairs: readonly Pair[];
  /** The parameters of the cached method that the other one has not, as keys call them. */
  readonly missing: readonly string[];
}

/** Pairs the parameters up that have the same name; those that are no part of a key are left out. */
export function pairUp(called: readonly Parameter[], cached: readonly Parameter[]): Pairing {
  const pairs: Pair[] = [];
  const missing: string[] = [];
  for (const [to, { name, isRest, isIgnored }] of cached.entries()) {
    if (isIgnored) continue;
    const from = name === undefined ? -1 : called.findIndex((parameter) => parameter.name === name && !parameter.isIgnored);
    if (from === -1) missing.push(name ?? `$${to}`);
    else pairs.push({ name: name as string, from, to, isFromRest: called[from]?.isRest === true, isToRest: isRest });
  }
  return { pairs, missing };
}

const valueOf = ({ from, isFromRest }: Pair, args: readonly unknown[]): unknown => (isFromRest ? args.slice(from) : args[from]);

/** The arguments of the cached method, as far as those of a call of the other one tell them. */
export function argumentsFrom(pairs: readonly Pair[], args: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  for (const pair of pairs) {
    const value = valueOf(pair, args);
    if (!pair.isToRest) place(found, pair.to, [value]);
    else place(found, pair.to, Array.isArray(value) ? value : value === undefined ? [] : [value]);
  }
  return found;
}

/** The same by name, as parts of a key. */
export const partsFrom = (pairs: readonly Pair[], args: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(pairs.map((pair) => [pair.name, restAsList(pair, valueOf(pair, args))]));

const restAsList = ({ isToRest }: Pair, value: unknown): unknown => (!isToRest || Array.isArray(value) || value === undefined ? value : [value]);

/** A list of arguments has no holes. */
function place(args: unknown[], at: number, values: readonly unknown[]): void {
  while (args.length < at) args.push(undefined);
  for (const [index, value] of values.entries()) args[at + index] = value;
}
