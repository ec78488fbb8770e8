import { Opening } from '../../src/persist/opening';
import { manualClockForEachTest } from '../support/manual-clock';

const time = manualClockForEachTest();

/** Work of ten steps of one millisecond each. */
function tenSteps(): { opening: Opening<string>; taken: () => number } {
  let taken = 0;
  function* steps(): Generator<void, string> {
    for (taken = 0; taken < 10; taken++) {
      time.clock.advance(1);
      yield;
    }
    return 'opened';
  }
  return { opening: new Opening(steps()), taken: () => taken };
}

test('a caller that cannot wait gets everything at once', () => {
  const { opening, taken } = tenSteps();
  expect(opening.now()).toBe('opened');
  expect(taken()).toBe(10);
  expect(opening.now()).toBe('opened');
});

test('a caller that waits lets others run every few milliseconds', async () => {
  const { opening, taken } = tenSteps();
  const opened = opening.inSlices();
  const seen: number[] = [];
  while (taken() < 10) {
    seen.push(taken());
    await new Promise(setImmediate);
  }
  expect(await opened).toBe('opened');
  expect(seen).toEqual([3, 7]);
});

test('a caller that cannot wait finishes what another has begun, and both get the same', async () => {
  const { opening, taken } = tenSteps();
  const opened = opening.inSlices();
  expect(taken()).toBeLessThan(10);
  expect(opening.now()).toBe('opened');
  expect(taken()).toBe(10);
  expect(await opened).toBe('opened');
});

test('however many wait, the work is done once', async () => {
  const { opening, taken } = tenSteps();
  expect(await Promise.all([opening.inSlices(), opening.inSlices(), opening.inSlices()])).toEqual(['opened', 'opened', 'opened']);
  expect(taken()).toBe(10);
});
