import { BoundedMap } from '../src/bounded-map';
import { useClock } from '../src/clock';
import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { collectUntil, watchGarbage } from './support/garbage';
import { ManualClock } from './support/manual-clock';

function aService(capacity = 100) {
  const registry = new CacheRegistry();
  class Users {
    @Cached({ capacity, ttl: 1000, registry })
    find(id: string): object {
      return { id };
    }
  }
  return new Users();
}

describe('with a clock turned by hand', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
    useClock(clock);
  });

  afterEach(() => {
    useClock();
  });

  test('an entry past its time goes by itself: value, key and slot', async () => {
    const users = aService();
    const cache = cacheOf(users.find);
    const { gone, watch } = watchGarbage();
    for (const id of ['a', 'b', 'c']) watch(users.find(id), id);
    clock.advance(500);
    users.find('d');
    clock.advance(499);
    expect(cache.size).toBe(4);
    clock.advance(400);
    expect([cache.size, cache.keys(), cache.stats().expirations]).toEqual([1, ['id="d"'], 3]);
    await collectUntil(() => gone.size === 3);
    expect([...gone].sort()).toEqual(['a', 'b', 'c']);
    clock.advance(2000);
    expect(cache.size).toBe(0);
  });

  test('an entry that was found past its time, and loaded anew, counts once and stays', () => {
    const users = aService();
    const cache = cacheOf(users.find);
    users.find('a');
    clock.advance(1000);
    users.find('a');
    clock.advance(500);
    expect([cache.size, cache.stats().expirations, cache.stats().misses]).toEqual([1, 1, 2]);
  });

  test('the timer runs only as long as something has an end', async () => {
    const users = aService();
    expect(clock.timers).toBe(0);
    users.find('a');
    expect(clock.timers).toBe(1);
    clock.advance(5000);
    expect([cacheOf(users.find).size, clock.timers]).toEqual([0, 0]);
    users.find('a');
    await cacheOf(users.find).clear();
    clock.advance(5000);
    expect(clock.timers).toBe(0);
  });

  test.each([-86_400_000, -1, 1, 86_400_000])('a wall clock that is set by %d ms neither keeps entries longer nor ends them early', (jumpMs) => {
    const users = aService();
    users.find('a');
    clock.advance(500);
    clock.jump(jumpMs);
    users.find('b');
    clock.advance(499);
    expect(cacheOf(users.find).keys()).toEqual(['id="a"', 'id="b"']);
    clock.advance(1);
    expect(cacheOf(users.find).keys()).toEqual(['id="b"']);
    clock.advance(500);
    expect(cacheOf(users.find).keys()).toEqual([]);
  });
});

test('a hundred thousand entries past their time go in slices: others have their turn in between', async () => {
  const clock = new ManualClock();
  const slices: (() => void)[] = [];
  let ms = 0;
  let stepMs = 0;
  // Each look at the watch takes as long as some steps of the sweep do; `soon` is the turn of others.
  useClock({
    now: () => clock.now(),
    elapsed: () => clock.elapsed() + (ms += stepMs),
    after: (delayMs, work) => clock.after(delayMs, work),
    repeat: (everyMs, work) => clock.repeat(everyMs, work),
    soon: (work) => {
      slices.push(work);
    },
  });
  const map = new BoundedMap<number, number>({ capacity: 200_000, ttl: 1000 });
  for (let key = 0; key < 100_000; key++) map.set(key, key);
  stepMs = 0.1;
  clock.advance(2000);
  let turns = 0;
  let most = 0;
  for (let before = map.size; slices.length > 0; before = map.size) {
    slices.shift()?.();
    turns++;
    most = Math.max(most, before - map.size);
    // What comes meanwhile is kept.
    if (turns % 10 === 0) map.set(-turns, turns);
  }
  expect(map.size).toBe(Math.floor(turns / 10));
  expect(turns).toBeGreaterThan(30);
  expect(most).toBeLessThan(4000);
  map.clear();
  useClock();
});

test('a clear in the middle of a sweep leaves nothing behind, and takes nothing that came after it', () => {
  const clock = new ManualClock();
  const slices: (() => void)[] = [];
  let ms = 0;
  useClock({
    now: () => clock.now(),
    elapsed: () => clock.elapsed() + (ms += 0.5),
    after: (delayMs, work) => clock.after(delayMs, work),
    repeat: (everyMs, work) => clock.repeat(everyMs, work),
    soon: (work) => void slices.push(work),
  });
  const map = new BoundedMap<number, number>({ capacity: 10_000, ttl: 1000 });
  for (let key = 0; key < 10_000; key++) map.set(key, key);
  clock.advance(2000);
  slices.shift()?.();
  map.clear();
  for (let key = 0; key < 50; key++) map.set(key, -key);
  while (slices.length > 0) slices.shift()?.();
  expect([map.size, map.get(7)]).toEqual([50, -7]);
  clock.advance(3000);
  while (slices.length > 0) slices.shift()?.();
  expect(map.size).toBe(0);
  useClock();
});

test('a process that has entries with an end, ends', () => {
  const before = process.getActiveResourcesInfo().length;
  const map = new BoundedMap<number, number>({ ttl: '1h' });
  map.set(1, 1);
  expect(process.getActiveResourcesInfo()).toHaveLength(before);
  map.clear();
});
