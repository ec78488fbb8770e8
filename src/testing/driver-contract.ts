/**
 * What every persistence driver promises, as checks for the authors of drivers; they need no test runner.
 *
 * ```ts
 * for (const { name, run } of driverContract(mine)) test(name, run);
 * ```
 */
import { deepStrictEqual, fail, match, ok, strictEqual, throws } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Frame, LogHeader, LogRecord, PersistDriver, PutRecord, ValueCodecs } from '../persist/contract.js';
import { point, pointCodecs } from './sample-classes.js';

/** A promise of persistence drivers, and how to find out whether one keeps it. */
export interface DriverPromise {
  readonly name: string;
  /** Throws an Error that tells what was wanted and what was found. */
  readonly run: () => void;
}

/** Every promise of persistence drivers, to be checked against `driver`. */
export function driverContract(driver: PersistDriver): readonly DriverPromise[] {
  const header: LogHeader = {
    kind: 'log',
    formatVersion: 1,
    minimumVersion: 1,
    id: 12,
    storeId: '0123456789abcdef',
    cacheName: 'Users.find "ü" \ud800',
    codec: driver.codec,
    signature: 'keys/1 (id,locale)',
    lsn: 41,
    predecessor: { id: 11, bytes: 1234, lsn: 41, checksum: 0xfffffffe },
    durability: 'interval',
    createdAt: 1_763_851_234_567,
  };
  const put = (value: unknown, rest: Partial<PutRecord> = {}): PutRecord => ({
    lsn: 42,
    type: 'put',
    key: 'k',
    value: driver.encodeValue(value),
    isPromised: false,
    ...rest,
  });
  const values = [1, 'text', new Map([[undefined, new Date(0)]])];
  /** One of each type, with everything and with as little as possible. */
  const records = (): readonly LogRecord[] => [
    put(values[0]),
    put(values[1], { lsn: 2 ** 40, isPromised: true, expiresAt: 1_800_000_000_000.5, evicted: [1, 2], durableLsn: 41, key: 'line\nbreak \ud800 \0 "' }),
    put(values[2], { tags: ['user:1', '', 'a "b", [ü\ud83d\ude00] \udc00'] }),
    { lsn: 43, type: 'hit', lsns: [42, 7, 2 ** 40] },
    { lsn: 43, type: 'hit', lsns: [42, 7], marks: [0, 2 ** 31 - 1], policy: 'of my own' },
    { lsn: 44, type: 'del', keys: ['k'] },
    { lsn: 45, type: 'del', keys: ['k', '', 'ü\ud83d\ude00', '\udc00'], durableLsn: 44 },
    { lsn: 46, type: 'clear' },
    { lsn: 47, type: 'mark', durableLsn: 46 },
    { lsn: 48, type: 'close', fileBytes: 123_456 },
    { lsn: 49, type: 'end', entries: 3, lastEvicted: 2 ** 40 },
  ];
  const seedOf = (of = header): number => driver.encodeHeader(of).checksum;
  const frames = (seed = seedOf()) => records().map((record) => driver.encodeRecord(record, seed));
  const read = (bytes: Buffer, at = 0, seed = seedOf()) => good(driver.readRecord(bytes, at, seed), at);
  /** What a reader gets back for a value. */
  const roundTrip = (value: unknown, codecs?: ValueCodecs): unknown => {
    const { content } = read(driver.encodeRecord({ ...put(0), value: driver.encodeValue(value, codecs) }, seedOf()).bytes);
    return driver.decodeValue((content as PutRecord).value, codecs);
  };

  return [
    promise('it names itself, its format and its files', () => {
      match(driver.name, /^[\w-]+$/);
      match(driver.codec, /^[a-z][\w-]*\/\d+$/);
      match(driver.fileExtension, /^\.[a-z]+$/);
    }),
    promise('a header comes back as it was, whatever stands behind it', () => {
      for (const one of [header, { ...header, predecessor: undefined }, { ...header, kind: 'snapshot' as const }]) {
        const { bytes, checksum } = driver.encodeHeader(one);
        const frame = good(driver.readHeader(Buffer.concat([bytes, Buffer.from('more')])), 0);
        same(frame.content, one);
        same([frame.end, frame.checksum], [bytes.length, checksum]);
      }
    }),
    promise('a record of every type comes back as it was', () => {
      const seed = seedOf();
      for (const [index, record] of records().entries()) {
        const { bytes, checksum } = driver.encodeRecord(record, seed);
        const frame = read(bytes);
        same([frame.end, frame.checksum], [bytes.length, checksum]);
        const [found, wanted] = [frame.content, record] as [LogRecord, LogRecord];
        same(
          found.type === 'put' ? { ...found, value: driver.decodeValue(found.value) } : found,
          wanted.type === 'put' ? { ...wanted, value: values[index] } : wanted,
        );
      }
    }),
    promise('a record that is written in place is the same, and touches nothing beside it; where there is no room nothing is written', () => {
      const seed = seedOf();
      for (const record of records()) {
        const { bytes, checksum } = driver.encodeRecord(record, seed);
        const [before, after] = [Buffer.alloc(10, '.'), Buffer.alloc(bytes.length * 4, '.')];
        const place = Buffer.concat([before, bytes.map(() => 0), after]);
        const written = driver.writeRecord?.(record, seed, place, before.length);
        if (written !== undefined) same([place, written], [Buffer.concat([before, bytes, after]), { end: before.length + bytes.length, checksum }]);
        same(driver.writeRecord?.(record, seed, Buffer.alloc(before.length + bytes.length - 1), before.length), undefined);
      }
    }),
    promise('records that lie one behind the other are read one after the other', () => {
      const all = frames();
      const bytes = Buffer.concat(all.map((frame) => frame.bytes));
      const found: number[] = [];
      for (let at = 0; at < bytes.length; ) {
        const frame = read(bytes, at);
        found.push((frame.content as LogRecord).lsn);
        at = frame.end;
      }
      same(
        found,
        records().map(({ lsn }) => lsn),
      );
    }),
    promise('bytes that end inside a frame are called a part of one, never good', () => {
      const seed = seedOf();
      for (const { bytes } of [...frames(), driver.encodeHeader(header)]) {
        for (let length = 0; length < bytes.length; length++) {
          strictEqual(driver.readRecord(bytes.subarray(0, length), 0, seed).kind === 'good', false);
          strictEqual(driver.readHeader(bytes.subarray(0, length)).kind === 'good', false);
        }
      }
      for (const { bytes } of frames()) {
        for (let length = 0; length < bytes.length; length++) strictEqual(driver.readRecord(bytes.subarray(0, length), 0, seed).kind, 'partial');
      }
    }),
    promise('no changed byte passes for good', () => {
      const seed = seedOf();
      for (const { bytes } of frames()) {
        const changed = Buffer.concat([bytes, bytes]);
        for (let at = 0; at < bytes.length; at++) {
          for (const difference of [1, 0x80, 0xff]) {
            changed[at] = (bytes[at] as number) ^ difference;
            ok(driver.readRecord(changed, 0, seed).kind !== 'good', `byte ${at} of a frame was changed, and the frame is good all the same`);
          }
          changed[at] = bytes[at] as number;
        }
      }
    }),
    promise('behind a broken record the next good one is found', () => {
      const seed = seedOf();
      const all = frames();
      for (const { bytes } of all) {
        const changed = Buffer.concat([bytes, (all[3] as { bytes: Buffer }).bytes]);
        const middle = bytes.length - 3;
        changed[middle] = (changed[middle] as number) ^ 0x10;
        let at = 0;
        for (let frame = driver.readRecord(changed, at, seed); frame.kind !== 'good'; frame = driver.readRecord(changed, at, seed)) {
          if (frame.kind === 'partial') fail('a broken record hides the good one behind it');
          at = frame.resumeAt;
        }
        strictEqual(at, bytes.length);
      }
    }),
    promise('garbage is never good, and reading it always gets on', () => {
      const seed = seedOf();
      const next = dice(7);
      for (let round = 0; round < 500; round++) {
        const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(300 * next()) }, () => Math.floor(256 * next())));
        for (let at = 0; at < bytes.length; ) {
          const frame = driver.readRecord(bytes, at, seed);
          if (frame.kind === 'partial') break;
          if (frame.kind === 'good') fail('garbage was taken for a record');
          ok(frame.resumeAt > at, 'reading does not get on');
          at = frame.resumeAt;
        }
      }
    }),
    promise('a frame of another file is no good, and neither is a header in the place of a record', () => {
      const other = seedOf({ ...header, id: 13 });
      for (const { bytes } of frames()) ok(driver.readRecord(bytes, 0, other).kind !== 'good');
      ok(driver.readRecord(driver.encodeHeader(header).bytes, 0, seedOf()).kind !== 'good');
      ok(driver.readHeader((frames()[0] as { bytes: Buffer }).bytes).kind !== 'good');
    }),
    promise('a record that is copied into another file is good there, and the same', () => {
      const other = seedOf({ ...header, id: 13, kind: 'snapshot' });
      for (const [index, { bytes }] of frames().entries()) {
        const around = Buffer.from('around it');
        const copy = Buffer.concat([around, bytes, around]);
        const checksum = driver.resealRecord(copy, around.length, around.length + bytes.length, other);
        const wanted = driver.encodeRecord(records()[index] as LogRecord, other);
        same([copy, checksum], [Buffer.concat([around, wanted.bytes, around]), wanted.checksum]);
      }
    }),
    promise('a value is written as it was when it was encoded', () => {
      const value = { list: [1], bytes: Buffer.from('ab') };
      const record = put(value);
      value.list.push(2);
      value.bytes[0] = 0;
      const { content } = read(driver.encodeRecord(record, seedOf()).bytes);
      same(driver.decodeValue((content as PutRecord).value), { list: [1], bytes: Buffer.from('ab') });
    }),
    promise('what JSON can say is taken and comes back equal', () => {
      for (const value of plainValues()) same(roundTrip(value), value);
    }),
    promise('every other value comes back equal or is refused, never changed', () => {
      for (const [what, value] of richValues()) {
        const found = unlessRefused(() => roundTrip(value));
        ok(found === undefined || isSame(found.value, value), `${what} came back changed`);
      }
    }),
    promise('an instance of a class comes back as one where a codec says how, or is refused; without one it is refused', () => {
      for (const codecs of pointCodecs) {
        const found = unlessRefused(() => roundTrip(point, codecs));
        ok(found === undefined || isDeepStrictEqual(found.value, point), 'an instance came back changed');
      }
      strictEqual(
        unlessRefused(() => roundTrip(point)),
        undefined,
        'an instance of a class that nobody told of was taken',
      );
    }),
    promise('what cannot come back equal is refused with its path', () => {
      throws(
        () => driver.encodeValue({ a: [() => 1] }),
        (error: Error & { code?: unknown }) => error.code === 'SCRUBJAY_VALUE_REFUSED' && error.message.includes('.a[0]'),
      );
    }),
  ];
}

