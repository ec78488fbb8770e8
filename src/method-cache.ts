/**
 * One method's cache, and the whole way of one call through it, in two functions: `find` looks, `fill` loads.
 */

import { AttendedCalls } from './attended-calls.js';
import { follow } from './attention.js';
import { checkLimitOptions } from './check-limits.js';
import { Entries } from './entries.js';
import { type CallKey, EntryKeys } from './entry-keys.js';
import type { EntryLimits } from './entry-limits.js';
import type { ScrubjayError } from './errors.js';
import type { BatchPlan } from './flight/batch-plan.js';
import type { Freshness } from './freshness.js';
import { signalsIn } from './key/abort-signals.js';
import { type KeyRule, keyOfCall, shapeOf } from './key/call-key.js';
import type { LimitOptions } from './limit-options.js';
import { type Call, Loads } from './loads.js';
import { type MethodStats, methodStats } from './method-stats.js';
import { PartIndex } from './part-index.js';
import { Journal } from './persist/journal.js';
import type { JournalOptions } from './persist/journal-options.js';
import { Opening } from './persist/opening.js';
import type { RecoveryProgress } from './persist/recovery-source.js';
import { CacheEvents } from './stats/cache-events.js';
import { Counters } from './stats/counters.js';
import { type Table, Tables } from './tables.js';
import { Tagging, type TagsSetting } from './tagging.js';

export type AnyMethod = (this: any, ...args: any[]) => any;

/** Where and how a cache is kept on disk. */
export type PersistPlan = Pick<JournalOptions, 'directory' | 'driver' | 'codecs' | 'durability' | 'onLocked' | 'onDamage' | 'version' | 'files' | 'signature'>;

/** What a method's cache is made from, when everything is known. */
export interface CacheSettings {
  /** Its name in the registry. */
  readonly name: string;
  readonly method: AnyMethod;
  /** The class and the method, as events show them: `Users.find`. */
  readonly methodName: string;
  /** Something other than its kind says that the method answers with promises. */
  readonly returnsPromise: boolean;
  /** How much it holds, and for how long, to begin with. */
  readonly limits: EntryLimits;
  readonly freshness: Freshness;
  readonly rule: KeyRule;
  /** The parts of keys by which entries are found without looking at all of them; `undefined` for none. */
  readonly index?: readonly string[] | undefined;
  /** What results are tagged with; `undefined` for nothing. */
  readonly tags?: TagsSetting | undefined;
  /** What becomes of a call whose arguments have no honest key. */
  readonly unkeyable: 'throw' | 'bypass';
  /** How the calls of a method that takes a list become calls of this cache; `undefined` for the cache of any other method. */
  readonly batch?: BatchPlan | undefined;
  /** Where and how the cache is kept on disk; asked for when it is opened, and then it may be nowhere. `undefined` for memory only. */
  readonly persist: (() => PersistPlan | undefined) | undefined;
  /** Tells the application what went wrong without failing a call. */
  readonly report: (error: ScrubjayError) => void;
  /** Told when the cache was made as new: nobody has a table in it any more. */
  readonly wasReset?: () => void;
}

const NONE = -1;

/** Whether the method is an `async` function in the JavaScript that runs; a compiler for old targets may have made it an ordinary one. */
export const isAsyncFunction = (method: AnyMethod): boolean => Object.prototype.toString.call(method) === '[object AsyncFunction]';

export class MethodCache {
  readonly settings: CacheSettings;
  counters: Counters;
  readonly events: CacheEvents;
  entries: Entries;
  tables: Tables;

