import { keyOf, refusalOf } from './calls.js';
import { corpus } from './corpus/keys.js';

test('the corpus is complete', () => {
  expect(corpus.length).toBe(201);
});

const only = (expected: string) => corpus.filter((one) => one.expect === expected).map((one) => [one.name, one] as const);

test.each(only('same'))('one entry: %s', (_name, { a, b }) => {
  expect(keyOf(...a())).toBe(keyOf(...b()));
});

test.each(only('different'))('two entries: %s', (_name, { a, b }) => {
  expect(keyOf(...a())).not.toBe(keyOf(...b()));
});

test.each(only('error'))('refused: %s', (_name, { a, b, twins }) => {
  refusalOf(...a());
  if (twins === true) refusalOf(...b());
});
