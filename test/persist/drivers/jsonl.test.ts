import type { LogHeader, LogRecord } from '../../../src/persist/contract';
import { crc32 } from '../../../src/persist/crc32';
import { jsonl } from '../../../src/persist/drivers/jsonl';
import { errorOf } from '../../support/promises';

const SEED = 0xdecafbad;
const PUT: LogRecord = {
  lsn: 7,
  durableLsn: 5,
  type: 'put',
  key: '(id:"ü")',
  value: jsonl.encodeValue({ name: 'Ada' }),
  isPromised: true,
  expiresAt: 1_800_000_000_000,
  evicted: [3],
};
const HEADER: LogHeader = {
  kind: 'log',
  formatVersion: 1,
  minimumVersion: 1,
  id: 2,
  storeId: '9f0c',
  cacheName: 'Users.find',
  codec: 'jsonl/1',
  signature: 'keys/1',
  lsn: 6,
  predecessor: { id: 1, bytes: 300, lsn: 6, checksum: 0xab },
  createdAt: 1_763_851_234_567,
};

/** A line of a file that another version wrote. */
function lineOf(covered: string, seed = SEED): Buffer {
  const checksum = crc32(Buffer.from(covered), 0, undefined, seed).toString(16).padStart(8, '0');
  return Buffer.from(`{"c":"${checksum}",${covered}\n`);
}

test('a record is one readable line', () => {
  const { bytes, checksum } = jsonl.encodeRecord(PUT, SEED);
  const members = '"n":7,"t":"put","k":"(id:\\"ü\\")","p":1,"x":1800000000000,"o":[3],"d":5,"v":{"name":"Ada"}}';
  expect(bytes).toEqual(lineOf(members));
  expect(checksum).toBe(crc32(Buffer.from(members), 0, undefined, SEED));
  expect(JSON.parse(bytes.toString())).toMatchObject({ n: 7, t: 'put', v: { name: 'Ada' } });
});

test('what need not be said is left out', () => {
  const text = (record: LogRecord): string => jsonl.encodeRecord(record, 0).bytes.toString().slice(16, -1);
  expect(text({ lsn: 1, type: 'put', key: 'k', value: jsonl.encodeValue(new Date(0)), isPromised: false })).toMatch(/^"n":1,"t":"put","k":"k","r":.*}$/);
  expect(text({ lsn: 2, type: 'hit', lsns: [1, 9] })).toBe('"n":2,"t":"hit","i":[1,9]}');
  expect(text({ lsn: 3, type: 'del', keys: ['k'] })).toBe('"n":3,"t":"del","k":"k"}');
  expect(text({ lsn: 4, type: 'del', keys: ['k', 'l'] })).toBe('"n":4,"t":"del","ks":["k","l"]}');
  expect(text({ lsn: 5, type: 'clear' })).toBe('"n":5,"t":"clear"}');
  expect(text({ lsn: 6, type: 'mark', durableLsn: 5 })).toBe('"n":6,"t":"mark","d":5}');
  expect(text({ lsn: 7, type: 'close', fileBytes: 99 })).toBe('"n":7,"t":"close","len":99}');
});

test('every flipped bit of a record is noticed', () => {
  const { bytes } = jsonl.encodeRecord(PUT, SEED);
  const next = jsonl.encodeRecord({ lsn: 8, type: 'clear' }, SEED).bytes;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.concat([bytes, next]);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect([bit, jsonl.readRecord(flipped, 0, SEED).kind]).toEqual([bit, 'bad']);
  }
});

test('every flipped bit of a header is noticed', () => {
  const { bytes } = jsonl.encodeHeader(HEADER);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.concat([bytes, Buffer.from('{}\n')]);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect([bit, jsonl.readHeader(flipped).kind]).toEqual([bit, 'bad']);
  }
});

test('a record of another file is bad here', () => {
  const { bytes } = jsonl.encodeRecord(PUT, SEED);
  expect(jsonl.readRecord(bytes, 0, SEED).kind).toBe('good');
  for (const seed of [0, 1, SEED + 1, SEED ^ 1]) expect(jsonl.readRecord(bytes, 0, seed).kind).toBe('bad');
});

test('after a bad line reading goes on at the next one', () => {
  const good = jsonl.encodeRecord(PUT, SEED).bytes;
  for (const bad of ['', '{}', '{"c":"00000000",', 'x'.repeat(100), '\0'.repeat(40)]) {
    const bytes = Buffer.concat([Buffer.from(`${bad}\n`), good]);
    const frame = jsonl.readRecord(bytes, 0, SEED);
    expect(frame).toEqual({ kind: 'bad', resumeAt: bad.length + 1 });
    expect(jsonl.readRecord(bytes, bad.length + 1, SEED)).toMatchObject({ kind: 'good', end: bytes.length });
  }
});

test('bytes that end inside a line are a part of one', () => {
  const { bytes } = jsonl.encodeRecord(PUT, SEED);
  for (let length = 0; length < bytes.length; length++) expect(jsonl.readRecord(bytes.subarray(0, length), 0, SEED)).toEqual({ kind: 'partial' });
});

test('a record of a type that a later version marks as harmless is passed over', () => {
  expect(jsonl.readRecord(lineOf('"n":8,"t":"Note","d":4,"anything":[1]}'), 0, SEED)).toMatchObject({
    kind: 'good',
    content: { lsn: 8, durableLsn: 4, type: 'skippable' },
  });
});

test.each([
  ['a record of a type that must not be passed over', () => jsonl.readRecord(lineOf('"n":8,"t":"merge"}'), 0, SEED)],
  [
    'a log that older readers may not touch',
    () => jsonl.readHeader(lineOf('"scrubjay":3,"min":2,"f":"log","id":1,"store":"s","name":"n","codec":"jsonl/1","sig":"s","lsn":0,"at":0}', 0)),
  ],
])('%s stops this version', async (_what, read) => {
  expect((await errorOf(read)).code).toBe('SCRUBJAY_LOG_NEWER');
});

test('a later version whose logs older readers may touch is read', () => {
  const line = lineOf('"scrubjay":2,"min":1,"f":"log","id":1,"store":"s","name":"n","codec":"jsonl/1","sig":"s","lsn":0,"at":0,"new":1}', 0);
  expect(jsonl.readHeader(line)).toMatchObject({ kind: 'good', content: { formatVersion: 2, minimumVersion: 1, id: 1 } });
});
