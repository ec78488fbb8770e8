/** What every eviction policy of the register promises. */
import fc from 'fast-check';
import { policies } from '../../src/memory/index';

describe.each(Object.entries(policies))('policy %s', (_name, make) => {
  test('the victim is one of the slots it holds, and there is one as long as it holds any', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(15)), { maxLength: 200 }), (uses) => {
        const policy = make(16);
        const held = new Set<number>();
        for (const [isRemoval, slot] of uses) {
          if (isRemoval && held.delete(slot)) policy.remove(slot);
          else if (held.has(slot)) policy.touch(slot);
          else if (!isRemoval) policy.insert(held.add(slot) && slot);
          expect(policy.victim() === -1 ? held.size === 0 : held.has(policy.victim())).toBe(true);
          expect(new Set(policy.fromOldest())).toEqual(held);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('asking for the victim changes nothing', () => {
    const policy = make(4);
    for (const slot of [0, 1, 2]) policy.insert(slot);
    expect(policy.victim()).toBe(policy.victim());
    expect([...policy.fromOldest()]).toHaveLength(3);
  });

  test('from the newest is from the oldest backwards, and the victim comes first', () => {
    const policy = make(4);
    for (const slot of [2, 0, 3, 1]) policy.insert(slot);
    policy.touch(0);
    expect([...policy.fromNewest()]).toEqual([...policy.fromOldest()].reverse());
    expect([...policy.fromOldest()][0]).toBe(policy.victim());
  });

  test('after clear it is as new', () => {
    const policy = make(4);
    for (const slot of [0, 1, 2]) policy.insert(slot);
    policy.clear();
    expect(policy.victim()).toBe(-1);
    policy.insert(2);
    expect([...policy.fromOldest()]).toEqual([2]);
  });
});
