/** Pairs of calls that a cache must tell apart, or must not: [what it is about, one call, the other, whether they are the same]. */
const same = true;
const different = false;

export const pairs = [
  ['equal objects', [{ id: 1 }], [{ id: 1 }], same],
  ['the order of properties', [{ a: 1, b: 2 }], [{ b: 2, a: 1 }], same],
  ['the order of properties, deeper', [{ a: { b: 1, c: 2 } }], [{ a: { c: 2, b: 1 } }], same],
  ['the order of Map entries', [mapOf({ a: 1, b: 2 })], [mapOf({ b: 2, a: 1 })], same],
  ['equal dates', [new Date(5)], [new Date(5)], same],
  ['NaN and NaN', [NaN], [NaN], same],
  ["1 and '1'", [1], ['1'], different],
  ["null and 'null'", [null], ['null'], different],
  ['[undefined] and [null]', [[undefined]], [[null]], different],
  ['NaN and null', [NaN], [null], different],
  ['-0 and 0', [-0], [0], different],
  ['1n and 1', [1n], [1], different],
  ['a date and its text', [new Date(0)], ['1970-01-01T00:00:00.000Z'], different],
  ['two dates', [new Date(0)], [new Date(1)], different],
  ['the contents of Maps', [mapOf({ a: 1 })], [mapOf({ a: 2 })], different],
  ['the contents of Sets', [new Set([1])], [new Set([2])], different],
  ['a Map and an object', [mapOf({ a: 1 })], [{ a: 1 }], different],
  ['a property that is undefined', [{ a: undefined }], [{}], different],
  ["[1, 2] and '1,2'", [[1, 2]], ['1,2'], different],
  ['[1, [2]] and [[1, 2]]', [[1, [2]]], [[[1, 2]]], different],
  ['regular expressions', [/a/], [/b/], different],
  ['bytes', [new Uint8Array([1, 2])], [new Uint8Array([1, 3])], different],
  ['where an argument ends', ['a|b', 'c'], ['a', 'b|c'], different],
  ['the second argument', ['a', 'b'], ['a', 'c'], different],
];

function mapOf(object) {
  return new Map(Object.entries(object));
}
