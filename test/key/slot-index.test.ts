import fc from 'fast-check';
import { hashOfDouble, hashOfInteger, hashOfText } from '../../src/key/hash';
import { OutgrownPlaces, OutgrownTexts } from '../../src/key/outgrown';
import { SlotIndex } from '../../src/key/slot-index';
import { hashOfKey, isPlainKey, SlotKeys } from '../../src/key/slot-keys';
import { numRuns } from '../support/thorough';

const isOneOf = (wanted: unknown) => (key: unknown) => key === wanted;

const keys = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom<unknown>(0.5, 2 ** 31, -(2 ** 31), 2 ** 40, Number.POSITIVE_INFINITY, null, true, false, 1n, 2n ** 64n + 1n, '1', ''),
);

test('it finds what a Map holds, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('add', 'add', 'remove', 'clear'), keys), { maxLength: 300, size: 'max' }), (deeds) => {
      const store = new SlotKeys();
      const index = new SlotIndex(store);
      const model = new Map<unknown, number>();
      const free: number[] = [];
      let used = 0;
      for (const [deed, key] of deeds) {
        const slot = model.get(key);
        if (deed === 'add' && slot === undefined) {
          const taken = free.pop() ?? used++;
          expect(index.add(key, taken)).toBe(true);
          model.set(key, taken);
        } else if (deed === 'remove' && slot !== undefined) {
          index.remove(slot);
          model.delete(key);
          free.push(slot);
        } else if (deed === 'clear' && used % 7 === 6) {
          index.clear();
          store.keys = [];
          model.clear();
          free.length = used = 0;
        }
        expect(index.find(key)).toBe(model.get(key) ?? -1);
      }
      for (const [key, slot] of model) expect([key, index.find(key), store.keys[slot]]).toEqual([key, slot, key]);
      expect([...index.slots()].sort()).toEqual([...model.values()].sort());
    }),
    numRuns(300, 12),
  );
});

test('more strings than the engine keeps well are found as before, and so are those that came earlier', () => {
  const index = new SlotIndex(new SlotKeys());
  const count = 2 ** 17 + 1000;
  for (let slot = 0; slot < count; slot++) index.add(`key ${slot}`, slot);
  for (let slot = 0; slot < count; slot += 97) expect(index.find(`key ${slot}`)).toBe(slot);
  for (let slot = 0; slot < count; slot += 2) index.remove(slot);
  for (let slot = 1; slot < count; slot += 97) expect(index.find(`key ${slot}`)).toBe(slot % 2 === 0 ? -1 : slot);
  expect(index.find('key 0')).toBe(-1);
});

/** A key of each kind by number: of 'lists' it is compared by its owner, as a call of several arguments. */
const kindsOfKeys: Record<string, { readonly keyOf: (number: number) => unknown; readonly heldBefore: number }> = {
  integers: { keyOf: (number) => number, heldBefore: 2 ** 14 },
  lists: { keyOf: (number) => [hashOfInteger(number), number, 'x'], heldBefore: 2 ** 14 },
  strings: { keyOf: (number) => `key ${number}`, heldBefore: 2 ** 17 },
  'strings among integers': { keyOf: (number) => (number % 3 === 0 ? number : `key ${number}`), heldBefore: 2 ** 17 },
};

