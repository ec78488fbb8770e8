/**
 * The line of a put, of which a log has most: its value comes last and is left as text when it is read, so that a recovery is done before every value was parsed.
 */
import type { PutRecord } from '../contract.js';
import { JsonText } from './json-values.js';

/** What stands before each member of a put, in this order. */
const NUMBER = Buffer.from('"n":');
const KEY = Buffer.from(',"t":"put","k":"');
const PROMISED = Buffer.from(',"p":1');
const EXPIRES_AT = Buffer.from(',"x":');
const EVICTED = Buffer.from(',"o":[');
const TAGS = Buffer.from(',"g":["');
const DURABLE_LSN = Buffer.from(',"d":');
const PLAIN = Buffer.from(',"v":');
const RICH = Buffer.from(',"r":');

const QUOTE = 0x22;
const COMMA = 0x2c;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const FIRST_BEYOND_ASCII = 0x80;

/** The members of a put, without the brace at the end. */
export function putMembers(record: PutRecord): string {
  const { lsn, key, value, isPromised, expiresAt, evicted, tags, durableLsn } = record;
  const promised = isPromised ? ',"p":1' : '';
  const expiry = expiresAt === undefined ? '' : `,"x":${expiresAt}`;
  const room = evicted === undefined ? '' : `,"o":[${evicted.join(',')}]`;
  const groups = tags === undefined ? '' : `,"g":${JSON.stringify(tags)}`;
  const durable = durableLsn === undefined ? '' : `,"d":${durableLsn}`;
  return `"n":${lsn},"t":"put","k":${JSON.stringify(key)}${promised}${expiry}${room}${groups}${durable},${(value as { text: string }).text}`;
}

/** Reads the members that `bytes` holds from `from` to `end`; `undefined` for what is no put, or one that is written in another order. */
export function readPut(bytes: Buffer, from: number, end: number): PutRecord | undefined {
  const line = new Members(bytes, from, end);
  if (!line.skips(NUMBER)) return undefined;
  const lsn = line.number();
  const key = line.skips(KEY) ? line.text() : undefined;
  if (key === undefined) return undefined;
  const isPromised = line.skips(PROMISED);
  const expiresAt = line.skips(EXPIRES_AT) ? line.number() : undefined;
  const evicted = line.skips(EVICTED) ? line.numbers() : undefined;
  const tags = line.skips(TAGS) ? line.texts() : undefined;
  const durableLsn = line.skips(DURABLE_LSN) ? line.number() : undefined;
  const isRich = line.skips(RICH);
  if (!isRich && !line.skips(PLAIN)) return undefined;
  return { lsn, durableLsn, type: 'put', key, value: new JsonText(bytes, line.at, end, isRich), isPromised, expiresAt, evicted, tags };
}

/** A place in the members of a line. */
class Members {
  at: number;
  readonly #bytes: Buffer;
  readonly #end: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  /** Passes over `text` if it stands here. */
  skips(text: Buffer): boolean {
    for (let index = 0; index < text.length; index++) if (this.#bytes[this.at + index] !== text[index]) return false;
    this.at += text.length;
    return true;
  }

  number(): number {
    const from = this.at;
    let number = 0;
    for (;;) {
      const byte = this.#bytes[this.at] as number;
      if (byte < ZERO || byte > NINE) {
        if (byte !== POINT) return number;
        return this.#fraction(from);
      }
      number = number * 10 + byte - ZERO;
      this.at++;
    }
  }

  #fraction(from: number): number {
    const byteAt = (): number => this.#bytes[this.at] as number;
    do this.at++;
    while (byteAt() >= ZERO && byteAt() <= NINE);
    return Number(this.#bytes.toString('latin1', from, this.at));
  }

  /** The numbers up to a bracket, which is passed over too. */
  numbers(): number[] {
    const numbers = [this.number()];
    for (; this.#bytes[this.at] === COMMA; numbers.push(this.number())) this.at++;
    this.at++;
    return numbers;
  }

  /** The texts up to a bracket, which is passed over too; the quote of the first one was. */
  texts(): string[] | undefined {
    const texts: string[] = [];
    do {
      if (texts.length > 0) this.at += 2;
      const text = this.text();
      if (text === undefined) return undefined;
      texts.push(text);
    } while (this.#bytes[this.at] === COMMA);
    this.at++;
    return texts;
  }

  /** The text up to its closing quote, which is passed over too. */
  text(): string | undefined {
    const from = this.at;
    let isEscaped = false;
    let isAscii = true;
    for (let byte = 0; byte !== QUOTE; this.at++) {
      if (this.at >= this.#end) return undefined;
      byte = this.#bytes[this.at] as number;
      if (byte >= FIRST_BEYOND_ASCII) isAscii = false;
      else if (byte === BACKSLASH) {
        isEscaped = true;
        this.at++;
      }
    }
    const to = this.at - 1;
    if (isEscaped) return JSON.parse(this.#bytes.toString('utf8', from - 1, this.at)) as string;
    return isAscii ? this.#bytes.toString('latin1', from, to) : this.#bytes.toString('utf8', from, to);
  }
}
