/**
 * The elements of one list whose method may give its result at once. The first element that the cache loads needs its value there and then,
 * so all that are missing are found out before, and loaded with it.
 */
import { cacheControl } from './cache-control.js';
import { chunksOf } from './flight/batch.js';
import { withElement } from './flight/batch-plan.js';
import { Reads, recordOn } from './flight/context-reads.js';
import { JointSignal } from './flight/joint-signal.js';
import { Flight } from './flight/single-flight.js';
import { addWaiter, type Work, workOfCaller } from './flight/waits.js';
import type { Place } from './instance-places.js';
import { signalsIn, withSignal } from './key/abort-signals.js';
import { isWanted } from './key/call-key.js';
import { isThenable } from './kinds.js';

/** What is asked for, and how it is loaded. */
export interface PromptCalls extends Place {
  readonly self: unknown;
  /** One for each element of the list. */
  readonly calls: readonly (readonly unknown[])[];
  readonly listAt: number;
  readonly mostIds: number;
  /** Runs the method with a list of ids in its place. */
  readonly load: (args: readonly unknown[]) => readonly unknown[] | Promise<readonly unknown[]>;
}

export class PromptBatch {
  readonly #asked: PromptCalls;
  /** The ids that will have to be loaded, by key, in the order in which they came. */
  readonly #missing = new Map<string, unknown>();
  readonly #values = new Map<string, () => unknown>();
  /** Keys that were deleted or set while the method ran: their values are answered with and not stored. */
  readonly #fenced = new Set<string>();
  readonly #joint = new JointSignal();
  /** What is read for all elements is read for each. */
  readonly #reads = new Reads();
  /** The method has given a promise after all. */
  #isPromised = false;
  /** The load that runs the method. */
  #work: Work | undefined;
  /** The key of the element that is being looked for; `undefined` for one that was there. */
  #current: string | undefined;

  constructor(asked: PromptCalls) {
    this.#asked = asked;
  }

  /**
   * What the cache gives for each element: values, or promises.
   * @throws SCRUBJAY_KEY_REFUSED before anything is loaded, and what the method throws.
   */
  find(): readonly unknown[] {
    const { calls } = this.#asked;
    const keys = calls.map((call, index) => this.#missingKey(call, index));
    const found: unknown[] = [];
    const look = (isMissing: boolean): void => {
      for (const [index, key] of keys.entries()) if ((key !== undefined) === isMissing) found[index] = this.#findOne(key, calls[index] as readonly unknown[]);
    };
    try {
      // What is there goes first: what is loaded may take its room.
      look(false);
      look(true);
    } finally {
      if (this.#isPromised) this.#joint.complete();
    }
    return found;
  }

  /** The value of the element that is being looked for, which the cache has not. `args` are those of the call for it. */
  load(args: readonly unknown[]): unknown {
    const key = this.#current;
    this.#reads.tellCaller();
    // An entry may have come to its end in between.
    if (key === undefined) return first(this.#asked.load(withElement(args, this.#asked.listAt, [args[this.#asked.listAt]])));
    if (this.#values.size === 0) this.#loadAll(key, args);
    if (this.#isPromised) this.#joint.add(signalsIn(args));
    // Those that are loaded with it wait for the first one, whose load runs the method.
    if (this.#work !== undefined && this.#work !== workOfCaller()) addWaiter(this.#work);
    return this.#values.get(key)?.();
  }

  #findOne(key: string | undefined, call: readonly unknown[]): unknown {
    const { cache, table, self } = this.#asked;
    this.#current = key;
    if (key !== undefined && this.#fenced.has(key)) return this.#values.get(key)?.();
    return cache.find(table, self, call);
  }

  /** The key of an element that will have to be loaded; `undefined` where an entry is there. */
  #missingKey(call: readonly unknown[], index: number): string | undefined {
    const { cache, table, self, listAt } = this.#asked;
    const { entries, settings } = cache;
    const isWantedAtAll = this.#isWanted(call);
    const mayBeThere = isWantedAtAll && cacheControl()?.mode !== 'refresh';
    const known = mayBeThere ? (table.calls?.find(call) ?? -1) : -1;
    if (known >= 0 && entries.isFresh(known)) return undefined;
    // No key has a line break.
    let text = `\n${index}`;
    try {
      const key = cache.keyOf(table, self, call);
      if (mayBeThere && entries.fresh(table, key) >= 0) return undefined;
      text = key.text;
    } catch (error) {
      if (isWantedAtAll && (error as { code?: string }).code === 'SCRUBJAY_KEY_REFUSED' && settings.unkeyable === 'throw') throw error;
    }
    if (!this.#missing.has(text)) this.#missing.set(text, call[listAt]);
    return text;
  }

  #isWanted(call: readonly unknown[]): boolean {
    const { cache, self } = this.#asked;
    try {
      return isWanted(cache.settings.rule, self, call);
    } catch {
      // The cache reports it.
      return false;
    }
  }

  /** Loads everything that is missing; the cache knows of the load of `current`, and must learn of the others: what the method deletes while it runs counts. */
  #loadAll(current: string, args: readonly unknown[]): void {
    const { cache, table, listAt, mostIds, load } = this.#asked;
    const generation = cache.tagging?.generation;
    const others = [...this.#missing.keys()].filter((key) => key !== current).map((text) => new Flight({ text, copy: undefined }, cache.settings.name));
    for (const flight of others) {
      flight.isEntered = true;
      table.flights.begin(flight);
    }
    this.#work = workOfCaller();
    const hasFired = signalsIn(args).some(({ aborted }) => aborted);
    const given = hasFired ? args : withSignal(args, this.#joint.signal);
    try {
      for (const chunk of chunksOf([...this.#missing], mostIds)) {
        const ids = chunk.map(([, id]) => id);
        const values = recordOn(this.#reads, () => load(withElement(given, listAt, ids)));
        for (const [index, [key]] of chunk.entries()) this.#values.set(key, valueAt(values, index));
        if (!isThenable(values)) continue;
        this.#isPromised = true;
        values.finally(() => this.#joint.end()).catch(() => undefined);
      }
    } finally {
      // What tags it has is known later, when the cache takes it for a load that has just begun.
      const isOlder = cache.tagging?.generation !== generation;
      for (const flight of others) if (!table.flights.end(flight) || isOlder) this.#fenced.add(flight.key.text);
    }
  }
}

const valueAt = (values: readonly unknown[] | Promise<readonly unknown[]>, index: number) => (): unknown =>
  Array.isArray(values) ? (values as readonly unknown[])[index] : (values as Promise<readonly unknown[]>).then((list) => list[index]);

const first = (values: readonly unknown[] | Promise<readonly unknown[]>): unknown => valueAt(values, 0)();