test.each(Object.keys(kindsOfKeys))('%s are found while they move to a larger table, whatever is added and removed meanwhile', (kind) => {
  const { keyOf: makeKey, heldBefore } = kindsOfKeys[kind] as (typeof kindsOfKeys)[string];
  const keys = Array.from({ length: heldBefore + 2000 }, (_, number) => makeKey(number));
  const keyOf = (number: number): unknown => keys[number];
  const isSame = (one: unknown, other: unknown): boolean => (Array.isArray(one) && Array.isArray(other) ? one[1] === other[1] : one === other);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat(), { minLength: 50, maxLength: 900, size: 'max' }), (before, picks) => {
      const index = new SlotIndex(new SlotKeys());
      const slots = new Map<number, number>();
      const find = (number: number): number => {
        const key = keyOf(number);
        if (!Array.isArray(key)) return index.find(key);
        const slot = index.findBy(key[0] as number, (stored) => isSame(stored, key));
        if (index.findFew(key[0] as number, 2, key[1], 'x', undefined) !== slot) throw new Error(`${number} is found in one way only`);
        return slot;
      };
      const add = (number: number, slot: number): void => {
        const key = keyOf(number);
        if (!(Array.isArray(key) ? index.addBy(key[0] as number, key, slot) : index.add(key, slot))) throw new Error(`${number} was refused`);
        slots.set(number, slot);
      };
      let next = 0;
      const free: number[] = [];
      while (next < heldBefore - before) add(next, next++);
      for (const pick of picks) {
        const number = pick % (next + 100);
        const slot = slots.get(number);
        if (find(number) !== (slot ?? -1)) throw new Error(`${number} is not found, or still`);
        if (slot === undefined || pick % 4 > 0) {
          add(next, free.pop() ?? next);
          next++;
        } else {
          index.remove(slot);
          slots.delete(number);
          free.push(slot);
          if (find(number) !== -1) throw new Error(`${number} is not gone`);
          if (pick % 8 === 0) add(number, free.pop() as number);
        }
      }
      expect([...index.slots()].sort((one, other) => one - other)).toEqual([...slots.values()].sort((one, other) => one - other));
      for (const [number, slot] of slots) if (find(number) !== slot) throw new Error(`${number} is lost`);
    }),
    // To make a failure smaller takes minutes here.
    { ...numRuns(10, 3), endOnFailure: true },
  );
});

/** An index of so many keys that it has just become too small, with the ways to ask it and another one of the same cache. */
function grown(kind: string): {
  readonly one: SlotIndex;
  readonly other: SlotIndex;
  readonly count: number;
  find(number: number): number;
  add(number: number, index: SlotIndex): void;
} {
  const { keyOf, heldBefore } = kindsOfKeys[kind] as (typeof kindsOfKeys)[string];
  const shared = new SlotKeys();
  const one = new SlotIndex(shared);
  const keys = Array.from({ length: heldBefore + 40 }, (_, number) => keyOf(number));
  const add = (number: number, index: SlotIndex): void => {
    const key = keys[number];
    if (!(Array.isArray(key) ? index.addBy(key[0] as number, key, number) : index.add(key, number))) throw new Error(`${number} was refused`);
  };
  const find = (number: number): number => {
    const key = keys[number];
    return Array.isArray(key) ? one.findFew(key[0] as number, 2, key[1], key[2], undefined) : one.find(key);
  };
  for (let number = 0; number < keys.length; number++) add(number, one);
  return { one, other: new SlotIndex(shared), count: keys.length, find, add };
}

test.each(Object.keys(kindsOfKeys))('%s that have moved and are gone are not found, although another instance has the same in the same slots', (kind) => {
  const { one, other, count, find, add } = grown(kind);
  for (let number = 0; number < count; number++) {
    // Both to be moved, and moved already.
    if (number % 20 > 0) continue;
    one.remove(number);
    add(number, other);
    if (find(number) !== -1) throw new Error(`${number} of the other is found`);
    if (number % 40 > 0) continue;
    other.remove(number);
    add(number, one);
    if (find(number) !== number) throw new Error(`${number} is lost`);
  }
});

test.each(Object.keys(kindsOfKeys).flatMap((kind) => [[kind, 'found'] as const, [kind, 'removed'] as const]))(
  '%s that are only %s all move: nothing is kept of the table that was too small',
  (kind, deed) => {
    const { one, count, find } = grown(kind);
    const asked = [OutgrownPlaces, OutgrownTexts].flatMap((outgrown) => [jest.spyOn(outgrown.prototype, 'find'), jest.spyOn(outgrown.prototype, 'findBy')]);
    const timesAsked = (): number => asked.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    find(count - 41);
    expect(timesAsked()).toBeGreaterThan(0);
    // In rounds: strings move in the order in which they came, and each leaves one in thirty.
    for (const _round of [1, 2, 3, 4])
      for (let number = count - 41; number > count / 2; number--) {
        if (deed === 'removed') one.remove(number);
        else if (find(number) !== number) throw new Error(`${number} is lost`);
      }
    for (const spy of asked) spy.mockClear();
    for (let number = 0; number < count; number += 10) find(number);
    expect(timesAsked()).toBe(0);
    jest.restoreAllMocks();
  },
);

