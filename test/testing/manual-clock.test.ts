/** Time passes when a test says so, for ttl, timers and work in the background. */

import { elapsed, now } from '../../src/clock';
import { Cached, cacheOf } from '../../src/index';
import { freshCaches, manualClock, scrubjayMatchers } from '../../src/testing/index';

expect.extend(scrubjayMatchers);

class Rates {
  runs = 0;

  @Cached({ ttl: '5m' })
  rate(_currency: string): number {
    return ++this.runs;
  }

  @Cached({ ttl: '5m', staleWhileRevalidate: '1m' })
  async slowRate(_currency: string): Promise<number> {
    await new Promise(setImmediate);
    return ++this.runs;
  }

  @Cached({ ttl: '5m', staleWhileRevalidate: '1m' })
  syncRate(_currency: string): number {
    return ++this.runs;
  }
}

let clock: ReturnType<typeof manualClock>;
let rates: Rates;
beforeEach(async () => {
  await freshCaches();
  clock = manualClock();
  rates = new Rates();
});
afterEach(() => {
  clock.restore();
});

test('a result ends at exactly its ttl', () => {
  rates.rate('EUR');
  clock.advance(299_999);
  expect(rates.rate('EUR')).toBe(1);
  clock.advance(1);
  expect(rates.rate('EUR')).toBe(2);
});

test('entries past their time go by themselves', () => {
  rates.rate('EUR');
  clock.advance(302_000);
  expect(cacheOf(rates.rate)).toHaveEntries(0);
});

test.each(['slowRate', 'syncRate'] as const)('a load in the background has ended after advanceAsync and settle: %s', async (method) => {
  await rates[method]('EUR');
  await clock.advanceAsync(300_000);
  expect(await rates[method]('EUR')).toBe(1);
  await clock.settle();
  expect(cacheOf(rates, method)).toHaveLoads(2);
  expect(await rates[method]('EUR')).toBe(2);
});

test('timers run in their order, each at its own time, and what they start gets its turn in between', async () => {
  const seen: string[] = [];
  const begun = clock.now();
  clock.after(20, () => {
    seen.push(`later at ${clock.now() - begun}`);
  });
  clock.after(10, () => {
    void Promise.resolve().then(() => seen.push(`background at ${clock.now() - begun}`));
  });
  await clock.advanceAsync(30);
  expect(seen).toEqual(['background at 10', 'later at 20']);
  expect(clock.now() - begun).toBe(30);
});

test('a wall clock that is set ends nothing', () => {
  rates.rate('EUR');
  clock.jump(86_400_000);
  expect(rates.rate('EUR')).toBe(1);
});

test('the clock that was in use before comes back', () => {
  const inner = manualClock();
  inner.advance(1000);
  expect(now()).toBe(inner.now());
  inner.restore();
  expect(elapsed()).toBe(clock.elapsed());
  clock.restore();
  expect(Math.abs(now() - Date.now())).toBeLessThan(60_000);
});

test('one that was replaced already does not take the place of its successor', () => {
  const successor = manualClock();
  clock.restore();
  expect(now()).toBe(successor.now());
  successor.restore();
});

test("jest's own timers turn ttl, too", () => {
  clock.restore();
  jest.useFakeTimers();
  try {
    rates.rate('EUR');
    jest.advanceTimersByTime(300_000);
    expect(rates.rate('EUR')).toBe(2);
  } finally {
    jest.useRealTimers();
  }
});
