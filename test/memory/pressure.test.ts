import type { Readings } from '../../src/memory/memory-readings';
import { PressureWatch } from '../../src/memory/pressure';
import type { PressureEvent } from '../../src/memory/pressure-report';
import { manualClockForEachTest } from '../support/manual-clock';

const MIB = 2 ** 20;
const turned = manualClockForEachTest();

/** A heap of 1000 MiB of which tests say how much is used, and when a collection has happened. */
class FakeMemory implements Readings {
  usedMiB = 100;
  externalMiB = 0;
  /** What the next look will learn of a major collection. */
  collectedMiB: number | undefined;
  residentMiB = 100;
  containerMiB: number | undefined;
  looks = 0;
  residentLooks = 0;
  isFollowed = false;

  heap() {
    this.looks++;
    return { usedBytes: this.usedMiB * MIB, limitBytes: 1000 * MIB, takenBytes: this.usedMiB * MIB, externalBytes: this.externalMiB * MIB };
  }
  followCollections(isFollowed: boolean) {
    this.isFollowed = isFollowed;
  }
  liveBytes() {
    const live = this.collectedMiB;
    this.collectedMiB = undefined;
    return this.isFollowed && live !== undefined ? live * MIB : undefined;
  }
  collections = 0;
  /** What resident memory falls by when a collection is asked for. */
  garbageMiB = 0;
  collect() {
    this.collections++;
    this.residentMiB -= this.garbageMiB;
    this.garbageMiB = 0;
  }
  residentBytes() {
    this.residentLooks++;
    return this.residentMiB * MIB;
  }
  containerLimitBytes() {
    return this.containerMiB === undefined ? undefined : this.containerMiB * MIB;
  }

  /** A major collection of V8's own, after which that much is in use. */
  leave(liveMiB: number) {
    this.usedMiB = liveMiB;
    this.collectedMiB = liveMiB;
  }
}

/** A watch over caches that hold `entries`, and what it did. */
function aWatch(memory: FakeMemory, { entries = 1000, shed }: { entries?: number; shed?: (share: number) => number } = {}) {
  const shares: number[] = [];
  const events: PressureEvent[] = [];
  const caches = { held: entries };
  const watch = new PressureWatch({
    heapFraction: 0.8,
    residentFraction: 0.9,
    readings: memory,
    shed:
      shed ??
      ((share) => {
        shares.push(Number(share.toFixed(3)));
        const before = caches.held;
        caches.held = Math.floor(before * (1 - share));
        return before - caches.held;
      }),
    report: (event) => events.push(event),
  });
  /** Takes a look, as an insert of a large value does. */
  const look = () => {
    watch.noteInsert(1000 * MIB);
  };
  /** The heap fills with garbage, then a major collection leaves `liveMiB`. */
  const collect = (liveMiB: number) => {
    memory.usedMiB = liveMiB + 100;
    look();
    memory.leave(liveMiB);
    look();
  };
  return { watch, shares, events, caches, look, collect };
}

