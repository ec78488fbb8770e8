/**
 * Keeps what fails in a pressure watch away from the calls that it runs inside of.
 */
import type { HeapReading } from './memory-readings.js';
import type { PressurePart } from './pressure-report.js';

/** Runs the parts of a watch, and remembers which have failed. */
export class Attempts {
  readonly #failed = new Set<PressurePart>();
  readonly #report: (part: PressurePart, error: unknown) => void;

  /** `report` hears of the first failure of each part. */
  constructor(report: (part: PressurePart, error: unknown) => void) {
    this.#report = report;
  }

  hasFailed(part: PressurePart): boolean {
    return this.#failed.has(part);
  }

  /** What `work` gives; `undefined` when it fails, and from then on without trying, except for `shed`, which is the caches' doing and may go well next time. */
  run<Result>(part: PressurePart, work: () => Result): Result | undefined {
    if (this.#failed.has(part) && part !== 'shed') return undefined;
    try {
      return work();
    } catch (error) {
      const isNew = !this.#failed.has(part);
      this.#failed.add(part);
      if (isNew) this.#report(part, error);
      return undefined;
    }
  }
}

/** @throws TypeError when it is no reading of a heap. */
export function checkHeap(heap: HeapReading): HeapReading {
  checkBytes(heap.usedBytes);
  checkBytes(heap.limitBytes);
  return heap;
}

/** @throws TypeError when `bytes` is no size. */
export function checkBytes(bytes: number): number {
  if (Number.isFinite(bytes) && bytes > 0) return bytes;
  throw new TypeError(`the memory of this process cannot be read: expected a number of bytes, got ${bytes}`);
}
