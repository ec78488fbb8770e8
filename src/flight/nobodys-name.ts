/**
 * Runs work that nobody asked for, such as a load in the background.
 */
import { AsyncResource } from 'node:async_hooks';

const outside = new AsyncResource('scrubjay', { requireManualDestroy: true });
// Work may run in it all the same; but whoever looks for what stays open, as `jest --detectOpenHandles` does, is not to find it.
outside.emitDestroy();
let isNobody = false;

/** Runs `work` without the AsyncLocalStorage of whoever happens to run now: it is no part of their request. */
export function inNobodysName<T>(work: () => T): T {
  const before = isNobody;
  isNobody = true;
  try {
    return outside.runInAsyncScope(work);
  } finally {
    isNobody = before;
  }
}

/** Whether that is so at this moment; not behind an `await`. */
export const isInNobodysName = (): boolean => isNobody;