describe('the heap', () => {
  test('nothing is shed, and collections are not followed, while used memory is below the fraction', () => {
    const memory = new FakeMemory();
    const { watch, look, shares } = aWatch(memory);
    memory.usedMiB = 800;
    look();
    expect([shares, memory.isFollowed, watch.allowance]).toEqual([[], false, 1]);
  });

  test('garbage above the fraction is waited for', () => {
    const memory = new FakeMemory();
    const { look, shares } = aWatch(memory);
    memory.usedMiB = 1100;
    look();
    look();
    memory.leave(700);
    look();
    expect(shares).toEqual([]);
  });

  test('live memory above the fraction sheds a tenth', () => {
    const memory = new FakeMemory();
    const { watch, collect, shares, caches, events } = aWatch(memory);
    collect(810);
    expect([shares, caches.held, watch.allowance]).toEqual([[0.1], 900, 0.9]);
    expect(events).toMatchObject([{ kind: 'shed', cause: 'heap', share: 0.1, dropped: 100, state: { sheds: 1, dropped: 100 } }]);
  });

  test('more is shed at once when much is missing', () => {
    const memory = new FakeMemory();
    const { collect, shares } = aWatch(memory);
    collect(950);
    expect(shares).toEqual([0.2]);
  });

  test('nothing is shed twice for one collection', () => {
    const memory = new FakeMemory();
    const { watch, look, shares } = aWatch(memory);
    memory.usedMiB = 900;
    look();
    memory.leave(850);
    look();
    for (let count = 0; count < 100; count++) look();
    turned.clock.advance(60_000);
    expect([shares, watch.state.sheds]).toEqual([[0.106], 1]);
  });

  test('steps that bring nothing double, up to a half', () => {
    const memory = new FakeMemory();
    const { collect, shares } = aWatch(memory);
    for (let count = 0; count < 6; count++) collect(810);
    expect(shares).toEqual([0.1, 0.2, 0.4, 0.5, 0.5, 0.5]);
  });

  test('a step that helps is followed by another tenth', () => {
    const memory = new FakeMemory();
    const { look, shares } = aWatch(memory);
    memory.usedMiB = 900;
    look();
    memory.leave(850);
    look();
    memory.leave(810);
    look();
    expect(shares).toEqual([0.106, 0.1]);
  });

  test('once it was below, steps begin with a tenth again', () => {
    const memory = new FakeMemory();
    const { collect, shares } = aWatch(memory);
    for (const liveMiB of [810, 810, 700, 810]) collect(liveMiB);
    expect(shares).toEqual([0.1, 0.2, 0.1]);
  });

  test('far above the limit it does not wait for a collection, and sheds again only when it has grown', () => {
    const memory = new FakeMemory();
    const { look, shares } = aWatch(memory);
    memory.usedMiB = 1200;
    look();
    look();
    expect(shares).toHaveLength(1);
    memory.usedMiB = 1230;
    look();
    expect(shares).toHaveLength(2);
  });

  test('the timer looks when nobody inserts', () => {
    const memory = new FakeMemory();
    const { shares } = aWatch(memory);
    memory.usedMiB = 900;
    turned.clock.advance(1000);
    memory.leave(850);
    turned.clock.advance(1000);
    expect(shares).toEqual([0.106]);
  });

  test('empty caches are not held back', () => {
    const memory = new FakeMemory();
    const { watch, collect, events } = aWatch(memory, { entries: 0 });
    collect(850);
    expect([watch.allowance, watch.state.sheds, events]).toEqual([1, 0, []]);
  });

  test('the state says what was seen', () => {
    const memory = new FakeMemory();
    memory.containerMiB = 4000;
    const { watch, collect } = aWatch(memory);
    collect(850);
    turned.clock.advance(1000);
    expect(watch.state).toEqual({
      sheds: 1,
      dropped: 106,
      lastShedAt: turned.clock.now() - 1000,
      heapUsedBytes: 850 * MIB,
      heapLimitBytes: 1000 * MIB,
      liveBytes: 850 * MIB,
      residentBytes: 100 * MIB,
      containerLimitBytes: 4000 * MIB,
      allowance: expect.closeTo(0.894, 3),
    });
  });
});

