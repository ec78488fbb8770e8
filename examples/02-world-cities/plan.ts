/**
 * What is done, in numbers.
 */

/** Calls of the first load, made against an empty cache. */
export const COLD_CALLS = 20_000;
/** Calls of both loads. */
export const CALLS_IN_ALL = 32_000;
/** The same load in every process. */
export const LOAD_SEED = 7;
/** Calls that are compared, cold against warm. */
export const COMPARED_CALLS = 2_000;
/** The most entries each method's cache may hold. */
export const CAPACITIES = { nearest: 600, search: 300, within: 200 } as const;
