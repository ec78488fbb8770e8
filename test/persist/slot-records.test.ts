import { SlotRecords } from '../../src/persist/slot-records';

/** Slots 0, 1, 2 … put by records 10, 11, 12 …. */
function bound(count: number): SlotRecords {
  const records = new SlotRecords();
  for (let slot = 0; slot < count; slot++) records.bind(slot, 10 + slot);
  return records;
}

test('a slot knows the record that put its entry, until it is released', () => {
  const records = bound(100);
  expect([0, 1, 99, 100, 999].map((slot) => records.lsnOf(slot))).toEqual([10, 11, 109, 0, 0]);
  records.release(1);
  expect(records.lsnOf(1)).toBe(0);
  records.clear();
  expect(records.lsnOf(0)).toBe(0);
});

test('what changed is given once, in the order of the last changes', () => {
  const records = bound(4);
  for (const slot of [0, 2, 0, 1, 2]) records.touch(slot);
  expect(records.takeChanged()).toEqual([0, 1, 2]);
  expect(records.takeChanged()).toEqual([]);
  records.touch(1);
  expect(records.takeChanged()).toEqual([1]);
});

test('what has no record, or is gone, is not given', () => {
  const records = bound(3);
  records.bind(3, 0);
  for (const slot of [3, 0, 2, 1, 77]) records.touch(slot);
  records.release(2);
  expect(records.takeChanged()).toEqual([0, 1]);
});

test('an entry that was put again needs no word about its earlier use', () => {
  const records = bound(3);
  records.touch(0);
  records.bind(0, 20);
  expect(records.takeChanged()).toEqual([]);
  records.touch(0);
  records.touch(1);
  records.touch(0);
  expect(records.takeChanged()).toEqual([1, 0]);
});