describe('recovery', () => {
  function afterAShed() {
    const memory = new FakeMemory();
    const watched = aWatch(memory);
    memory.usedMiB = 900;
    watched.look();
    memory.leave(810);
    watched.look();
    expect(watched.watch.allowance).toBe(0.9);
    return { memory, ...watched };
  }

  test('the allowance rises by a hundredth in a second', () => {
    const { memory, watch } = afterAShed();
    memory.usedMiB = 600;
    turned.clock.advance(3000);
    expect(watch.allowance).toBeCloseTo(0.93);
  });

  test('when it is 1 again, that is reported once, and collections are followed no more', () => {
    const { memory, watch, events } = afterAShed();
    memory.usedMiB = 600;
    turned.clock.advance(30_000);
    expect([watch.allowance, memory.isFollowed]).toEqual([1, false]);
    expect(events.map(({ kind }) => kind)).toEqual(['shed', 'recovered']);
  });

  test('just below the fraction nothing rises', () => {
    const { memory, watch } = afterAShed();
    memory.usedMiB = 790;
    turned.clock.advance(60_000);
    expect(watch.allowance).toBe(0.9);
  });

  test('garbage does not keep it down when a collection shows little live memory', () => {
    const { memory, watch } = afterAShed();
    memory.usedMiB = 950;
    memory.collectedMiB = 500;
    turned.clock.advance(1000);
    expect(watch.allowance).toBeCloseTo(0.91);
  });

  test('a loop that never returns recovers too, by the clock', () => {
    const { memory, watch, look } = afterAShed();
    memory.usedMiB = 600;
    // What a clock shows inside of one synchronous call: time passes, timers do not fire.
    const elapsed = turned.clock.elapsed();
    jest.spyOn(turned.clock, 'elapsed').mockReturnValue(elapsed + 2000);
    look();
    expect(watch.allowance).toBeCloseTo(0.92);
  });

  test('a long sleep of the process counts for ten seconds at most', () => {
    const { memory, watch, look } = afterAShed();
    memory.usedMiB = 600;
    const elapsed = turned.clock.elapsed();
    jest.spyOn(turned.clock, 'elapsed').mockReturnValue(elapsed + 3_600_000);
    look();
    expect(watch.allowance).toBeCloseTo(1);
    expect(watch.state.sheds).toBe(1);
  });

  test('close gives everything free and ends the timer', () => {
    const { watch, memory } = afterAShed();
    watch.close();
    const looks = memory.looks;
    watch.noteInsert(1e12);
    expect([watch.allowance, turned.clock.timers, memory.isFollowed, memory.looks]).toEqual([1, 0, false, looks]);
  });
});

describe('how often it looks', () => {
  test('small inserts far from the limit lead to one look in hundreds', () => {
    const memory = new FakeMemory();
    const { watch } = aWatch(memory);
    const before = memory.looks;
    for (let count = 0; count < 10_000; count++) watch.noteInsert();
    expect(memory.looks - before).toBeLessThan(60);
    expect(memory.looks - before).toBeGreaterThan(10);
  });

  test('near the limit it looks more often', () => {
    const memory = new FakeMemory();
    const { watch, look } = aWatch(memory);
    memory.usedMiB = 950;
    look();
    const before = memory.looks;
    for (let count = 0; count < 1000; count++) watch.noteInsert();
    expect(memory.looks - before).toBeGreaterThan(60);
  });

  test('large sizes that the caller knows lead to early looks', () => {
    const memory = new FakeMemory();
    const { watch } = aWatch(memory);
    const before = memory.looks;
    for (let count = 0; count < 100; count++) watch.noteInsert(MIB);
    expect(memory.looks - before).toBeGreaterThan(50);
  });

  test.each(['in the heap', 'outside of it'])('inserts of 1 MiB %s, of which it is told no size, do not get past it', (place) => {
    const memory = new FakeMemory();
    memory.containerMiB = 1000;
    const { watch, shares } = aWatch(memory);
    let inserts = 0;
    while (shares.length === 0 && inserts < 2000) {
      if (place === 'in the heap') memory.leave(memory.usedMiB + 1);
      else memory.externalMiB++;
      memory.residentMiB++;
      inserts++;
      watch.noteInsert();
    }
    // 100 MiB at first, and 800 or 900 of 1000 are the threshold.
    expect(inserts).toBeLessThan(860);
  });

  test('large values after a million small ones do not get past it', () => {
    const memory = new FakeMemory();
    const { watch, shares } = aWatch(memory);
    for (let count = 0; count < 1_000_000; count++) watch.noteInsert();
    let inserts = 0;
    while (shares.length === 0 && inserts < 2000) {
      memory.leave(memory.usedMiB + 1);
      inserts++;
      watch.noteInsert();
    }
    expect(inserts).toBeLessThan(860);
  });

  test('a size that is no number leads to a look, and not to none for ever', () => {
    const memory = new FakeMemory();
    const { watch } = aWatch(memory);
    const before = memory.looks;
    watch.noteInsert(Number.NaN);
    watch.noteInsert(Number.NaN);
    expect(memory.looks - before).toBe(2);
  });
});

