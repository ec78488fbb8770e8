import fc from 'fast-check';
import { InvalidatedTags } from '../../src/flight/invalidated-tags';
import { numRuns } from '../support/thorough';

test('a load that began before an invalidation is found out by its tags, one that began after is not', () => {
  const invalidated = new InvalidatedTags();
  const before = invalidated.begin();
  invalidated.invalidate(['a']);
  const after = invalidated.begin();
  expect([invalidated.hasAny(['b', 'a'], before), invalidated.hasAny(['b'], before), invalidated.hasAny(['a'], after)]).toEqual([true, false, false]);
});

test('tags are remembered only as long as a load is under way that began before they were invalidated', () => {
  const invalidated = new InvalidatedTags();
  invalidated.invalidate(['a']);
  expect(invalidated.size).toBe(0);
  const first = invalidated.begin();
  const twin = invalidated.begin();
  invalidated.invalidate(['a', 'b']);
  const second = invalidated.begin();
  invalidated.invalidate(['b', 'c']);
  expect(invalidated.size).toBe(3);
  invalidated.end(first);
  expect(invalidated.size).toBe(3);
  invalidated.end(twin);
  expect([invalidated.size, invalidated.hasAny(['b'], second), invalidated.hasAny(['a'], second)]).toEqual([2, true, false]);
  invalidated.end(second);
  expect(invalidated.size).toBe(0);
});

test('where there are too many, loads that began before count as too old for any tag', () => {
  const invalidated = new InvalidatedTags();
  const hanging = invalidated.begin();
  for (let each = 0; each < 30_000; each++) invalidated.invalidate([`tag ${each}`]);
  expect(invalidated.size).toBeLessThanOrEqual(10_000);
  expect(invalidated.hasAny(['never invalidated'], hanging)).toBe(true);
  const next = invalidated.begin();
  invalidated.invalidate(['x']);
  expect([invalidated.hasAny(['y'], next), invalidated.hasAny(['x'], next)]).toEqual([false, true]);
});

test('it says what a list of everything that happened says', () => {
  const step = fc.oneof(
    fc.record({ deed: fc.constant('begin' as const) }),
    fc.record({ deed: fc.constant('end' as const), which: fc.nat(5) }),
    fc.record({ deed: fc.constant('invalidate' as const), tags: fc.subarray(['a', 'b', 'c']) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const invalidated = new InvalidatedTags();
      const loads: { began: number; since: Set<string> }[] = [];
      for (const each of steps) {
        if (each.deed === 'begin') loads.push({ began: invalidated.begin(), since: new Set() });
        else if (each.deed === 'end') for (const { began } of loads.splice(each.which, 1)) invalidated.end(began);
        else {
          invalidated.invalidate(each.tags);
          for (const { since } of loads) for (const tag of each.tags) since.add(tag);
        }
        for (const { began, since } of loads) for (const tag of ['a', 'b', 'c']) expect(invalidated.hasAny([tag], began)).toBe(since.has(tag));
        expect(invalidated.size).toBe(new Set(loads.flatMap(({ since }) => [...since])).size);
      }
    }),
    numRuns(1000, 100),
  );
});
