/**
 * Finds results that somebody has changed although all callers share them, for development: what a result looked like is remembered, and compared when it is answered with again.
 */
import { isDeepStrictEqual, types } from 'node:util';
import { Copier } from './copy-value.js';
import { isPrimitive } from './kinds.js';

/** The first place that was found to be another. */
export interface Mutation {
  readonly path: readonly PropertyKey[];
  readonly was: unknown;
  readonly is: unknown;
}

export class MutationWatch {
  /** What cannot be copied stands for itself: it is found changed only where another is in its place. */
  readonly #copier = new Copier([], (_refused, value) => value);
  /** By result. Weak: it goes with its entry. */
  readonly #before = new WeakMap<object, { readonly copy: unknown }>();

  /** What has changed in a result since it was looked at; looked at for the first time, nothing has. */
  look(value: unknown): Mutation | undefined {
    if (isPrimitive(value)) return undefined;
    const before = this.#before.get(value as object);
    const mutation = before && mutationOf(before.copy, value);
    if (before === undefined || mutation !== undefined) this.#before.set(value as object, { copy: this.#copyOf(value) });
    return mutation;
  }

  #copyOf(value: unknown): unknown {
    try {
      return this.#copier.copy(value);
    } catch {
      return value;
    }
  }
}

/** What cannot even be read, such as a getter that throws, cannot be told to have changed. */
function mutationOf(was: unknown, is: unknown): Mutation | undefined {
  try {
    const found = difference(was, is, [], new Set());
    return found === CIRCLE ? { path: [], was, is } : found;
  } catch {
    return undefined;
  }
}

/** What is different is above: the way to it leads back. */
const CIRCLE = 'circle';

/** The way to the first difference. `open` are the values above. */
function difference(was: unknown, is: unknown, path: readonly PropertyKey[], open: Set<unknown>): Mutation | typeof CIRCLE | undefined {
  if (isDeepStrictEqual(was, is)) return undefined;
  if (isPrimitive(was) || isPrimitive(is)) return { path, was, is };
  if (open.has(is)) return CIRCLE;
  open.add(is);
  let leadsBack = false;
  const [before, after] = [partsOf(was as object), partsOf(is as object)];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const found = difference(before.get(name), after.get(name), [...path, isPrimitive(name) ? (name as PropertyKey) : 'value'], open);
    if (found !== undefined && found !== CIRCLE) return found;
    leadsBack ||= found === CIRCLE;
  }
  return leadsBack ? CIRCLE : { path, was, is };
}

/** What is in a value: its own properties, and the entries of a Map. */
function partsOf(value: object): Map<unknown, unknown> {
  const parts = new Map<unknown, unknown>(Reflect.ownKeys(value).map((name) => [name, Object.getOwnPropertyDescriptor(value, name)?.value]));
  if (types.isMap(value)) for (const [key, item] of value) parts.set(key, item);
  return parts;
}
