/**
 * Values as JSON: plain ones stay plain, rich ones go through devalue, and what would not come back deep-equal is refused with its path.
 */
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, unflatten } from 'devalue';
import { ScrubjayError } from '../../errors.js';
import type { ValueCodec, ValueCodecs } from '../contract.js';
import { bytesAsText, bytesFromText } from './bytes.js';
import { assembled, builtInErrors, type OwnProperties } from './own-properties.js';
import { type Surveyed, survey, tagOf } from './value-survey.js';

/** A value as it stands in a line: under `v` as it is, under `r` in devalue's notation. */
export class JsonText {
  readonly isRich: boolean;
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;

  constructor(bytes: Buffer, from: number, to: number, isRich: boolean) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.isRich = isRich;
  }

  parse(): unknown {
    return JSON.parse(this.#bytes.toString('utf8', this.#from, this.#to));
  }
}

/**
 * The member of the line that carries `value`: `"v":…` or `"r":…`.
 * @throws SCRUBJAY_VALUE_REFUSED when it would not come back deep-equal.
 */
export function encodeJsonValue(value: unknown, codecs?: ValueCodecs): { readonly text: string } {
  try {
    const surveyed = survey(value, { codecs });
    return { text: surveyed.isRich ? `"r":${richText(value, surveyed, codecs)}` : `"v":${JSON.stringify(value)}` };
  } catch (cause) {
    throw refusal(cause);
  }
}

/** A value that was surveyed, in the notation of devalue. */
export function richText(value: unknown, { parts, dumped }: Surveyed, codecs?: ValueCodecs): string {
  const text = stringify(value, parts.size === 0 ? reducers : { ...reducers, ...reducersFor(parts) });
  // What others' code writes and reads is believed when it was seen to come back.
  if (dumped.size > 0 && !isDeepStrictEqual(parseRich(text, codecs), value)) {
    throw new ScrubjayError(
      'SCRUBJAY_VALUE_REFUSED',
      `(…) holds an instance of ${[...dumped].join(' or ')}, and what load makes of what dump gave is not equal to it. Mend the two functions.`,
    );
  }
  return text;
}

const reducers = { Bytes: bytesAsText };

function reducersFor(parts: Surveyed['parts']): Record<string, (value: unknown) => unknown> {
  const tags = new Set(Array.from(parts.values(), ({ tag }) => tag));
  const reducerOf = (tag: string) => (value: unknown) => {
    const part = parts.get(value as object);
    return part?.tag === tag && part.content;
  };
  // devalue writes the tag as it is between quotes.
  return Object.fromEntries(Array.from(tags, (tag) => [JSON.stringify(tag).slice(1, -1), reducerOf(tag)]));
}

/** The value that `richText` wrote. */
export const parseRich = (text: string, codecs?: ValueCodecs): unknown => parse(text, reviversFor(codecs));

/** SCRUBJAY_VALUE_REFUSED, whatever it was that went wrong when a value was to be written. */
export function refusal(cause: unknown): ScrubjayError {
  if (cause instanceof ScrubjayError) return cause;
  // devalue says where it stopped; others, and a stack that is too small, do not.
  const { path = '' } = cause as { path?: string };
  return new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `${path === '' ? 'the value' : `(…)${path}`} cannot be written: ${String(cause)}.`, { cause });
}

/** The value that was encoded. */
export function decodeJsonValue(encoded: JsonText, codecs?: ValueCodecs): unknown {
  return encoded.isRich ? unflatten(encoded.parse() as never, reviversFor(codecs)) : encoded.parse();
}

/** Makes a value of what was written under a tag, which is as trustworthy as the disk. */
type Reviver = (content: any) => unknown;

const known = new WeakMap<ValueCodecs, Record<string, Reviver>>();

function reviversFor(codecs: ValueCodecs = []): Record<string, Reviver> {
  if (codecs.length === 0) return revivers;
  const made = known.get(codecs) ?? { ...revivers, ...Object.fromEntries(codecs.map((codec) => [tagOf(codec), reviverOf(codec)])) };
  known.set(codecs, made);
  return made;
}

function reviverOf({ prototype, custom }: ValueCodec): Reviver {
  if (custom === undefined) return (content: OwnProperties) => assembled(content, prototype);
  return (content: { readonly data: unknown }) => {
    if (!('data' in content)) throw new TypeError('written by another codec');
    return custom.load(content.data);
  };
}

const revivers: Record<string, Reviver> = {
  Bytes: bytesFromText,
  ...Object.fromEntries(builtInErrors.map((codec) => [codec.name, reviverOf(codec)])),
};
