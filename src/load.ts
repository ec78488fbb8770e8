/**
 * One load, from its begin to its end: what is counted and stored of it.
 */
import { elapsed } from './clock.js';
import type { GuardedLoad } from './context-guard.js';
import type { CallKey } from './entry-keys.js';
import { Flight, type LoadEvents } from './flight/single-flight.js';
import type { LoadOutcomes, LoadOwner } from './load-outcomes.js';
import type { Counters } from './stats/counters.js';
import type { Table } from './tables.js';

const NO_TAGS: readonly string[] = [];

/** A call that nobody has a fresh answer to. */
export interface Call {
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly signals: readonly AbortSignal[];
  /** It is loaded although there may be a fresh entry. */
  readonly isForced?: boolean;
}

/** Its call is none of its members: a table knows of its loads as long as they have not ended, and one that never does would keep `this` and the arguments. */
export class Load extends Flight<CallKey> implements LoadEvents<Call> {
  readonly table: Table;
  /** Whether the method gave a promise. */
  isPromised = false;
  readonly #owner: LoadOwner;
  readonly #outcomes: LoadOutcomes;
  /** Those it began with; a reset gives a cache new ones. */
  #counters: Counters;
  /** Set where it is looked at which stores of the request it reads. */
  #guarded: GuardedLoad | undefined;
  #tags: readonly string[] | undefined = NO_TAGS;

  constructor(outcomes: LoadOutcomes, table: Table, key: CallKey, controller: AbortController | undefined) {
    const { owner } = outcomes;
    super(key, owner.settings.name, controller);
    this.table = table;
    this.#owner = owner;
    this.#outcomes = outcomes;
    this.#counters = owner.counters;
  }

  /** Begins, and does what `work` does. */
  run(work: (load: this, call: Call) => unknown, call: Call): unknown {
    const { tagging, guard, counters } = this.#owner;
    this.startedAt = elapsed();
    this.#counters = counters;
    tagging?.begin(this);
    this.#guarded = guard.begin(call.self, call.args);
    return this.#guarded === undefined ? work(this, call) : this.#guarded.run(() => work(this, call));
  }

  ended(value: unknown, call: Call): void {
    this.#counters.endLoad(this.startedAt);
    const { tagging } = this.#owner;
    if (tagging !== undefined) this.#tags = tagging.land(this, value, call);
  }

  failed(error: unknown, counts: boolean, call: Call): { readonly value: unknown } | undefined {
    this.#owner.tagging?.fail(this);
    return this.#outcomes.insteadOfError(this, { error, counts, call, counters: this.#counters });
  }

  get isKeptLate(): boolean {
    return this.#owner.entries.journal?.isSyncWaitedFor === true;
  }

  keep(value: unknown, call: Call, kept?: () => void): boolean {
    const isStored = this.#store(value, call);
    return isStored && kept !== undefined && this.#owner.entries.journal?.tellWhenDurable(kept) === true;
  }

  /** The same where nobody can wait. */
  keepNow(value: unknown, call: Call): void {
    if (this.#store(value, call)) this.#owner.entries.journal?.makeDurable();
  }

  #store(value: unknown, { self, args }: Call): boolean {
    return this.#outcomes.keep(this.table, this.key, { self, value, args, isPromised: this.isPromised, guarded: this.#guarded, tags: this.#tags });
  }
}
