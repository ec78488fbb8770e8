/**
 * Values as MessagePack: what JSON can say, too, is packed; everything else is a text in devalue's notation, as in the other format.
 * msgpackr could pack more, but changes some of it: docs/decisions has what.
 */
import type { ValueCodecs } from '../contract.js';
import { parseRich, refusal, richText } from './json-values.js';
import { packr } from './msgpackr.js';
import { survey } from './value-survey.js';

/** A value as it is written into a record: packed, or a text. */
type MsgpackValue = Uint8Array | string;

/** A value as it stands in a record. */
export class PackedValue {
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;

  constructor(bytes: Buffer, from: number, to: number) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  unpack(): MsgpackValue {
    return packr().unpack(this.#bytes.subarray(this.#from, this.#to)) as MsgpackValue;
  }
}

/** @throws SCRUBJAY_VALUE_REFUSED when it would not come back deep-equal. */
export function encodeMsgpackValue(value: unknown, codecs?: ValueCodecs): MsgpackValue {
  try {
    const surveyed = survey(value, { codecs, seeksOddText: true });
    return surveyed.isRich || surveyed.hasOddText ? richText(value, surveyed, codecs) : packr().pack(value);
  } catch (cause) {
    throw refusal(cause);
  }
}

/** The value that was encoded. */
export function decodeMsgpackValue(encoded: PackedValue, codecs?: ValueCodecs): unknown {
  const value = encoded.unpack();
  return typeof value === 'string' ? parseRich(value, codecs) : packr().unpack(value);
}
