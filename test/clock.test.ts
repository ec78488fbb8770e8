import { elapsed, now, repeat, useClock } from '../src/clock';
import { ManualClock } from './support/manual-clock';

afterEach(() => useClock());

test("the system's clock is in use until another is put in its place, and again afterwards", () => {
  const startedAt = Date.now();
  expect(now()).toBeGreaterThanOrEqual(startedAt);
  const clock = new ManualClock();
  clock.advance(-365 * 86_400_000);
  useClock(clock);
  clock.advance(5);
  expect([now(), elapsed()]).toEqual([clock.now(), clock.elapsed()]);
  expect(now()).toBeLessThan(startedAt);
  useClock();
  expect(now()).toBeGreaterThanOrEqual(startedAt);
});

test('a repeating timer runs until it is ended', () => {
  const clock = new ManualClock();
  useClock(clock);
  let runs = 0;
  const end = repeat(1000, () => runs++);
  clock.advance(3500);
  expect(runs).toBe(3);
  end();
  clock.advance(3500);
  expect([runs, clock.timers]).toEqual([3, 0]);
});

test('a timer of the system does not keep the process alive', () => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const end = repeat(1000, () => {});
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
  end();
});
