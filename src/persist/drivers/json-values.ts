/**
 * Values as JSON: plain ones stay plain, rich ones go through devalue, and what would not come back deep-equal is refused with its path.
 */
import { parse, stringify, unflatten } from '#devalue';
import { ScrubjayError } from '../../errors.js';
import { kindOf, survey } from './value-survey.js';

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
export function encodeJsonValue(value: unknown): { readonly text: string } {
  return { text: orRefused(() => (survey(value).isRich ? `"r":${richText(value)}` : `"v":${JSON.stringify(value)}`)) };
}

/** Any value that was not refused, in the notation of devalue. */
export const richText = (value: unknown): string => stringify(value, reducers);

/** The value that `richText` wrote. */
export const parseRich = (text: string): unknown => parse(text, revivers);

/**
 * What `write` gives.
 * @throws SCRUBJAY_VALUE_REFUSED, whatever it was that went wrong
 */
export function orRefused<T>(write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (cause instanceof ScrubjayError) throw cause;
    // devalue says where it stopped; others, and a stack that is too small, do not.
    const { path = '' } = cause as { path?: string };
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `${path === '' ? 'the value' : `(…)${path}`} cannot be written: ${String(cause)}.`, { cause });
  }
}

/** The value that was encoded. */
export function decodeJsonValue(encoded: JsonText): unknown {
  return encoded.isRich ? unflatten(encoded.parse() as never, revivers) : encoded.parse();
}

// Bytes are written by themselves: devalue would write the whole memory behind a view, and Buffers share theirs with strangers.
const reducers = {
  Bytes: (value: unknown): unknown =>
    ArrayBuffer.isView(value) ? [kindOf(value), Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')] : false,
};

const revivers = {
  Bytes: ([kind, base64]: [string, string]): unknown => {
    const bytes = Buffer.from(base64, 'base64');
    if (kind === 'Buffer') return bytes;
    const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => unknown>)[kind];
    if (View === undefined) throw new TypeError(`unknown kind of bytes: ${kind}`);
    return new View(own);
  },
};
