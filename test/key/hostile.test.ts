import { keyOf, refusalOf } from './calls.js';

const ran = (): never => {
  throw new Error('code of the value ran');
};

/** A getter nobody may run. */
const trap: PropertyDescriptor = { get: ran, set: ran, configurable: true };

test('conversions, iterators, tags, species and getters of classes do not run', () => {
  const convert = { toJSON: 1, valueOf: 2, toString: 3, [Symbol.toPrimitive]: 4 };
  expect(keyOf(convert)).toBe('$0={toJSON:1,toString:3,valueOf:2,[Symbol.toPrimitive]:4}');
  class Loud extends Map<unknown, unknown> {
    override get size(): number {
      return ran();
    }
    override forEach(): never {
      return ran();
    }
    override [Symbol.iterator](): never {
      return ran();
    }
    override get [Symbol.toStringTag](): string {
      return ran();
    }
    get then(): never {
      return ran();
    }
  }
  const loud = Object.setPrototypeOf(new Map([[1, 2]]), Loud.prototype) as object;
  expect(keyOf(loud)).toBe('$0=Map:Loud{1=>2}');
  class Bytes extends Uint8Array {
    override get [Symbol.toStringTag](): never {
      return ran();
    }
  }
  expect(keyOf(new Bytes(1))).toBe('$0=Uint8Array:Bytes(AA==)');
  expect(keyOf(Object.defineProperty({ a: 1 }, Symbol.toStringTag, trap))).toBe('$0={a:1}');
  refusalOf(Object.defineProperty(new Uint8Array(1), Symbol.toStringTag, trap));
});

test('what a value says of itself under the names of built-in properties is not believed', () => {
  const lies = { source: 'b', flags: 'gi', global: true };
  const pattern = Object.defineProperties(/a/, Object.fromEntries(Object.entries(lies).map(([name, value]) => [name, { value }])));
  expect(keyOf(pattern)).toBe('$0=RegExp(/a/)');
  const bytes = Object.defineProperties(new Uint8Array([1]), { buffer: { value: new ArrayBuffer(9) }, byteLength: { value: 9 }, length: { value: 9 } });
  refusalOf(bytes);
  const time = Object.defineProperties(new Date(0), { getTime: { value: () => 1 }, toISOString: { value: ran } });
  expect(keyOf(time)).toBe('$0=Date(1970-01-01T00:00:00.000Z)');
});

test('a lastIndex that is no number is not converted', () => {
  expect(keyOf(Object.assign(/a/g, { lastIndex: 'x' }))).toBe('$0=RegExp(/a/g,"x")');
  refusalOf(Object.assign(/a/g, { lastIndex: { valueOf: ran } }));
});

test('no trap of a Proxy runs, wherever the Proxy stands', () => {
  const handler = new Proxy({}, { get: ran });
  const proxy = new Proxy({}, handler);
  for (const value of [proxy, [proxy], { a: proxy }, new Map([[proxy, 1]]), new Set([proxy]), new Error('m', { cause: proxy })]) refusalOf(value);
  refusalOf(Object.create(proxy));
  class Guarded {
    x = 1;
  }
  Guarded.prototype.constructor = new Proxy(Guarded, handler);
  refusalOf(new Guarded());
});

test('arguments are left as they are', () => {
  const names = ['b', 'a'];
  const value = {
    names,
    map: new Map([
      ['b', 1],
      ['a', 2],
    ]),
    set: new Set([2, 1]),
    bytes: Buffer.from('a'),
    pattern: Object.assign(/a/g, { lastIndex: 1 }),
  }; // prettier-ignore
  const freeze = (part: unknown): unknown => (ArrayBuffer.isView(part) || part instanceof RegExp ? part : Object.freeze(part));
  Object.values(value).forEach(freeze);
  keyOf(Object.freeze(value));
  expect([Object.keys(value), names, [...value.map.keys()], [...value.set], value.pattern.lastIndex]).toEqual([
    ['names', 'map', 'set', 'bytes', 'pattern'],
    ['b', 'a'],
    ['b', 'a'],
    [2, 1],
    1,
  ]);
});

