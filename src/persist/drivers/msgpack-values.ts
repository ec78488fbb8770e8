/**
 * Values as MessagePack: what JSON can say, too, is packed; everything else is a text in devalue's notation, as in the other format.
 * msgpackr could pack more, but changes some of it: docs/decisions has what.
 */
import type { ValueCodecs } from '../contract.js';
import { orRefused, parseRich, richText } from './json-values.js';
import { packr } from './msgpackr.js';
import { survey } from './value-survey.js';

/** A value as it lies in a record: packed, or a text. */
export type MsgpackValue = Uint8Array | string;

/** @throws SCRUBJAY_VALUE_REFUSED when it would not come back deep-equal. */
export function encodeMsgpackValue(value: unknown, codecs?: ValueCodecs): MsgpackValue {
  return orRefused(() => {
    const surveyed = survey(value, { codecs, seeksOddText: true });
    return surveyed.isRich || surveyed.hasOddText ? richText(value, surveyed, codecs) : packr().pack(value);
  });
}

/** The value that was encoded. */
export const decodeMsgpackValue = (encoded: MsgpackValue, codecs?: ValueCodecs): unknown =>
  typeof encoded === 'string' ? parseRich(encoded, codecs) : packr().unpack(encoded);
