/** Batches against a model that is slow and obvious: a map of what is remembered, and a list of what has to be loaded. */
import fc from 'fast-check';
import { CachedBatch, CacheRegistry, cacheOf } from '../src/index';
import { gate } from './support/promises';
import { numRuns } from './support/thorough';

type Step =
  | { readonly kind: 'find'; readonly ids: readonly number[]; readonly fails: boolean }
  | { readonly kind: 'delete'; readonly ids: readonly number[] }
  | { readonly kind: 'set'; readonly ids: readonly number[] }
  | { readonly kind: 'clear' };

const ids = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 10 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('find' as const), ids, fails: fc.nat(4).map((one) => one === 0) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), ids }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), ids }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);

/** Each load gives other values, so that one that was remembered is told from one that was loaded again. */
class Database {
  asked: number[][] = [];
  version = 0;
  fails = false;

  load(wanted: readonly number[]): string[] {
    this.asked.push([...wanted]);
    if (this.fails) throw new Error('down');
    return wanted.map((id) => this.valueOf(id));
  }
  /** Odd ones do not exist. */
  private valueOf(id: number): string {
    return (id % 2 === 0 ? `${id}@${this.version}` : undefined) as string;
  }
}

function services(database: Database, maxBatch: number) {
  const registry = new CacheRegistry();
  class Service {
    @CachedBatch({ registry, maxBatch })
    async later(wanted: readonly number[]): Promise<string[]> {
      await Promise.resolve();
      return database.load(wanted);
    }
    @CachedBatch({ registry, maxBatch, gather: true })
    async gathered(wanted: readonly number[]): Promise<string[]> {
      return Promise.resolve(database.load(wanted));
    }
    @CachedBatch({ registry, maxBatch })
    now(wanted: readonly number[]): string[] {
      return database.load(wanted);
    }
    @CachedBatch({ registry, maxBatch, returns: 'map' })
    map(wanted: readonly number[]): Map<number, string> {
      const values = database.load(wanted);
      return new Map(wanted.map((id, index) => [id, values[index]] as [number, string]).filter(([, value]) => value !== undefined));
    }
  }
  return new Service();
}

const chunks = (list: readonly number[], most: number): number[][] => (list.length === 0 ? [] : [list.slice(0, most), ...chunks(list.slice(most), most)]);

test.each(['later', 'gathered', 'now', 'map'] as const)('any series of lists, failures, deletions and sets is answered as the model says: %s', async (name) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.constantFrom(1, 3, Number.POSITIVE_INFINITY), async (steps, maxBatch) => {
      const database = new Database();
      const service = services(database, maxBatch);
      const cache = cacheOf(service, name);
      // Until a plain method was seen at work, an empty list reaches it.
      await service[name]([100]);
      const remembered = new Map<number, string | undefined>();
      const asAnswer = (list: readonly number[]): unknown =>
        name === 'map'
          ? new Map(list.map((id) => [id, remembered.get(id)] as const).filter(([, value]) => value !== undefined))
          : list.map((id) => remembered.get(id));
      for (const each of steps) {
        database.version++;
        database.asked = [];
        if (each.kind === 'clear') {
          await cache.clear();
          remembered.clear();
        } else if (each.kind === 'delete') {
          expect(await cache.delete([...each.ids])).toBe(each.ids.some((id) => remembered.has(id)));
          for (const id of each.ids) remembered.delete(id);
        } else if (each.kind === 'set') {
          for (const id of each.ids) remembered.set(id, `set ${database.version}`);
          await cache.set([[...each.ids]], asAnswer(each.ids) as never);
        } else {
          database.fails = each.fails;
          const missing = [...new Set(each.ids)].filter((id) => !remembered.has(id));
          const expected = chunks(missing, maxBatch);
          const answer = await Promise.resolve()
            .then(() => service[name](each.ids as number[]))
            .catch((error: Error) => error.message);
          if (each.fails && missing.length > 0) {
            expect(answer).toBe('down');
            // A sync method stops at the first failure.
            expect(expected.slice(0, database.asked.length)).toEqual(database.asked);
          } else {
            for (const id of missing) remembered.set(id, id % 2 === 0 ? `${id}@${database.version}` : undefined);
            expect(answer).toEqual(asAnswer(each.ids));
            expect(database.asked).toEqual(expected);
          }
        }
        for (let id = 0; id < 8; id++) expect(cache.has([id])).toBe(remembered.has(id));
      }
    }),
    numRuns(150, 12),
  );
});

test('lists that overlap in time load each element once, and every caller gets the whole of their own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ids, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), fc.boolean(), async (lists, order, gather) => {
      const registry = new CacheRegistry();
      const asked: number[] = [];
      const loads: { readonly open: () => void }[] = [];
      class Service {
        @CachedBatch({ registry, gather })
        async find(wanted: readonly number[]): Promise<string[]> {
          asked.push(...wanted);
          const load = gate<string[]>();
          loads.push({ open: () => load.open(wanted.map((id) => `#${id}`)) });
          return load.promise;
        }
      }
      const service = new Service();
      const answers = lists.map((list) => service.find(list));
      await new Promise(setImmediate);
      while (loads.length > 0) loads.splice(order.next().value % loads.length, 1)[0]?.open();
      expect(await Promise.all(answers)).toEqual(lists.map((list) => list.map((id) => `#${id}`)));
      expect([...asked].sort()).toEqual([...new Set(lists.flat())].sort());
    }),
    numRuns(150, 12),
  );
});
