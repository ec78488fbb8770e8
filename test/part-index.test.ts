import { DEFAULT_LIMITS } from '../src/check-limits';
import { Entries } from '../src/entries';
import { EntryKeys } from '../src/entry-keys';
import { wantedPart } from '../src/key/key-parts';
import { PartIndex } from '../src/part-index';
import { Counters } from '../src/stats/counters';
import { Table } from '../src/tables';
import { aRule, named } from './key/calls';
import { byText } from './support/entries';

test('the index holds the entries there are, and none that were evicted, replaced, deleted or cleared', () => {
  const rule = aRule({ parameters: named('id', 'locale') });
  const index = new PartIndex(rule, ['id', 'id']);
  const entries = new Entries({ ...DEFAULT_LIMITS, capacity: 2, ttlMs: Number.POSITIVE_INFINITY }, new Counters(), new EntryKeys(rule, index));
  const table = new Table(entries.keys.calls);
  const slotsOf = (id: string) => index.slotsOf([wantedPart(rule, 'id', id)]);
  const put = (key: string) => entries.put(table, byText(key), 1, false);
  const [first, second] = [put('id="a",locale=1'), put('id="a",locale=2')];
  expect([slotsOf('a'), slotsOf('b')]).toEqual([[first, second], []]);
  put('id="a",locale=2');
  const third = put('id="b"');
  expect([slotsOf('a'), slotsOf('b')]).toEqual([[second], [third]]);
  entries.delete(table, byText('id="b"'));
  expect(slotsOf('b')).toEqual([]);
  entries.clear([table]);
  expect(slotsOf('a')).toEqual([]);
  expect(index.slotsOf([wantedPart(rule, 'locale', 1)])).toBeUndefined();
});
