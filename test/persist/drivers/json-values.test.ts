import { inspect } from 'node:util';
import fc from 'fast-check';
import type { PutRecord } from '../../../src/persist/contract';
import { jsonl } from '../../../src/persist/drivers/jsonl';
import { anyText } from '../../support/arbitrary-text';
import { errorOf } from '../../support/promises';
import { numRuns } from '../../support/thorough';
import { expectSame, roundTrip } from './round-trip';

/** The line on which `value` lies on disk. */
const lineOf = (value: unknown): Buffer => jsonl.encodeRecord({ lsn: 1, type: 'put', key: 'k', value: jsonl.encodeValue(value), isPromised: false }, 0).bytes;

function readBack(value: unknown): unknown {
  const line = lineOf(value);
  expect(line.indexOf(10)).toBe(line.length - 1);
  JSON.parse(line.toString());
  return roundTrip(jsonl, value);
}

const nested = (depth: number): unknown => {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = { in: value };
  return value;
};
const cyclic = (): unknown => {
  const value: { self?: unknown; list: unknown[] } = { list: [] };
  value.self = value;
  value.list.push(value.list);
  return value;
};
class Money {
  constructor(readonly cents: number) {}
}
class Bag extends Map {}
class Day extends Date {}
class Row extends Array {}
const hidden = (): object => Object.defineProperty({ a: 1 }, 'secret', { value: 2, enumerable: false });
const pooled = Buffer.from('xxxxSECRETxxxx');

describe('comes back equal', () => {
  test.each<[string, unknown]>([
    ...[undefined, null, true, false, 0, -0, 1.5, Number.MAX_VALUE, 5e-324, Number.NaN, Infinity, -Infinity, '', 'text', 0n, -(2n ** 70n)].map(
      (value): [string, unknown] => [inspect(value), value],
    ),
    ['control characters, line ends and quotes', '\0\n\r\u2028\u2029"\\\b'],
    ['lone surrogates', ['\ud800', 'a\udc00b', '\udc00\ud800']],
    ['lone surrogates beside a rich value', ['\ud800', 'a\udc00b', undefined, { '\ud800': 1 }]],
    ['an empty object', {}],
    ['an empty list', []],
    ['undefined in an object', { a: undefined }],
    ['-0 and NaN in a list', [-0, Number.NaN, [Infinity]]],
    ['a Date', new Date(0)],
    ['the last Date', new Date(8.64e15)],
    ['an invalid Date', new Date(Number.NaN)],
    [
      'a Map with keys of every kind',
      new Map<unknown, unknown>([
        [1, 'one'],
        ['1', 'text'],
        [{ a: 1 }, new Map([[undefined, null]])],
        [Number.NaN, -0],
      ]),
    ],
    ['a Set', new Set([1, '1', undefined, new Set(), new Date(5)])],
    ['a list with holes', [, 1, , undefined, ,]],
    ['a sparse list', Object.assign(new Array(1_000_000), { 999_998: 'far' })],
    ['an empty list of a length', new Array(3)],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1, b: [2] })],
    ['a property called __proto__', JSON.parse('{"__proto__":{"admin":true},"a":1}')],
    ['properties that look like methods', { constructor: 1, hasOwnProperty: 2, toString: '3', length: 4 }],
    ["properties that look like the driver's own", { v: 1, r: 2, plain: 3, rich: 4, Bytes: ['Buffer', ''], c: '"' }],
    ['lists that look like tags', [['Bytes', 1], ['Date', undefined], ['null'], [-1, -7, 3]]],
    ['order of properties', { z: 1, a: 2, 10: 3, 9: 4 }],
    ['a RegExp', /a\/b[\n"]/giu],
    ['a Buffer', Buffer.from([0, 1, 255])],
    ['an empty Buffer', Buffer.alloc(0)],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['an empty Uint8Array', new Uint8Array()],
    ['a DataView', new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
    ['the rest of a longer array', new Float64Array([1, 2, -0, Number.NaN]).subarray(1)],
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array].map(
      (Numbers): [string, unknown] => [Numbers.name, new Numbers([1, 2, 250])],
    ),
    ['BigInt64Array', new BigInt64Array([1n, -1n])],
    ['BigUint64Array', new BigUint64Array([1n, 2n ** 64n - 1n])],
    ['a frozen object', Object.freeze({ a: Object.freeze([1]) })],
    ['500 levels', nested(500)],
  ])('%s', (_what, value) => {
    expectSame(readBack(value), value);
  });

  test('a URL and its search parameters', () => {
    const url = new URL('https://user@example.org:81/päth?a=1&a=2#x');
    expect(url.searchParams.get('a')).toBe('1');
    const [found, parameters] = readBack([url, new URLSearchParams('q=%20+')]) as [URL, URLSearchParams];
    expect([found instanceof URL, found.href, parameters instanceof URLSearchParams, String(parameters)]).toEqual([true, url.href, true, 'q=++']);
  });

  test('a value that contains itself', () => {
    const found = readBack(cyclic()) as { self: unknown; list: unknown[] };
    expect(found.self).toBe(found);
    expect(found.list[0]).toBe(found.list);
  });

  test('one object in two places is one object again', () => {
    const shared = { date: new Date(1) };
    const found = readBack({ a: shared, b: [shared], c: new Map([['k', shared]]) }) as { a: unknown; b: unknown[]; c: Map<string, unknown> };
    expect(found.b[0]).toBe(found.a);
    expect(found.c.get('k')).toBe(found.a);
    expect(found.a).toEqual(shared);
  });
});

