/**
 * Values as people and programs read them: JSON where JSON can say it, else devalue's notation for programs and Node's own for people.
 */
import { inspect } from 'node:util';
import { ScrubjayError } from '../errors.js';
import { decodeJsonValue, encodeJsonValue, JsonText } from '../persist/drivers/json-values.js';

/** An entry as it is exported: what JSON can say stands under `value`, everything else under `rich`. */
export interface EntryLine {
  readonly cache?: string;
  readonly key: string;
  readonly value?: unknown;
  readonly rich?: unknown;
  readonly expiresAt?: number;
  readonly tags?: readonly string[];
  readonly isPromised: boolean;
}

/** The member of an object that holds `value`: `{ value }` or `{ rich }`. */
export function valueMember(value: unknown): Pick<EntryLine, 'value' | 'rich'> {
  const { v, r } = JSON.parse(`{${encodeJsonValue(value).text}}`) as { v?: unknown; r?: unknown };
  return r === undefined ? { value: v } : { rich: r };
}

/** The value in such a member. */
export function memberValue(line: EntryLine): unknown {
  const isRich = 'rich' in line;
  const bytes = Buffer.from(JSON.stringify(isRich ? line.rich : line.value));
  return decodeJsonValue(new JsonText(bytes, 0, bytes.length, isRich));
}

/** A value for people: JSON where it can say all of it. */
export function textOf(value: unknown): string {
  const member = valueMember(value);
  if ('value' in member) return JSON.stringify(member.value, undefined, 2);
  return inspect(value, { depth: Number.POSITIVE_INFINITY, maxArrayLength: Number.POSITIVE_INFINITY, maxStringLength: Number.POSITIVE_INFINITY });
}

/** The beginning of a value, in one line. */
export function glanceAt(value: unknown, length = 100): string {
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: length });
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/**
 * One line of an export.
 * @throws SCRUBJAY_VALUE_REFUSED
 */
export function entryLineIn(text: string): EntryLine {
  const line = JSON.parse(text) as Partial<EntryLine> | null;
  if (typeof line !== 'object' || line === null || typeof line.key !== 'string' || !('value' in line || 'rich' in line))
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', 'it is not {"key":"…","value":…} or {"key":"…","rich":…}');
  if (line.expiresAt !== undefined && !Number.isFinite(line.expiresAt)) throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', 'expiresAt is no number');
  if (line.tags !== undefined && !(Array.isArray(line.tags) && line.tags.every((tag) => typeof tag === 'string')))
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', 'tags is no list of texts');
  return { ...line, key: line.key, isPromised: line.isPromised === true };
}

/**
 * What `read` gives.
 * @throws SCRUBJAY_VALUE_REFUSED where it holds an instance of a class of `persist.revive`: only its application can read that
 */
export function readable(key: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `the value under ${key} can be read by its application only (${(cause as Error).message}).`, { cause });
  }
}
