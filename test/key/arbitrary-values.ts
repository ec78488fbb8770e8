/**
 * Random arguments, their copies in another order, and their near misses: for property tests.
 */
import fc from 'fast-check';
import { anyText } from '../support/arbitrary-text';

class Filter {
  constructor(
    readonly by: unknown,
    readonly value: unknown,
  ) {}
}

/** Values that are easily taken for each other. */
const pool: readonly unknown[] = [
  ...[
    0,
    -0,
    1,
    10,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0.1,
    1e21,
    '0',
    '',
    '1',
    'NaN',
    'null',
    'undefined',
    '[]',
    '{}',
    '[1]',
    '"a"',
    'a',
    'b',
    'a,b',
    'a=1',
  ],
  ...['^0', '_', '1n', 'é', 'e\u0301', '\ud800', '\u2028', '\0', null, undefined, true, false, 0n, 1n, 10n, Symbol.for('a'), Symbol.for('b'), Symbol.iterator],
];
const names = ['a', 'b', 'a.b', 'a,b', '', '0', '1', '10', '01', 'length', '__proto__', 'constructor', 'toJSON', 'then', '"', 'é', 'a:1'];

const primitive = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...pool) },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.bigInt() },
);

/** Defined, not assigned: a property called `__proto__` is one like others. */
function objectOf(entries: Iterable<readonly [PropertyKey, unknown]>, prototype: object | null = Object.prototype): object {
  const object = Object.create(prototype) as object;
  for (const [key, value] of entries) Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  return object;
}

const { value } = fc.letrec<{ value: unknown; name: PropertyKey }>((tie) => ({
  name: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom<PropertyKey>(...names) },
    fc.constantFrom<PropertyKey>(Symbol.for('gt'), Symbol.for('a')),
    fc.string(),
  ),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: primitive },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.sparseArray(tie('value'), { maxNumElements: 3, maxLength: 80 }) },
    { weight: 3, arbitrary: fc.array(fc.tuple(tie('name'), tie('value')), { maxLength: 5 }).map((entries) => objectOf(entries as [PropertyKey, unknown][])) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(tie('name'), tie('value')), { maxLength: 3 }).map((entries) => objectOf(entries as [PropertyKey, unknown][], null)),
    },
    { weight: 1, arbitrary: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries as [unknown, unknown][])) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((members) => new Set(members)) },
    { weight: 1, arbitrary: fc.tuple(tie('value'), tie('value')).map(([by, what]) => new Filter(by, what)) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 1e12, Number.NaN).map((time) => new Date(time)) },
    { weight: 1, arbitrary: fc.constantFrom(['a', ''], ['a', 'g'], ['[/]', 'g'], ['a/g', '']).map(([source, flags]) => new RegExp(source as string, flags)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)) },
  ),
}));

export const anyValue: fc.Arbitrary<unknown> = value;

/** Random numbers below 1, drawn from a seed so that a failing run can be repeated. */
export function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(list: readonly T[], roll: () => number): T[] {
  return list
    .map((member) => [roll(), member] as const)
    .sort(([one], [other]) => one - other)
    .map(([, member]) => member);
}

/** What to do with each part of a value while it is copied. */
type Edit = (part: unknown, copy: () => unknown) => unknown;

/** A deep copy: properties, Map entries and Set members in another order. */
export function reordered(original: unknown, roll: () => number, edit: Edit = (_part, copy) => copy()): unknown {
  const again = (part: unknown): unknown => edit(part, () => reordered(part, roll, edit));
  if (typeof original !== 'object' || original === null) return original;
  if (original instanceof Date) return new Date(original);
  if (original instanceof RegExp) return new RegExp(original);
  if (Buffer.isBuffer(original)) return Buffer.from(original);
  if (original instanceof Uint8Array) return new Uint8Array(original);
  if (original instanceof Map) return new Map(shuffled([...original], roll).map(([key, part]) => [again(key), again(part)]));
  if (original instanceof Set) return new Set(shuffled([...original], roll).map(again));
  const entries = shuffled(Reflect.ownKeys(original), roll).filter((key) => Object.prototype.propertyIsEnumerable.call(original, key));
  const parts = entries.map((key) => [key, again(original[key as keyof object])] as const);
  if (!Array.isArray(original)) return objectOf(parts, Object.getPrototypeOf(original) as object | null);
  const array: unknown[] = new Array(original.length);
  for (const [key, part] of parts) array[key as unknown as number] = part;
  return array;
}

/** A copy in which one part, chosen by the dice, is another. */
export function edited(original: unknown, roll: () => number): unknown {
  let count = 0;
  reordered(
    [original],
    () => 0,
    (_part, copy) => (count++, copy()),
  );
  let until = Math.floor(roll() * count);
  const change: Edit = (part, copy) => (until-- === 0 ? changed(part, roll) : copy());
  return (reordered([original], roll, change) as unknown[])[0];
}

function changed(part: unknown, roll: () => number): unknown {
  const other = pool[Math.floor(roll() * pool.length)];
  switch (Math.floor(roll() * 6)) {
    case 0:
      return [part];
    case 1:
      return Array.isArray(part) ? part.slice(1) : objectOf([['a', part]]);
    case 2:
      return Array.isArray(part) ? objectOf(Object.entries(part)) : part instanceof Map ? [...part] : other;
    case 3:
      return typeof part === 'object' && part !== null && !ArrayBuffer.isView(part) ? Object.assign(part, { extra: other }) : String(part as string);
    default:
      return other;
  }
}