  #opening: Opening<void> | undefined;
  #onProgress: ((progress: RecoveryProgress) => void) | undefined;
  #isOpen: boolean;
  /** Nothing but the entries decides how calls are answered. */
  #isPlain = false;
  readonly #loads: Loads;
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
    this.events = new CacheEvents({ cache: settings.name, method: settings.methodName }, (error) => {
      this.reportOnce(error);
    });
    this.entries = this.#newEntries();
    this.tables = this.#newTables();
    this.#isOpen = settings.persist === undefined;
    this.isAsync = settings.returnsPromise || isAsyncFunction(settings.method);
    const { tags } = settings;
    this.tagging = typeof tags === 'function' ? new Tagging(tags, settings.name) : undefined;
    this.#loads = new Loads(this);
    this.#attended = new AttendedCalls(this);
    this.attend();
    follow(this);
  }

  #newEntries(): Entries {
    const { limits, rule, index } = this.settings;
    const entries = new Entries(limits, this.counters, new EntryKeys(rule, index === undefined ? undefined : new PartIndex(rule, index)));
    entries.events = this.events;
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
    this.#isPlain = this.#isOpen && !this.#attended.isNeeded;
  }

  /** The same where nothing but the entries decides. */
  findPlain(table: Table, self: unknown, args: readonly unknown[]): unknown {
    const known = table.calls === undefined ? NONE : table.calls.find(args);
    if (known !== NONE && this.entries.isUntroubled(known)) return this.hit(known);
    let key: CallKey;
    try {
      key = this.keyOf(table, self, args);
    } catch (error) {
      return this.#findWithoutKey(error as ScrubjayError, self, args);
    }
    const slot = this.entries.fresh(table, key);
    if (slot !== NONE) {
      this.entries.keys.learn(slot, table, key.copy);
      this.counters.hits++;
      this.tellHit(slot);
      if (!this.entries.isUntroubled(slot)) this.#refreshAhead(table, key, slot, { self, args, signals: signalsIn(args) });
      return this.entries.use(slot);
    }
    const signals = signalsIn(args);
    // What the method makes of a signal that has fired already is its own affair.
    if (signals.some((signal) => signal.aborted)) return this.bypass(self, args);
    return this.#loads.answer(table, key, { self, args, signals });
  }

  /** The entry nears its end, and is in use: a new one is fetched before somebody has to wait for it. */
  #refreshAhead(table: Table, key: CallKey, slot: number, call: Call): void {
    if (this.#loads.refresh(table, key, call)) this.entries.settle(slot);
  }

  /** Somebody was answered with the entry in `slot`. */
  tellHit(slot: number): void {
    if (this.events.wants('cache:hit')) this.events.tell('cache:hit', this.entries.keys.textLater(slot));
  }

  /**
   * The key of a call. Its arguments are copied before the method runs: what that does to them must not move the entry.
   * @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_KEY_FAILED, SCRUBJAY_KEY_UNNAMED
   */
  keyOf(table: Table, self: unknown, args: readonly unknown[]): CallKey {
    return { text: keyOfCall(this.settings.rule, self, args), copy: table.calls?.copyOf(args) };
  }

  /** A call without a key is an error when its arguments are to blame, unless the user said otherwise, and runs uncached when the rule is. */
  #findWithoutKey(error: ScrubjayError, self: unknown, args: readonly unknown[]): unknown {
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
    if (this.#opening !== undefined) this.openNow();
    this.entries.relimit(checkLimitOptions(limits, this.entries.limits, `configure of ${this.settings.name}`));
  }

  /** What this cache has counted, and how it stands. */
  stats(): MethodStats {
    return methodStats(this.counters, this.entries, this.settings.persist);
  }

  /** Whether calls are looked for at once; before, some wait until what is on disk is recovered. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Removes everything. @throws SCRUBJAY_NOT_DURABLE */
  async clear(): Promise<void> {
    this.openNow();
    this.entries.clear(this.tables.all);
    await this.entries.journal?.whenDurableOrThrow();
  }

  /**
   * Removes every entry with one of these tags, and sees to it that no load which began before stores one. Gives how many fresh entries went.
   * @throws SCRUBJAY_NOT_DURABLE
   */
  async invalidateTags(wanted: readonly string[]): Promise<number> {
    const { tags } = this.settings;
    if (tags === undefined || wanted.length === 0) return 0;
    const isMeant = typeof tags === 'function' || tags.some((tag) => wanted.includes(tag));
    if (!isMeant) return 0;
    this.openNow();
    const { entries, tagging } = this;
    tagging?.invalidate(wanted);
    if (tagging === undefined) for (const table of this.tables.all) table.fenceAll();
    const slots = tagging === undefined ? entries.slots() : wanted.flatMap((tag) => [...entries.tags.slotsOf(tag)]);
    const gone = entries.deleteAll([...new Set(slots)]);
    await entries.journal?.whenDurableOrThrow();
    return gone;
  }

  /** Ends the journal in order; what happens afterwards stays in memory. A cache that was never opened is not read for this. */
  async close(): Promise<void> {
    if (this.settings.persist === undefined) return;
    if (this.#opening === undefined) {
      this.entries.journal = this.#newJournal();
      this.#beOpen();
    } else await this.open();
    await this.entries.journal?.close();
  }

  /**
   * As a new process would find it: nothing in memory, nothing counted, limits as declared, and unopened. Loads under way answer their callers and nobody else.
   * What is on disk stays there.
   */
  async reset(): Promise<void> {
    if (this.#opening !== undefined) await this.close();
    const { entries, tables } = this;
    entries.journal = undefined;
    entries.clear(tables.all);
    this.counters = new Counters();
    this.entries = this.#newEntries();
    this.tables = this.#newTables();
    this.#opening = undefined;
    this.#isOpen = this.settings.persist === undefined;
    this.isAsync = this.settings.returnsPromise || isAsyncFunction(this.settings.method);
    this.#reported.clear();
    this.attend();
    this.settings.wasReset?.();
  }

  /** Recovers what is on disk, letting others run in between. Never rejects: what cannot be read is reported, and the cache runs in memory. */
  async open(onProgress?: (progress: RecoveryProgress) => void): Promise<void> {
    this.#onProgress = onProgress;
    if (!this.#isOpen) await this.#startOpening().inSlices();
  }

  /** The same for a caller that cannot wait. */
  openNow(): void {
    if (!this.#isOpen) this.#startOpening().now();
  }

  #startOpening(): Opening<void> {
    this.#opening ??= new Opening(this.#openingSteps());
    return this.#opening;
  }

  *#openingSteps(): Generator<void, void> {
    const journal = this.#newJournal();
    if (journal === undefined) {
      this.#beOpen();
      return;
    }
    const recovered = yield* journal.opening();
    if (recovered.hasPromises) this.isAsync = true;
    yield* this.entries.restoring(this.tables.first, recovered, journal);
    this.#beOpen();
    journal.start();
  }

  #beOpen(): void {
    this.#isOpen = true;
    this.attend();
  }

  #newJournal(): Journal | undefined {
    const { persist, name, report } = this.settings;
    const plan = persist?.();
    if (plan === undefined) return undefined;
    return new Journal({
      ...plan,
      cacheName: name,
      report,
      onProgress: (progress) => this.#onProgress?.(progress),
      takeChanges: () => this.entries.inventory.takeChanges(),
      liveRecords: () => this.entries.inventory.liveRecords(),
      everything: () => this.entries.inventory.everything(),
    });
  }
}
