import fc from 'fast-check';
import { Ghosts } from '../../src/memory/ghosts';
import { numRuns } from '../support/thorough';

test('ghosts are a list of hashes, the one that came last at the end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('add', 'add', 'add', 'remove', 'removeOldest', 'clear'), fc.integer({ min: -20, max: 20 })), {
        maxLength: 300,
        size: 'max',
      }),
      (deeds) => {
        const ghosts = new Ghosts(10);
        let model: number[] = [];
        for (const [deed, number] of deeds) {
          // Some that begin at the same place.
          const hash = number % 2 === 0 ? number : Math.imul(number, 2 ** 20);
          const others = model.filter((other) => other !== hash);
          if (deed === 'add') {
            ghosts.add(hash);
            model = [...others, hash];
          } else if (deed === 'remove') {
            expect(ghosts.remove(hash)).toBe(model.includes(hash));
            model = others;
          } else if (deed === 'removeOldest') {
            ghosts.removeOldest();
            model = model.slice(1);
          } else if (number === 0) {
            ghosts.clear();
            model = [];
          }
          expect([ghosts.size, ghosts.has(hash), model.filter((held) => !ghosts.has(held))]).toEqual([model.length, model.includes(hash), []]);
        }
      },
    ),
    numRuns(150, 30),
  );
});
