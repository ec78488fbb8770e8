import { oldGenerationLimit, processReadings } from '../../src/memory/memory-readings';

const MIB = 2 ** 20;

describe('the limit of the old generation', () => {
  // [flags, Node, heap_size_limit in MiB as that Node gave it, the true limit in MiB]
  test.each([
    ['--max-old-space-size=48', 20, 96, 48],
    ['--max-old-space-size=48', 24, 240, 48],
    ['--max_old_space_size=77', 20, 125, 77],
    ['--max-old-space-size=100 --max-old-space-size=200', 20, 248, 200],
    ['--max-semi-space-size=8', 24, 4120, 4096],
    ['--max-semi-space-size=8', 20, 4120, 4096],
  ])('%s on Node %d', (flags, node, limitMiB, trueMiB) => {
    expect(oldGenerationLimit(limitMiB * MIB, flags, node)).toBe(trueMiB * MIB);
  });

  test('a worker knows its own, and a flag goes before it', () => {
    expect(oldGenerationLimit(148 * MIB, '', 20, 100)).toBe(100 * MIB);
    expect(oldGenerationLimit(248 * MIB, '--max-old-space-size=200', 20, 100)).toBe(200 * MIB);
  });

  // Measured with workers, whose resourceLimits tell, on machines of 200 MB to 24 GB made with control groups.
  test.each([
    [20, 259, 256],
    [20, 298.25, 286.25],
    [20, 489, 477],
    [20, 977.75, 953.75],
    [20, 1955.5, 1907.5],
    [20, 4144, 4096],
    [24, 259, 256],
    [24, 334.25, 286.25],
    [24, 525, 477],
    [24, 1049.75, 953.75],
    [24, 2099.5, 1907.5],
    [24, 4288, 4096],
  ])('without flags on Node %d, a heap of %d MiB: never above %d MiB, and not far below', (node, limitMiB, trueMiB) => {
    const limit = oldGenerationLimit(limitMiB * MIB, '', node) / MIB;
    expect(limit).toBeLessThanOrEqual(trueMiB);
    expect(limit).toBeGreaterThan(trueMiB * 0.82);
  });
});

test('the readings of this process are sensible', () => {
  const readings = processReadings();
  const heap = readings.heap();
  expect(heap.usedBytes).toBeGreaterThan(MIB);
  expect(heap.usedBytes).toBeLessThan(heap.takenBytes);
  expect(heap.limitBytes).toBeGreaterThan(heap.usedBytes);
  expect(readings.residentBytes()).toBeGreaterThan(heap.usedBytes);
});

test('a major collection is seen synchronously, once, and only while it is followed', () => {
  const readings = processReadings();
  readings.collect();
  expect(readings.liveBytes()).toBe(undefined);
  readings.followCollections(true);
  expect(readings.liveBytes()).toBe(undefined);
  readings.collect();
  expect(readings.liveBytes()).toBeGreaterThan(MIB);
  expect(readings.liveBytes()).toBe(undefined);
  readings.followCollections(false);
});
