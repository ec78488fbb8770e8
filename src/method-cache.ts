/**
 * One method's cache, and the whole way of one call through it, in two functions: `find` looks, `fill` loads.
 */

import { AttendedCalls } from './attended-calls.js';
import { follow } from './attention.js';
import { cacheControl, isAgeAsked } from './cache-control.js';
import { CacheDisk } from './cache-disk.js';
import type { AnyMethod, CacheSettings } from './cache-settings.js';
import { checkLimitOptions } from './check-limits.js';
import { ContextGuard } from './context-guard.js';
import { Entries } from './entries.js';
import { type CallKey, callKey, callKeyOfLast, EntryKeys } from './entry-keys.js';
import type { ScrubjayError } from './errors.js';
import type { Bulkhead } from './flight/bulkhead.js';
import { Gathering } from './gathering.js';
import { HandOut } from './hand-out.js';
import { Isolation } from './isolation.js';
import { signalsIn } from './key/abort-signals.js';
import { shapeOf } from './key/call-key.js';
import type { LimitOptions } from './limit-options.js';
import type { Call } from './load.js';
import { bulkheadOf } from './load-limits.js';
import { Loads } from './loads.js';
import { type MethodStats, methodStats } from './method-stats.js';
import { PartIndex } from './part-index.js';
import type { RecoveryProgress } from './persist/recovery-source.js';
import { CacheEvents } from './stats/cache-events.js';
import { Counters } from './stats/counters.js';
import { DEFAULT_SWITCHES, type Switches } from './switches.js';
import { type Table, Tables } from './tables.js';
import { Tagging } from './tagging.js';
import { change, isInTransaction, isTouchedHere } from './transactions.js';

export type { AnyMethod };

const NONE = -1;

/** Whether the method is an `async` function in the JavaScript that runs; a compiler for old targets may have made it an ordinary one. */
export const isAsyncFunction = (method: AnyMethod): boolean => Object.prototype.toString.call(method) === '[object AsyncFunction]';

export class MethodCache {
  readonly settings: CacheSettings;
  counters: Counters;
  readonly events: CacheEvents;
  readonly isolation: Isolation;
  readonly handOut: HandOut;
  readonly guard: ContextGuard;
  entries: Entries;
  tables: Tables;
  /** Evictions that wait for others. */
  readonly gathering = new Gathering();

  /** Nothing but the entries decides how calls are answered. */
  #isPlain = false;
  /** How many changes of this cache are held by transactions. */
  #held = 0;
  /** Those of the registry, for all its caches. */
  switches: Switches = DEFAULT_SWITCHES;
  #disk: CacheDisk;
  readonly loads: Loads;
  /** Set where only so many loads may run at one time. */
  readonly bulkhead: Bulkhead | undefined;
  readonly #attended: AttendedCalls;
  /** Set where a function finds the tags of results. */
  readonly tagging: Tagging | undefined;
  /** Whether the method answers with promises, as far as is known. */
  isAsync: boolean;
  /** The codes of what was reported; once is enough. */
  readonly #reported = new Set<string>();

  constructor(settings: CacheSettings) {
    this.settings = settings;
    this.counters = new Counters();
    const report = this.reportOnce.bind(this);
    this.events = new CacheEvents({ cache: settings.name, method: settings.methodName }, report);
    this.isolation = new Isolation(settings, report);
    this.entries = this.#newEntries();
    this.tables = this.#newTables();
    this.isAsync = settings.returnsPromise || isAsyncFunction(settings.method);
    const { tags } = settings;
    this.tagging = typeof tags === 'function' ? new Tagging(tags, settings.name, (error) => this.reportOnce(error)) : undefined;
    this.#disk = new CacheDisk(this);
    this.bulkhead = bulkheadOf(settings.loads);
    this.loads = new Loads(this);
    this.handOut = new HandOut(this);
    this.guard = new ContextGuard(this);
    this.#attended = new AttendedCalls(this);
    this.attend();
    follow(this);
  }

