/** What every persistence driver promises: those of the register, and one of a user's. */
import { Buffer } from 'node:buffer';
import { Cached, CacheRegistry, cacheOf } from '../../src/index';
import type { PersistDriver } from '../../src/persist/contract';
import { drivers } from '../../src/persist/drivers/index';
import { driverContract } from '../../src/testing/driver-contract';

const jsonl: PersistDriver = drivers.jsonl;

describe.each(Object.entries<PersistDriver>(drivers))('driver %s', (name, driver) => {
  test('is registered under its own name', () => expect(driver.name).toBe(name));

  test.each(driverContract(driver).map((promise) => [promise.name, promise.run]))('%s', (_name, run) => {
    run();
  });
});

/** How many promises a driver breaks. */
const broken = (driver: PersistDriver): string[] =>
  driverContract(driver).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch {
      return [name];
    }
  });

describe('a driver that is wrong is found out', () => {
  test.each<[string, Partial<PersistDriver>, RegExp]>([
    [
      'writes nothing of the file into a checksum',
      { encodeRecord: (record) => jsonl.encodeRecord(record, 0), readRecord: (bytes, at) => jsonl.readRecord(bytes, at, 0) },
      /another file/,
    ], // prettier-ignore
    [
      'encodes late',
      {
        encodeValue: (value) => value,
        encodeRecord: (record, seed) => jsonl.encodeRecord(record.type === 'put' ? { ...record, value: jsonl.encodeValue(record.value) } : record, seed),
      },
      /when it was encoded|refused/,
    ], // prettier-ignore
    ['believes what it reads', { readRecord: (bytes, at, seed) => trusting(bytes, at, seed) }, /changed byte|garbage/],
    [
      'forgets marks',
      { encodeRecord: (record, seed) => jsonl.encodeRecord(record.type === 'hit' ? { type: 'hit', lsn: record.lsn, lsns: record.lsns } : record, seed) },
      /every type/,
    ], // prettier-ignore
    ['takes a torn frame for a broken one', { readRecord: (bytes, at, seed) => notPartial(jsonl.readRecord(bytes, at, seed), bytes) }, /inside a frame/],
    ['changes values', { encodeValue: (value) => jsonl.encodeValue(value === undefined ? null : value) }, /never changed/],
    ['forgets the class of an instance', { encodeValue: (value) => jsonl.encodeValue(JSON.parse(JSON.stringify(value))) }, /an instance of a class/],
    [
      'writes beside its place',
      {
        writeRecord: (record, seed, bytes, at) => {
          bytes[at - 1] = 0;
          return jsonl.writeRecord?.(record, seed, bytes, at);
        },
      },
      /in place/,
    ], // prettier-ignore
    ['writes something else in place', { writeRecord: (record, seed, bytes, at) => jsonl.writeRecord?.({ ...record, lsn: 5 }, seed, bytes, at) }, /in place/],
    ['writes where there is no room', { writeRecord: (_record, _seed, _bytes, at) => ({ end: at, checksum: 0 }) }, /in place/],
    ['has a bad name', { codec: 'JSON' }, /names itself/],
  ])('one that %s', (_what, changes, promise) => {
    expect(broken({ ...jsonl, ...changes }).filter((name) => promise.test(name))).not.toEqual([]);
  });

  const notPartial = (frame: ReturnType<PersistDriver['readRecord']>, bytes: Buffer) =>
    frame.kind === 'partial' ? ({ kind: 'bad', resumeAt: bytes.length } as const) : frame;

  /** Reads a line whatever its checksum says. */
  function trusting(bytes: Buffer, at: number, seed: number): ReturnType<PersistDriver['readRecord']> {
    const frame = jsonl.readRecord(bytes, at, seed);
    const end = bytes.indexOf(10, at) + 1;
    return frame.kind === 'bad' && end > 0 ? { kind: 'good', content: { type: 'clear', lsn: 1 }, end, checksum: 0 } : frame;
  }
});

test('the text drivers and the binary ones do not read each other', () => {
  for (const [one, other] of [
    [drivers.jsonl, drivers.msgpack],
    [drivers.msgpack, drivers.jsonl],
  ] as const satisfies readonly (readonly [PersistDriver, PersistDriver])[]) {
    const { bytes } = one.encodeHeader({
      kind: 'log',
      formatVersion: 1,
      minimumVersion: 1,
      id: 1,
      storeId: 'a',
      cacheName: 'b',
      codec: one.codec,
      signature: '',
      lsn: 0,
      predecessor: undefined,
      createdAt: 0,
    });
    expect(other.readHeader(Buffer.concat([bytes, Buffer.from('\n'.repeat(100))])).kind).toBe('bad');
  }
});

test('a driver that does not find what it needs says so where the class is defined', () => {
  const poor: PersistDriver = {
    ...jsonl,
    load: () => {
      throw new Error('npm install something');
    },
  };
  expect(() => {
    class Users {
      @Cached({ persist: { driver: poor }, registry: new CacheRegistry() })
      find(id: string): string {
        return id;
      }
    }
    return cacheOf(new Users(), 'find');
  }).toThrow('npm install something');
});
