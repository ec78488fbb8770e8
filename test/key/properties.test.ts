import fc from 'fast-check';
import { keyOfCall } from '../../src/key/call-key.js';
import { numRuns } from '../support/thorough';
import { anyValue, dice, edited, reordered } from './arbitrary-values.js';
import { aRule, elsewhere, keyOf, named } from './calls.js';
import { isSameCall, isSameValue } from './same-value.js';

const seed = fc.integer();

test('a deep copy in another order shares the key', () => {
  fc.assert(
    fc.property(anyValue, seed, (value, from) => {
      const copy = reordered(value, dice(from));
      expect(isSameValue(value, copy)).toBe(true);
      expect(keyOf([copy])).toBe(keyOf([value]));
    }),
    numRuns(2500, 100),
  );
});

test('a near miss, one edit apart, shares the key if and only if it is the same value', () => {
  const runs = numRuns(4000, 250);
  let same = 0;
  fc.assert(
    fc.property(anyValue, seed, (value, from) => {
      const other = edited(value, dice(from));
      const isSame = isSameValue(value, other);
      if (isSame) same++;
      expect(keyOf([value]) === keyOf([other])).toBe(isSame);
    }),
    runs,
  );
  // Both sides of the promise have been seen.
  expect(same).toBeGreaterThan(runs.numRuns / 200);
});

test('two random values share the key if and only if they are the same value', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      expect(keyOf([a]) === keyOf([b])).toBe(isSameValue(a, b));
    }),
    numRuns(1500, 100),
  );
});

test('argument lists never run together', () => {
  const list = fc.array(anyValue, { maxLength: 4 });
  const cut = fc.tuple(list, fc.nat(4)).map(([values, at]) => [values, [...values.slice(0, at), values.slice(at)]] as const);
  fc.assert(
    fc.property(fc.oneof(fc.tuple(list, list), cut), ([a, b]) => {
      expect(keyOf(...a) === keyOf(...b)).toBe(isSameCall(a, b));
    }),
    numRuns(1500, 100),
  );
});

test('the key of a named call does not depend on the order of the parameters', () => {
  const names = fc.uniqueArray(fc.oneof(fc.constantFrom('id', 'locale', 'opts', '10', '9', 'a=1', 'Zed'), fc.string({ minLength: 1 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(names, fc.array(anyValue, { minLength: 6, maxLength: 6 }), seed, (all, values, from) => {
      const usable = all.filter((name) => name.trim() !== '' && !name.startsWith('$') && !name.startsWith('...'));
      const roll = dice(from);
      const order = usable.map((_, index) => [roll(), index] as const).sort(([one], [other]) => one - other);
      const turned = order.map(([, index]) => index);
      const straight = keyOfCall(
        aRule({ parameters: named(...usable) }),
        undefined,
        usable.map((_, index) => values[index]),
      );
      const other = keyOfCall(
        aRule({ parameters: named(...turned.map((index) => usable[index] as string)) }),
        undefined,
        turned.map((index) => values[index]),
      );
      expect(other).toBe(straight);
    }),
    numRuns(800, 60),
  );
});

test('a value read from JSON has one key in every realm', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(keyOf(elsewhere(json.replaceAll('__proto__', 'proto')))).toBe(keyOf(JSON.parse(json.replaceAll('__proto__', 'proto'))));
    }),
    numRuns(300, 40),
  );
});
