/**
 * The MessagePack format: smaller and faster to read than JSON lines, and not for the eye; `docs/log-format.md` has it byte by byte.
 * A frame begins with C1, the one byte that is no type of MessagePack, so that a reader finds its way again behind damage.
 */
import { type Frame, LONGEST_FRAME_BYTES, type LogHeader, type LogRecord, logNewer, type PersistDriver, type SkippableRecord } from '../contract.js';
import { crc32 } from '../crc32.js';
import { packedText, putPayload, readPut, type Text, unpackedText } from './msgpack-put.js';
import { decodeMsgpackValue, encodeMsgpackValue, type PackedValue } from './msgpack-values.js';
import { packr } from './msgpackr.js';

const FORMAT_VERSION = 1;

/** A byte that is no ASCII, the name, both kinds of line end, and the end of a text: whoever takes the file for text breaks its first bytes. */
const MAGIC = Buffer.from([0x89, 0x53, 0x4a, 0x41, 0x59, 0x0d, 0x0a, 0x1a]);
// A header: the magic, version and oldest version (16 bits each), length of the body, checksum of all that and the body, body.
const VERSION_AT = 8;
const MINIMUM_AT = 10;
const BODY_LENGTH_AT = 12;
const HEADER_CHECKSUM_AT = 16;
const BODY_AT = 20;

// A frame: C1, type, length of the payload, check of these six bytes (16 bits), checksum of these six bytes and the payload, payload.
const MARKER = 0xc1;
const LENGTH_AT = 2;
const CHECK_AT = 6;
const CHECKSUM_AT = 8;
const PAYLOAD_AT = 12;

const TYPES = { put: 1, hit: 2, del: 3, clear: 4, mark: 6, close: 7, end: 18 } as const;
/** A type from here on says of itself that older readers lose nothing by passing over it. */
const FIRST_SKIPPABLE = 128;

/** The driver behind `persist: 'msgpack'`. Needs the package `msgpackr`. */
export const msgpack: PersistDriver = {
  name: 'msgpack',
  codec: 'msgpack/1',
  fileExtension: '.mpk',
  load: () => void packr(),
  encodeValue: (value, codecs) => encodeMsgpackValue(value, codecs),
  decodeValue: (encoded, codecs) => decodeMsgpackValue(encoded as PackedValue, codecs),

  encodeHeader(header) {
    const body = packr().pack(bodyOf(header));
    const bytes = Buffer.alloc(BODY_AT + body.length);
    bytes.set(MAGIC);
    bytes.writeUInt16LE(header.formatVersion, VERSION_AT);
    bytes.writeUInt16LE(header.minimumVersion, MINIMUM_AT);
    bytes.writeUInt32LE(body.length, BODY_LENGTH_AT);
    bytes.set(body, BODY_AT);
    const checksum = headerChecksum(bytes, bytes.length);
    bytes.writeUInt32LE(checksum, HEADER_CHECKSUM_AT);
    return { bytes, checksum };
  },

  encodeRecord(record, seed) {
    const payload = packr().pack(payloadOf(record));
    const bytes = Buffer.allocUnsafe(PAYLOAD_AT + payload.length);
    return { bytes, checksum: fill(bytes, 0, TYPES[record.type], payload, seed) };
  },

  writeRecord(record, seed, bytes, at) {
    const payload = packr().pack(payloadOf(record));
    const end = at + PAYLOAD_AT + payload.length;
    return end > bytes.length ? undefined : { end, checksum: fill(bytes, at, TYPES[record.type], payload, seed) };
  },

  resealRecord: seal,

  readHeader(bytes) {
    const bad = { kind: 'bad', resumeAt: bytes.length } as const;
    const known = Math.min(bytes.length, MAGIC.length);
    if (MAGIC.compare(bytes, 0, known, 0, known) !== 0) return bad;
    if (bytes.length < BODY_AT) return { kind: 'partial' };
    const end = BODY_AT + bytes.readUInt32LE(BODY_LENGTH_AT);
    if (end > LONGEST_FRAME_BYTES) return bad;
    if (end > bytes.length) return { kind: 'partial' };
    const checksum = headerChecksum(bytes, end);
    if (checksum !== bytes.readUInt32LE(HEADER_CHECKSUM_AT)) return bad;
    const version = bytes.readUInt16LE(VERSION_AT);
    const minimum = bytes.readUInt16LE(MINIMUM_AT);
    if (minimum > FORMAT_VERSION) throw logNewer(`a log of format version ${version}`);
    return { kind: 'good', content: headerOf(packr().unpack(bytes.subarray(BODY_AT, end)) as Body, version, minimum), end, checksum };
  },

  readRecord(bytes, offset, seed): Frame<LogRecord | SkippableRecord> {
    if (offset < bytes.length && bytes[offset] !== MARKER) return badAt(bytes, offset);
    if (bytes.length - offset < PAYLOAD_AT) return { kind: 'partial' };
    const begun = crc32(bytes, offset, offset + CHECK_AT, seed);
    const length = bytes.readUInt32LE(offset + LENGTH_AT);
    if (bytes.readUInt16LE(offset + CHECK_AT) !== (begun & 0xffff) || length > LONGEST_FRAME_BYTES) return badAt(bytes, offset);
    const end = offset + PAYLOAD_AT + length;
    if (end > bytes.length) return { kind: 'partial', resumeAt: badAt(bytes, offset).resumeAt };
    const checksum = crc32(bytes, offset + PAYLOAD_AT, end, begun);
    if (checksum !== bytes.readUInt32LE(offset + CHECKSUM_AT)) return badAt(bytes, offset);
    return { kind: 'good', content: recordAt(bytes, offset, end), end, checksum };
  },
};

