import fc from 'fast-check';
import { SplitMap } from '../src/split-map';
import { numRuns } from './support/thorough';

test('it holds what a Map holds, whatever is added and removed, however many there are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(120_000), fc.integer({ min: -60_000, max: 60_000 })), { minLength: 1, maxLength: 6 }), (spans) => {
      const map = new SplitMap<number>();
      const model = new Map<string, number>();
      for (const [first, count] of spans) {
        for (let id = first; id < first + Math.abs(count); id++) {
          const key = `id=${id} locale="en"`;
          if (count > 0) {
            map.set(key, id);
            model.set(key, id);
          } else if (map.delete(key) !== model.delete(key)) throw new Error(`${key} was there for one of them`);
        }
        expect(map.size).toBe(model.size);
      }
      expect([...map.values()].sort((one, other) => one - other)).toEqual([...model.values()].sort((one, other) => one - other));
      for (const [key, value] of model) if (map.get(key) !== value) throw new Error(`${key} is ${map.get(key)}`);
      expect(map.get('other')).toBeUndefined();
      map.clear();
      expect([map.size, [...map.values()], map.get('id=1 locale="en"')]).toEqual([0, [], undefined]);
    }),
    numRuns(6, 1),
  );
});

test('a value that is undefined is a value; one set twice is there once', () => {
  const map = new SplitMap<undefined>();
  map.set('a', undefined);
  map.set('a', undefined);
  expect([map.size, map.delete('a'), map.delete('a'), map.size]).toEqual([1, true, false, 0]);
});
