/**
 * From the result of a batch to the value of each of its ids. A result that does not fit is refused as a whole: a value at the wrong place would be another's.
 */
import { ScrubjayError } from '../errors.js';
import { describe, isThenable } from '../kinds.js';

/** A list in the order of the ids, or a Map from ids to values. */
export type BatchShape = 'list' | 'map';

/** What a batch must give. */
export interface ExpectedResult {
  /** How messages begin, up to what was given: `@CachedBatch on Users.findMany: the method gave`. */
  readonly giver: string;
  readonly shape: BatchShape;
  /** The same text for ids that are the same; `undefined` for what can be no id. Asked for objects only. */
  readonly textOf: (id: unknown) => string | undefined;
}

/**
 * The value of each id, in their order; `undefined` where a Map has none.
 * @throws SCRUBJAY_BATCH_MISMATCH
 */
export function valuesOf(result: unknown, ids: readonly unknown[], expected: ExpectedResult): readonly unknown[] {
  const values = expected.shape === 'map' ? fromMap(result, ids, expected) : fromList(result, ids, expected);
  const promised = values.findIndex(isThenable);
  if (promised !== -1) throw mismatch(expected.giver, `a promise as the result for ${describe(ids[promised])}`, 'Await them all first: Promise.all(…).');
  return values;
}

/** What did not fit. */
export function mismatch(giver: string, found: string, advice: string): ScrubjayError {
  return new ScrubjayError('SCRUBJAY_BATCH_MISMATCH', `${giver} ${found}; nothing of it was stored. ${advice}`);
}

function fromList(result: unknown, ids: readonly unknown[], expected: ExpectedResult): readonly unknown[] {
  if (!Array.isArray(result)) {
    const advice = isMap(result) ? "Say returns: 'map'." : 'Return a list with one result for each id, in the order of the ids.';
    throw mismatch(expected.giver, `${describe(result)} where a list was wanted`, advice);
  }
  if (result.length !== ids.length) {
    throw mismatch(
      expected.giver,
      `${count(result.length, 'result')} for ${count(ids.length, 'id')}`,
      "Return one for each id, in their order, undefined or null for what does not exist; or return a Map by id, with returns: 'map'.",
    );
  }
  return Array.from(result as readonly unknown[]);
}

function fromMap(result: unknown, ids: readonly unknown[], expected: ExpectedResult): readonly unknown[] {
  if (!isMap(result)) {
    const advice = Array.isArray(result) ? "Take away returns: 'map'." : 'Return a Map from ids to results.';
    throw mismatch(expected.giver, `${describe(result)} where a Map was wanted`, advice);
  }
  const keys = keysByText(result, ids, expected);
  const found = new Set<unknown>();
  const values = ids.map((id) => {
    const key = result.has(id) ? id : keys.get(isObject(id) ? expected.textOf(id) : undefined);
    if (!result.has(id) && key === undefined) return undefined;
    found.add(key);
    return result.get(key);
  });
  // A row with the id "1" for the id 1 would otherwise be taken for none at all, and that be remembered.
  if (found.size < result.size) {
    const stranger = [...result.keys()].find((key) => !found.has(key));
    throw mismatch(expected.giver, `a result for ${describe(stranger)}, which was not asked for`, 'Use the ids as they were given as keys of the Map.');
  }
  return values;
}

/** Objects that are equal as ids need not be one object. */
function keysByText(result: ReadonlyMap<unknown, unknown>, ids: readonly unknown[], { textOf }: ExpectedResult): ReadonlyMap<string | undefined, unknown> {
  const keys = new Map<string | undefined, unknown>();
  if (ids.some(isObject)) for (const key of result.keys()) if (isObject(key)) keys.set(textOf(key), key);
  keys.delete(undefined);
  return keys;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> => Object.prototype.toString.call(value) === '[object Map]';

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