describe('the container', () => {
  function inContainer(memory = new FakeMemory()) {
    memory.containerMiB = 500;
    return { memory, ...aWatch(memory) };
  }

  test('without a limit resident memory is not even read', () => {
    const memory = new FakeMemory();
    const { look } = aWatch(memory);
    look();
    turned.clock.advance(60_000);
    expect(memory.residentLooks).toBe(0);
  });

  test('garbage goes first: when a collection is enough, nothing is shed', () => {
    const { memory, shares } = inContainer();
    memory.residentMiB = 460;
    memory.garbageMiB = 100;
    turned.clock.advance(10_000);
    expect([shares, memory.collections]).toEqual([[], 1]);
  });

  test('resident memory that stays above its fraction sheds, and is collected before it sheds again', () => {
    const { memory, shares, events } = inContainer();
    memory.residentMiB = 460;
    turned.clock.advance(2000);
    expect([shares, memory.collections]).toEqual([[0.1], 1]);
    expect(events).toMatchObject([{ kind: 'shed', cause: 'resident' }]);
    memory.garbageMiB = 50;
    turned.clock.advance(10_000);
    expect([shares, memory.collections]).toEqual([[0.1], 2]);
  });

  test('collections take a tenth of the time at most', () => {
    const { memory, look } = inContainer();
    turned.clock.advance(1000);
    memory.collect = () => {
      memory.collections++;
      turned.clock.advance(100);
    };
    memory.residentMiB = 460;
    for (let count = 0; count < 100; count++) {
      memory.externalMiB += 50;
      look();
      turned.clock.advance(20);
    }
    expect(memory.collections).toBeLessThan(4);
  });

  test('without a way to collect, resident memory is shed for when it is urgent', () => {
    const { memory, shares, events } = inContainer();
    memory.collect = () => {
      throw new Error('planted');
    };
    memory.residentMiB = 460;
    turned.clock.advance(3000);
    expect(shares).toEqual([]);
    memory.residentMiB = 490;
    turned.clock.advance(3000);
    expect(shares).toHaveLength(1);
    expect(events.map((event) => (event.kind === 'failed' ? event.part : event.kind))).toEqual(['collecting', 'shed']);
  });

  test('it is read when memory outside of the heap grows, without a timer', () => {
    const { memory, shares, look } = inContainer();
    turned.clock.advance(1000);
    memory.residentMiB = 480;
    memory.externalMiB = 380;
    look();
    expect([shares, memory.collections]).toEqual([[], 1]);
    memory.externalMiB = 385;
    look();
    expect(shares).toHaveLength(1);
  });

  test('it is not read at every look', () => {
    const { memory, look } = inContainer();
    turned.clock.advance(1000);
    const before = memory.residentLooks;
    for (let count = 0; count < 100; count++) look();
    expect(memory.residentLooks).toBe(before);
  });

  test('when three sheds did not help it stops, until resident memory grows', () => {
    const { memory, shares } = inContainer();
    memory.residentMiB = 460;
    for (let count = 0; count < 20; count++) {
      memory.leave(100);
      turned.clock.advance(1000);
    }
    expect(shares).toEqual([0.1, 0.2, 0.4]);
    memory.residentMiB = 475;
    memory.leave(100);
    turned.clock.advance(1000);
    expect(shares).toHaveLength(4);
  });

  test('the caches do not grow again while resident memory is high', () => {
    const { memory, watch } = inContainer();
    memory.residentMiB = 460;
    turned.clock.advance(2000);
    memory.residentMiB = 430;
    turned.clock.advance(20_000);
    expect(watch.allowance).toBe(0.9);
    memory.residentMiB = 300;
    turned.clock.advance(3000);
    expect(watch.allowance).toBeGreaterThan(0.91);
  });

  test('a limit that changes is seen', () => {
    const memory = new FakeMemory();
    const { watch } = aWatch(memory);
    memory.containerMiB = 500;
    turned.clock.advance(31_000);
    expect(watch.state.containerLimitBytes).toBe(500 * MIB);
  });
});

