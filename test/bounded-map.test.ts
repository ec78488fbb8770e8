import fc from 'fast-check';
import { BoundedMap } from '../src/bounded-map';
import { type PolicyName, policies } from '../src/memory/index';
import { collectUntil, watchGarbage } from './support/garbage';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf } from './support/promises';
import { numRuns } from './support/thorough';

const time = manualClockForEachTest();
const anObject = { an: 'object' };
const aSymbol = Symbol('a symbol');
const keys = fc.constantFrom<unknown>('a', 'b', '', 'c', 0, -0, 1, 2.5, Number.NaN, null, undefined, true, 1n, '1', anObject, aSymbol);
const deeds = fc.array(fc.tuple(fc.constantFrom('set', 'set', 'set', 'get', 'get', 'has', 'peek', 'delete', 'clear', 'wait'), keys), {
  maxLength: 150,
  size: 'max',
});

test.each([
  ['without ttl', undefined],
  ['with ttl', 5],
] as const)('%s, an LRU map agrees with a Map that is put in order by hand', (_what, ttl) => {
  fc.assert(
    fc.property(deeds, fc.integer({ min: 1, max: 6 }), (list, capacity) => {
      const map = new BoundedMap<unknown, number>({ capacity, ...(ttl !== undefined && { ttl }) });
      let model = new Map<unknown, { value: number; endsAt: number }>();
      let value = 0;
      const fresh = (key: unknown): number | undefined => {
        const entry = model.get(key);
        return entry === undefined || time.clock.now() >= entry.endsAt ? undefined : entry.value;
      };
      for (const [deed, key] of list) {
        const known = model.get(key);
        if (deed === 'set') {
          map.set(key, ++value);
          if (known === undefined && model.size === capacity) model.delete(model.keys().next().value);
          model.delete(key);
          model.set(key, { value, endsAt: time.clock.now() + (ttl ?? Number.POSITIVE_INFINITY) });
        } else if (deed === 'get') {
          expect(map.get(key)).toBe(fresh(key));
          if (known !== undefined && fresh(key) !== undefined)
            model = new Map([...[...model].filter(([other]) => !Object.is(other, key) && other !== key), [key, known]]);
        } else if (deed === 'has') expect(map.has(key)).toBe(fresh(key) !== undefined);
        else if (deed === 'peek') expect(map.peek(key)).toBe(fresh(key));
        else if (deed === 'delete') {
          expect(map.delete(key)).toBe(fresh(key) !== undefined);
          model.delete(key);
        } else if (deed === 'clear' && value % 5 === 0) {
          map.clear();
          model.clear();
        } else if (deed === 'wait') time.clock.advance(value % 4);
        expect(Array.from(map.keys(), (held) => (held === 0 ? 0 : held))).toEqual(
          [...model.keys()].filter((held) => fresh(held) !== undefined).map((held) => (held === 0 ? 0 : held)),
        );
      }
    }),
    numRuns(150, 15),
  );
});

test.each(Object.keys(policies) as PolicyName[])('%s: a map holds what was set last, and never more than its capacity', (policy) => {
  fc.assert(
    fc.property(deeds, fc.integer({ min: 1, max: 6 }), (list, capacity) => {
      const map = new BoundedMap<unknown, number>({ capacity, policy });
      const last = new Map<unknown, number>();
      let value = 0;
      for (const [deed, key] of list) {
        if (deed === 'set') {
          map.set(key, ++value);
          last.set(key, value);
          expect(map.peek(key)).toBe(value);
        } else if (deed === 'get') map.get(key);
        else if (deed === 'delete') {
          map.delete(key);
          last.delete(key);
        }
        expect(map.size).toBeLessThanOrEqual(capacity);
        expect([...map.keys()].filter((held) => map.peek(held) !== last.get(held))).toEqual([]);
      }
    }),
    numRuns(40, 4),
  );
});

test('another capacity holds at once, and another policy goes on with the entries of the one before', () => {
  const map = new BoundedMap<number, number>({ capacity: 5 });
  for (let key = 0; key < 5; key++) map.set(key, key);
  map.get(0);
  map.configure({ capacity: 3 });
  expect([map.capacity, ...map.keys()]).toEqual([3, 3, 4, 0]);
  map.configure({ policy: 'fifo', capacity: 4 });
  map.get(3);
  map.set(7, 7).set(8, 8);
  expect([...map.keys()]).toEqual([4, 0, 7, 8]);
});