test('of a Buffer that shares its memory only its own bytes are written', () => {
  const part = pooled.subarray(0, 4);
  expectSame(readBack(part), part);
  for (const text of ['SECRET', Buffer.from('SECRET').toString('base64'), pooled.toString('base64')]) expect(lineOf(part).includes(text)).toBe(false);
  expect(lineOf({ part }).length).toBeLessThan(150);
});

test('what is done to a value after it was encoded does not reach the disk', () => {
  const value = { list: [1], bytes: Buffer.from('a') };
  const encoded = jsonl.encodeValue(value);
  value.list.push(2);
  value.bytes[0] = 0;
  const frame = jsonl.readRecord(jsonl.encodeRecord({ lsn: 1, type: 'put', key: 'k', value: encoded, isPromised: false }, 0).bytes, 0, 0);
  expect(frame).toMatchObject({ kind: 'good' });
  expect(jsonl.decodeValue((frame as { content: PutRecord }).content.value)).toEqual({ list: [1], bytes: Buffer.from('a') });
});

describe('is refused with its path', () => {
  test.each<[string, unknown, string]>([
    ['a function', { a: { b: [1, () => 1] } }, '(…).a.b[1] is a function'],
    ['a symbol', Symbol('s'), 'the value is a symbol'],
    ['a symbol as the name of a property', { in: { [Symbol('s')]: 1 } }, '(…).in is an object with properties'],
    ['a hidden property', { in: hidden() }, '(…).in is an object with properties'],
    ['a getter', Object.defineProperty({}, 'now', { get: () => 1, enumerable: true }), '(…).now is a getter'],
    ['an instance of a class', { price: new Money(5) }, '(…).price is an instance of Money'],
    ['an instance of a nameless class', new (class {})(), 'the value is an instance of'],
    ['a Map of a subclass', [new Bag()], '(…)[0] is an instance of Bag'],
    ['a Date of a subclass', new Day(0), 'the value is an instance of Day'],
    ['an Array of a subclass', new Row(), 'the value is an instance of Row'],
    ['a Promise', Promise.resolve(1), 'the value is an instance of Promise'],
    ['a WeakMap', new WeakMap(), 'the value is an instance of WeakMap'],
    ['a boxed number', Object(1), 'the value is an instance of Number'],
    ['a Proxy', { in: new Proxy({}, {}) }, '(…).in is a Proxy'],
    ['a list with a property', { list: Object.assign([1], { total: 1 }) }, '(…).list is an array with the property total'],
    ['a list with a property that is a number and no index', Object.assign([1], { '01': 2 }), 'the value is an array with the property 01'],
    ['a list with a property beyond every index', Object.assign([1], { 4294967295: 2 }), 'the value is an array with the property 4294967295'],
    ['a Buffer with a property', { bytes: Object.assign(Buffer.from('a'), { note: 1 }) }, '(…).bytes is bytes with properties of their own'],
    ['a typed array with a property', Object.assign(new Float64Array([Number.NaN]), { note: 1 }), 'the value is bytes with properties of their own'],
    ['a Map with a property', Object.assign(new Map(), { note: 1 }), 'the value is an object with properties'],
    ['a Date with a property', Object.assign(new Date(), { note: 1 }), 'the value is an object with properties'],
    ['a RegExp in the middle of a search', Object.assign(/a/g, { lastIndex: 1 }), 'the value is a RegExp that stands'],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(4)), 'the value is a view of a SharedArrayBuffer'],
    [
      'the arguments of a call',
      (function (..._args: unknown[]) {
        return arguments;
      })(1),
      'the value is an object with properties',
    ],
    ['something in a key of a Map', new Map([[{ f: Symbol('s') }, 1]]), '(…)[(key)].f is a symbol'],
    ['something in a Map', { m: new Map([['k', () => 1]]) }, '(…).m.k is a function'],
    ['something in a Set', new Set([Symbol('s')]), '(…)[(member)] is a symbol'],
    ['a property called __proto__ beside a rich value', { in: [JSON.parse('{"__proto__":1}'), undefined] }, '(…).in[0] cannot be written'],
    ['100,000 levels', nested(100_000), ' is nested deeper than 500 levels'],
  ])('%s', async (_what, value, message) => {
    const error = await errorOf(() => jsonl.encodeValue(value));
    expect(error).toMatchObject({ code: 'SCRUBJAY_VALUE_REFUSED', message: expect.stringContaining(message) });
  });
});

test('any value comes back deep-equal or is refused, never changed', () => {
  let kept = 0;
  const runs = numRuns(1500, 70);
  const flags = [
    'withBigInt',
    'withDate',
    'withMap',
    'withNullPrototype',
    'withObjectString',
    'withSet',
    'withSparseArray',
    'withTypedArray',
    'withUnicodeString',
  ];
  const anything = fc.anything({ ...Object.fromEntries(flags.map((flag) => [flag, true])), maxDepth: 4, key: anyText });
  fc.assert(
    fc.property(anything, (value) => {
      try {
        jsonl.encodeValue(value);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('SCRUBJAY_VALUE_REFUSED');
        return;
      }
      kept++;
      expectSame(readBack(value), value);
    }),
    runs,
  );
  expect(kept).toBeGreaterThan(runs.numRuns / 2);
});