/** What `work` gives, in a box; `undefined` when the value is refused. */
function unlessRefused(work: () => unknown): { readonly value: unknown } | undefined {
  try {
    return { value: work() };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SCRUBJAY_VALUE_REFUSED') return undefined;
    throw error;
  }
}

const promise = (name: string, run: () => void): DriverPromise => ({ name, run });

function good<T>(frame: Frame<T>, at: number): Extract<Frame<T>, { kind: 'good' }> {
  if (frame.kind !== 'good') fail(`the frame at ${at} was written a moment ago, and is ${frame.kind}`);
  return frame;
}

/** Properties that are `undefined` and properties that are missing say the same in records and headers. */
function same(found: unknown, wanted: unknown): void {
  deepStrictEqual(withoutUndefined(found), withoutUndefined(wanted));
}

const withoutUndefined = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([name, member]) => [name, withoutUndefined(member)]),
      )
    : value;

const prototypeOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined);

/** To `isDeepStrictEqual` two invalid Dates differ. */
const isSame = (found: unknown, wanted: unknown): boolean =>
  prototypeOf(found) === prototypeOf(wanted) && (isDeepStrictEqual(found, wanted) || (wanted instanceof Date && Object.is(Number(found), Number(wanted))));

function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const plainValues = (): unknown[] => [
  ...[null, true, false, 0, 1, -1, 0.1, 1e21, 5e-324, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 31) - 1, -(2 ** 53)],
  ...['', 'a', 'ü', '\0', '\u2028', '\ud83d\ude00', 'x'.repeat(40), 'ü'.repeat(300), 'y'.repeat(70_000), '{"c":"', '\n'],
  ...[
    [],
    {},
    [[]],
    [{}],
    { a: { b: [null] } },
    { '': 1, '1': 2, '-1': 3, length: 4, toString: 5, 'ü"\n': 6 },
    { constructor: 1, toJSON: 2, then: 3, hasOwnProperty: 4 },
  ],
  ...[Array.from({ length: 70_000 }, (_, index) => index), Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`name ${index}`, index]))],
];