test('names of the language pollute nothing', () => {
  const before = Reflect.ownKeys(Object.prototype).length;
  const nested: unknown = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  expect(keyOf(nested)).toBe('$0={__proto__:{polluted:1},constructor:{prototype:{polluted:1}}}');
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
  expect({}).not.toHaveProperty('polluted');
});

const unfolding = (wrap: (part: unknown) => unknown, leaf: unknown): unknown => {
  let value = leaf;
  for (let level = 0; level < 60; level++) value = wrap(value);
  return value;
};
const nested = (depth: number, wrap: (part: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
};

/** An error without a stack, which would take longer than everything else. */
function causedBy(cause: unknown): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error('m', { cause });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

test.each<[what: string, value: () => unknown]>([
  ['a million numbers', () => Array.from({ length: 1e6 }, (_, index) => index)],
  ['a million times the same', () => new Array(1e6).fill(1)],
  ['a Map of 300,000', () => new Map(Array.from({ length: 3e5 }, (_, index) => [index, index]))],
  ['a Set of 300,000', () => new Set(Array.from({ length: 3e5 }, (_, index) => index))],
  ['a string of 5 MB', () => 'x'.repeat(5e6)],
  ['a string of 5 MB that needs escapes', () => ['\n'.repeat(5e6)]],
  ['a name of 5 MB', () => ({ ['x'.repeat(5e6)]: 1 })],
  ['a Buffer of 50 MB', () => Buffer.alloc(5e7)],
  ['a pattern of 2 MB', () => new RegExp('a'.repeat(2e6))],
  ['a bigint of 67 million bits', () => 1n << (1n << 26n)],
  ['a negative bigint of 67 million bits', () => -(1n << (1n << 26n))],
  ['objects that unfold to 2^60', () => unfolding((part) => ({ l: part, r: part }), 1)],
  ['empty arrays that unfold to 2^60', () => unfolding((part) => [part, part], [])],
  ['Maps that unfold to 2^60', () => unfolding((part) => new Map([[part, part]]), new Map())],
  ['many long holes', () => new Array(1e5).fill(new Array(1e4))],
  ['100,000 levels', () => nested(1e5, (part) => ({ a: part }))],
  ['100,000 levels of Maps', () => nested(1e5, (part) => new Map([[part, 1]]))],
  ['100,000 causes', () => nested(1e5, causedBy)],
  ['10,000 prototypes', () => nested(1e4, (part) => Object.create(part === 1 ? null : (part as object)))],
  ['a Map that grows while it is read', growing],
])('is refused before it is walked to its end: %s', (_what, make) => {
  refusalOf(make());
});

test('what separates members counts as text', () => {
  // 600,000 digits fit, their commas do not.
  expect(refusalOf(new Array(6e5).fill(1))).toMatch(/\$0(?:\[\d+\])? is part of a key of more than 1048576 characters/);
});

test.each<[what: string, value: () => unknown]>([
  ['199 levels', () => nested(199, (part) => [part])],
  ['a sparse array of 4,000 million', () => Object.assign([], { 4e9: 1 })],
  ['3 million holes', () => new Array(3e6)],
  ['700 KB of bytes', () => new Float64Array(90_000).fill(Number.NaN)],
  ['a string of a million characters', () => 'x'.repeat(1e6)],
  ['a bigint of 100,000 digits', () => 10n ** 100_000n],
  ['50 ancestors', () => new (nested(50, (Base) => class Heir extends (Base === 1 ? Object : (Base as ObjectConstructor)) {}) as new () => object)()],
])('has a key: %s', (_what, make) => {
  expect(keyOf(make())).toBe(keyOf(make()));
});

function growing(): unknown {
  const map = new Map<number, object>();
  const next = (): object => Object.defineProperty({}, 'more', { enumerable: true, get: () => map.set(map.size, next()).size });
  return map.set(0, next());
}
