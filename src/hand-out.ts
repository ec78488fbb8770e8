/**
 * What callers get of results: what is stored, or a copy of their own; and, where somebody wants to know, a look at whether the last one has changed it.
 */
import { ScrubjayError } from './errors.js';
import type { Isolate, Isolation } from './isolation.js';
import { pathText } from './key/walk.js';
import { describe } from './kinds.js';
import { type Mutation, MutationWatch } from './mutation-watch.js';
import type { Switches } from './switches.js';

/** Whose results these are. */
export interface ResultOwner {
  readonly settings: { readonly name: string; readonly isolate: Isolate; readonly report: (error: ScrubjayError) => void };
  readonly isolation: Isolation;
  readonly switches: Switches;
}

export class HandOut {
  readonly #owner: ResultOwner;
  readonly #watch = new MutationWatch();
  /** The keys of results that were found changed; once is enough. */
  readonly #reported = new Set<string>();

  constructor(owner: ResultOwner) {
    this.#owner = owner;
  }

  /** Whether callers get something else than what is stored, or what they get is looked at. */
  get isNeeded(): boolean {
    return this.#owner.isolation.copies || this.#isWatched;
  }

  get #isWatched(): boolean {
    const { switches, settings } = this.#owner;
    return switches.watchMutations && settings.isolate === 'shared';
  }

  /** What a caller gets of a result; `textOf` gives the key of the call. */
  give(value: unknown, textOf: () => string): unknown {
    const { isolation } = this.#owner;
    if (isolation.copies) return isolation.handOut(value);
    const mutation = this.#isWatched ? this.#watch.look(value) : undefined;
    if (mutation !== undefined) this.#report(mutation, textOf);
    return value;
  }

  #report({ path, was, is }: Mutation, textOf: () => string): void {
    const { name, report } = this.#owner.settings;
    let key = '(…)';
    try {
      key = textOf();
    } catch {
      // What it was made of has changed since.
    }
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    report(
      new ScrubjayError(
        'SCRUBJAY_RESULT_MUTATED',
        `somebody has changed a result of ${name} that all callers share, of the call ${key}: ${pathText('result', path)} was ${describe(was)}, and is ${describe(is)}. ` +
          "Copy a result before you change it, or say isolate: 'clone' or 'freeze'.",
      ),
    );
  }
}
