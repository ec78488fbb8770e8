/** The clock of `scrubjay/testing`, for the length of every test of a file. */
import { ManualClock, manualClock } from '../../src/testing/manual-clock';

export { ManualClock };

/** Puts a manual clock in place for the length of every test of a file. */
export function manualClockForEachTest(): { readonly clock: ManualClock } {
  const holder = { clock: new ManualClock() };
  let putBack: () => void;
  beforeEach(() => {
    const clock = manualClock();
    holder.clock = clock;
    putBack = () => {
      clock.restore();
    };
  });
  afterEach(() => {
    putBack();
  });
  return holder;
}
