import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Cached, CacheRegistry, cacheOf, type LimitOptions } from '../src/index';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf } from './support/promises';
import { testThoroughly } from './support/thorough';

const time = manualClockForEachTest();

/** A service whose results are as long as they are asked to be, in a registry of its own. */
function aService(limits: LimitOptions, registry = new CacheRegistry()) {
  let loads = 0;
  class Texts {
    @Cached({ ...limits, scope: 'class', registry })
    find(_id: string, length: number): string {
      loads++;
      return 'x'.repeat(length);
    }
    @Cached({ ...limits, scope: 'class', registry })
    other(_id: string, length: number): string {
      return 'y'.repeat(length);
    }
  }
  return { texts: new Texts(), registry, loads: () => loads };
}

describe('bytes', () => {
  test('maxBytes holds, and the statistics say how many there are', () => {
    const { texts } = aService({ maxBytes: '16kb' });
    const cache = cacheOf(texts.find);
    for (let id = 0; id < 500; id++) {
      texts.find(`id ${id}`, (id * 31) % 1500);
      expect(cache.stats().bytes).toBeLessThanOrEqual(16 * 1024);
    }
    expect(cache.size).toBeGreaterThan(5);
    expect(cache.stats().evictions).toBe(500 - cache.size);
  });

  test('a result that is too large is answered with, not stored, and counted', () => {
    const { texts, loads } = aService({ maxEntryBytes: 1000 });
    expect(texts.find('a', 5000)).toHaveLength(5000);
    expect(texts.find('a', 5000)).toHaveLength(5000);
    expect(texts.find('a', 100)).toHaveLength(100);
    expect([loads(), cacheOf(texts.find).size, cacheOf(texts.find).stats().unstored]).toEqual([3, 1, 2]);
  });

  test('a result that has become too large takes the old one with it', async () => {
    const { texts } = aService({ maxEntryBytes: 1000 });
    const cache = cacheOf(texts.find);
    await cache.set(['a', 1], 'small');
    await cache.set(['a', 1], 'x'.repeat(5000));
    expect(cache.has('a', 1)).toBe(false);
  });

  test('sizes come from the function that knows, and a function that fails is told of once', () => {
    const warnings: string[] = [];
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation((message) => {
      warnings.push(String(message));
    });
    const asked: unknown[] = [];
    const { texts } = aService({
      maxBytes: 10_000,
      sizeOf: (value: string) => {
        asked.push(value);
        if (value.length === 3) throw new Error('boom');
        return value.length === 4 ? Number.NaN : 6000;
      },
    });
    for (const [id, length] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['d', 4],
    ] as const)
      texts.find(id, length);
    expect(asked).toEqual(['x', 'xx', 'xxx', 'xxxx']);
    expect(cacheOf(texts.find).keys()).toHaveLength(3);
    expect(warnings).toEqual([expect.stringMatching(/sizeOf must give a number of bytes, 0 or more; it failed: boom/)]);
    warn.mockRestore();
  });

  test('without a limit in bytes nobody is asked for sizes', () => {
    const { texts } = aService({
      sizeOf: () => {
        throw new Error('asked');
      },
    });
    texts.find('a', 5);
    expect(cacheOf(texts.find).stats().bytes).toBeUndefined();
  });
});

describe('on a running cache', () => {
  test('a smaller capacity drops what is too much, those that would have gone first', () => {
    const { texts } = aService({ capacity: 5 });
    const cache = cacheOf(texts.find);
    for (const id of ['a', 'b', 'c', 'd', 'e']) texts.find(id, 1);
    texts.find('a', 1);
    cache.configure({ capacity: 2 });
    expect([cache.keys().length, cache.stats().capacity, cache.stats().evictions]).toEqual([2, 2, 3]);
    expect([cache.has('e', 1), cache.has('a', 1)]).toEqual([true, true]);
    cache.configure({ capacity: 3 });
    texts.find('f', 1);
    expect(cache.size).toBe(3);
  });

  test('a limit in bytes counts what was stored before it', () => {
    const { texts } = aService({});
    const cache = cacheOf(texts.find);
    for (let id = 0; id < 100; id++) texts.find(`id ${id}`, 1000);
    expect(cache.stats().bytes).toBeUndefined();
    cache.configure({ maxBytes: 20_000 });
    expect(cache.stats().bytes).toBeLessThanOrEqual(20_000);
    expect(cache.size).toBeGreaterThan(10);
    expect(cache.has('id 99', 1000)).toBe(true);
  });

  test('another policy keeps the entries, and goes on from their order', () => {
    const { texts, loads } = aService({ capacity: 3 });
    const cache = cacheOf(texts.find);
    for (const id of ['a', 'b', 'c']) texts.find(id, 1);
    texts.find('a', 1);
    cache.configure({ policy: 'fifo' });
    for (const id of ['b', 'a', 'c']) texts.find(id, 1);
    expect(loads()).toBe(3);
    texts.find('d', 1);
    expect([cache.has('b', 1), cache.has('c', 1), cache.has('a', 1)]).toEqual([false, true, true]);
  });

  test.each<[object, string]>([
    [{ capacity: 0 }, 'SCRUBJAY_BAD_CAPACITY'],
    [{ maxBytes: -1 }, 'SCRUBJAY_BAD_OPTION'],
    [{ ttl: 5 }, 'SCRUBJAY_UNKNOWN_OPTION'],
    [{ policy: 'best' }, 'SCRUBJAY_BAD_OPTION'],
  ])('%j is refused, and changes nothing', async (limits, code) => {
    const { texts } = aService({ capacity: 3 });
    expect(await errorOf(() => cacheOf(texts.find).configure(limits))).toMatchObject({ code });
    expect(cacheOf(texts.find).stats().capacity).toBe(3);
  });
});

