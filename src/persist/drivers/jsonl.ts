/**
 * The JSON-lines format: every line of a log is one JSON object, so `jq`, `grep` and `tail -f` work on it.
 * A line is `{"c":"<CRC-32 in hex>",` and then the members the checksum covers; `docs/log-format.md` lists them.
 */
import {
  type EncodedValue,
  type Frame,
  type LogHeader,
  type LogRecord,
  logNewer,
  type PersistDriver,
  type PutRecord,
  type SkippableRecord,
} from '../contract.js';
import { crc32 } from '../crc32.js';
import { putMembers, readPut } from './json-put.js';
import { decodeJsonValue, encodeJsonValue, JsonText } from './json-values.js';

const FORMAT_VERSION = 1;
const OPENING = '{"c":"';
/** What stands between the checksum and what it covers. */
const MIDDLE = '",';
/** Where the checksum stands, where it ends, and where what it covers begins. */
const CHECKSUM_AT = OPENING.length;
const CHECKSUM_END = CHECKSUM_AT + 8;
const COVERED_FROM = CHECKSUM_END + MIDDLE.length;
/** The most bytes that UTF-8 takes for one. */
const BYTES_A_CHARACTER = 3;
const NEWLINE = 10;

/** A line as `JSON.parse` gives it. */
interface Line {
  readonly n: number;
  readonly t: string;
  readonly d?: number;
  readonly k?: string;
  readonly ks?: readonly string[];
  readonly p?: 1;
  readonly x?: number;
  readonly o?: readonly number[];
  readonly g?: readonly string[];
  readonly i?: readonly number[];
  readonly m?: readonly number[];
  readonly by?: string;
  readonly len?: number;
  readonly count?: number;
  readonly last?: number;
  readonly v?: unknown;
  readonly r?: unknown;
}

/** What a header calls the kinds of files. */
type FileKind = 'log' | 'snap' | 'manifest';
const KINDS = { log: 'log', snapshot: 'snap', manifest: 'manifest' } as const;

interface HeaderLine {
  readonly scrubjay: number;
  readonly min: number;
  readonly f: FileKind;
  readonly id: number;
  readonly store: string;
  readonly name: string;
  readonly codec: string;
  readonly sig: string;
  readonly ver?: string | number;
  readonly lsn: number;
  readonly prev?: { readonly id: number; readonly len: number; readonly lsn: number; readonly crc: string };
  readonly dur?: string;
  readonly at: number;
}

/** The driver behind `persist: 'jsonl'`. */
export const jsonl: PersistDriver = {
  name: 'jsonl',
  codec: 'jsonl/1',
  fileExtension: '.jsonl',
  encodeValue: (value, codecs): EncodedValue => encodeJsonValue(value, codecs),
  decodeValue: (encoded, codecs) => decodeJsonValue(encoded as JsonText, codecs),

  encodeHeader(header) {
    const previous = header.predecessor;
    const line: HeaderLine = {
      scrubjay: header.formatVersion,
      min: header.minimumVersion,
      f: KINDS[header.kind],
      id: header.id,
      store: header.storeId,
      name: header.cacheName,
      codec: header.codec,
      sig: header.signature,
      ...(header.version !== undefined && { ver: header.version }),
      lsn: header.lsn,
      ...(previous && { prev: { id: previous.id, len: previous.bytes, lsn: previous.lsn, crc: hex(previous.checksum) } }),
      ...(header.durability !== undefined && { dur: header.durability }),
      at: header.createdAt,
    };
    return framed(JSON.stringify(line).slice(1, -1), 0);
  },

  encodeRecord: (record, seed) => framed(record.type === 'put' ? putMembers(record) : members(record), seed),

  writeRecord(record, seed, bytes, at) {
    const line = lineAround(record.type === 'put' ? putMembers(record) : members(record));
    if (at + line.length * BYTES_A_CHARACTER > bytes.length) return undefined;
    const end = at + bytes.write(line, at);
    return { end, checksum: seal(bytes, at, end, seed) };
  },

  resealRecord: seal,

  readHeader(bytes) {
    return readLine(bytes, 0, 0, (from, end) => {
      const header = parsed(bytes, from, end) as HeaderLine;
      if (header.min > FORMAT_VERSION) throw logNewer(`a log of format version ${header.scrubjay}`);
      const previous = header.prev;
      const content: LogHeader = {
        kind: header.f === 'snap' ? 'snapshot' : header.f,
        formatVersion: header.scrubjay,
        minimumVersion: header.min,
        id: header.id,
        storeId: header.store,
        cacheName: header.name,
        codec: header.codec,
        signature: header.sig,
        version: header.ver,
        lsn: header.lsn,
        predecessor: previous && { id: previous.id, bytes: previous.len, lsn: previous.lsn, checksum: Number.parseInt(previous.crc, 16) },
        durability: header.dur,
        createdAt: header.at,
      };
      return content;
    });
  },

  readRecord: (bytes, offset, seed) =>
    readLine(bytes, offset, seed, (from, end) => readPut(bytes, from, end - 1) ?? recordOf(parsed(bytes, from, end) as Line)),
};

const hex = (checksum: number): string => checksum.toString(16).padStart(8, '0');

/** All of a record that is no put, without the brace at the end. */
function members(record: Exclude<LogRecord, PutRecord>): string {
  const durable = record.durableLsn === undefined ? '' : `,"d":${record.durableLsn}`;
  return `"n":${record.lsn},"t":"${record.type}"${ownMembers(record)}${durable}`;
}

