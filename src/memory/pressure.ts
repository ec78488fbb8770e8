/**
 * Sheds entries of all caches before the heap or the container of the process is full, and lets the caches grow again slowly.
 * Looks are taken by count and size of what is inserted, because a loop that never returns to the event loop fills caches too.
 */
import { elapsed, now, repeat } from '../clock.js';
import { LookBudget } from './look-budget.js';
import { type HeapReading, processReadings, type Readings } from './memory-readings.js';
import { Attempts, checkBytes, checkHeap } from './pressure-attempts.js';
import { PressureGauge } from './pressure-gauge.js';
import type { PressureEvent, PressureOptions, PressureState } from './pressure-report.js';

const TICK_MS = 1000;
/** A full step back takes 100 seconds; a cache that grows faster than V8 collects would swing. */
const RECOVERY_PER_SECOND = 0.01;
const MOST_RECOVERY_MS = 10_000;
const CONTAINER_EVERY_MS = 30_000;
/** Parts of the limits from which on entries are shed without waiting for a collection. */
const HEAP_URGENT = 1.15;
const BLIND_URGENT = 0.97;
const RESIDENT_URGENT = 0.97;
/** Collections we ask for take a tenth of the time at most, unless it is urgent. */
const COLLECT_PAUSE = 10;

/** Watches the memory of the process, and sheds. */
export class PressureWatch {
  readonly #options: PressureOptions;
  readonly #readings: Readings;
  readonly #heapGauge: PressureGauge;
  readonly #residentGauge: PressureGauge;
  readonly #budget = new LookBudget();
  readonly #attempts = new Attempts((part, error) => {
    this.#report({ kind: 'failed', part, error });
  });
  readonly #stop: () => void;
  #isLooking = false;
  #isClosed = false;

  #heap: HeapReading | undefined;
  #liveBytes: number | undefined;
  #residentBytes: number | undefined;
  #containerLimitBytes: number | undefined;
  /** What was in use when collections, or resident memory, were read last. */
  #usedAtCollections = 0;
  #outerAtResident = 0;
  /** Whether a major collection has happened since entries were shed for resident memory. */
  #isResidentSettled = false;
  #mayCollectAt = Number.NEGATIVE_INFINITY;
  /** Whether live memory was seen well below its threshold since the last tick. */
  #wasCalm = false;
  #tickAt = Number.NEGATIVE_INFINITY;
  #containerAt = Number.NEGATIVE_INFINITY;

  #allowance = 1;
  #sheds = 0;
  #dropped = 0;
  #lastShedAt: number | undefined;

  constructor(options: PressureOptions) {
    this.#options = options;
    this.#heapGauge = new PressureGauge(options.heapFraction);
    // Freed memory may stay with the process, and RAM may be full of what is not ours; emptying all caches would not change that.
    this.#residentGauge = new PressureGauge(options.residentFraction, 3);
    this.#readings = options.readings ?? processReadings();
    this.#look();
    this.#stop = repeat(TICK_MS, () => {
      this.#look();
    });
  }

  /**
   * The part of what they held when the pressure began that the caches may hold now; 1 when nothing holds them back.
   * At each shed a cache remembers `held / allowance`, and then holds no more than that times `allowance`, until it is 1 again.
   */
  get allowance(): number {
    return this.#allowance;
  }

  get state(): PressureState {
    return {
      sheds: this.#sheds,
      dropped: this.#dropped,
      lastShedAt: this.#lastShedAt,
      heapUsedBytes: this.#heap?.usedBytes,
      heapLimitBytes: this.#heap?.limitBytes,
      liveBytes: this.#liveBytes,
      residentBytes: this.#residentBytes,
      containerLimitBytes: this.#containerLimitBytes,
      allowance: this.#allowance,
    };
  }

  /** To be called after every insert. `bytes` is the size of the entry, when the cache knows it. Never throws. */
  noteInsert(bytes?: number): void {
    if (this.#budget.spend(bytes)) this.#look();
  }

  /** Ends the watch. The caches may hold what they want. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#attempts.run('collections', () => {
      this.#readings.followCollections(false);
    });
    this.#allowance = 1;
  }

  #look(): void {
    // Shedding runs code of the caches, which may insert.
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    const isTick = elapsed() - this.#tickAt >= TICK_MS;
    this.#lookAtHeap(isTick);
    this.#lookAtResident(isTick);
    if (isTick) this.#tick();
    this.#grantBudget();
    this.#isLooking = false;
  }

  #lookAtHeap(isTick: boolean): void {
    const before = this.#heap;
    this.#heap = this.#attempts.run('heap', () => checkHeap(this.#readings.heap()));
    if (this.#heap === undefined) return;
    const { usedBytes, limitBytes } = this.#heap;
    // Asking costs 20 µs, so not at every look. A major collection that frees anything makes the number fall.
    const mayHaveCollected = usedBytes < (before?.usedBytes ?? 0) || usedBytes - this.#usedAtCollections > limitBytes / 256;
    const live = isTick || mayHaveCollected ? this.#live(usedBytes, limitBytes) : undefined;
    const bytes = live ?? usedBytes;
    if (this.#heapGauge.isCalm(bytes, limitBytes)) this.#wasCalm = true;
    // Garbage may lie above the limit, V8 collects it in time. Without news of collections we must take it for what it may be.
    const isBlind = this.#attempts.hasFailed('collections');
    const urgentBytes = limitBytes * (isBlind ? BLIND_URGENT : HEAP_URGENT);
    const isSettled = live !== undefined || (isBlind && usedBytes < (before?.usedBytes ?? 0));
    this.#shed('heap', this.#heapGauge.share(bytes, limitBytes, isSettled, urgentBytes));
  }

  /** The heap in use after the last major collection, when there was one since the last look. */
  #live(usedBytes: number, limitBytes: number): number | undefined {
    this.#usedAtCollections = usedBytes;
    // Followed only where it matters, because V8 keeps 6 KB for each collection until it is asked. When used memory is below, live memory is too.
    const isWanted = this.#heapGauge.isAbove(usedBytes, limitBytes) || this.#allowance < 1;
    const live = this.#attempts.run('collections', () => {
      const found = this.#readings.liveBytes();
      this.#readings.followCollections(isWanted);
      return found;
    });
    if (live === undefined) return undefined;
    this.#liveBytes = live;
    this.#isResidentSettled = true;
    return live;
  }

  #lookAtResident(isTick: boolean): void {
    const limitBytes = this.#containerLimitBytes;
    if (limitBytes === undefined) return;
    const outerBytes = this.#outerBytes();
    // Reading it costs 8 µs: only when what V8 knows of, buffers included, has grown by a part of the room that was left.
    const isDue = outerBytes - this.#outerAtResident > Math.max(limitBytes - (this.#residentBytes ?? 0), limitBytes / 16) / 16;
    if (!isTick && !isDue) return;
    this.#outerAtResident = outerBytes;
    this.#residentBytes = this.#attempts.run('resident', () => checkBytes(this.#readings.residentBytes()));
    if (this.#residentBytes === undefined) return;
    // The number is read anew at the next look: buffers are freed by another thread, after the collection.
    if (this.#collectForResident(this.#residentBytes, limitBytes)) return;
    const share = this.#residentGauge.share(this.#residentBytes, limitBytes, this.#isResidentSettled, limitBytes * RESIDENT_URGENT);
    if (share > 0) this.#isResidentSettled = false;
    this.#shed('resident', share);
  }

  /** Garbage goes before entries do: without this everything was shed within milliseconds, because V8 had no reason to free any of it. */
  #collectForResident(bytes: number, limitBytes: number): boolean {
    const isAbove = this.#residentGauge.isAbove(bytes, limitBytes);
    if (!isAbove) this.#isResidentSettled = false;
    if (!isAbove || this.#isResidentSettled) return false;
    const beganAt = elapsed();
    if (beganAt < this.#mayCollectAt && bytes <= limitBytes * RESIDENT_URGENT) return false;
    const isCollected = this.#attempts.run('collecting', () => {
      this.#readings.collect();
      return true;
    });
    const endedAt = elapsed();
    this.#mayCollectAt = endedAt + (endedAt - beganAt) * COLLECT_PAUSE;
    this.#isResidentSettled = isCollected === true;
    return this.#isResidentSettled;
  }

  #tick(): void {
    const at = elapsed();
    // After a long sleep of the process nothing is known of the time in between.
    const seconds = Math.min(at - this.#tickAt, MOST_RECOVERY_MS) / 1000;
    this.#tickAt = at;
    if (at - this.#containerAt >= CONTAINER_EVERY_MS) {
      // Limits of running containers can be changed.
      this.#containerAt = at;
      this.#containerLimitBytes = this.#attempts.run('container', () => this.#readings.containerLimitBytes());
    }
    if (this.#allowance < 1 && this.#wasCalm && this.#isResidentCalm()) {
      this.#allowance = Math.min(1, this.#allowance + RECOVERY_PER_SECOND * seconds);
      if (this.#allowance === 1) this.#report({ kind: 'recovered', state: this.state });
    }
    this.#wasCalm = false;
  }

  #isResidentCalm(): boolean {
    if (this.#residentBytes === undefined || this.#containerLimitBytes === undefined) return true;
    return this.#residentGauge.isCalm(this.#residentBytes, this.#containerLimitBytes);
  }

  /** What V8 knows of resident memory. */
  #outerBytes(): number {
    return this.#heap === undefined ? 0 : this.#heap.takenBytes + this.#heap.externalBytes;
  }

  #grantBudget(): void {
    const { usedBytes = 0, externalBytes = 0, limitBytes = Number.MAX_SAFE_INTEGER } = this.#heap ?? {};
    const container = this.#containerLimitBytes ?? Number.MAX_SAFE_INTEGER;
    // Resident memory is read rarely; in between it grows by what V8 knows of.
    const resident = (this.#residentBytes ?? 0) + Math.max(0, this.#outerBytes() - this.#outerAtResident);
    const room = Math.max(0, Math.min(limitBytes - usedBytes, container - resident));
    this.#budget.grant(usedBytes + externalBytes, room, Math.min(limitBytes, container));
  }

  #shed(cause: 'heap' | 'resident', share: number): void {
    if (share === 0) return;
    const allowance = this.#allowance * (1 - share);
    const dropped = this.#attempts.run('shed', () => this.#options.shed(share, allowance)) ?? 0;
    // The caches are empty: nothing to hold back.
    if (dropped === 0) return;
    this.#wasCalm = false;
    this.#allowance = allowance;
    this.#sheds++;
    this.#dropped += dropped;
    this.#lastShedAt = now();
    this.#report({ kind: 'shed', cause, share, dropped, state: this.state });
  }

  #report(event: PressureEvent): void {
    try {
      this.#options.report(event);
    } catch {
      // A listener that fails must not fail the call that inserted.
    }
  }
}