describe('what fails', () => {
  const broken = () => {
    throw new Error('planted');
  };

  test('a heap that cannot be read is said once, and resident memory is still watched', () => {
    const memory = new FakeMemory();
    memory.heap = broken;
    memory.containerMiB = 500;
    const { look, events, shares } = aWatch(memory);
    look();
    memory.residentMiB = 460;
    turned.clock.advance(5000);
    expect(events.map((event) => (event.kind === 'failed' ? event.part : event.kind))).toEqual(['heap', 'shed', 'shed']);
    expect(shares).toEqual([0.1, 0.2]);
  });

  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('a heap of %p bytes is a heap that cannot be read', (usedMiB) => {
    const memory = new FakeMemory();
    memory.usedMiB = usedMiB;
    const { look, events } = aWatch(memory);
    look();
    expect(events).toMatchObject([{ kind: 'failed', part: 'heap' }]);
  });

  test('without news of collections, a fall of used memory counts as one', () => {
    const memory = new FakeMemory();
    memory.liveBytes = broken;
    const { look, events, shares } = aWatch(memory);
    memory.usedMiB = 900;
    look();
    memory.usedMiB = 850;
    look();
    look();
    expect(shares).toEqual([0.106]);
    expect(events.map(({ kind }) => kind)).toEqual(['failed', 'shed']);
  });

  test('without news of collections, used memory at the limit is enough', () => {
    const memory = new FakeMemory();
    memory.followCollections = broken;
    const { look, shares } = aWatch(memory);
    memory.usedMiB = 980;
    look();
    expect(shares).toHaveLength(1);
  });

  test.each(['residentBytes', 'containerLimitBytes'] as const)('%s that fails is said once, and the heap is still watched', (name) => {
    const memory = new FakeMemory();
    memory.containerMiB = 500;
    memory[name] = broken;
    const { look, events } = aWatch(memory);
    turned.clock.advance(100_000);
    memory.usedMiB = 900;
    look();
    memory.leave(850);
    look();
    expect(events.map(({ kind }) => kind)).toEqual(['failed', 'shed']);
  });

  test('a shed that fails is said once, tried again, and fails no insert', () => {
    const memory = new FakeMemory();
    let tries = 0;
    const { watch, collect, events } = aWatch(memory, {
      shed() {
        tries++;
        throw new Error('planted');
      },
    });
    for (let count = 0; count < 3; count++) collect(850);
    expect([tries, events.length, watch.allowance]).toEqual([3, 1, 1]);
  });

  test('a listener that fails fails no insert', () => {
    const memory = new FakeMemory();
    const watch = new PressureWatch({ heapFraction: 0.8, residentFraction: 0.9, readings: memory, shed: () => 1, report: broken });
    memory.usedMiB = 900;
    watch.noteInsert(1000 * MIB);
    memory.leave(850);
    watch.noteInsert(1000 * MIB);
    expect(watch.state.sheds).toBe(1);
  });

  test('inserts of the shed itself do not look again', () => {
    const memory = new FakeMemory();
    let depth = 0;
    const { look } = aWatch(memory, {
      shed() {
        depth++;
        memory.leave(850);
        look();
        return 1;
      },
    });
    memory.usedMiB = 900;
    look();
    memory.leave(850);
    look();
    expect(depth).toBe(1);
  });
});
