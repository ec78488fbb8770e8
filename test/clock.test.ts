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

describe('a question about a deadline', () => {
  const systemNow = performance.now;
  let moment = 0;
  let readings = 0;
  let clock: typeof import('../src/clock');

  // A module of its own, for which this is the system's clock.
  beforeEach(() => {
    moment = 1_000_000;
    readings = 0;
    performance.now = () => {
      readings++;
      return moment;
    };
    jest.isolateModules(() => {
      clock = require('../src/clock') as typeof clock;
    });
  });
  afterEach(() => {
    performance.now = systemNow;
  });

  const isBefore = (deadline: number): boolean => clock.isBefore(Float64Array.of(deadline), 0);
  const ask = (times: number, deadline: number): boolean[] => Array.from({ length: times }, () => isBefore(deadline));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('is exact to the millisecond', () => {
    expect(isBefore(1_000_000)).toBe(false);
    expect(isBefore(1_000_001)).toBe(true);
    moment++;
    expect(isBefore(1_000_001)).toBe(false);
    expect(isBefore(Number.POSITIVE_INFINITY)).toBe(true);
  });

  test('reads the time now and then only, in a turn that asks often', () => {
    expect(ask(10_000, 2_000_000)).not.toContain(false);
    expect(readings).toBeLessThan(10_000 / 12);
  });

  test('reads it each time when the deadline is near', () => {
    ask(100, 2_000_000);
    readings = 0;
    expect(ask(10, 1_000_900)).not.toContain(false);
    expect(readings).toBe(10);
    moment += 900;
    expect(isBefore(1_000_900)).toBe(false);
  });

  test('notices within 16 questions that a turn takes long', () => {
    ask(100, 2_000_000);
    moment = 2_000_000;
    expect(ask(16 + 1, 2_000_000)).toContain(false);
    expect(ask(1000, 2_000_000)).not.toContain(true);
  });

  test('is exact again in the next turn', async () => {
    ask(100, 2_000_000);
    moment = 2_000_000;
    await turn();
    expect(isBefore(2_000_000)).toBe(false);
  });

  test('reads the time whenever turns are not busy', async () => {
    for (let count = 0; count < 40; count++) {
      moment += 1;
      ask(5, 2_000_000);
      await turn();
    }
    expect(readings).toBe(200);
  });

  test('is exact when somebody turns the clock', () => {
    performance.now = () => moment;
    ask(100, 2_000_000);
    moment = 2_000_000;
    expect(isBefore(2_000_000)).toBe(false);
  });

  test("is exact when a test framework's timers stand in for the system's", () => {
    const { setImmediate: systemSetImmediate } = globalThis;
    globalThis.setImmediate = (() => undefined) as unknown as typeof setImmediate;
    try {
      ask(100, 2_000_000);
    } finally {
      globalThis.setImmediate = systemSetImmediate;
    }
    moment = 2_000_000;
    expect(isBefore(2_000_000)).toBe(false);
  });

  test('has work done at the end of a busy turn, once', async () => {
    const done: string[] = [];
    expect(clock.atEndOfBusyTurn(() => done.push('early'))).toBe(false);
    ask(100, 2_000_000);
    expect(clock.atEndOfBusyTurn(() => done.push('late'))).toBe(true);
    expect(done).toEqual([]);
    await turn();
    await turn();
    expect(done).toEqual(['late']);
  });
});
