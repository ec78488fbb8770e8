import fc from 'fast-check';
import { SlotGroups } from '../../src/memory/slot-groups';
import { numRuns } from '../support/thorough';

test('a slot is found under each of its names until it is removed', () => {
  const groups = new SlotGroups();
  groups.add(3, ['a', 'b']);
  groups.add(7, ['a']);
  expect([[...groups.slotsOf('a')], [...groups.slotsOf('b')], [...groups.slotsOf('c')]]).toEqual([[3, 7], [3], []]);
  expect([groups.namesOf(3), groups.namesOf(7), groups.namesOf(99)]).toEqual([['a', 'b'], ['a'], []]);
  groups.remove(3);
  expect([[...groups.slotsOf('a')], [...groups.slotsOf('b')]]).toEqual([[7], []]);
  groups.clear();
  expect([[...groups.slotsOf('a')], groups.namesOf(7)]).toEqual([[], []]);
});

test('they hold what a list of pairs holds, whatever comes and goes', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', '', '__proto__'), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(8), fc.option(names, { nil: undefined })), { maxLength: 60 }), (steps) => {
      const groups = new SlotGroups();
      const model = new Map<number, readonly string[]>();
      for (const [slot, some] of steps) {
        groups.remove(slot);
        model.delete(slot);
        if (some === undefined) continue;
        groups.add(slot, some);
        model.set(slot, some);
      }
      for (const name of ['a', 'b', 'c', 'd', '', '__proto__']) {
        const wanted = [...model].filter(([, some]) => some.includes(name)).map(([slot]) => slot);
        expect([...groups.slotsOf(name)].sort()).toEqual(wanted.sort());
      }
      for (let slot = 0; slot < 9; slot++) expect(groups.namesOf(slot)).toEqual(model.get(slot) ?? []);
    }),
    numRuns(1000, 100),
  );
});