function ownMembers(record: Exclude<LogRecord, PutRecord>): string {
  switch (record.type) {
    case 'hit':
      return `,"i":[${record.lsns.join(',')}]${record.marks === undefined ? '' : `,"m":[${record.marks.join(',')}],"by":${JSON.stringify(record.policy)}`}`;
    case 'del':
      return record.keys.length === 1 ? `,"k":${JSON.stringify(record.keys[0])}` : `,"ks":${JSON.stringify(record.keys)}`;
    case 'close':
      return `,"len":${record.fileBytes}`;
    case 'end':
      return `,"count":${record.entries},"last":${record.lastEvicted}`;
    default:
      return '';
  }
}

function recordOf(line: Line): LogRecord | SkippableRecord {
  const common = { lsn: line.n, durableLsn: line.d };
  switch (line.t) {
    case 'put':
      return {
        ...common,
        type: 'put',
        key: line.k as string,
        value: textOf('r' in line ? line.r : line.v, 'r' in line),
        isPromised: line.p === 1,
        expiresAt: line.x,
        evicted: line.o,
        tags: line.g,
      };
    case 'hit':
      return { ...common, type: 'hit', lsns: line.i ?? [], ...(line.m && { marks: line.m, policy: line.by }) };
    case 'del':
      return { ...common, type: 'del', keys: line.ks ?? [line.k as string] };
    case 'close':
      return { ...common, type: 'close', fileBytes: line.len ?? 0 };
    case 'end':
      return { ...common, type: 'end', entries: line.count ?? 0, lastEvicted: line.last ?? 0 };
    case 'clear':
    case 'mark':
      return { ...common, type: line.t };
    default:
      // A later version gives a record a capital letter when readers of this one lose nothing by passing over it.
      if (/^[A-Z]/.test(line.t)) return { ...common, type: 'skippable' };
      throw logNewer(`a record of type ${JSON.stringify(line.t)}`);
  }
}

/** A value of a put in which another version has put the members in another order. */
function textOf(value: unknown, isRich: boolean): JsonText {
  const bytes = Buffer.from(JSON.stringify(value));
  return new JsonText(bytes, 0, bytes.length, isRich);
}

/** One line around `covered`: formatted once, then the eight digits of its checksum are put in. */
const lineAround = (covered: string): string => `${OPENING}00000000${MIDDLE}${covered}}\n`;

const DIGIT_CODES = Buffer.from('0123456789abcdef');

function framed(covered: string, seed: number): { bytes: Buffer; checksum: number } {
  const bytes = Buffer.from(lineAround(covered));
  return { bytes, checksum: seal(bytes, 0, bytes.length, seed) };
}

/** Puts the checksum of the line from `at` to `end` in, and gives it. */
function seal(bytes: Buffer, at: number, end: number, seed: number): number {
  const checksum = crc32(bytes, at + COVERED_FROM, end - 1, seed);
  for (let digit = at + CHECKSUM_END, rest = checksum; digit > at + CHECKSUM_AT; rest >>>= 4) bytes[--digit] = DIGIT_CODES[rest & 15] as number;
  return checksum;
}

/** The value of each hex digit by its character code. */
const DIGITS = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));
const FRONT = Buffer.from(OPENING);
const BEHIND = Buffer.from(MIDDLE);

/** Whether a line with that checksum begins here. The checksum does not cover what stands before it, so that is compared: a changed byte is noticed wherever it is. */
function beginsWith(bytes: Buffer, offset: number, checksum: number): boolean {
  for (let at = 0; at < CHECKSUM_AT; at++) if (bytes[offset + at] !== FRONT[at]) return false;
  let found = 0;
  for (let at = CHECKSUM_AT; at < CHECKSUM_END; at++) {
    const digit = DIGITS[bytes[offset + at] as number] as number;
    if (digit < 0) return false;
    found = (found << 4) | digit;
  }
  return found >>> 0 === checksum && bytes[offset + CHECKSUM_END] === BEHIND[0] && bytes[offset + CHECKSUM_END + 1] === BEHIND[1];
}

/** Reads the line at `offset`. Nothing in it is believed before its checksum fits. */
function readLine<T>(bytes: Buffer, offset: number, seed: number, understand: (from: number, end: number) => T): Frame<T> {
  const newline = bytes.indexOf(NEWLINE, offset);
  if (newline === -1) return { kind: 'partial' };
  if (newline - offset <= COVERED_FROM) return badAt(bytes, offset, newline);
  const from = offset + COVERED_FROM;
  const checksum = crc32(bytes, from, newline, seed);
  if (!beginsWith(bytes, offset, checksum)) return badAt(bytes, offset, newline);
  return { kind: 'good', content: understand(from, newline), end: newline + 1, checksum };
}

/** A record whose line end is damaged stands before another one in the same line: whatever looks like a beginning is where to look next. */
function badAt(bytes: Buffer, offset: number, newline: number): { readonly kind: 'bad'; readonly resumeAt: number } {
  for (let at = bytes.indexOf(FRONT, offset + 1); at !== -1 && at < newline; at = bytes.indexOf(FRONT, at + 1))
    if (BEHIND.compare(bytes, at + CHECKSUM_END, at + COVERED_FROM, 0) === 0) return { kind: 'bad', resumeAt: at };
  return { kind: 'bad', resumeAt: newline + 1 };
}

const parsed = (bytes: Buffer, from: number, end: number): object => JSON.parse(`{${bytes.toString('utf8', from, end)}`) as object;
