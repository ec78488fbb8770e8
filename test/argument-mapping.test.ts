import fc from 'fast-check';
import { argumentsFrom, pairUp, partsFrom } from '../src/argument-mapping';
import type { Parameter } from '../src/key/parameters';

const NAMES = ['id', 'locale', 'tenant', 'page', 'size'];

/** Parameters with names of their own, of which the last may gather the rest, and some may be nameless or no part of a key. */
const parameterLists = fc
  .tuple(fc.shuffledSubarray(NAMES), fc.boolean(), fc.array(fc.constantFrom('named', 'nameless', 'ignored'), { minLength: 5, maxLength: 5 }))
  .map(([names, gathers, kinds]): readonly Parameter[] =>
    names.map((name, index) => ({
      name: kinds[index] === 'nameless' ? undefined : name,
      isRest: gathers && index === names.length - 1,
      isIgnored: kinds[index] === 'ignored',
    })),
  );

/** What a method with these parameters sees under each name. */
function seenBy(parameters: readonly Parameter[], args: readonly unknown[]): Map<string, unknown> {
  const seen = new Map<string, unknown>();
  for (const [index, { name, isRest, isIgnored }] of parameters.entries()) {
    if (name !== undefined && !isIgnored) seen.set(name, isRest ? args.slice(index) : args[index]);
  }
  return seen;
}

const asList = (value: unknown): unknown => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

test('every common name has the value it was called with, in whichever order; all others are missing', () => {
  fc.assert(
    fc.property(parameterLists, parameterLists, fc.array(fc.integer(), { maxLength: 8 }), (called, cached, args) => {
      const { pairs, missing } = pairUp(called, cached);
      const given = seenBy(called, args);
      const found = seenBy(cached, argumentsFrom(pairs, args));
      const parts = partsFrom(pairs, args);
      const wanted = cached.filter(({ isIgnored }) => !isIgnored);
      expect(pairs.length + missing.length).toBe(wanted.length);
      for (const { name, isRest } of wanted) {
        if (name === undefined || !given.has(name)) continue;
        const value = given.get(name);
        expect(found.get(name)).toEqual(isRest ? asList(value) : value);
        expect(Object.hasOwn(parts, name)).toBe(true);
      }
      const common = wanted.flatMap(({ name }) => (name !== undefined && given.has(name) ? [name] : []));
      expect(Object.keys(parts).sort()).toEqual(common.sort());
    }),
    { numRuns: 300 },
  );
});

test('what is mapped to itself comes back, but for what is no part of a key', () => {
  const parameters: readonly Parameter[] = ['id', 'locale'].map((name) => ({ name, isRest: false, isIgnored: false }));
  expect(argumentsFrom(pairUp(parameters, parameters).pairs, ['u1', 'de'])).toEqual(['u1', 'de']);
  expect(argumentsFrom(pairUp([...parameters].reverse(), parameters).pairs, ['de', 'u1'])).toEqual(['u1', 'de']);
});
