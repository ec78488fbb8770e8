import { SlotRecords } from '../../src/persist/slot-records';

/** Slots 0, 1, 2 … put by records 10, 11, 12 …; the newest end of the order comes last. */
function bound(count: number): {
  records: SlotRecords;
  order: number[];
  put: (slot: number, lsn: number) => void;
  use: (slot: number) => void;
  take: () => readonly number[];
} {
  const records = new SlotRecords();
  let order: number[] = [];
  const put = (slot: number, lsn: number): void => {
    order = [...order.filter((other) => other !== slot), slot];
    records.bind(slot, lsn);
  };
  for (let slot = 0; slot < count; slot++) put(slot, 10 + slot);
  const use = (slot: number): void => {
    order = [...order.filter((other) => other !== slot), slot];
    records.touch(slot);
  };
  return { records, order, put, use, take: () => records.takeTouched([...order].reverse()) };
}

test('a slot knows the record that put its entry, until it is released', () => {
  const { records } = bound(2);
  expect([records.lsnOf(0), records.lsnOf(1), records.lsnOf(99)]).toEqual([10, 11, 0]);
  records.release(1);
  expect(records.lsnOf(1)).toBe(0);
  records.clear();
  expect(records.lsnOf(0)).toBe(0);
});

test('used entries are given once, in the order of their last use', () => {
  const { use, take } = bound(4);
  for (const slot of [0, 2, 0, 1, 2]) use(slot);
  expect(take()).toEqual([10, 11, 12]);
  expect(take()).toEqual([]);
});

test('an entry without a record hides no used entry below it', () => {
  const { put, use, take } = bound(3);
  use(0);
  put(3, 0);
  expect(take()).toEqual([10]);
  use(1);
  use(3);
  use(2);
  expect(take()).toEqual([11, 12]);
});

test('an entry that was put again needs no word about its earlier use', () => {
  const { put, use, take } = bound(3);
  use(0);
  expect(take()).toEqual([10]);
  put(0, 20);
  expect(take()).toEqual([]);
  use(1);
  expect(take()).toEqual([11]);
});
