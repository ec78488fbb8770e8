import { shapeOf } from '../../src/key/shapes.js';

const learn = (title: string): number => title.length;

test('objects with the same names have one shape, read in the order of the names whatever their own', () => {
  const straight = shapeOf(['b', 'a', 'c'], learn);
  const turned = shapeOf(['c', 'b', 'a'], learn);
  expect(straight?.order.map((index) => ['b', 'a', 'c'][index])).toEqual(['a', 'b', 'c']);
  expect(turned?.order.map((index) => ['c', 'b', 'a'][index])).toEqual(['a', 'b', 'c']);
  expect(turned?.shape).toBe(straight?.shape);
});

test('a shape nobody taught is not known, another order of a known one is', () => {
  expect(shapeOf(['x', 'y'])).toBeUndefined();
  const known = shapeOf(['x', 'y'], learn);
  expect(shapeOf(['y', 'x'])?.shape).toBe(known?.shape);
});

test('names that only look alike together are other shapes', () => {
  const shapes = [['p', 'q'], ['p,q'], ['p', 'q', 'r'], ['p'], ['q'], ['"p","q"'], ['']].map((names) => shapeOf(names, learn)?.shape);
  expect(new Set(shapes).size).toBe(shapes.length);
  expect(shapes).not.toContain(undefined);
});

test('the beginning of a known shape is not known for that', () => {
  shapeOf(['one', 'two', 'three'], learn);
  expect(shapeOf(['one', 'two'])).toBeUndefined();
});

test('dictionaries are not learnt, and there is an end to what is', () => {
  const many = (count: number, prefix = 'k'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  expect(shapeOf(many(41), learn)).toBeUndefined();
  expect(shapeOf(['x'.repeat(2000)], learn)).toBeUndefined();
  expect(shapeOf(many(40), learn)).toBeDefined();
  let learnt = 0;
  for (let index = 0; index < 20_000; index++) if (shapeOf([`only${index}`], learn) !== undefined) learnt++;
  expect(learnt).toBeGreaterThan(9_000);
  expect(learnt).toBeLessThan(10_001);
  expect(shapeOf(['only1'])).toBeDefined();
});
