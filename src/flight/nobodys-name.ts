/**
 * Runs work that nobody asked for, such as a load in the background.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const outside = AsyncLocalStorage.snapshot();

/** Runs `work` without the AsyncLocalStorage of whoever happens to run now: it is no part of their request. */
export const inNobodysName = <T>(work: () => T): T => outside(work);
