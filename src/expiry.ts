/**
 * Lets go of entries past their time, so that their memory is free before anybody asks for them: one timer for all caches, work in short slices,
 * and neither when no entry has an end.
 */
import { type Clock, clockInUse, elapsed, now, repeat, soon } from './clock.js';

/** What has entries that come to an end. */
export interface Expiring {
  /** Nothing ends before this moment, in wall-clock milliseconds; Infinity when nothing does. */
  readonly nextDeadline: number;
  /** Lets go of what has ended, in steps of a few microseconds. */
  sweep(): Iterator<void, void>;
}

/** How often the timer looks, in milliseconds. */
const EVERY_MS = 1000;
/** The longest that others have to wait for a slice, in milliseconds. */
const SLICE_MS = 1;
/** Steps between two looks at the clock. */
const STEPS = 16;

const watched = new Set<Expiring>();
let timer: { readonly clock: Clock; readonly stop: () => void } | undefined;
let isSweeping = false;

/** From now on what has ended in `entries` is let go of. To be said again when an entry with an end is added. */
export function watchExpiry(entries: Expiring): void {
  watched.add(entries);
  if (timer?.clock === clockInUse()) return;
  timer?.stop();
  timer = { clock: clockInUse(), stop: repeat(EVERY_MS, look) };
}

function look(): void {
  for (const entries of watched) if (entries.nextDeadline === Number.POSITIVE_INFINITY) watched.delete(entries);
  if (watched.size === 0) {
    timer?.stop();
    timer = undefined;
  } else if (!isSweeping) {
    isSweeping = true;
    goOn(sweeps());
  }
}

function* sweeps(): Generator<void, void> {
  for (const entries of [...watched]) {
    if (entries.nextDeadline > now()) continue;
    for (const sweep = entries.sweep(); sweep.next().done !== true; ) yield;
  }
}

function goOn(steps: Iterator<void, void>): void {
  const startedAt = elapsed();
  do {
    for (let step = 0; step < STEPS; step++) {
      if (steps.next().done === true) {
        isSweeping = false;
        return;
      }
    }
  } while (elapsed() - startedAt < SLICE_MS);
  soon(() => {
    goOn(steps);
  });
}