test('a policy that remembers keys it has dropped gets to know them, whether it came early or late', () => {
  const early = new BoundedMap<string, number>({ capacity: 20, policy: 's3-fifo' });
  const late = new BoundedMap<string, number>({ capacity: 20 });
  late.configure({ policy: 's3-fifo' });
  for (const map of [early, late]) {
    for (let key = 0; key < 40; key++) map.set(`key ${key}`, key);
    // It was dropped a moment ago, so it comes to those that stay, whatever passes by.
    const dropped = [...Array(40).keys()].filter((key) => !map.has(`key ${key}`)).at(-1);
    map.set(`key ${dropped}`, -1).set('new', -1);
    for (let key = 100; key < 140; key++) map.set(`key ${key}`, key);
    expect([map.peek(`key ${dropped}`), map.peek('new')]).toEqual([-1, undefined]);
  }
});

test('maxBytes holds whatever is stored; what is larger than it is not stored, and not what was there before either', () => {
  const map = new BoundedMap<string, string>({ maxBytes: '10kb', sizeOf: (value: string) => value.length });
  for (let key = 0; key < 1000; key++) {
    map.set(`key ${key}`, 'x'.repeat((key * 37) % 3000));
    expect(map.bytes).toBeLessThanOrEqual(10_240);
  }
  expect(map.size).toBeGreaterThan(2);
  map.set('key 999', 'x'.repeat(20_000));
  expect(map.has('key 999')).toBe(false);
  map.configure({ maxEntryBytes: 1000 });
  map.set('large', 'x'.repeat(2000)).set('small', 'x'.repeat(500));
  expect([map.has('large'), map.has('small')]).toEqual([false, true]);
  map.clear();
  expect(map.bytes).toBe(0);
});

test('what takes more room than before pushes others out, and may push out itself', () => {
  const map = new BoundedMap<string, string>({ maxBytes: 1200, policy: 'fifo', sizeOf: (value: string) => value.length });
  map.set('a', 'x'.repeat(100)).set('b', 'x'.repeat(100)).set('c', 'x'.repeat(100));
  map.set('a', 'x'.repeat(700));
  expect([map.peek('a')?.length, map.has('b'), map.has('c')]).toEqual([700, false, true]);
  expect(map.bytes).toBeLessThanOrEqual(1200);
});

test('what is deleted, dropped or ended is let go of', async () => {
  const map = new BoundedMap<string, object>({ capacity: 3, ttl: 1000 });
  const { gone, watch } = watchGarbage();
  const set = (key: string): void => {
    const value = { key };
    watch(value, key);
    map.set(key, value);
  };
  for (const key of ['dropped', 'dropped too', 'deleted', 'ended', 'kept']) set(key);
  map.delete('deleted');
  time.clock.advance(999);
  map.set('kept', { a: 'value that is new' });
  time.clock.advance(2000);
  expect(map.size).toBe(0);
  await collectUntil(() => gone.size === 5);
  expect([...gone].sort()).toEqual(['deleted', 'dropped', 'dropped too', 'ended', 'kept']);
});

test.each<[string, unknown, string]>([
  ['capacity', { capacity: 0 }, 'SCRUBJAY_BAD_CAPACITY'],
  ['capacity', { capacity: 1.5 }, 'SCRUBJAY_BAD_CAPACITY'],
  ['ttl', { ttl: -1 }, 'SCRUBJAY_BAD_TTL'],
  ['policy', { policy: 'mru' }, 'SCRUBJAY_BAD_OPTION'],
  ['policy', { policy: { name: 'mine' } }, 'SCRUBJAY_BAD_OPTION'],
  ['maxBytes', { maxBytes: 0 }, 'SCRUBJAY_BAD_OPTION'],
  ['maxBytes', { maxBytes: '5 apples' }, 'SCRUBJAY_BAD_OPTION'],
  ['maxEntryBytes', { maxEntryBytes: Number.NaN }, 'SCRUBJAY_BAD_OPTION'],
  ['sizeOf', { sizeOf: 'slow' }, 'SCRUBJAY_BAD_OPTION'],
  ['max', { max: 5 }, 'SCRUBJAY_UNKNOWN_OPTION'],
])('a wrong %s is an error when the map is made', async (_what, options, code) => {
  expect(await errorOf(() => new BoundedMap(options as object))).toMatchObject({ code });
});