/** Puts a frame together at `at`, and gives its checksum. */
function fill(bytes: Buffer, at: number, type: number, payload: Uint8Array, seed: number): number {
  bytes[at] = MARKER;
  bytes[at + 1] = type;
  bytes.writeUInt32LE(payload.length, at + LENGTH_AT);
  bytes.set(payload, at + PAYLOAD_AT);
  return seal(bytes, at, at + PAYLOAD_AT + payload.length, seed);
}

/** Puts the checksums of the frame from `at` to `end` in, and gives the last one. */
function seal(bytes: Buffer, at: number, end: number, seed: number): number {
  const begun = crc32(bytes, at, at + CHECK_AT, seed);
  bytes.writeUInt16LE(begun & 0xffff, at + CHECK_AT);
  const checksum = crc32(bytes, at + PAYLOAD_AT, end, begun);
  bytes.writeUInt32LE(checksum, at + CHECKSUM_AT);
  return checksum;
}

/** The next place at which a frame may begin. */
function badAt(bytes: Buffer, offset: number): { readonly kind: 'bad'; readonly resumeAt: number } {
  const next = bytes.indexOf(MARKER, offset + 1);
  return { kind: 'bad', resumeAt: next === -1 ? bytes.length : next };
}

/** Of everything in a header but the checksum itself. */
const headerChecksum = (bytes: Buffer, end: number): number => crc32(bytes, BODY_AT, end, crc32(bytes, 0, HEADER_CHECKSUM_AT));

/** What a header is made of, as in the other format. */
interface Body {
  readonly f: 'log' | 'snap' | 'manifest';
  readonly id: number;
  readonly store: string;
  readonly name: Text;
  readonly codec: string;
  readonly sig: Text;
  readonly ver?: Text | number;
  readonly lsn: number;
  readonly prev: { readonly id: number; readonly len: number; readonly lsn: number; readonly crc: number } | null;
  readonly dur?: string;
  readonly at: number;
}

const bodyOf = ({ kind, id, storeId, cacheName, codec, signature, version, lsn, predecessor, durability, createdAt }: LogHeader): Body => ({
  f: kind === 'snapshot' ? 'snap' : kind,
  id,
  store: storeId,
  name: packedText(cacheName),
  codec,
  sig: packedText(signature),
  ...(version !== undefined && { ver: typeof version === 'string' ? packedText(version) : version }),
  lsn,
  prev: predecessor === undefined ? null : { id: predecessor.id, len: predecessor.bytes, lsn: predecessor.lsn, crc: predecessor.checksum },
  ...(durability !== undefined && { dur: durability }),
  at: createdAt,
});

const headerOf = ({ f, id, store, name, codec, sig, ver, lsn, prev, dur, at }: Body, formatVersion: number, minimumVersion: number): LogHeader => ({
  kind: f === 'snap' ? 'snapshot' : f,
  formatVersion,
  minimumVersion,
  id,
  storeId: store,
  cacheName: unpackedText(name),
  codec,
  signature: unpackedText(sig),
  version: ver === undefined || typeof ver === 'number' ? ver : unpackedText(ver),
  lsn,
  predecessor: prev === null ? undefined : { id: prev.id, bytes: prev.len, lsn: prev.lsn, checksum: prev.crc },
  durability: dur,
  createdAt: at,
});

/** Number, durable number or nil, and what else the type has. */
type Payload = readonly [lsn: number, durableLsn: number | null, ...members: unknown[]];

function payloadOf(record: LogRecord): Payload {
  const { lsn, durableLsn = null } = record;
  switch (record.type) {
    case 'put':
      return putPayload(record);
    case 'hit':
      return record.marks === undefined ? [lsn, durableLsn, record.lsns] : [lsn, durableLsn, record.lsns, record.marks, packedText(record.policy ?? '')];
    case 'del':
      return [lsn, durableLsn, record.keys.map(packedText)];
    case 'close':
      return [lsn, durableLsn, record.fileBytes];
    case 'end':
      return [lsn, durableLsn, record.entries, record.lastEvicted];
    default:
      return [lsn, durableLsn];
  }
}

/** The record of a frame whose checksums fit. */
function recordAt(bytes: Buffer, offset: number, end: number): LogRecord | SkippableRecord {
  const type = bytes[offset + 1] as number;
  if (type === TYPES.put) return readPut(bytes, offset + PAYLOAD_AT, end);
  return recordOf(type, packr().unpack(bytes.subarray(offset + PAYLOAD_AT, end)) as Payload);
}

function recordOf(type: number, [lsn, durable, ...members]: Payload): LogRecord | SkippableRecord {
  const common = { lsn, durableLsn: durable ?? undefined };
  switch (type) {
    case TYPES.hit: {
      const [lsns, marks, policy] = members as [number[], number[] | undefined, Text | undefined];
      return { ...common, type: 'hit', lsns, ...(marks && { marks, policy: unpackedText(policy ?? '') }) };
    }
    case TYPES.del:
      return { ...common, type: 'del', keys: (members[0] as Text[]).map(unpackedText) };
    case TYPES.clear:
      return { ...common, type: 'clear' };
    case TYPES.mark:
      return { ...common, type: 'mark' };
    case TYPES.close:
      return { ...common, type: 'close', fileBytes: members[0] as number };
    case TYPES.end:
      return { ...common, type: 'end', entries: members[0] as number, lastEvicted: members[1] as number };
    default:
      if (type >= FIRST_SKIPPABLE) return { ...common, type: 'skippable' };
      throw logNewer(`a record of type ${type}`);
  }
}
