import fc from 'fast-check';
import type { Journal } from '../src/persist/journal';
import type { Table } from '../src/tables';
import { byText, someEntries } from './support/entries';
import { manualClockForEachTest } from './support/manual-clock';
import { numRuns } from './support/thorough';

const time = manualClockForEachTest();

/** One cache, seen as its user sees it: every entry in a list, least recently used first. */
interface Model {
  entries: { table: number; key: string; value: number; expiresAt: number }[];
  evictions: number;
}

type Deed = { readonly deed: 'put' | 'use' | 'delete' | 'clear' | 'forget' | 'wait'; readonly table: number; readonly key: number };

const deeds = fc.array(
  fc.record<Deed>({
    deed: fc.constantFrom('put', 'put', 'put', 'use', 'use', 'delete', 'wait', 'clear', 'forget'),
    table: fc.nat(1),
    key: fc.nat(5),
  }),
  { maxLength: 120 },
);

test.each([
  ['without ttl', Number.POSITIVE_INFINITY],
  ['with ttl', 5],
])('%s, entries agree with a plain list that is searched and sorted by hand', (_what, ttlMs) => {
  const capacity = 4;
  fc.assert(
    fc.property(deeds, (list) => {
      const { entries, counters, newTable } = someEntries({ capacity, ttlMs });
      const tables = [newTable(), newTable()] as const;
      const model: Model = { entries: [], evictions: 0 };
      const find = (table: number, key: string): Model['entries'][number] | undefined =>
        model.entries.find((entry) => entry.table === table && entry.key === key);
      let value = 0;
      for (const { deed, table, key: number } of list) {
        const key = `k${number}`;
        const at = tables[table] as Table;
        const known = find(table, key);
        const isFresh = known !== undefined && time.clock.now() < known.expiresAt;
        if (deed === 'put') {
          entries.put(at, byText(key), ++value, false);
          if (known !== undefined) model.entries = model.entries.filter((entry) => entry !== known);
          else if (model.entries.length === capacity) model.evictions += model.entries.splice(0, 1).length;
          model.entries.push({ table, key, value, expiresAt: time.clock.now() + ttlMs });
        } else if (deed === 'use') {
          const slot = entries.fresh(at, byText(key));
          expect(slot >= 0).toBe(isFresh);
          if (known === undefined || !isFresh) continue;
          expect(entries.use(slot)).toBe(known.value);
          model.entries = [...model.entries.filter((entry) => entry !== known), known];
        } else if (deed === 'delete') {
          expect(entries.delete(at, byText(key))).toBe(isFresh);
          model.entries = model.entries.filter((entry) => entry !== known);
        } else if (deed === 'forget') {
          entries.forget(at);
          model.entries = model.entries.filter((entry) => entry.table !== table);
        } else if (deed === 'clear') {
          entries.clear(tables);
          model.entries = [];
        } else time.clock.advance(number);
        const fresh = model.entries.filter((entry) => time.clock.now() < entry.expiresAt);
        expect(entries.texts()).toEqual(fresh.map((entry) => entry.key));
        expect(entries.texts(tables[0])).toEqual(fresh.filter((entry) => entry.table === 0).map((entry) => entry.key));
        expect([entries.size, counters.evictions]).toEqual([model.entries.length, model.evictions]);
      }
    }),
    numRuns(400, 120),
  );
});

test('a log that begins anew has the end of an entry that nothing moves, however it was used', () => {
  const { entries, newTable } = someEntries({ ttlMs: 1000, idleMs: 100 });
  entries.journal = { put: () => 1 } as unknown as Journal;
  const slot = entries.put(newTable(), byText('a'), 'A', false);
  time.clock.advance(50);
  entries.use(slot);
  expect([...entries.inventory.everything().entries]).toMatchObject([{ key: 'a', expiresAt: time.clock.now() + 950 }]);
});