  #newEntries(): Entries {
    const { limits, rule, index } = this.settings;
    const entries = new Entries(limits, this.counters, new EntryKeys(rule, index === undefined ? undefined : new PartIndex(rule, index)));
    entries.events = this.events;
    if (this.settings.isolate !== 'shared') entries.isolation = this.isolation;
    return entries;
  }

  #newTables(): Tables {
    return new Tables(this.settings.name, this.entries.keys.calls, shapeOf(this.settings.rule));
  }

  /** Answers the call `self.method(...args)`: from memory, by joining a load, or by a load of its own. */
  find(table: Table, self: unknown, args: readonly unknown[]): unknown {
    return this.#isPlain ? this.findPlain(table, self, args) : this.#attended.find(table, self, args);
  }

  /** The slot of the entry that answers a call with one string or number, or -1 where it takes more than a look; `find` knows then. */
  slotOfOne({ calls }: Table, only: unknown): number {
    if (!this.#isPlain || calls === undefined) return NONE;
    const slot = calls.findOne(only);
    return slot !== NONE && this.entries.isUntroubled(slot) ? slot : NONE;
  }

  /** The same for two or three primitive values. */
  slotOfFew({ calls }: Table, count: number, one: unknown, two: unknown, three: unknown): number {
    if (!this.#isPlain || calls === undefined) return NONE;
    const slot = calls.findFew(count, one, two, three);
    return slot !== NONE && this.entries.isUntroubled(slot) ? slot : NONE;
  }

  /** The answer that stands in a slot which was found. */
  hit(slot: number): unknown {
    this.counters.hits++;
    return this.entries.use(slot);
  }

  /** Whether more than the entries decides how calls are answered. To be asked again whenever that may have changed, so that a hit asks one thing only. */
  attend(): void {
    this.events.attend();
    this.#isPlain = this.isOpen && this.#held === 0 && !this.#attended.isNeeded;
  }

  /** A transaction holds one more change of this cache, or one less (-1). */
  hold(by: 1 | -1): void {
    this.#held += by;
    this.attend();
  }

  /** Whether the transaction that this is part of has changed the entry under `text`, so that what is stored there is of no use to it. */
  isTouched(table: Table, text: string): boolean {
    return this.#held > 0 && isTouchedHere(this, table, text);
  }

  /** The same where nothing but the entries decides. */
  findPlain(table: Table, self: unknown, args: readonly unknown[]): unknown {
    const known = table.calls === undefined ? NONE : table.calls.find(args);
    if (known !== NONE && this.entries.isUntroubled(known)) return this.hit(known);
    let key: CallKey;
    try {
      key = callKeyOfLast(this.settings.rule, table, self, args);
    } catch (error) {
      return this.findWithoutKey(error as ScrubjayError, self, args);
    }
    // What was looked for by its arguments need not be looked for again.
    const isAbsent = known === NONE && key.copy !== undefined && table.texts.size === 0 && table.calls?.hasLookedFor(key.copy) === true;
    const slot = isAbsent ? NONE : this.entries.fresh(table, key);
    if (slot !== NONE) {
      this.entries.keys.learn(slot, table, key.copy);
      this.counters.hits++;
      this.tellHit(slot);
      if (!this.entries.isUntroubled(slot)) this.#refreshAhead(table, key, slot, { self, args, signals: signalsIn(args) });
      return this.entries.use(slot);
    }
    // It may see what is rolled back later.
    if (isInTransaction()) return this.bypass(self, args);
    const signals = signalsIn(args);
    // What the method makes of a signal that has fired already is its own affair.
    if (signals.some((signal) => signal.aborted)) return this.bypass(self, args);
    return this.loads.answer(table, key, { self, args, signals });
  }

  /** The entry nears its end, and is in use: a new one is fetched before somebody has to wait for it. */
  #refreshAhead(table: Table, key: CallKey, slot: number, call: Call): void {
    if (this.loads.refresh(table, key, call)) this.entries.settle(slot);
  }

  /** Somebody was answered with the entry in `slot`. */
  tellHit(slot: number): void {
    this.tellAge(slot);
    if (this.events.wants('cache:hit')) this.events.tell('cache:hit', this.entries.keys.textLater(slot));
  }

  /** Whoever wants to know how old answers are is told. */
  tellAge(slot: number): void {
    if (!isAgeAsked()) return;
    this.entries.ages.tell(slot, (error) => {
      this.reportOnce(error);
    });
  }

  /**
   * The key of a call. Its arguments are copied before the method runs: what that does to them must not move the entry.
   * @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_KEY_FAILED, SCRUBJAY_KEY_UNNAMED
   */
  keyOf(table: Table, self: unknown, args: readonly unknown[]): CallKey {
    return callKey(this.settings.rule, table, self, args);
  }

  /** A call without a key is an error when its arguments are to blame, unless the user said otherwise, and runs uncached when the rule is. */
  findWithoutKey(error: ScrubjayError, self: unknown, args: readonly unknown[]): unknown {
    if (error.code === 'SCRUBJAY_KEY_REFUSED' && this.settings.unkeyable === 'throw') {
      if (this.isAsync) return Promise.reject(error);
      throw error;
    }
    this.reportOnce(error);
    return this.bypass(self, args);
  }

  /** Tells the application once what went wrong without failing a call. */
  reportOnce(error: ScrubjayError): void {
    if (!this.#reported.has(error.code)) this.settings.report(error);
    this.#reported.add(error.code);
  }

  /** Whether calls run past the cache at this moment, whatever they are. */
  get isBypassed(): boolean {
    return !this.switches.isEnabled || cacheControl()?.mode === 'bypass';
  }

  /** Runs the method past the cache. */
  bypass(self: unknown, args: readonly unknown[]): unknown {
    this.counters.bypassed++;
    return this.settings.method.apply(self, args as unknown[]);
  }

  /**
   * Other limits from now on; what is not said stays as it is.
   * @throws SCRUBJAY_BAD_CAPACITY, SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION
   */
  relimit(limits: LimitOptions): void {
    if (this.#disk.isOpening) this.openNow();
    this.entries.relimit(checkLimitOptions(limits, this.entries.limits, `configure of ${this.settings.name}`));
  }

  /** What this cache has counted, and how it stands. */
  stats(): MethodStats {
    return methodStats(this.counters, this.entries, this.settings.persist);
  }

  /** Whether calls are looked for at once; before, some wait until what is on disk is recovered. */
  get isOpen(): boolean {
    return this.#disk.isOpen;
  }

  /** Removes everything. @throws SCRUBJAY_NOT_DURABLE */
  async clear(): Promise<void> {
    this.openNow();
    const everything = {
      cache: this,
      touches: () => true,
      carryOut: () => {
        this.entries.clear(this.tables.all);
      },
    };
    await change(everything, () => undefined);
  }

  /** Stores `value` as if a load of the call had given it; a load of it that is under way is not stored. */
  store(table: Table, key: CallKey, value: unknown, call: Pick<Call, 'self' | 'args'>): void {
    table.fence(key);
    if (!this.switches.isEnabled) this.entries.delete(table, key);
    else {
      this.loads.outcomes.storeWritten(table, key, value, call);
      // So that it is known how it looked.
      this.handOut.give(value, () => key.text);
    }
  }

  /** Carries out what is put off, and makes everything durable that was acknowledged so far. */
  async flush(): Promise<void> {
    this.gathering.flush();
    await this.entries.journal?.flush();
  }

  /**
   * As a new process would find it: nothing in memory, nothing counted, limits as declared, and unopened. Loads under way answer their callers and nobody else.
   * What is on disk stays there.
   */
  async reset(): Promise<void> {
    this.gathering.flush();
    if (this.#disk.isOpening) await this.close();
    const { entries, tables } = this;
    entries.journal = undefined;
    entries.clear(tables.all);
    this.counters = new Counters();
    this.entries = this.#newEntries();
    this.tables = this.#newTables();
    this.#disk = new CacheDisk(this);
    this.isAsync = this.settings.returnsPromise || isAsyncFunction(this.settings.method);
    this.#reported.clear();
    this.attend();
    this.settings.wasReset?.();
  }

  /** Recovers what is on disk, letting others run in between. Never rejects: what cannot be read is reported, and the cache runs in memory. */
  open(onProgress?: (progress: RecoveryProgress) => void): Promise<void> {
    return this.#disk.open(onProgress);
  }

  /** The same for a caller that cannot wait. */
  openNow(): void {
    this.#disk.openNow();
  }

  /** Ends the journal in order; what happens afterwards stays in memory. A cache that was never opened is not read for this. */
  close(): Promise<void> {
    this.gathering.flush();
    return this.#disk.close();
  }
}
