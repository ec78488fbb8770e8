/**
 * Holds what is to change in caches until the work it belongs to stands: carried out when that is committed, dropped when it is rolled back.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { ScrubjayError } from './errors.js';
import { wrong } from './misuse.js';

/** A cache, as far as changes know it. */
export interface ChangedCache {
  readonly entries: { readonly journal: { readonly isToBeWaitedFor: boolean; whenDurableOrThrow(): Promise<void>; makeDurable(): void } | undefined };
  /** A transaction holds one more change of it, or one less (-1). */
  hold(by: 1 | -1): void;
  /** Tells the application once what went wrong without failing a call. */
  reportOnce(error: ScrubjayError): void;
}

/** Something that is to change in a cache. */
export interface Change<T = unknown> {
  readonly cache: ChangedCache;
  /** Whether it may change how the call under `text` in `table` is answered. */
  touches(table: object, text: string): boolean;
  /**
   * Changes memory, and writes that.
   * @throws SCRUBJAY_NOT_DURABLE when it could not be written; memory has changed all the same.
   */
  carryOut(): T;
  /** It is decided: about to be carried out, or dropped. Asked of all changes that are decided together before the first one is carried out. */
  decided?(): void;
  /** What is done in its place when it may be wrong. */
  readonly inDoubt?: Change;
}

class Transaction {
  readonly id = randomUUID();
  #held: Change[] = [];
  #isOpen = true;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How many changes it holds. */
  get size(): number {
    return this.#held.length;
  }

  hold(change: Change): void {
    this.#held.push(change);
    change.cache.hold(1);
  }

  touches(cache: ChangedCache, table: object, text: string): boolean {
    return this.#held.some((change) => change.cache === cache && change.touches(table, text));
  }

  /** Part of the work has failed: what it has stored since there were `size` changes may be wrong. */
  doubtSince(size: number): void {
    this.#held = this.#held.map((change, index) => (index < size ? change : (change.inDoubt ?? change)));
  }

  /** Holds nothing any more; gives what it held. */
  end(): readonly Change[] {
    this.#isOpen = false;
    for (const { cache } of this.#held) cache.hold(-1);
    return this.#held;
  }
}

interface Shared {
  readonly storage: AsyncLocalStorage<Transaction>;
  open: number;
}

/** Kept on globalThis, so that the ESM and the CommonJS build, loaded together, know the same transactions. */
const SHARED = Symbol.for('scrubjay.transactions.v1');
const holder = globalThis as { [SHARED]?: Shared };
holder[SHARED] ??= { storage: new AsyncLocalStorage(), open: 0 };
const shared = holder[SHARED];

function current(): Transaction | undefined {
  // Nobody pays for AsyncLocalStorage where there are no transactions.
  if (shared.open === 0) return undefined;
  const transaction = shared.storage.getStore();
  return transaction?.isOpen === true ? transaction : undefined;
}

/** Whether this is part of a transaction: what is read here may be rolled back. */
export const isInTransaction = (): boolean => current() !== undefined;

/** Tells the transaction that this is part of from all others; the same text wherever there is none. */
export const transactionId = (): string => current()?.id ?? '';

/** Whether the transaction that this is part of has changed what the call under `text` is answered with. */
export const isTouchedHere = (cache: ChangedCache, table: object, text: string): boolean => current()?.touches(cache, table, text) === true;

/** Leaves changes to the transaction that this is part of; gives false when there is none. */
export function holdAll(changes: readonly Change[]): boolean {
  const transaction = current();
  if (transaction === undefined) return false;
  for (const change of changes) transaction.hold(change);
  return true;
}

/**
 * Makes a change that the application asked for: now, or when its transaction is committed, and then gives what it can `foresee` of it.
 * @throws SCRUBJAY_NOT_DURABLE
 */
export async function change<T>(wanted: Change<T>, foresee: () => T): Promise<T> {
  if (isInTransaction()) {
    const foreseen = foresee();
    holdAll([wanted]);
    return foreseen;
  }
  const result = wanted.carryOut();
  const { journal } = wanted.cache.entries;
  if (journal?.isToBeWaitedFor === true) await journal.whenDurableOrThrow();
  return result;
}

/** Carries out changes that follow from what has happened already: an error would say that it has not. So what cannot be written is reported. */
export function carryOut(changes: readonly Change[]): void {
  for (const each of changes) each.decided?.();
  for (const each of changes) {
    try {
      each.carryOut();
    } catch (error) {
      each.cache.reportOnce(error as ScrubjayError);
    }
  }
}

/** Kept when such changes are as durable as their caches promise. Never rejects, for the same reason. */
export async function whenDurable(changes: readonly Change[]): Promise<void> {
  await Promise.all([...new Set(changes.map(({ cache }) => cache))].map(waitFor));
}

async function waitFor(cache: ChangedCache): Promise<void> {
  try {
    await cache.entries.journal?.whenDurableOrThrow();
  } catch (error) {
    cache.reportOnce(error as ScrubjayError);
  }
}

/** Waits for that here and now. */
export function makeDurable(changes: readonly Change[]): void {
  for (const { cache } of changes) cache.entries.journal?.makeDurable();
}

/**
 * Runs `work`, such as a transaction of your database, and holds what it changes in caches (`@CacheEvict`, `@CachePut`, and what it asks of handles) until its promise is
 * fulfilled; when it is rejected, or `work` throws, the changes are dropped, and the error is thrown as it is. What `work` reads is not stored, and what it has changed is
 * loaded, until it is over. Inside of another transaction it is part of that one.
 * The promise is kept when the changes are as durable as their caches promise. A disk that fails then is reported as a process warning, and shown by `registry.health()`:
 * the work is done, and an error would say that it is not.
 * @throws SCRUBJAY_BAD_OPTION when `work` is not a function.
 */
export async function withTransaction<T>(work: () => T): Promise<Awaited<T>> {
  if (typeof work !== 'function') throw wrong('SCRUBJAY_BAD_OPTION', 'withTransaction', 'it takes a function that does the work', work);
  const outer = current();
  if (outer !== undefined) return join(outer, work);
  const transaction = new Transaction();
  let result: Awaited<T>;
  shared.open++;
  try {
    result = await shared.storage.run(transaction, work);
  } catch (error) {
    for (const dropped of transaction.end()) dropped.decided?.();
    throw error;
  } finally {
    shared.open--;
  }
  const changes = transaction.end();
  carryOut(changes);
  await whenDurable(changes);
  return result;
}

async function join<T>(outer: Transaction, work: () => T): Promise<Awaited<T>> {
  const { size } = outer;
  try {
    return await work();
  } catch (error) {
    // Who catches it may commit all the rest.
    outer.doubtSince(size);
    throw error;
  }
}