function richValues(): [string, unknown][] {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const shared = { a: 1 };
  const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: false });
  const ownProto = Object.defineProperty({}, '__proto__', { value: { a: 1 }, enumerable: true, configurable: true, writable: true });
  class User {
    name = 'Ada';
  }
  return [
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['undefined in a list', [undefined, null]],
    ['-0', -0],
    ['-0 in a list', [-0, 0]],
    ['NaN', Number.NaN],
    ['Infinity', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['a bigint', 10n ** 40n],
    ['small bigints', [0n, -1n, 2n ** 63n, -(2n ** 63n)]],
    ['a Date', new Date(1_763_851_234_567)],
    ['an invalid Date', new Date(Number.NaN)],
    [
      'a Map',
      new Map<unknown, unknown>([
        [{ a: 1 }, [new Map()]],
        ['a', undefined],
      ]),
    ],
    ['a Set', new Set([1, '1', new Set([Number.NaN])])],
    ['a RegExp', /a\/b/giu],
    ['a RegExp in a search', Object.assign(/a/g, { lastIndex: 3 })],
    ['a URL', new URL('https://example.org/a?b#c')],
    ['URLSearchParams', new URLSearchParams('a=1&a=2')],
    ['an Error', new RangeError('too far')],
    ['an Error with a cause', new Error('outside', { cause: new TypeError('inside') })],
    ['an Error with a code', Object.assign(new Error('no entry'), { code: 'ENOENT' })],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer],
    ['a Buffer', Buffer.from('some bytes')],
    ['typed arrays', [new Float64Array([1.5, -0, Number.NaN]), new Uint8ClampedArray([255]), new BigInt64Array([-1n])]],
    ['a part of a buffer', new Uint16Array(new ArrayBuffer(64), 8, 4)],
    ['a DataView', new DataView(new ArrayBuffer(8), 2, 4)],
    ['a cycle', cycle],
    ['one object in two places', [shared, shared]],
    ['a list with holes', [1, , 3]], // biome-ignore lint/suspicious/noSparseArray: that is what it is
    ['a list with a property', Object.assign([1], { total: 1 })],
    ['a long list of nothing', new Array(5)],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['a property called __proto__', ownProto],
    ['half of a surrogate pair', '\ud800'],
    ['half of a surrogate pair as a name', { '\udc00': ['\ud800x'] }],
    ['a class instance', new User()],
    ['an instance of a subclass', new (class Dates extends Date {})(0)],
    ['a hidden property', hidden],
    ['a property under a symbol', { [Symbol.for('a')]: 1 }],
    ['a symbol', Symbol.for('a')],
    ['a function', () => 1],
    ['a getter', Object.defineProperty({}, 'a', { get: () => 1, enumerable: true })],
    ['a WeakMap', new WeakMap()],
    ['a Promise', Promise.resolve(1)],
    ['a Proxy', new Proxy({ a: 1 }, {})],
    ['a wrapped number', Object(1) as unknown],
  ];
}
