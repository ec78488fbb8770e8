/**
 * Which request stores were read while a load ran, behind its `await`s too. As long as nobody wants to know, nothing is recorded.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** What was read for one load, or for several that are made in one call. */
export class Reads {
  readonly #noted: { readonly store: string; readonly value: unknown }[] = [];
  readonly #followers = new Set<Reads>();

  /** Each store with a value that it had. */
  get all(): readonly { readonly store: string; readonly value: unknown }[] {
    return this.#noted;
  }

  note(store: string, value: unknown): void {
    if (this.#noted.some((read) => read.store === store && Object.is(read.value, value))) return;
    this.#noted.push({ store, value });
    for (const follower of this.#followers) follower.note(store, value);
  }

  /** What is read here is read for the caller, too, if that is a load. */
  tellCaller(): void {
    const caller = holder[RECORDING]?.getStore();
    if (caller === undefined || caller === this || this.#followers.has(caller)) return;
    this.#followers.add(caller);
    for (const { store, value } of this.#noted) caller.note(store, value);
  }
}

/** Kept on globalThis, so that all copies of the library record for each other. */
const RECORDING = Symbol.for('scrubjay.context-reads.v1');
const holder = globalThis as { [RECORDING]?: AsyncLocalStorage<Reads> };

/** Begins to record. */
export function record<T>(reads: Reads, work: () => T): T {
  holder[RECORDING] ??= new AsyncLocalStorage();
  return holder[RECORDING].run(reads, work);
}

/** The same, if anybody has ever recorded. */
export const recordOn = <T>(reads: Reads, work: () => T): T => (holder[RECORDING] === undefined ? work() : holder[RECORDING].run(reads, work));

/** Where what is read at this moment is to be noted. */
export const readsInProgress = (): Reads | undefined => holder[RECORDING]?.getStore();
