/**
 * A load that began before an invalidation may answer those who asked before, and never fills the cache; who asks afterwards gets a new load; nobody is rejected.
 * Every order in which a few things can happen is played to a cache and to an obvious model.
 */
import { Cached, CachedBatch, type CachedOptions, type CacheHandle, CacheRegistry, cacheOf } from '../../src/index';
import { possible, randomSequence, sequences, textOf } from '../fence/deeds';
import { type Deed, FenceModel, type FenceOptions } from '../fence/model';
import { batchService, FenceWorld, type NewService, plainService } from '../fence/world';
import { temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { randomNumbers } from '../support/ordered-cache';
import { type Gate, gate } from '../support/promises';
import { isThorough } from '../support/thorough';

const time = manualClockForEachTest();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const plain: FenceOptions = { keys: ['a'], capacity: 10, isStaleOfUse: false, isRefreshedAhead: false, isPersisted: false };

type Kinds = readonly Deed['deed'][];

/** Plays the deeds to both, and lets every load end. Gives what was wrong, if anything was. */
async function play(world: FenceWorld, deeds: readonly Deed[], options: FenceOptions): Promise<string | undefined> {
  const model = new FenceModel(options);
  await world.begin();
  const done: Deed[] = [];
  for (let step = 0; step < deeds.length || model.underWay.length > 0; step++) {
    const deed = deeds[step] ?? { deed: 'land' as const, load: model.underWay[0] as number };
    done.push(deed);
    model.do(deed);
    await world.do(deed);
    const wanted = JSON.stringify([model.answers, model.peek(), model.results]);
    const found = JSON.stringify([world.answers, world.peek(), world.results]);
    if (wanted !== found) return `after ${textOf(done)}: wanted ${wanted}, found ${found} (answers, results in the cache, number of results)`;
  }
  if (model.answers.includes(undefined)) return `after ${textOf(done)}: somebody still waits`;
  return model.judge.verdicts.length === 0 ? undefined : `after ${textOf(done)}: ${model.judge.verdicts.join('; ')}`;
}

async function expectAgreement(all: Iterable<readonly Deed[]>, options: FenceOptions, newService: NewService = plainService): Promise<number> {
  const world = new FenceWorld(options, newService, time.clock);
  let count = 0;
  for (const deeds of all) {
    const complaint = await play(world, deeds, options);
    if (complaint !== undefined) throw new Error(complaint);
    count++;
  }
  await world.close();
  return count;
}

/** Where the cache is on disk, what has no restart in it is played often enough in memory; of the others every second one, unless there is time. */
function* withRestarts(all: Iterable<readonly Deed[]>, { isPersisted }: FenceOptions): Generator<readonly Deed[]> {
  let restarts = 0;
  for (const deeds of all) {
    if (!isPersisted) yield deeds;
    else if (deeds.some(({ deed }) => deed === 'restart') && (isThorough || restarts++ % 2 === 0)) yield deeds;
  }
}

const ends: Kinds = ['land', 'landTagged'];

describe('every order of a few deeds', () => {
  test.each<[what: string, length: number, longer: number, kinds: Kinds, options: FenceOptions, newService: NewService]>([
    ['one key, everything that invalidates it', 4, 5, ['call', ...ends, 'fail', 'delete', 'expire', 'where', 'put', 'tag', 'clear'], plain, plainService],
    ['one key, longer', 5, 7, ['call', ...ends, 'delete', 'tag'], plain, plainService],
    ['two keys in a cache of one entry', 4, 5, ['call', ...ends, 'delete', 'put', 'tag'], { ...plain, keys: ['a', 'b'], capacity: 1 }, plainService],
    ['time passes', 5, 6, ['call', ...ends, 'delete', 'tag', 'age'], plain, plainService],
    ['stale while revalidate', 5, 6, ['call', ...ends, 'fail', 'expire', 'tag', 'age'], { ...plain, isStaleOfUse: true }, plainService],
    ['refresh ahead', 5, 7, ['call', 'landTagged', 'delete', 'tag', 'age'], { ...plain, isRefreshedAhead: true }, plainService],
    ['a batch method', 4, 5, ['call', ...ends, 'fail', 'delete', 'where', 'put', 'tag', 'clear'], plain, batchService],
    ['restarts', 4, 5, ['call', ...ends, 'delete', 'expire', 'put', 'tag', 'clear', 'restart'], { ...plain, isPersisted: true }, plainService],
  ])('%s', async (_what, length, longer, kinds, options, newService) => {
    const count = await expectAgreement(withRestarts(sequences(isThorough ? longer : length, kinds, options), options), options, newService);
    expect(count).toBeGreaterThan(100);
  });
});

test('random orders of many deeds, two keys and everything at once', async () => {
  const kinds: Kinds = ['call', 'call', 'call', ...ends, 'fail', 'delete', 'expire', 'where', 'put', 'tag', 'clear', 'age'];
  const next = randomNumbers(7);
  for (const flags of [{}, { isStaleOfUse: true }, { isRefreshedAhead: true }, { isStaleOfUse: true, isRefreshedAhead: true }]) {
    const options = { ...plain, keys: ['a', 'b'], capacity: 2, ...flags };
    const some = Array.from({ length: isThorough ? 1500 : 40 }, () => randomSequence(40, kinds, options, next));
    await expectAgreement(some, options);
  }
});

test('random orders of many deeds with restarts', async () => {
  const kinds: Kinds = ['call', 'call', 'call', ...ends, 'delete', 'expire', 'where', 'put', 'tag', 'age', 'restart'];
  const next = randomNumbers(9);
  for (const isStaleOfUse of [false, true]) {
    const options = { ...plain, keys: ['a', 'b'], isPersisted: true, isStaleOfUse };
    const some = Array.from({ length: isThorough ? 300 : 8 }, () => randomSequence(30, kinds, options, next));
    await expectAgreement(some, options);
  }
});

describe('in words', () => {
  type Things = CacheHandle<(id: unknown) => Promise<number>>;
  const invalidations: readonly (readonly [how: string, invalidate: (cache: Things, registry: CacheRegistry) => Promise<unknown>])[] = [
    ['delete', (cache) => cache.delete('a')],
    ['expire', (cache) => cache.expire('a')],
    ['deleteWhere', (cache) => cache.deleteWhere({ id: 'a' })],
    ['clear', (cache) => cache.clear()],
    ['clear of the registry', (_cache, registry) => registry.clear()],
    ['invalidateTags', (cache) => cache.invalidateTags(['things'])],
    ['invalidateTags of the registry', (_cache, registry) => registry.invalidateTags(['things'])],
    ['set', (cache) => cache.set(['a'], -1)],
  ];

  /** A service whose loads are held; each gives its number. */
  function aService(persist?: CachedOptions['persist']) {
    const registry = new CacheRegistry();
    const loads: Gate<number>[] = [];
    class Service {
      @Cached({ registry, name: 'Things.find', params: ['id'], tags: () => ['things'], ...(persist !== undefined && { persist }) })
      async find(_id: unknown): Promise<number> {
        const load = gate<number>();
        loads.push(load);
        return load.promise;
      }
    }
    const things = new Service();
    return { things, loads, registry, cache: cacheOf(things, 'find') };
  }

  test.each(invalidations)(
    'T58, D9, D17: %s while a load runs: its callers get its result, nobody is rejected, and the cache has nothing of it',
    async (how, invalidate) => {
      const { things, loads, registry, cache } = aService();
      const before = [things.find('a'), things.find('a')];
      await invalidate(cache, registry);
      loads[0]?.open(1);
      expect(await Promise.all(before)).toEqual([1, 1]);
      expect(cache.peek('a')).toBe(how === 'set' ? -1 : undefined);
      const after = things.find('a');
      loads[1]?.open(2);
      expect([await after, loads.length]).toEqual(how === 'set' ? [-1, 1] : [2, 2]);
    },
  );

  test.each(invalidations.slice(0, -1))('T5, T62: %s between two groups of callers: one load for each group, and one value', async (_how, invalidate) => {
    const { things, loads, registry, cache } = aService();
    const first = Array.from({ length: 100 }, () => things.find('a'));
    await invalidate(cache, registry);
    const second = Array.from({ length: 100 }, () => things.find('a'));
    loads[0]?.open(1);
    await turn();
    const third = things.find('a');
    loads[1]?.open(2);
    expect(new Set(await Promise.all(first))).toEqual(new Set([1]));
    expect(new Set(await Promise.all([...second, third]))).toEqual(new Set([2]));
    expect([cache.peek('a'), loads.length]).toEqual([2, 2]);
  });

  test('the same where the later load ends first', async () => {
    const { things, loads, cache } = aService();
    const first = things.find('a');
    await cache.delete('a');
    const second = things.find('a');
    loads[1]?.open(2);
    expect(await second).toBe(2);
    loads[0]?.open(1);
    expect([await first, cache.peek('a'), loads.length]).toEqual([1, 2, 2]);
  });

  test('T61: while a deletion waits for the disk, nobody finds the entry, and a load that began before does not bring it back', async () => {
    const persist = { directory: temporaryDirectory(), durability: 'always' as const };
    const { things, loads, registry, cache } = aService(persist);
    await cache.set(['a'], 0);
    const b = things.find('b');
    const isDeleted = Promise.all([cache.delete('a'), cache.delete('b')]);
    loads[0]?.open(1);
    const a = things.find('a');
    loads[1]?.open(2);
    expect([await a, await b, await isDeleted]).toEqual([2, 1, [true, false]]);
    await registry.close();
    const restarted = aService(persist);
    expect([restarted.cache.keys(), restarted.cache.peek('a')]).toEqual([['id="a"'], 2]);
    await restarted.registry.close();
  });

  test.each([0, '', false, null, undefined, Number.NaN])('T63, D12: delete, deleteWhere and expire of %p remove that one key only', async (id) => {
    const { cache } = aService();
    const ids = [0, '', false, null, undefined, Number.NaN, 'a'];
    for (const work of [() => cache.delete(id), () => cache.deleteWhere({ id }), () => cache.expire(id)]) {
      for (const each of ids) await cache.set([each], 1);
      await work();
      expect(ids.filter((each) => !cache.has(each))).toEqual([id]);
    }
  });

  test('a load that began before its process ended is in nobody’s cache afterwards', async () => {
    const persist = { directory: temporaryDirectory() };
    const first = aService(persist);
    const load = first.things.find('a');
    await turn();
    await first.registry.close();
    const second = aService(persist);
    await second.cache.delete('a');
    first.loads[0]?.open(1);
    expect([await load, second.cache.has('a')]).toEqual([1, false]);
    await second.registry.close();
    expect(aService(persist).cache.size).toBe(0);
  });

  test('two elements of one batch: what is invalidated while they are loaded is not stored, the other ones are', async () => {
    const registry = new CacheRegistry();
    const held = gate();
    class Service {
      @CachedBatch({ registry, element: 'id', tags: (value) => [value] })
      async findMany(ids: readonly string[]): Promise<string[]> {
        await held.promise;
        return ids.map((id) => `tag ${id}`);
      }
    }
    const things = new Service();
    const cache = cacheOf(things, 'findMany');
    const load = things.findMany(['a', 'b', 'c', 'd']);
    await cache.delete(['a']);
    await cache.deleteWhere({ id: 'b' });
    await registry.invalidateTags(['tag c']);
    held.open();
    expect(await load).toEqual(['tag a', 'tag b', 'tag c', 'tag d']);
    expect(cache.keys()).toEqual(['id="d"']);
  });
});

test('the judge knows a stale answer when he sees one', () => {
  const model = new FenceModel(plain);
  model.do({ deed: 'call', key: 'a' });
  model.judge.invalidates('a');
  model.judge.asks(1);
  model.judge.answers(1, 1);
  expect(model.judge.verdicts).toEqual(['caller 1 was answered with result 1 of a, which was invalidated before it asked']);
  expect(possible(model, ['land', 'delete', 'age'], plain)).toEqual([{ deed: 'land', load: 1 }, { deed: 'delete', key: 'a' }, { deed: 'age' }]);
});
