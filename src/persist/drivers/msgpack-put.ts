/**
 * The payload of a put, of which a log has most: its value comes last and is left as bytes when it is read, so that a recovery is done before every value was unpacked.
 */
import type { PutRecord } from '../contract.js';
import { PackedValue } from './msgpack-values.js';
import { packr } from './msgpackr.js';
import { isWellFormed } from './value-survey.js';

/** MessagePack has no half of a surrogate pair: a string with one is written as its UTF-16 bytes. */
export type Text = string | Buffer;

export const packedText = (text: string): Text => (isWellFormed(text) ? text : Buffer.from(text, 'utf16le'));
export const unpackedText = (text: Text): string => (typeof text === 'string' ? text : text.toString('utf16le'));

/** What a put holds, the value at the end; behind it only what few puts have, so that readers who do not know of it read all others as before. */
export type PutPayload = readonly [
  lsn: number,
  durableLsn: number | null,
  key: Text,
  isPromised: boolean,
  expiresAt: number | null,
  evicted: readonly number[] | null,
  value: unknown,
  tags?: readonly Text[],
];

export function putPayload({ lsn, durableLsn, key, value, isPromised, expiresAt, evicted, tags }: PutRecord): PutPayload {
  const members = [lsn, durableLsn ?? null, packedText(key), isPromised, expiresAt ?? null, evicted ?? null, value] as const;
  return tags === undefined ? members : [...members, tags.map(packedText)];
}

/** Reads the payload that `bytes` holds from `from` to `end`. */
export function readPut(bytes: Buffer, from: number, end: number): PutRecord {
  return readPlainPut(bytes, from, end) ?? putOf(packr().unpack(bytes.subarray(from, end)) as PutPayload);
}

function putOf([lsn, durableLsn, key, isPromised, expiresAt, evicted, value, tags]: PutPayload): PutRecord {
  const bytes = packr().pack(value);
  return {
    lsn,
    durableLsn: durableLsn ?? undefined,
    type: 'put',
    key: unpackedText(key),
    value: new PackedValue(bytes, 0, bytes.length),
    isPromised,
    expiresAt: expiresAt ?? undefined,
    evicted: evicted ?? undefined,
    tags: tags?.map(unpackedText),
  };
}

// The types of MessagePack that an everyday put is made of.
const SHORT_LIST = 0x90;
const LIST_OF_SEVEN = SHORT_LIST | 7;
const NIL = 0xc0;
const TRUE = 0xc3;
const FLOAT_64 = 0xcb;
const UINT_8 = 0xcc;
const UINT_16 = 0xcd;
const UINT_32 = 0xce;
const SHORT_TEXT = 0xa0;
const TEXT_8 = 0xd9;
const FIRST_BEYOND_ASCII = 0x80;

/** The same for a put with few evictions and a short key of ASCII, piece by piece; `undefined` for all others. */
function readPlainPut(bytes: Buffer, from: number, end: number): PutRecord | undefined {
  if (bytes[from] !== LIST_OF_SEVEN) return undefined;
  const payload = new Pieces(bytes, from + 1);
  const lsn = payload.number();
  const durableLsn = payload.number();
  const key = payload.text();
  if (lsn === undefined || key === undefined) return undefined;
  const isPromised = payload.next() === TRUE;
  const expiresAt = payload.number();
  const room = payload.next();
  if (room !== NIL && (room & 0xf0) !== SHORT_LIST) return undefined;
  const evicted = room === NIL ? undefined : Array.from({ length: room & 0x0f }, () => payload.number() as number);
  return { lsn, durableLsn, type: 'put', key, value: new PackedValue(bytes, payload.at, end), isPromised, expiresAt, evicted };
}

/** A place in a payload. */
class Pieces {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    return this.#bytes[this.at++] as number;
  }

  /** A number that is not negative; `undefined` for nil. */
  number(): number | undefined {
    const type = this.next();
    if (type < FIRST_BEYOND_ASCII) return type;
    const at = this.at;
    if (type === UINT_32) this.at += 4;
    else if (type === FLOAT_64) this.at += 8;
    else if (type === UINT_16) this.at += 2;
    else if (type === UINT_8) this.at += 1;
    if (type === UINT_32) return this.#bytes.readUInt32BE(at);
    if (type === FLOAT_64) return this.#bytes.readDoubleBE(at);
    if (type === UINT_16) return this.#bytes.readUInt16BE(at);
    return type === UINT_8 ? this.#bytes[at] : undefined;
  }

  /** A short text of ASCII. */
  text(): string | undefined {
    const type = this.next();
    const length = type === TEXT_8 ? this.next() : (type & 0xe0) === SHORT_TEXT ? type & 0x1f : -1;
    if (length < 0) return undefined;
    const from = this.at;
    this.at += length;
    for (let at = from; at < this.at; at++) if ((this.#bytes[at] as number) >= FIRST_BEYOND_ASCII) return undefined;
    return this.#bytes.toString('latin1', from, this.at);
  }
}
