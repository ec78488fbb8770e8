/** The way of a value to the disk and back, in one format. */
import { deepStrictEqual } from 'node:assert/strict';
import { inspect } from 'node:util';
import type { PersistDriver, PutRecord, ValueCodecs } from '../../../src/persist/contract';
import { errorOf } from '../../support/promises';

/** What a reader gets for `value`, who may know other classes than the writer did. */
export function roundTrip(driver: PersistDriver, value: unknown, codecs?: ValueCodecs, codecsLater = codecs): unknown {
  const { bytes } = driver.encodeRecord({ lsn: 1, type: 'put', key: 'k', value: driver.encodeValue(value, codecs), isPromised: false }, 0);
  const frame = driver.readRecord(bytes, 0, 0);
  if (frame.kind !== 'good') throw new Error(`the record is ${frame.kind}`);
  return driver.decodeValue((frame.content as PutRecord).value, codecsLater);
}

/** The refusal of `value`, whose message has `text` in it. */
export async function expectRefusal(driver: PersistDriver, value: unknown, text: string, codecs?: ValueCodecs): Promise<void> {
  const error = await errorOf(() => driver.encodeValue(value, codecs));
  expect(error).toMatchObject({ code: 'SCRUBJAY_VALUE_REFUSED', message: expect.stringContaining(text) });
}

/** Deep-equal, prototypes and kinds included. For Node no two invalid dates are equal: values with one are compared as they print. */
export function expectSame(found: unknown, wanted: unknown): void {
  const print = (value: unknown): string => inspect(value, { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null });
  if (print(wanted).includes('Invalid Date')) expect(print(found)).toBe(print(wanted));
  else deepStrictEqual(found, wanted);
}