describe('all caches together', () => {
  test('hold no more than the registry allows, and the one whose misses are cheap gives first', () => {
    const registry = new CacheRegistry({ maxBytes: '100kb' });
    let slowLoads = 0;
    class Service {
      @Cached({ capacity: 10_000, registry })
      slow(_id: number): string {
        slowLoads++;
        time.clock.advance(50);
        return 'x'.repeat(500);
      }
      @Cached({ capacity: 10_000, registry })
      quick(_id: number): string {
        time.clock.advance(1);
        return 'y'.repeat(500);
      }
    }
    const service = new Service();
    for (let round = 0; round < 5; round++) for (let id = 0; id < 40; id++) service.slow(id);
    for (let id = 0; id < 1000; id++) {
      service.quick(id);
      service.slow(id % 40);
      expect(registry.memory().bytes).toBeLessThanOrEqual(100 * 1024);
    }
    expect(slowLoads).toBe(40);
    expect(cacheOf(service.quick).size).toBeGreaterThan(20);
    expect(registry.memory().evictions).toBeGreaterThan(800);
  });

  test('a cache that has just begun gets its share', () => {
    const registry = new CacheRegistry({ maxBytes: '50kb' });
    const { texts } = aService({ capacity: 10_000 }, registry);
    for (let id = 0; id < 200; id++) texts.find(`id ${id}`, 500);
    for (let round = 0; round < 20; round++) for (let id = 0; id < 10; id++) texts.other(`id ${id}`, 500);
    expect(cacheOf(texts.other).stats().hits).toBeGreaterThan(150);
  });

  test('bytes are those of the entries, after deletions and other limits, too', async () => {
    const registry = new CacheRegistry();
    const { texts } = aService({ capacity: 10_000 }, registry);
    for (let id = 0; id < 20; id++) texts.find(`id ${id}`, 500);
    registry.configure({ maxBytes: '1mb' });
    const bytesOf = (): number => (cacheOf(texts.find).stats().bytes ?? 0) + (cacheOf(texts.other).stats().bytes ?? 0);
    for (let id = 0; id < 20; id++) texts.other(`id ${id}`, 300);
    expect(registry.memory().bytes).toBe(bytesOf());
    await cacheOf(texts.find).delete('id 3', 500);
    cacheOf(texts.other).configure({ capacity: 5, sizeOf: (value: string) => value.length });
    expect(registry.memory().bytes).toBe(bytesOf());
    await registry.clear();
    expect(registry.memory().bytes).toBe(0);
    registry.configure({ maxBytes: 1 });
    texts.find('a', 5);
    expect([cacheOf(texts.find).size, registry.memory().bytes]).toEqual([0, 0]);
  });

  test.each<[object, string]>([
    [{ maxBytes: 'much' }, 'maxBytes must be 1 byte or more'],
    [{ pressure: { heapFraction: 2 } }, 'pressure.heapFraction must be more than 0 and less than 1'],
    [{ pressure: { fraction: 0.5 } }, 'there is no pressure option "fraction"'],
    [{ pressure: 5 }, 'pressure must be true, false or an object'],
    [{ pressure: { onEvent: 1 } }, 'pressure.onEvent must be a function'],
  ])('%j is refused', async (options, message) => {
    expect(await errorOf(() => new CacheRegistry(options))).toMatchObject({ message: expect.stringContaining(message) });
  });
});

testThoroughly(
  'maxBytes is what the heap grows by, within 10 %, for the everyday kinds of values',
  () => {
    const root = join(__dirname, '..');
    const output = execFileSync(process.execPath, ['--expose-gc', join(root, 'bench', 'bytes-held.mjs'), '--errors', '--megabytes', '24'], {
      encoding: 'utf8',
    });
    const errors = JSON.parse(output) as Record<string, number>;
    expect(Object.keys(errors).length).toBeGreaterThan(5);
    expect(Object.entries(errors).filter(([, error]) => Math.abs(error) > 0.1)).toEqual([]);
  },
  60_000,
);
