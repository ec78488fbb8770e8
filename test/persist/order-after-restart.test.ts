/** The order of eviction comes back from disk: exactly with some policies, nearly with the others. */
import fc from 'fast-check';
import { policies } from '../../src/memory/index';
import { temporaryDirectory } from '../support/directories';
import { byText, someEntries } from '../support/entries';
import { manualClockForEachTest } from '../support/manual-clock';
import { numRuns } from '../support/thorough';
import { DiskCache } from './disk-cache';

const time = manualClockForEachTest();
const capacity = 6;
const exact = ['lru', 'fifo', 'ttl', 'sieve'] as const;

interface Deed {
  readonly deed: 'put' | 'use' | 'delete' | 'wait' | 'restart';
  readonly key: number;
}

const deeds = fc.array(
  fc.record<Deed>({ deed: fc.constantFrom('put', 'put', 'put', 'put', 'use', 'use', 'use', 'use', 'delete', 'wait', 'restart', 'restart'), key: fc.nat(14) }),
  { minLength: 30, maxLength: 150, size: 'max' },
);

/** Does the same to a cache on disk, with restarts, and to one in memory that never ends; says what each holds, next to go first. */
function play(list: readonly Deed[], policyName: keyof typeof policies, check: (found: string[], wanted: string[]) => void): void {
  const policy = policies[policyName];
  const limits = { capacity, policy, ttlMs: policyName === 'ttl' ? 40 : Number.POSITIVE_INFINITY };
  const directory = temporaryDirectory();
  const { entries, newTable } = someEntries(limits);
  const table = newTable();
  let cache = new DiskCache({ directory, ...limits });
  for (const { deed, key: number } of list) {
    const key = `k${number}`;
    const isHere = entries.fresh(table, byText(key)) >= 0;
    if (deed === 'put') {
      entries.put(table, byText(key), number, false);
      cache.put(key, number);
    } else if (deed === 'use' && isHere && cache.has(key)) {
      entries.use(entries.fresh(table, byText(key)));
      cache.use(key);
    } else if (deed === 'delete') {
      entries.delete(table, byText(key));
      cache.delete(key);
    } else if (deed === 'wait') time.clock.advance(number);
    else if (deed === 'restart') {
      cache.journal.tick();
      cache.die();
      cache = new DiskCache({ directory, ...limits });
    }
    check(cache.keys(), entries.texts());
  }
  cache.die();
}

test.each(exact)('%s: after any restarts, the same entries go in the same order as if there had been none', (policy) => {
  fc.assert(
    fc.property(deeds, (list) => {
      play(list, policy, (found, wanted) => {
        expect(found).toEqual(wanted);
      });
    }),
    numRuns(40, 6),
  );
});

test.each(Object.keys(policies) as (keyof typeof policies)[])('%s: a restart loses nothing and holds no more than there is room for', (policy) => {
  fc.assert(
    fc.property(deeds, (list) => {
      let before: readonly string[] = [];
      const isRestart = list.map(({ deed }) => deed === 'restart');
      let at = 0;
      play(list, policy, (found) => {
        expect(found.length).toBeLessThanOrEqual(capacity);
        if (isRestart[at++]) expect([...found].sort()).toEqual([...before].sort());
        before = found;
      });
    }),
    numRuns(15, 3),
  );
});

test('another policy than the one that wrote the marks takes the entries, and not the marks', () => {
  const directory = temporaryDirectory();
  const sieve = new DiskCache({ directory, policy: policies.sieve }).put('a').put('b').put('c').use('a').use('b').use('c');
  sieve.journal.tick();
  sieve.die();
  const clock = new DiskCache({ directory, policy: policies.clock });
  expect(clock.keys().sort()).toEqual(['a', 'b', 'c']);
  clock.put('d');
  // With the bits of the other one all would have been used, and the order another.
  expect(clock.keys()).toEqual(['b', 'c', 'd']);
});
