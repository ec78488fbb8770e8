/**
 * What an application may want changed in a cache, as something that can be done now, later, or not at all.
 */
import type { CallKey } from './entry-keys.js';
import type { Put } from './flight/puts.js';
import type { Removal } from './gathering.js';
import type { MethodCache } from './method-cache.js';
import type { Table } from './tables.js';
import type { Change } from './transactions.js';

/** The tables of some of those who share a cache, or of all, also of those who come before the change is carried out. */
export type WhichTables = readonly Table[] | 'all';

const tablesOf = (cache: MethodCache, tables: WhichTables): Iterable<Table> => (tables === 'all' ? cache.tables.all : tables);

const isAmong = (tables: WhichTables, table: object): boolean => tables === 'all' || tables.includes(table as Table);

/** Says which tables are meant, for those who compare removals. */
export const placeLabel = (tables: WhichTables): string => (tables === 'all' ? 'all' : tables.map(({ id }) => id).join());

/** Removes the entries under `keys`; gives whether there was a fresh one. */
export function deletion(cache: MethodCache, tables: WhichTables, keys: readonly CallKey[]): Removal<boolean> {
  const slots = (): number[] =>
    [...tablesOf(cache, tables)].flatMap((table) => keys.map((key) => cache.entries.keys.slotOf(table, key))).filter((slot) => slot >= 0);
  return {
    cache,
    // Made when it is asked for: most removals are not gathered.
    get label() {
      return `${placeLabel(tables)} ${JSON.stringify(keys.map(({ text }) => text))}`;
    },
    slots,
    touches: (table, text) => isAmong(tables, table) && keys.some((key) => key.text === text),
    carryOut: () => inAll([...tablesOf(cache, tables)].flatMap((table) => keys.map((key) => () => cache.entries.delete(table, key)))),
  };
}

/** Removes every entry. */
export function clearing(cache: MethodCache, tables: WhichTables): Removal<void> {
  return {
    cache,
    label: `${placeLabel(tables)} all`,
    slots: () => (tables === 'all' ? cache.entries.slots() : tables.flatMap((table) => [...cache.entries.keys.slotsOf(table)])),
    touches: (table) => isAmong(tables, table),
    carryOut: () => {
      // What is on disk lies in one table.
      if (tables === 'all' || cache.entries.journal !== undefined) cache.entries.clear(cache.tables.all);
      else for (const table of tables) cache.entries.forget(table);
    },
  };
}

/** Ends an entry now; gives whether there was a fresh one. */
export function expiry(cache: MethodCache, table: Table, key: CallKey): Change<boolean> {
  const { touches } = deletion(cache, [table], [key]);
  return { cache, touches, carryOut: () => cache.entries.removals.expire(table, key) };
}

/** A value that the application has given. */
export interface Given {
  readonly value: unknown;
  readonly tags: readonly string[] | undefined;
}

/** Stores such a value. */
export function storing(cache: MethodCache, table: Table, key: CallKey, { value, tags }: Given): Change<void> {
  return {
    cache,
    touches: (one, text) => one === table && text === key.text,
    carryOut: () => {
      table.fence(key);
      cache.entries.put(table, key, value, cache.isAsync, undefined, tags);
      // So that it is known how it looked.
      cache.handOut.give(value, () => key.text);
      cache.entries.journal?.expectWritable();
    },
    get inDoubt() {
      return deletion(cache, [table], [key]);
    },
  };
}

/** What a method that writes has given. */
export interface Written {
  readonly value: unknown;
  /** The arguments of the call that it is the result of. */
  readonly args: readonly unknown[];
  readonly self: unknown;
  readonly put: Put;
}

/** Stores the result of a method that writes, as a load would; removes the entry where something has happened to it since the method began. */
export function putting(cache: MethodCache, table: Table, key: CallKey, { value, args, self, put }: Written): Change<void> {
  const removal = deletion(cache, [table], [key]);
  let counts = true;
  const decided = (): void => {
    counts = table.puts.end(put);
  };
  return {
    cache,
    touches: removal.touches,
    decided,
    carryOut: () => {
      if (!counts) removal.carryOut();
      else {
        cache.store(table, key, value, { self, args });
        cache.entries.journal?.expectWritable();
      }
    },
    inDoubt: { ...removal, decided },
  };
}

/** Does all of it, also where one fails; then the first failure is thrown. Gives whether any gave `true`. */
function inAll(works: readonly (() => boolean)[]): boolean {
  let failed: { readonly error: unknown } | undefined;
  let any = false;
  for (const work of works) {
    try {
      any = work() || any;
    } catch (error) {
      failed ??= { error };
    }
  }
  if (failed !== undefined) throw failed.error;
  return any;
}
