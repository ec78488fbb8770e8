/** How thorough a run is: `KEY_RUNS=10` multiplies the runs of properties, and takes what is left out of `npm test` to keep that short. */
const runs = process.env['KEY_RUNS'];

export const isThorough = runs !== undefined;

/** So many runs, or a multiple. */
export const numRuns = (count: number): { readonly numRuns: number } => ({ numRuns: count * Number(runs ?? 1) });
