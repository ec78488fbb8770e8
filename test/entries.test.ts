import fc from 'fast-check';
import { Entries } from '../src/entries';
import { Counters } from '../src/stats/counters';
import { Table } from '../src/tables';
import { manualClockForEachTest } from './support/manual-clock';

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
      const counters = new Counters();
      const entries = new Entries(capacity, ttlMs, counters);
      const tables = [new Table(), new Table()] as const;
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
          entries.put(at, key, ++value, false);
          if (known !== undefined) model.entries = model.entries.filter((entry) => entry !== known);
          else if (model.entries.length === capacity) model.evictions += model.entries.splice(0, 1).length;
          model.entries.push({ table, key, value, expiresAt: time.clock.now() + ttlMs });
        } else if (deed === 'use') {
          const slot = entries.fresh(at, key);
          expect(slot >= 0).toBe(isFresh);
          if (known === undefined || !isFresh) continue;
          expect(entries.use(slot)).toBe(known.value);
          model.entries = [...model.entries.filter((entry) => entry !== known), known];
        } else if (deed === 'delete') {
          expect(entries.delete(at, key)).toBe(isFresh);
          model.entries = model.entries.filter((entry) => entry !== known);
        } else if (deed === 'forget') {
          entries.forget(at);
          model.entries = model.entries.filter((entry) => entry.table !== table);
        } else if (deed === 'clear') {
          entries.clear(tables);
          model.entries = [];
        } else time.clock.advance(number);
        const fresh = model.entries.filter((entry) => time.clock.now() < entry.expiresAt);
        expect(entries.keys()).toEqual(fresh.map((entry) => entry.key));
        expect(entries.keys(tables[0])).toEqual(fresh.filter((entry) => entry.table === 0).map((entry) => entry.key));
        expect([entries.size, counters.evictions]).toEqual([model.entries.length, model.evictions]);
      }
    }),
    { numRuns: 400 },
  );
});

test('what is recovered keeps its order; what does not fit or cannot be read is left behind', () => {
  const entries = new Entries(3, Number.POSITIVE_INFINITY, new Counters());
  const table = new Table();
  const logged = ['a', 'b', 'c', 'd', 'e'].map((key, index) => ({ lsn: index + 1, key, value: key, isPromised: false, expiresAt: undefined }));
  entries.restore(table, logged, ({ value }) => {
    if (value === 'd') throw new Error('unreadable');
    return value;
  });
  expect(entries.keys()).toEqual(['c', 'e']);
  expect(entries.fresh(table, 'a')).toBe(-1);
});
