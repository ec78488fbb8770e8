import fc from 'fast-check';
import { SlotList } from '../../src/memory/slot-list';
import { numRuns } from '../support/thorough';

const NEVER = -1;

test('it agrees with an array, whatever is done to it', () => {
  const deeds = ['append', 'append', 'append', 'moveToEnd', 'moveToEnd', 'remove', 'clear', 'limit'] as const;
  fc.assert(
    fc.property(fc.nat(60), fc.array(fc.tuple(fc.constantFrom(...deeds), fc.nat(99)), { maxLength: 200 }), (limit, steps) => {
      const list = new SlotList(limit);
      let model: number[] = [];
      for (const [deed, slot] of steps) {
        const others = model.filter((other) => other !== slot);
        if (deed === 'limit') list.limit = slot;
        else if (deed === 'clear' && slot < 10) {
          list.clear();
          model = [];
        } else if (deed === 'append' && !model.includes(slot)) {
          list.append(slot);
          model.push(slot);
        } else if (deed === 'moveToEnd' && model.includes(slot)) {
          expect(list.moveToEnd(slot)).toBe(model.at(-1) !== slot);
          model = [...others, slot];
        } else if (deed === 'remove' && model.includes(slot)) {
          list.remove(slot);
          model = others;
        }
        expect([...list.slots()]).toEqual(model);
        expect([list.first, list.last, list.length]).toEqual([model[0] ?? NEVER, model.at(-1) ?? NEVER, model.length]);
        expect(model.map((one) => [list.before(one), list.after(one)])).toEqual(model.map((_, at) => [model[at - 1] ?? NEVER, model[at + 1] ?? NEVER]));
      }
    }),
    numRuns(300, 100),
  );
});

test('a list for many slots takes memory only for those that come', () => {
  const before = process.memoryUsage().arrayBuffers;
  const list = new SlotList(10_000_000);
  list.append(1000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  expect([...list.slots()]).toEqual([1000]);
});
