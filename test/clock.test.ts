import { after, elapsed, now, repeat, useClock } from '../src/clock';
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

test('a timer runs once, unless it is called off', () => {
  const clock = new ManualClock();
  useClock(clock);
  let runs = 0;
  after(1000, () => runs++);
  const callOff = after(1000, () => runs++);
  clock.advance(999);
  callOff();
  expect(runs).toBe(0);
  clock.advance(1);
  expect([runs, clock.timers]).toEqual([1, 0]);
  clock.advance(10_000);
  expect(runs).toBe(1);
});

test('a timer of the system that is longer than Node can count does not run at once, and can be called off', async () => {
  let runs = 0;
  const callOffs = [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY].map((ms) => after(ms, () => runs++));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(runs).toBe(0);
  for (const callOff of callOffs) callOff();
});
