import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { crc32 } from '../../src/persist/crc32';

/** The definition, bit by bit. */
function slow(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test.each([
  ['', 0],
  ['a', 0xe8b7be43],
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ['\0'.repeat(32), 0x190a55ad],
])('the checksum of %j is the published one', (text, checksum) => {
  expect(crc32(Buffer.from(text))).toBe(checksum);
});

test('every length, begin, end and seed gives what the definition gives', () => {
  const someBytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(
    fc.property(someBytes, fc.nat(20), fc.nat(20), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (bytes, skip, spare, seed) => {
      const from = Math.min(skip, bytes.length);
      const to = Math.max(from, bytes.length - spare);
      expect(crc32(bytes, from, to, seed)).toBe(slow(bytes.subarray(from, to), seed));
    }),
    { numRuns: 1000 },
  );
});

test('a checksum continued from that of the first part is that of the whole', () => {
  const bytes = randomBytes(300);
  for (let cut = 0; cut <= bytes.length; cut++) expect(crc32(bytes, cut, bytes.length, crc32(bytes, 0, cut))).toBe(slow(bytes));
});

const native = (zlib as { crc32?: (bytes: Uint8Array, seed?: number) => number }).crc32;

(native === undefined ? test.skip : test)('zlib agrees', () => {
  for (let length = 0; length < 2000; length += 7) {
    const bytes = randomBytes(length);
    expect(crc32(bytes, 0, length, length)).toBe(native?.(bytes, length));
  }
});
