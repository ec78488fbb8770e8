/** What the quick look lets through must be what the whole survey would: plain JSON. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { EverydayLook } from '../../../src/persist/drivers/everyday-survey';
import { numRuns } from '../../support/thorough';

const look = new EverydayLook(
  () => true,
  () => true,
);

test('what it calls everyday comes back equal through JSON, whatever the value', () => {
  const runs = numRuns(2000, 500);
  let everyday = 0;
  fc.assert(
    fc.property(
      fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true, withSparseArray: true, withNullPrototype: true, withTypedArray: true }),
      (value) => {
        if (!look.at(value)) return;
        everyday++;
        expect(isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)).toBe(true);
      },
    ),
    runs,
  );
  expect(everyday).toBeGreaterThan(runs.numRuns / 20);
});

test.each([
  ['texts, numbers, booleans, null, at any depth', { id: 'a', list: [1, [true, null, { deep: [] }]], empty: {} }],
  ['a text', 'a'],
  ['zero', 0],
])('everyday: %s', (_what, value) => {
  expect(look.at(value)).toBe(true);
});

const shared = { a: 1 };
const cycle: unknown[] = [];
cycle.push(cycle);
class Instance {
  readonly a = 1;
}
test.each<[string, unknown]>([
  ['undefined', { a: undefined }],
  ['-0', [-0]],
  ['NaN', [Number.NaN]],
  ['Infinity', [Number.POSITIVE_INFINITY]],
  ['a bigint', [1n]],
  ['a symbol', [Symbol('a')]],
  ['a function', [() => 1]],
  ['a symbol as a name', { [Symbol('a')]: 1 }],
  ['a hidden property', Object.defineProperty({ a: 1 }, 'b', { value: 1 })],
  ['a hidden property alone', Object.defineProperty({}, 'b', { value: 1 })],
  [
    'a getter',
    {
      get a() {
        throw new Error('run');
      },
    },
  ], // prettier-ignore
  [
    'a setter',
    {
      set a(_value: number) {
        throw new Error('run');
      },
    },
  ], // prettier-ignore
  ['a getter in a list', Object.defineProperty([1], 0, { get: () => 1, enumerable: true })],
  ['a hidden element', Object.defineProperty([1], 0, { enumerable: false })],
  ['a hole', [1, , 2]], // biome-ignore lint/suspicious/noSparseArray: a hole
  ['a hole and a name', Object.assign([1, , 2], { a: 1 })], // biome-ignore lint/suspicious/noSparseArray: a hole
  ['a list with a name', Object.assign([1], { a: 1 })],
  ['a list with a symbol', Object.assign([1], { [Symbol('a')]: 1 })],
  [
    'a Proxy',
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('asked');
        },
      },
    ),
  ], // prettier-ignore
  ['no prototype', Object.create(null)],
  ['an instance', new Instance()],
  ['an instance of a kind of list', new (class extends Array<number> {})()],
  ['a Date', new Date(0)],
  ['an Error', new Error('a')],
  ['one object in two places', [shared, shared]],
  ['a cycle', cycle],
  ['forty parts', Array.from({ length: 40 }, () => [])],
])('not everyday: %s', (_what, value) => {
  expect(look.at(value)).toBe(false);
  expect(look.at([value])).toBe(false);
});

test('what is nested deeper than it looks is not everyday, and after a look that ended early the next one is as good', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level++) deep = [deep];
  expect([look.at(deep), look.at(cycle), look.at({ a: [1] })]).toEqual([false, false, true]);
});
