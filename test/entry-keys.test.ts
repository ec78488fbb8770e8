import { cached } from '../src/cached';
import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { byText, someEntries } from './support/entries';

/** A service that counts its loads; `find` takes anything. */
function aService() {
  let loads = 0;
  const registry = new CacheRegistry();
  class Things {
    @Cached({ capacity: 100_000, registry })
    find(_a?: unknown, _b?: unknown): string {
      return `load ${++loads}`;
    }
  }
  const things = new Things();
  return { things, cache: cacheOf(things.find), loads: () => loads };
}

const bare = (properties: object): object => Object.assign(Object.create(null) as object, properties);

test('everyday calls keep no text, in the table or beside it, until somebody asks', () => {
  const { entries, newTable } = someEntries({ capacity: 100 });
  const table = newTable();
  const call = (args: readonly unknown[]) => ({ text: `the text of ${JSON.stringify(args)}`, copy: table.calls?.copyOf(args) });
  for (const args of [['a'], [1], [{ a: 1 }, 2]]) entries.put(table, call(args), 1, false);
  expect([table.texts.size, table.hasAllTexts]).toEqual([0, false]);
  expect(entries.texts()).toEqual(['$0="a"', '$0=1', '$0={a:1},$1=2']);
  expect(table.texts.size).toBe(0);
  // Only a text can say whether a call that is not everyday is one of these.
  expect(entries.fresh(table, byText('$0=1'))).toBe(1);
  expect([table.texts.size, table.hasAllTexts]).toEqual([3, true]);
});

test.each<[string, unknown[], unknown[]]>([
  ['an object literal and one without a prototype', [{ a: 1, b: 'x' }], [bare({ b: 'x', a: 1 })]],
  ['one without a prototype and an object literal', [bare({ a: 1 })], [{ a: 1 }]],
  ['a list and one in an object without a prototype', [{ list: [1, 2] }], [bare({ list: [1, 2] })]],
  ['one argument and a trailing undefined', ['a'], ['a', undefined]],
])('%s are one call: one load, and what is deleted as one is gone as the other', async (_what, one, other) => {
  const { things, cache, loads } = aService();
  for (let id = 0; id < 50; id++) things.find(`id ${id}`);
  things.find(...one);
  expect([things.find(...other), loads()]).toEqual(['load 51', 51]);
  await cache.delete(...other);
  expect([cache.has(...one), things.find(...one)]).toEqual([false, 'load 52']);
  await cache.set(one as [], 'set');
  expect(things.find(...other)).toBe('set');
});

test('calls that are not everyday, among those that are, are found again', () => {
  const { things, loads } = aService();
  const calls: (() => unknown[])[] = [
    () => [new Date(5)],
    () => ['a'],
    () => [new Map([[1, 2]])],
    () => [{ a: 1 }],
    () => [-0],
    () => [0],
    () => [Number.NaN],
    () => [undefined, 1],
    () => [10n],
    () => [bare({ z: 1 })],
    () => [[undefined]],
    () => [],
  ];
  for (const call of calls) things.find(...call());
  expect(loads()).toBe(calls.length);
  for (const call of [...calls].reverse()) things.find(...call());
  expect(loads()).toBe(calls.length);
});

test('a shape that was never seen is looked for without making texts of everything', () => {
  const { entries, newTable } = someEntries({ capacity: 100 });
  const table = newTable();
  for (const id of ['a', 'b']) entries.put(table, { text: id, copy: table.calls?.copyOf([id]) }, 1, false);
  const name = `new${Math.random()}`;
  expect(table.calls?.find([{ [name]: 1 }])).toBe(-1);
  expect(entries.fresh(table, { text: 'other', copy: table.calls?.copyOf([{ [name]: 1 }]) })).toBe(-1);
  expect(table.hasAllTexts).toBe(false);
});

test('entries of several instances are each found in their own table, also as texts', () => {
  const { entries, newTable } = someEntries({ capacity: 100 });
  const [one, other] = [newTable(), newTable()];
  for (const table of [one, other]) entries.put(table, { text: '$0="a"', copy: table.calls?.copyOf(['a']) }, table, false);
  for (const table of [one, other]) {
    expect(entries.valueAt(entries.fresh(table, { text: '', copy: table.calls?.copyOf(['a']) }))).toBe(table);
    expect(entries.valueAt(entries.fresh(table, byText('$0="a"')))).toBe(table);
    expect(entries.texts(table)).toEqual(['$0="a"']);
  }
  entries.forget(one);
  expect([entries.size, entries.fresh(other, byText('$0="a"')) >= 0]).toEqual([1, true]);
});

test('an entry that came by its text is found by its arguments from then on, and its text is let go of', async () => {
  const { things, cache, loads } = aService();
  await cache.set(['a'], 'set');
  expect([things.find('a'), things.find('a'), loads()]).toEqual(['set', 'set', 0]);
  expect(cache.keys()).toEqual(['$0="a"']);
});

test.each([
  ['a string', ['x'.repeat(600_000), 'y'.repeat(600_000)]],
  ['a string of letters that each take six', ['\u0000'.repeat(200_000)]],
  ['one string', ['x'.repeat(1_100_000)]],
  ['a bigint', [10n ** 1_100_000n]],
  ['strings in a list', [Array.from({ length: 120 }, () => 'x'.repeat(10_000))]],
  ['fifty thousand numbers', Array.from({ length: 50_000 }, (_, index) => index / 7)],
  ['objects with long names', [Array.from({ length: 190 }, () => ({ ['\u0000'.repeat(990)]: 1 }))]],
])('a call whose text is too long is refused before its method runs: %s', (_name, args) => {
  let runs = 0;
  class Users {
    find(..._args: readonly unknown[]): number {
      return ++runs;
    }
  }
  cached(Users, 'find', { capacity: 10 });
  expect(() => new Users().find(...args)).toThrow('more than 1048576 characters');
  expect(runs).toBe(0);
});
