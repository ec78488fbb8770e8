import fc from 'fast-check';
import { Lru } from '../../src/memory/lru';

test('the order is that of the last uses, the victim is the one not used for the longest time', () => {
  const lru = new Lru(4);
  for (const slot of [0, 1, 2, 3]) lru.insert(slot);
  expect(lru.touch(1)).toBe(true);
  expect([...lru.fromOldest()]).toEqual([0, 2, 3, 1]);
  expect([...lru.fromNewest()]).toEqual([1, 3, 2, 0]);
  expect(lru.victim()).toBe(0);
});

test('a use of the most recent slot changes nothing', () => {
  const lru = new Lru(2);
  lru.insert(0);
  lru.insert(1);
  expect(lru.touch(1)).toBe(false);
  expect([...lru.fromOldest()]).toEqual([0, 1]);
});

test('an empty one has no victim, also after its last slot is gone and after clear', () => {
  const lru = new Lru(2);
  expect(lru.victim()).toBe(-1);
  lru.insert(0);
  lru.remove(0);
  expect(lru.victim()).toBe(-1);
  lru.insert(1);
  lru.clear();
  expect([lru.victim(), ...lru.fromOldest()]).toEqual([-1]);
});

test('it agrees with a list that is searched from the front, whatever is done to it', () => {
  const capacity = 40;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('insert', 'touch', 'remove', 'victim', 'clear'), fc.nat(capacity - 1)), { maxLength: 300 }), (deeds) => {
      const lru = new Lru(capacity);
      let model: number[] = [];
      for (const [deed, slot] of deeds) {
        const isKnown = model.includes(slot);
        if (deed === 'insert' && !isKnown) {
          lru.insert(slot);
          model.push(slot);
        } else if (deed === 'touch' && isKnown) {
          const changes = model.at(-1) !== slot;
          expect(lru.touch(slot)).toBe(changes);
          model = [...model.filter((other) => other !== slot), slot];
        } else if (deed === 'remove' && isKnown) {
          lru.remove(slot);
          model = model.filter((other) => other !== slot);
        } else if (deed === 'victim') expect(lru.victim()).toBe(model[0] ?? -1);
        else if (deed === 'clear' && slot === 0) {
          lru.clear();
          model = [];
        }
        expect([...lru.fromOldest()]).toEqual(model);
        expect([...lru.fromNewest()]).toEqual([...model].reverse());
      }
    }),
    { numRuns: 300 },
  );
});
