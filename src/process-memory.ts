/**
 * What the caches of one registry may take together: a budget in bytes, and what the heap and the container leave them.
 */
import { checkBytes } from './check-limits.js';
import { type ErrorCode, ScrubjayError } from './errors.js';
import type { Bytes } from './limit-options.js';
import { type BudgetMember, ByteBudget } from './memory/budget.js';
import { PressureWatch } from './memory/pressure.js';
import type { PressureEvent, PressureState } from './memory/pressure-report.js';
import type { MethodCache } from './method-cache.js';
import { expectKnown, wrong } from './misuse.js';

/** When entries go because memory runs out. */
export interface MemoryPressureOptions {
  /**
   * The part of the heap that may be in use, after garbage is collected, before entries are dropped: of what V8 can really use, which is
   * about 0.8 of `--max-old-space-size`. More than 0, less than 1. Default 0.85.
   */
  readonly heapFraction?: number;
  /** The part of the container's memory (cgroup v1 and v2) that the process may take, Buffers included, before entries are dropped. Default 0.8. */
  readonly residentFraction?: number;
  /** Hears of everything that was done. Default: a process warning when dropping begins. */
  readonly onEvent?: (event: PressureEvent) => void;
}

/** How the memory of all caches of a registry stands. */
export interface MemoryReport {
  /** Estimated bytes of all entries; `undefined` as long as no limit for all of them makes anybody count. */
  readonly bytes: number | undefined;
  readonly maxBytes: number | undefined;
  /** Entries dropped because all caches together held more than `maxBytes`. */
  readonly evictions: number;
  /** What the watch over heap and container has seen and done; `undefined` as long as there is none. */
  readonly pressure: PressureState | undefined;
}

const DEFAULT_HEAP_FRACTION = 0.85;
const DEFAULT_RESIDENT_FRACTION = 0.8;

/** A method's cache as the budget sees it. */
class Member implements BudgetMember {
  readonly cache: MethodCache;

  constructor(cache: MethodCache) {
    this.cache = cache;
  }

  get bytes(): number | undefined {
    return this.cache.entries.bytes;
  }

  get hits(): number {
    return this.cache.counters.hits;
  }

  get meanLoadMs(): number {
    const { loads, loadTimeMs } = this.cache.counters;
    return loads === 0 ? 0 : loadTimeMs / loads;
  }

  evict(count: number): number {
    return this.cache.entries.evict(count);
  }
}

export class ProcessMemory {
  readonly #caches: () => Iterable<MethodCache>;
  #budget: ByteBudget | undefined;
  #pressure: PressureWatch | undefined;
  readonly #members = new WeakMap<MethodCache, Member>();
  /** How many entries each cache held when it had to give some, as if nothing had held it back before. */
  #held = new WeakMap<MethodCache, number>();

  constructor(caches: () => Iterable<MethodCache>) {
    this.#caches = caches;
  }

  /** @throws SCRUBJAY_BAD_OPTION */
  limit(maxBytes: Bytes): void {
    const bytes = checkBytes(maxBytes, 'maxBytes', 'registry.configure');
    this.#budget ??= new ByteBudget(bytes, () => Array.from(this.#caches(), (cache) => this.#memberOf(cache)));
    this.#budget.maxBytes = bytes;
    this.#watchAll();
    this.#budget.settle();
  }

  /** @throws SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION */
  watchPressure(options: boolean | MemoryPressureOptions): void {
    const said = typeof options === 'boolean' ? {} : options;
    if (typeof said !== 'object' || (said as unknown) === null)
      throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', 'pressure must be true, false or an object such as { heapFraction: 0.85 }', options);
    expectKnown({ ...said }, ['heapFraction', 'residentFraction', 'onEvent'], 'registry.configure', 'pressure option');
    const heapFraction = checkFraction(said.heapFraction ?? DEFAULT_HEAP_FRACTION, 'heapFraction');
    const residentFraction = checkFraction(said.residentFraction ?? DEFAULT_RESIDENT_FRACTION, 'residentFraction');
    const { onEvent = warn } = said;
    if (typeof onEvent !== 'function') throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', 'pressure.onEvent must be a function', onEvent);
    this.#pressure?.close();
    this.#pressure =
      options === false
        ? undefined
        : new PressureWatch({ heapFraction, residentFraction, shed: (share, allowance) => this.#shed(share, allowance), report: onEvent });
    this.#watchAll();
  }

  /** Makes a cache count among all. */
  watch(cache: MethodCache): void {
    const budget = this.#budget;
    const pressure = this.#pressure;
    if (budget !== undefined) cache.entries.relimit({ ...cache.entries.limits, shared: budget.total });
    cache.entries.stored =
      budget === undefined && pressure === undefined
        ? undefined
        : (bytes) => {
            budget?.settle();
            if (pressure === undefined) return;
            pressure.noteInsert(bytes === 0 ? undefined : bytes);
            if (pressure.allowance < 1) this.#holdBack(cache, pressure.allowance);
          };
  }

  report(): MemoryReport {
    return {
      bytes: this.#budget?.total.bytes,
      maxBytes: this.#budget?.maxBytes,
      evictions: this.#budget?.evictions ?? 0,
      pressure: this.#pressure?.state,
    };
  }

  #watchAll(): void {
    for (const cache of this.#caches()) this.watch(cache);
  }

  #shed(share: number, allowance: number): number {
    let dropped = 0;
    for (const cache of this.#caches()) {
      dropped += cache.entries.evict(Math.ceil(cache.entries.size * share));
      this.#held.set(cache, cache.entries.size / allowance);
    }
    return dropped;
  }

  #holdBack(cache: MethodCache, allowance: number): void {
    const most = Math.max(1, Math.floor((this.#held.get(cache) ?? Number.POSITIVE_INFINITY) * allowance));
    if (cache.entries.size > most) cache.entries.evict(cache.entries.size - most);
  }

  #memberOf(cache: MethodCache): Member {
    let member = this.#members.get(cache);
    if (member === undefined) this.#members.set(cache, (member = new Member(cache)));
    return member;
  }
}

function checkFraction(fraction: unknown, option: string): number {
  if (typeof fraction === 'number' && fraction > 0 && fraction < 1) return fraction;
  throw wrong('SCRUBJAY_BAD_OPTION', 'registry.configure', `pressure.${option} must be more than 0 and less than 1`, fraction);
}

/** Once when dropping begins, not at each step; and for each part that fails. */
function warn(event: PressureEvent): void {
  if (event.kind === 'shed' && event.state.allowance === 1 - event.share) {
    const place = event.cause === 'heap' ? 'the heap' : "the container's memory";
    say('SCRUBJAY_MEMORY_PRESSURE', `${place} is nearly full; ${event.dropped} entries were dropped, more may follow. registry.memory() has the figures.`);
  }
  if (event.kind === 'failed') say('SCRUBJAY_MEMORY_PRESSURE', `the watch over memory goes on without its part ${event.part}: ${String(event.error)}`);
}

function say(code: ErrorCode, text: string): void {
  const { message } = new ScrubjayError(code, text);
  process.emitWarning(message, { type: 'ScrubjayWarning', code });
}
