import { Slots } from '../../src/memory/slots';

test('a large capacity takes no room before it is used, and grows in steps', () => {
  const slots = new Slots(1_000_000);
  expect(slots.isPromised.length).toBe(16);
  for (let count = 0; count < 17; count++) slots.take();
  expect([slots.isPromised.length, slots.values.length]).toEqual([24, 24]);
});

test('it never grows past its capacity', () => {
  const slots = new Slots(20);
  const taken = Array.from({ length: 20 }, () => slots.take());
  expect(new Set(taken).size).toBe(20);
  expect(slots.isPromised.length).toBe(20);
  expect(slots.isFull).toBe(true);
});

test('a slot that was given back is taken again, and its value is let go of', () => {
  const slots = new Slots(2);
  const slot = slots.take();
  slots.values[slot] = 'held';
  slots.release(slot);
  expect(slots.values[slot]).toBeUndefined();
  expect([slots.size, slots.take(), slots.size]).toEqual([0, slot, 1]);
});

test('deadlines survive growth', () => {
  const slots = new Slots(100);
  expect(slots.deadlines).toBeUndefined();
  for (let count = 0; count < 50; count++) slots.setEnd(slots.take(), 1000 + count);
  for (let count = 0; count < 50; count++) slots.take();
  expect([0, 49, 50, 99].map((slot) => slots.deadlineOf(slot))).toEqual([1000, 1049, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(slots.nextDeadline).toBe(1000);
});

test('clear gives everything back, the room too', () => {
  const slots = new Slots(100);
  for (let count = 0; count < 100; count++) slots.take();
  slots.clear();
  expect([slots.size, slots.isPromised.length, slots.values.length, slots.reach]).toEqual([0, 16, 0, 0]);
});
