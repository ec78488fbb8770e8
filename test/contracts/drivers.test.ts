/** What every persistence driver of the register promises. */
import fc from 'fast-check';
import type { LogHeader, LogRecord, PutRecord } from '../../src/persist/contract';
import { drivers } from '../../src/persist/drivers/index';

describe.each(Object.entries(drivers))('driver %s', (name, driver) => {
  const header: LogHeader = {
    formatVersion: 1,
    minimumVersion: 1,
    id: 12,
    storeId: '0123456789abcdef',
    cacheName: 'Users.find "ü"',
    codec: driver.codec,
    signature: 'keys/1 (id,locale)',
    lsn: 41,
    predecessor: { id: 11, bytes: 1234, lsn: 41, checksum: 0xfffffffe },
    createdAt: 1_763_851_234_567,
  };
  const { checksum: seed } = driver.encodeHeader(header);
  const put = (value: unknown, rest: Partial<PutRecord> = {}): PutRecord => ({
    lsn: 42,
    type: 'put',
    key: 'k',
    value: driver.encodeValue(value),
    isPromised: false,
    ...rest,
  });
  const records: readonly LogRecord[] = [
    put(1),
    put('text', { lsn: 2 ** 40, isPromised: true, expiresAt: 1_800_000_000_000.5, evicted: [1, 2], durableLsn: 41, key: 'line\nbreak \ud800 \0 "' }),
    put(new Map([[undefined, new Date(0)]])),
    { lsn: 43, type: 'hit', lsns: [42, 7, 2 ** 40] },
    { lsn: 44, type: 'del', keys: ['k'] },
    { lsn: 45, type: 'del', keys: ['k', '', 'ü\ud83d\ude00'], durableLsn: 44 },
    { lsn: 46, type: 'clear' },
    { lsn: 47, type: 'mark', durableLsn: 46 },
    { lsn: 48, type: 'close', fileBytes: 123_456 },
  ];
  const frames = records.map((record) => driver.encodeRecord(record, seed));
  /** What a reader finds, value decoded. */
  const understood = (record: object): object => ('value' in record ? { ...record, value: driver.decodeValue(record.value) } : record);

  test('it is registered under its own name, and names its format and its files', () => {
    expect(driver.name).toBe(name);
    expect(driver.codec).toMatch(/^[a-z]+\/\d+$/);
    expect(driver.fileExtension).toMatch(/^\.[a-z]+$/);
  });

  test('a header comes back as it was', () => {
    const { bytes, checksum } = driver.encodeHeader(header);
    expect(driver.readHeader(Buffer.concat([bytes, Buffer.from('more')]))).toEqual({ kind: 'good', content: header, end: bytes.length, checksum });
    const { predecessor: _, ...first } = header;
    expect(driver.readHeader(driver.encodeHeader({ ...first, predecessor: undefined }).bytes)).toMatchObject({ kind: 'good', content: first });
  });

  test('a record of every type comes back as it was', () => {
    const values = [1, 'text', new Map([[undefined, new Date(0)]])];
    records.forEach((record, index) => {
      const { bytes, checksum } = frames[index] as { bytes: Buffer; checksum: number };
      const frame = driver.readRecord(bytes, 0, seed);
      if (frame.kind !== 'good') throw new Error(`record ${index} is ${frame.kind}`);
      expect([frame.end, frame.checksum]).toEqual([bytes.length, checksum]);
      expect(understood(frame.content)).toEqual(index < values.length ? { ...record, value: values[index] } : record);
    });
  });

  test('records that lie one behind the other are read one after the other', () => {
    const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
    const lsns: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      const frame = driver.readRecord(bytes, at, seed);
      if (frame.kind !== 'good') throw new Error(`the record at ${at} is ${frame.kind}`);
      lsns.push(frame.content.lsn);
      at = frame.end;
    }
    expect(lsns).toEqual(records.map((record) => record.lsn));
  });

  test('bytes that end inside a frame are called a part of one, never good', () => {
    for (const { bytes } of [...frames, driver.encodeHeader(header)]) {
      for (let length = 0; length < bytes.length; length++) {
        expect(driver.readRecord(bytes.subarray(0, length), 0, seed).kind).toBe('partial');
        expect(driver.readHeader(bytes.subarray(0, length)).kind).toBe('partial');
      }
    }
  });

  test('no changed byte passes for good', () => {
    for (const { bytes } of frames) {
      for (let at = 0; at < bytes.length; at++) {
        for (const difference of [1, 0x80, 0xff]) {
          const changed = Buffer.concat([bytes, frames[0]?.bytes as Buffer]);
          changed[at] = (changed[at] as number) ^ difference;
          expect([at, driver.readRecord(changed, 0, seed).kind === 'good']).toEqual([at, false]);
        }
      }
    }
  });

  test('garbage is never good, and reading it always gets on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (garbage) => {
        const bytes = Buffer.from(garbage);
        for (let at = 0; at < bytes.length; ) {
          const frame = driver.readRecord(bytes, at, seed);
          if (frame.kind === 'partial') return;
          if (frame.kind === 'good') throw new Error('garbage was taken for a record');
          expect(frame.resumeAt).toBeGreaterThan(at);
          at = frame.resumeAt;
        }
      }),
    );
  });

  test('a frame of another file is bad, and so is a header in the place of a record', () => {
    const other = driver.encodeHeader({ ...header, id: 13 }).checksum;
    for (const { bytes } of frames) expect(driver.readRecord(bytes, 0, other).kind).toBe('bad');
    expect(driver.readRecord(driver.encodeHeader(header).bytes, 0, seed).kind).toBe('bad');
    expect(driver.readHeader(frames[0]?.bytes as Buffer).kind).toBe('bad');
  });

  test('a value is written as it was when it was encoded', () => {
    const value = { list: [1] };
    const record = put(value);
    value.list.push(2);
    const frame = driver.readRecord(driver.encodeRecord(record, seed).bytes, 0, seed);
    expect(frame.kind === 'good' && understood(frame.content)).toMatchObject({ value: { list: [1] } });
  });

  test('a value that would come back changed is refused with its path', () => {
    expect(() => driver.encodeValue({ a: [() => 1] })).toThrow(
      expect.objectContaining({ code: 'SCRUBJAY_VALUE_REFUSED', message: expect.stringContaining('.a[0]') }),
    );
  });
});
