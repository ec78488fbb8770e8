/** What every eviction policy of the register promises. */
import { policies } from '../../src/memory/index';
import { randomWith } from '../../src/memory/random';
import { policyContract } from '../../src/testing/policy-contract';
import { collectUntil } from '../support/garbage';

describe.each(Object.entries(policies))('policy %s', (name, policy) => {
  test('it stands in the register under its own name', () => {
    expect(policy.name).toBe(name);
  });

  test('clear gives the memory back', async () => {
    const bytes = () => process.memoryUsage().arrayBuffers;
    const before = bytes();
    const order = policy.order({ capacity: 500_000, deadlineOf: (slot) => slot, changed() {} });
    for (let slot = 0; slot < 500_000; slot++) order.insert(slot, slot);
    expect(bytes() - before).toBeGreaterThan(400_000);
    order.clear();
    await collectUntil(() => bytes() - before < 100_000);
    expect(bytes() - before).toBeLessThan(100_000);
    expect(order.evict()).toBe(-1);
  });

  test.each(policyContract(policy).map((promise) => [promise.name, promise.run]))('%s', (_name, run) => {
    run();
  });
});

// With a seed, what two orders do can be compared.
describe('policy random with a seed', () => {
  test.each(policyContract(randomWith({ seed: 7 })).map((promise) => [promise.name, promise.run]))('%s', (_name, run) => {
    run();
  });
});
