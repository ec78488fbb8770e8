/**
 * Lets go of entries past their time, so that their memory is free before anybody asks for them: one timer for all caches, work in short slices,
 * and neither when no entry has an end.
 */
import { type Clock, clockInUse, elapsed, repeat, soon } from './clock.js';

/** What has entries that come to an end. */
export interface Expiring {
  /** Nothing ends before this moment, in milliseconds of the rising clock; Infinity when nothing does. */
  readonly nextDeadline: number;
  /** Looks at some entries, from number `from` on, and lets go of those that have ended. Gives where to go on; -1 when all were looked at. */
  sweep(from: number): number;
}

const DONE = -1;
/** How often the timer looks, in milliseconds. */
const EVERY_MS = 1000;
/** The longest that others have to wait for a slice, in milliseconds. */
const SLICE_MS = 1;

/** Weak: the watch does not keep entries in memory that nobody can ask for any more. */
const watched = new Set<WeakRef<Expiring>>();
const isWatched = new WeakSet<Expiring>();
let timer: { readonly clock: Clock; readonly stop: () => void } | undefined;
let isSweeping = false;

/** From now on what has ended in `entries` is let go of. To be said again when an entry with an end is added. */
export function watchExpiry(entries: Expiring): void {
  if (!isWatched.has(entries)) {
    watched.add(new WeakRef(entries));
    isWatched.add(entries);
  }
  if (timer?.clock === clockInUse()) return;
  timer?.stop();
  timer = { clock: clockInUse(), stop: repeat(EVERY_MS, look) };
}

function look(): void {
  const all = [...watched].flatMap((one) => stillEnding(one) ?? []);
  if (watched.size === 0) {
    timer?.stop();
    timer = undefined;
  } else if (!isSweeping) {
    isSweeping = true;
    goOn(all, 0);
  }
}

/** What is still to be watched; lets go of what is gone, and of what has no end any more. */
function stillEnding(one: WeakRef<Expiring>): Expiring | undefined {
  const entries = one.deref();
  if (entries !== undefined && entries.nextDeadline !== Number.POSITIVE_INFINITY) return entries;
  watched.delete(one);
  if (entries !== undefined) isWatched.delete(entries);
  return undefined;
}

/** Sweeps the last of `list`, which has been swept up to `from`, then those before it. */
function goOn(list: Expiring[], from: number): void {
  const startedAt = elapsed();
  let next = from;
  for (let entries = list.at(-1); entries !== undefined; entries = list.at(-1)) {
    if (next === 0 && entries.nextDeadline > elapsed()) next = DONE;
    else next = entries.sweep(next);
    if (next === DONE) {
      list.pop();
      next = 0;
    }
    if (list.length > 0 && elapsed() - startedAt >= SLICE_MS) {
      soon(() => {
        goOn(list, next);
      });
      return;
    }
  }
  isSweeping = false;
}
