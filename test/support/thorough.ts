/** How thorough a run is: `KEY_RUNS=10` multiplies the runs of properties, and takes what is left out of `npm test` to keep that short. */
const runs = process.env['KEY_RUNS'];

export const isThorough = runs !== undefined;

/** A test that `npm test` leaves out. */
export const testThoroughly: (...args: Parameters<jest.It>) => void = isThorough ? test : () => undefined;

/** So many runs, or a multiple; in `npm test` only so `few`, where that is said. */
export const numRuns = (count: number, few = count): { readonly numRuns: number } => ({ numRuns: runs === undefined ? few : count * Number(runs) });
