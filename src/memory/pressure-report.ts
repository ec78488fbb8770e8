/**
 * What a pressure watch is told, and what it tells.
 */
import type { Readings } from './memory-readings.js';

/** What a watch needs. */
export interface PressureOptions {
  /** The part of the heap's limit that live objects may take before entries are shed. More than 0, less than 1. */
  readonly heapFraction: number;
  /** The part of the container's limit that the whole process may take before entries are shed. More than 0, less than 1. */
  readonly residentFraction: number;
  /** Default: those of this process. */
  readonly readings?: Readings;
  /** Drops about this share, 0 to 1, of what all caches hold, and gives how many entries went. `allowance` is that of the watch from then on. */
  readonly shed: (share: number, allowance: number) => number;
  /** Hears what was done. What it throws is dropped. */
  readonly report: (event: PressureEvent) => void;
}

/** The parts of the watch that can fail, each for itself. */
export type PressurePart = 'heap' | 'collections' | 'collecting' | 'resident' | 'container' | 'shed';

/** What a watch has done. */
export type PressureEvent =
  | { readonly kind: 'shed'; readonly cause: 'heap' | 'resident'; readonly share: number; readonly dropped: number; readonly state: PressureState }
  /** Nothing holds the caches back any more. */
  | { readonly kind: 'recovered'; readonly state: PressureState }
  /** That part is switched off from now on, except `shed`, which is tried again. Said once for each part. */
  | { readonly kind: 'failed'; readonly part: PressurePart; readonly error: unknown };

/** What a watch knows. Bytes are `undefined` until they were read. */
export interface PressureState {
  /** How often entries were shed. */
  readonly sheds: number;
  /** How many entries went. */
  readonly dropped: number;
  /** In milliseconds since 1970. */
  readonly lastShedAt: number | undefined;
  readonly heapUsedBytes: number | undefined;
  readonly heapLimitBytes: number | undefined;
  /** The heap in use right after the last major collection that was seen; collections are followed under pressure only. */
  readonly liveBytes: number | undefined;
  readonly residentBytes: number | undefined;
  readonly containerLimitBytes: number | undefined;
  readonly allowance: number;
}
