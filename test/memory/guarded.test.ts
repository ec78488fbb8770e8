import { BoundedMap } from '../../src/bounded-map';
import { fifo } from '../../src/memory/fifo';
import { guarded } from '../../src/memory/guarded';
import type { EvictionOrder, EvictionPolicy } from '../../src/memory/policy';
import { policyContract } from '../../src/testing/policy-contract';

/** FIFO, of which some deeds are another's. */
const spoilt = (deeds: Partial<EvictionOrder>): EvictionPolicy => ({
  name: 'spoilt',
  order: (context) => Object.assign(Object.create(fifo.order(context)) as EvictionOrder, bound(fifo.order(context)), deeds),
});

/** The deeds of an order as functions of their own. */
const bound = (order: EvictionOrder): EvictionOrder =>
  Object.fromEntries(
    (['evict', 'insert', 'touch', 'update', 'remove', 'clear', 'resize', 'slots', 'restore'] as const).map((deed) => [
      deed,
      (order[deed] as () => void).bind(order),
    ]),
  ) as unknown as EvictionOrder;

const boom = (): never => {
  throw new Error('boom');
};

let warnings: string[] = [];
let warn: jest.SpyInstance;

beforeEach(() => {
  warnings = [];
  warn = jest.spyOn(process, 'emitWarning').mockImplementation((message, options) => {
    warnings.push(`${(options as { code: string }).code} ${message as string}`);
  });
});

afterEach(() => {
  warn.mockRestore();
});

test.each<[string, Partial<EvictionOrder>]>([
  ['evict throws', { evict: boom }],
  ['evict gives what is not held', { evict: () => 77 }],
  ['evict gives no number', { evict: () => undefined as unknown as number }],
  ['evict gives nobody', { evict: () => -1 }],
  ['insert throws', { insert: boom }],
  ['touch throws', { touch: boom }],
  ['update throws', { update: boom }],
  ['remove throws', { remove: boom }],
  ['expect throws', { expect: boom }],
])('a policy whose %s is told of once, and the cache goes on', (_what, deeds) => {
  const map = new BoundedMap<number, number>({ capacity: 3, policy: spoilt(deeds) });
  for (let key = 0; key < 20; key++) {
    map.set(key, key);
    map.get(key - 1);
    map.set(key - 1, key - 1);
    map.delete(key - 2);
    expect(map.get(key)).toBe(key);
    expect(map.size).toBeLessThanOrEqual(3);
    expect([...map.keys()]).toHaveLength(map.size);
  }
  for (let key = 100; key < 110; key++) map.set(key, key);
  expect([...map.keys()]).toEqual([107, 108, 109]);
  expect(warnings).toEqual([expect.stringMatching(/^SCRUBJAY_POLICY_FAILED the eviction policy spoilt failed: .*; the cache goes on with lru\.$/)]);
});

test('an order that cannot be made is none', () => {
  const map = new BoundedMap<number, number>({ capacity: 2, policy: { name: 'unmade', order: boom } });
  for (let key = 0; key < 5; key++) map.set(key, key);
  expect([[...map.keys()], warnings.length]).toEqual([[3, 4], 1]);
});

test('slots that lie change nothing of what is held', () => {
  const map = new BoundedMap<number, number>({ capacity: 3, policy: spoilt({ slots: () => [1, 1, 99, -1] }) });
  for (let key = 0; key < 3; key++) map.set(key, key);
  expect([...map.keys()]).toEqual([1, 0, 2]);
  expect(warnings).toEqual([]);
});

describe('a policy that keeps its promises keeps them when it is watched', () => {
  test.each(policyContract(guarded(fifo)).map(({ name, run }) => [name, run] as const))('%s', (_name, run) => {
    run();
    expect(warnings).toEqual([]);
  });
});
