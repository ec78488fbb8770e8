import { FlightIndex, type FlightKey } from '../../src/flight/flight-index';
import { randomNumbers } from '../crash/deeds';
import { numRuns } from '../support/thorough';

interface Copy {
  readonly of: number;
}

/** Copies of different calls often have the same mark. */
const copies = {
  markOf: (copy: object): unknown => (copy as Copy).of % 3,
  areSame: (one: object, other: object): boolean => (one as Copy).of === (other as Copy).of,
};

describe('it finds what a Map by text would find', () => {
  test.each([
    ['all with a copy', 1],
    ['none with a copy', 0],
    ['some with a copy', 0.7],
  ])('%s', (_name, part) => {
    const random = randomNumbers(part * 10);
    const keyOf = (number: number): FlightKey => ({ text: `k${number}`, copy: random() < part ? { of: number } : undefined });
    for (let round = 0; round < numRuns(300, 40).numRuns; round++) {
      const index = new FlightIndex(copies);
      const model = new Map<string, { readonly key: FlightKey }>();
      const known: { readonly key: FlightKey }[] = [];
      for (let step = 0; step < 30; step++) {
        const key = keyOf(Math.floor(random() * 6));
        const deed = random();
        if (deed < 0.4) {
          const flight = { key };
          known.push(flight);
          index.add(flight);
          model.set(key.text, flight);
        } else if (deed < 0.7 && known.length > 0) {
          const flight = known[Math.floor(random() * known.length)] as { readonly key: FlightKey };
          const isThere = model.get(flight.key.text) === flight;
          if (isThere) model.delete(flight.key.text);
          expect(index.remove(flight)).toBe(isThere);
        } else if (deed < 0.75) {
          index.removeText(key.text);
          model.delete(key.text);
        } else if (deed < 0.77) {
          index.clear();
          model.clear();
        }
        for (let number = 0; number < 6; number++) expect(index.get(keyOf(number))).toBe(model.get(`k${number}`));
        expect(index.texts().sort()).toEqual([...model.keys()].sort());
        expect(index.isEmpty).toBe(model.size === 0);
      }
    }
  });
});

test('no text is made as long as copies tell', () => {
  const index = new FlightIndex(copies);
  const key = (number: number): FlightKey => ({
    get text(): string {
      throw new Error('made');
    },
    copy: { of: number },
  });
  const flights = [0, 1, 2].map((number) => ({ key: key(number) }));
  for (const flight of flights) index.add(flight);
  expect([0, 1, 2].map((number) => index.get(key(number)))).toEqual(flights);
  expect(flights.map((flight) => index.remove(flight))).toEqual([true, true, true]);
  expect(index.isEmpty).toBe(true);
});
