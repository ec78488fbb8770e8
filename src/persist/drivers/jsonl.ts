/**
 * The JSON-lines format: every line of a log is one JSON object, so `jq`, `grep` and `tail -f` work on it.
 * A line is `{"c":"<CRC-32 in hex>",` and then the members the checksum covers; `docs/log-format.md` lists them.
 */
import { type EncodedValue, type Frame, type LogHeader, type LogRecord, logNewer, type PersistDriver, type SkippableRecord } from '../contract.js';
import { crc32 } from '../crc32.js';
import { decodeJsonValue, encodeJsonValue, type JsonValue } from './json-values.js';

const FORMAT_VERSION = 1;
const OPENING = '{"c":"';
/** What stands between the checksum and what it covers. */
const MIDDLE = '",';
/** Where the checksum stands, where it ends, and where what it covers begins. */
const CHECKSUM_AT = OPENING.length;
const CHECKSUM_END = CHECKSUM_AT + 8;
const COVERED_FROM = CHECKSUM_END + MIDDLE.length;
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
  readonly i?: readonly number[];
  readonly m?: readonly number[];
  readonly by?: string;
  readonly len?: number;
  readonly count?: number;
  readonly last?: number;
  readonly v?: unknown;
  readonly r?: unknown;
}

interface HeaderLine {
  readonly scrubjay: number;
  readonly min: number;
  readonly f: 'log' | 'snap';
  readonly id: number;
  readonly store: string;
  readonly name: string;
  readonly codec: string;
  readonly sig: string;
  readonly lsn: number;
  readonly prev?: { readonly id: number; readonly len: number; readonly lsn: number; readonly crc: string };
  readonly at: number;
}

/** The driver behind `persist: 'jsonl'`. */
export const jsonl: PersistDriver = {
  name: 'jsonl',
  codec: 'jsonl/1',
  fileExtension: '.jsonl',
  encodeValue: (value, codecs): EncodedValue => encodeJsonValue(value, codecs),
  decodeValue: (encoded, codecs) => decodeJsonValue(encoded as JsonValue, codecs),

  encodeHeader(header) {
    const previous = header.predecessor;
    const line: HeaderLine = {
      scrubjay: header.formatVersion,
      min: header.minimumVersion,
      f: header.kind === 'log' ? 'log' : 'snap',
      id: header.id,
      store: header.storeId,
      name: header.cacheName,
      codec: header.codec,
      sig: header.signature,
      lsn: header.lsn,
      ...(previous && { prev: { id: previous.id, len: previous.bytes, lsn: previous.lsn, crc: hex(previous.checksum) } }),
      at: header.createdAt,
    };
    return framed(JSON.stringify(line).slice(1), 0);
  },

  encodeRecord: (record, seed) => framed(`"n":${record.lsn},"t":"${record.type}"${members(record)}${durableMember(record)}}`, seed),

  copyRecord: (frame, seed) => sealed(Buffer.from(frame), seed),

  readHeader(bytes) {
    return readLine(bytes, 0, 0, (line) => {
      const header = line as HeaderLine;
      if (header.min > FORMAT_VERSION) throw logNewer(`a log of format version ${header.scrubjay}`);
      const previous = header.prev;
      const content: LogHeader = {
        kind: header.f === 'snap' ? 'snapshot' : 'log',
        formatVersion: header.scrubjay,
        minimumVersion: header.min,
        id: header.id,
        storeId: header.store,
        cacheName: header.name,
        codec: header.codec,
        signature: header.sig,
        lsn: header.lsn,
        predecessor: previous && { id: previous.id, bytes: previous.len, lsn: previous.lsn, checksum: Number.parseInt(previous.crc, 16) },
        createdAt: header.at,
      };
      return content;
    });
  },

  readRecord: (bytes, offset, seed) => readLine(bytes, offset, seed, (line) => recordOf(line as Line)),
};

const hex = (checksum: number): string => checksum.toString(16).padStart(8, '0');

const durableMember = (record: LogRecord): string => (record.durableLsn === undefined ? '' : `,"d":${record.durableLsn}`);

function members(record: LogRecord): string {
  switch (record.type) {
    case 'put': {
      const { text } = record.value as { text: string };
      const promised = record.isPromised ? ',"p":1' : '';
      const expiry = record.expiresAt === undefined ? '' : `,"x":${record.expiresAt}`;
      const evicted = record.evicted === undefined ? '' : `,"o":[${record.evicted.join(',')}]`;
      return `,"k":${JSON.stringify(record.key)},${text}${promised}${expiry}${evicted}`;
    }
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
        value: 'r' in line ? { rich: line.r } : { plain: line.v },
        isPromised: line.p === 1,
        expiresAt: line.x,
        evicted: line.o,
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

/** One line around `covered`: formatted once, then the eight digits of its checksum are put in. */
const framed = (covered: string, seed: number): { bytes: Buffer; checksum: number } => sealed(Buffer.from(`${OPENING}00000000${MIDDLE}${covered}\n`), seed);

function sealed(bytes: Buffer, seed: number): { bytes: Buffer; checksum: number } {
  const checksum = crc32(bytes, COVERED_FROM, bytes.length - 1, seed);
  bytes.write(hex(checksum), CHECKSUM_AT, 'latin1');
  return { bytes, checksum };
}

/** Reads the line at `offset`. Nothing in it is believed before its checksum fits. */
function readLine<T>(bytes: Buffer, offset: number, seed: number, understand: (line: object) => T): Frame<T> {
  const newline = bytes.indexOf(NEWLINE, offset);
  if (newline === -1) return { kind: 'partial' };
  const bad = { kind: 'bad', resumeAt: newline + 1 } as const;
  if (newline - offset <= COVERED_FROM) return bad;
  const checksum = crc32(bytes, offset + COVERED_FROM, newline, seed);
  // The checksum does not cover what stands before it, so that is compared as a whole: a changed byte is noticed wherever it is.
  if (bytes.toString('latin1', offset, offset + COVERED_FROM) !== OPENING + hex(checksum) + MIDDLE) return bad;
  const content = understand(JSON.parse(`{${bytes.toString('utf8', offset + COVERED_FROM, newline)}`) as object);
  return { kind: 'good', content, end: newline + 1, checksum };
}
