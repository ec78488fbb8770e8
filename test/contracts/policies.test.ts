/** What every eviction policy of the register promises. */
import { policies } from '../../src/memory/index';
import { randomWith } from '../../src/memory/random';
import { policyContract } from '../../src/testing/policy-contract';
import { collectUntil } from '../support/garbage';
import { isThorough } from '../support/thorough';

const SLOTS = isThorough ? 500_000 : 200_000;

describe.each(Object.entries(policies))('policy %s', (name, policy) => {
  test('it stands in the register under its own name', () => {
    expect(policy.name).toBe(name);
  });

  test.each(policyContract(policy).map((promise) => [promise.name, promise.run]))('%s', (_name, run) => {
    run();
  });
});

// All in one: to collect garbage takes longest.
test('clear gives the memory back', async () => {
  const bytes = () => process.memoryUsage().arrayBuffers;
  // What earlier tests left behind does not go in the middle of this one.
  let rounds = 0;
  await collectUntil(() => rounds++ > 1);
  const begin = bytes();
  const orders = Object.values(policies).map((policy) => {
    const order = policy.order({ capacity: SLOTS, deadlineOf: (slot) => slot, changed() {} });
    for (let slot = 0; slot < SLOTS; slot++) order.insert(slot, slot);
    return order;
  });
  expect(bytes() - begin).toBeGreaterThan(0.8 * SLOTS * orders.length);
  for (const order of orders) order.clear();
  await collectUntil(() => bytes() - begin < 100_000);
  expect(bytes() - begin).toBeLessThan(100_000);
  expect(orders.map((order) => order.evict())).toEqual(orders.map(() => -1));
});

// With a seed, what two orders do can be compared.
describe('policy random with a seed', () => {
  test.each(policyContract(randomWith({ seed: 7 })).map((promise) => [promise.name, promise.run]))('%s', (_name, run) => {
    run();
  });
});
