/**
 * Random calls of a method with two parameters, `a` and `b`: everyday ones and others, the same ones again in other words, and near misses.
 */
import fc from 'fast-check';
import { keyOfCall } from '../../src/key/call-key';
import { anyValue, edited, reordered } from '../key/arbitrary-values';
import { aRule, named } from '../key/calls';

const rule = aRule({ parameters: named('a', 'b'), isComplete: true });

const argument = fc.oneof(
  { weight: 3, arbitrary: anyValue },
  { weight: 2, arbitrary: fc.nat(6) },
  { weight: 2, arbitrary: fc.nat(6).map((number) => `id ${number}`) },
  { weight: 2, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(0, 1, '1', null, Number.NaN), { maxKeys: 3 }) },
);

/** Some calls, and how to draw from them. */
export const someCalls = fc.record({
  calls: fc.array(fc.array(argument, { maxLength: 2 }), { minLength: 2, maxLength: 8 }),
  seed: fc.integer(),
  length: fc.integer({ min: 10, max: 150 }),
});

/** One of the calls, as it is, as a copy whose parts are in another order, or with one part changed; the arguments are its own. */
export function someArguments(calls: readonly (readonly unknown[])[], roll: () => number): unknown[] {
  const call = calls[Math.floor(roll() * calls.length)] as readonly unknown[];
  // An edited call may share parts with the original.
  const args = reordered(roll() < 0.15 ? edited(reordered(call, roll), roll) : call, roll);
  return (Array.isArray(args) ? args : [args]).slice(0, 2) as unknown[];
}

/** What callers do with their own arguments afterwards is their affair. */
export function spoil(args: readonly unknown[]): void {
  for (const value of args) {
    if (Array.isArray(value)) value.push('more');
    else if (value instanceof Map) value.set('more', 1);
    else if (value instanceof Set) value.add('more');
    else if (value instanceof Date) value.setTime(7);
    else if (value instanceof Uint8Array) value.fill(9);
    else if (typeof value === 'object' && value !== null) Object.defineProperty(value, 'more', { value: 1, enumerable: true, configurable: true });
  }
}

/** The key, or `undefined` for a call that is refused. */
export function textOf(args: readonly unknown[]): string | undefined {
  try {
    return keyOfCall(rule, undefined, args);
  } catch {
    return undefined;
  }
}