test.each([1, 100, 300])('%i strings of which one after the other gives way to another are found as long as they are there', (count) => {
  const index = new SlotIndex(new SlotKeys());
  const keyOf = (round: number): string => `key ${round}`;
  const rounds = 6 * count + 500;
  for (let round = 0; round < count; round++) index.add(keyOf(round), round);
  for (let round = count; round < rounds; round++) {
    const slot = round % count;
    if (round % 3 > 0) index.replace(slot, keyOf(round));
    else expect([index.remove(slot), index.add(keyOf(round), slot)]).toEqual([true, true]);
    expect(index.find(keyOf(round - count))).toBe(-1);
    if (round % 20 > 0) continue;
    for (let held = round - count + 1; held <= round; held++) if (index.find(keyOf(held)) !== held % count) throw new Error(`${keyOf(held)} is lost`);
  }
});

test('keys that fall on the same place end in a refusal, not in a long search; those that are in are found', () => {
  const index = new SlotIndex(new SlotKeys());
  const calls = Array.from({ length: 1000 }, (_, slot) => [7, slot]);
  const find = (...slots: number[]): number[] => slots.map((slot) => index.findBy(7, isOneOf(calls[slot])));
  const taken = calls.map((call, slot) => index.addBy(7, call, slot));
  expect([taken.filter(Boolean).length, taken.lastIndexOf(true)]).toEqual([128, 127]);
  expect(find(0, 127, 128)).toEqual([0, 127, -1]);
  index.remove(0);
  expect(index.addBy(7, calls[128] as number[], 128)).toBe(true);
  expect(find(0, 1, 127, 128)).toEqual([-1, 1, 127, 128]);
});

test('two integers never have the same hash', () => {
  const near = Array.from({ length: 20_000 }, (_, index) => index - 10_000);
  const far = Array.from({ length: 20_000 }, (_, index) => Math.imul(index, 0x9e3779b1));
  const all = new Set([...near, ...far]);
  expect(new Set([...all].map(hashOfInteger)).size).toBe(all.size);
});

test.each<[string, (index: number) => number]>([
  ['integers one after the other', (index) => hashOfInteger(index)],
  ['integers that differ in high bits only', (index) => hashOfInteger(index << 18)],
  ['fractions', (index) => hashOfDouble(index / 1000)],
  ['large numbers', (index) => hashOfDouble(2 ** 33 + index * 2 ** 20)],
  ['texts that differ at the end', (index) => hashOfText(`user:${index}`)],
  ['texts that differ at the beginning', (index) => hashOfText(`${index}:some:long:rest:of:a:key`)],
  ['texts of two letters', (index) => hashOfText(String.fromCharCode(97 + (index % 128), 97 + (index >> 7)))],
])('%s are spread evenly over places', (_what, hashOf) => {
  const places = 1024;
  const count = 4 * places;
  const found = new Int32Array(places);
  for (let index = 0; index < count; index++) (found[hashOf(index) >>> 22] as number)++;
  // The sum of squares of counts: count × (1 + count / places) when every place is equally likely.
  const squares = found.reduce((sum, each) => sum + each * each, 0);
  expect(squares / (count * (1 + count / places))).toBeLessThan(1.5);
});

test('a text is hashed to its last character, and so is its length', () => {
  const text = 'x'.repeat(1000);
  const changed = Array.from({ length: 1000 }, (_, at) => `${text.slice(0, at)}y${text.slice(at + 1)}`);
  expect(new Set([text, `${text}x`, ...changed].map(hashOfText)).size).toBe(1002);
});

test('NaN, -0, objects and functions are no plain keys; everything else primitive is, with a hash', () => {
  expect([Number.NaN, -0, {}, [], () => 1, undefined, Symbol.iterator].filter(isPlainKey)).toEqual([]);
  const plain = [0, 1, -1, 0.5, '', 'a', true, false, null, 0n, 2n ** 70n];
  expect(plain.every(isPlainKey)).toBe(true);
  expect(new Set(plain.map(hashOfKey)).size).toBe(plain.length - 1 + (hashOfKey(0n) === hashOfKey(2n ** 70n) ? 0 : 1));
});
