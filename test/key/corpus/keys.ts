// @ts-nocheck: its values are odd on purpose, and types would only be in their way.
/**
 * An adversarial corpus: pairs of calls that are easily taken for each other, or that look different and are not.
 * Each case builds fresh values every time, so nothing is equal by identity unless the case says so.
 *
 * - `same`: both calls must share an entry.
 * - `different`: they must never share one.
 * - `error`: no honest key exists, so the first call at least must be refused. With `twins` both are the same thing, and both are refused.
 *
 * Tier `core` follows from the language: a method can tell such calls apart, or cannot. Tier `convention` is our own choice.
 */
export interface Case {
  readonly name: string;
  readonly group: string;
  readonly tier: 'core' | 'convention';
  readonly a: () => unknown[];
  readonly b: () => unknown[];
  readonly expect: 'same' | 'different' | 'error';
  readonly twins?: boolean;
}

export const corpus: Case[] = [];
let group = '',
  tier = 'core';
const G = (g, t = 'core') => {
  group = g;
  tier = t;
};
const add = (expect) => (name, a, b) => corpus.push({ name: `${group}: ${name}`, group, tier, a, b, expect });
const S = add('same'),
  D = add('different'),
  X = add('error');
const v = (x) => (typeof x === 'function' ? x : () => x);
/** one-argument calls */
const s1 = (n, a, b) =>
    S(
      n,
      () => [v(a)()],
      () => [v(b)()],
    ),
  d1 = (n, a, b) =>
    D(
      n,
      () => [v(a)()],
      () => [v(b)()],
    ),
  x1 = (n, a, b = a) => {
    X(
      n,
      () => [v(a)()],
      () => [v(b)()],
    );
    if (b === a) corpus.at(-1).twins = true;
  };
// ------------------------------------------------------------------ primitives
G('primitives');
s1('equal strings', 'abc', 'abc');
s1('equal numbers', 1, 1.0);
s1('NaN is NaN', NaN, NaN);
s1('computed NaN', NaN, () => 0 / 0);
s1('equal bigints', 10n, () => BigInt('10'));
s1('null', null, null);
s1('true', true, true);
s1('empty string', '', '');
d1('1 and "1"', 1, '1');
d1('true and "true"', true, 'true');
d1('true and 1', true, 1);
d1('false and 0', false, 0);
d1('false and ""', false, '');
d1('0 and ""', 0, '');
d1('null and "null"', null, 'null');
d1('undefined and "undefined"', undefined, 'undefined');
d1('undefined and null', undefined, null);
d1('NaN and null', NaN, null);
d1('NaN and "NaN"', NaN, 'NaN');
d1('NaN and undefined', NaN, undefined);
d1('Infinity and null', Infinity, null);
d1('Infinity and -Infinity', Infinity, -Infinity);
d1('Infinity and "Infinity"', Infinity, 'Infinity');
d1('Infinity and NaN', Infinity, NaN);
d1('1n and 1', 1n, 1);
d1('1n and "1n"', 1n, '1n');
d1('1n and "1"', 1n, '1');
d1('huge bigints', 2n ** 64n, 2n ** 64n + 1n);
d1('bigint past 2^53 and its number', 9007199254740993n, 9007199254740992);
d1('-0 and 0', -0, 0);
d1('0.1+0.2 and 0.3', () => 0.1 + 0.2, 0.3);
s1('doubles that print the same are the same', 9007199254740992, 9007199254740993);
d1('1e21 and "1e+21"', 1e21, '1e+21');
d1('smallest double and 0', 5e-324, 0);
d1('null and "" ', null, '');
d1('null and 0', null, 0);
d1('undefined and ""', undefined, '');
d1('empty string and space', '', ' ');
d1('case', 'a', 'A');
d1('trailing space', 'a', 'a ');
d1('trailing NUL', 'a', 'a\0');
d1('NFC and NFD', 'é', 'e\u0301');
d1('lone surrogates', '\ud800', '\ud801');
d1('lone surrogate and U+FFFD', '\ud800', '\ufffd');
d1('low and high surrogate', '\udc00', '\ud800');
d1('reversed pair', '\ude00\ud83d', '\ud83d\ude00');
d1('escape and its text', '\n', '\\n');
d1('quote and escaped quote', '"', '\\"');
d1('U+2028 and newline', '\u2028', '\n');
d1('string of an object', '[object Object]', () => ({}));
d1('JSON text and value', '{"a":1}', () => ({ a: 1 }));
d1('JSON text and array', '[1]', () => [1]);
d1('quoted text', '"a"', 'a');
d1('zero-width joiner', 'a', 'a\u200d');
d1('byte-order mark', 'a', '\ufeffa');
// ------------------------------------------------------------------ argument lists
G('arity');
S(
  'no arguments',
  () => [],
  () => [],
);
S(
  'two equal lists',
  () => [1, 'a', true],
  () => [1, 'a', true],
);
D(
  'order',
  () => [1, 2],
  () => [2, 1],
);
D(
  'one more',
  () => [1],
  () => [1, 2],
);
D(
  'undefined shifts',
  () => [undefined, 1],
  () => [1],
);
D(
  'null shifts',
  () => [null, 1],
  () => [1, null],
);
D(
  'null or nothing',
  () => [],
  () => [null],
);
D(
  'undefined in the middle',
  () => [1, undefined, 2],
  () => [1, 2],
);
D(
  'undefined or null in the middle',
  () => [1, undefined, 2],
  () => [1, null, 2],
);
D(
  'NaN or null in the middle',
  () => [1, NaN, 2],
  () => [1, null, 2],
);
D(
  'array or two arguments',
  () => [[1, 2]],
  () => [1, 2],
);
D(
  'array or one argument',
  () => [[1]],
  () => [1],
);
D(
  'empty array or nothing',
  () => [[]],
  () => [],
);
D(
  'arrays cut elsewhere',
  () => [[1], [2]],
  () => [[1, 2]],
);
D(
  'arrays cut elsewhere 2',
  () => [[1, 2], [3]],
  () => [[1], [2, 3]],
);
D(
  'nesting',
  () => [[[1], 2]],
  () => [[1, [2]]],
);
D(
  'nested empties',
  () => [[[]]],
  () => [[]],
);
D(
  'empty array or empty string',
  () => [[]],
  () => [''],
);
D(
  'empty array or empty object',
  () => [[]],
  () => [{}],
);
D(
  'array of one array',
  () => [[[1, 2]]],
  () => [[1, 2]],
);
D(
  'first argument equal, second not',
  () => ['u1', 'read'],
  () => ['u1', 'write'],
);
D(
  'first equal, third not',
  () => ['u1', 'a', 1],
  () => ['u1', 'a', 2],
);
D(
  'arguments object in a list',
  () => [
    (function () {
      return arguments;
    })(1, 2),
  ],
  () => [
    (function () {
      return arguments;
    })(1, 3),
  ],
);
D(
  'string or list of its characters',
  () => ['ab'],
  () => [['a', 'b']],
);
G('arity', 'convention');
S(
  'trailing undefined',
  () => [1],
  () => [1, undefined],
);
S(
  'only undefined',
  () => [],
  () => [undefined],
);
S(
  'many trailing undefined',
  () => [1],
  () => [1, undefined, undefined],
);
// ------------------------------------------------------------------ plain objects
G('objects');
s1(
  'key order',
  () => ({ a: 1, b: 2 }),
  () => ({ b: 2, a: 1 }),
);
s1(
  'nested key order',
  () => ({ a: { x: 1, y: [{ p: 1, q: 2 }] } }),
  () => ({ a: { y: [{ q: 2, p: 1 }], x: 1 } }),
);
s1(
  'key order in an array',
  () => [{ a: 1, b: 2 }],
  () => [{ b: 2, a: 1 }],
);
s1(
  'number-like keys',
  () => ({ 1: 'a', 2: 'b' }),
  () => ({ '2': 'b', '1': 'a' }),
);
s1(
  'integer and string keys mixed',
  () => ({ b: 1, 10: 2, 9: 3, a: 4 }),
  () => ({ a: 4, 9: 3, b: 1, 10: 2 }),
);
s1(
  'deleted and re-added',
  () => {
    const o = { a: 1, b: 2 };
    delete o.a;
    o.a = 1;
    return o;
  },
  () => ({ a: 1, b: 2 }),
);
s1(
  'spread copy',
  () => ({ ...{ a: 1, b: { c: 2 } } }),
  () => ({ b: { c: 2 }, a: 1 }),
);
s1(
  'JSON copy',
  () => ({ a: [1, 'x', null, true] }),
  () => JSON.parse('{"a":[1,"x",null,true]}'),
);
s1(
  'order of keys beyond ASCII',
  () => ({ é: 1, z: 2, 𠮷: 3, '\uffff': 4 }),
  () => ({ '\uffff': 4, 𠮷: 3, z: 2, é: 1 }),
);
s1(
  'many keys in other order',
  () => Object.fromEntries(Array.from({ length: 200 }, (_, i) => ['k' + i, i])),
  () => Object.fromEntries(Array.from({ length: 200 }, (_, i) => ['k' + (199 - i), 199 - i])),
);
s1(
  'two objects in order',
  () => ({ a: {}, b: {} }),
  () => ({ b: {}, a: {} }),
);
d1(
  'undefined property or none',
  () => ({ a: undefined }),
  () => ({}),
);
d1(
  'undefined or null property',
  () => ({ a: undefined }),
  () => ({ a: null }),
);
d1(
  'null property or none',
  () => ({ a: null }),
  () => ({}),
);
d1(
  'which key is undefined',
  () => ({ a: undefined, b: 1 }),
  () => ({ b: 1, c: undefined }),
);
d1(
  'NaN or null property',
  () => ({ a: NaN }),
  () => ({ a: null }),
);
d1(
  '-0 or 0 property',
  () => ({ a: -0 }),
  () => ({ a: 0 }),
);
d1(
  'value type',
  () => ({ a: 1 }),
  () => ({ a: '1' }),
);
d1(
  'dotted key or nested',
  () => ({ 'a.b': 1 }),
  () => ({ a: { b: 1 } }),
);
d1(
  'empty key',
  () => ({ '': 1 }),
  () => ({}),
);
d1(
  'key case',
  () => ({ id: 1 }),
  () => ({ ID: 1 }),
);
d1(
  'extra key',
  () => ({ a: 1 }),
  () => ({ a: 1, b: 2 }),
);
d1(
  'bracketed key',
  () => ({ 'a[0]': 1 }),
  () => ({ a: [1] }),
);
d1(
  'array-like or array',
  () => ({ 0: 'a', length: 1 }),
  () => ['a'],
);
d1(
  'object or array with indices',
  () => ({ 0: 'a' }),
  () => ['a'],
);
d1(
  'own __proto__',
  () => JSON.parse('{"__proto__":{"admin":true}}'),
  () => ({}),
);
d1(
  'own __proto__ values',
  () => JSON.parse('{"__proto__":{"admin":true}}'),
  () => JSON.parse('{"__proto__":{"admin":false}}'),
);
d1(
  'own constructor key',
  () => ({ constructor: 'a' }),
  () => ({ constructor: 'b' }),
);
d1(
  'own hasOwnProperty key',
  () => ({ hasOwnProperty: 1 }),
  () => ({ hasOwnProperty: 2 }),
);
d1(
  'own toString key',
  () => ({ toString: 'x' }),
  () => ({ toString: 'y' }),
);
d1(
  'a key called toJSON',
  () => ({ toJSON: 'a' }),
  () => ({ toJSON: 'b' }),
);
d1(
  'a key called length',
  () => ({ length: 1 }),
  () => ({ length: 2 }),
);
d1(
  'a key called then',
  () => ({ then: 1 }),
  () => ({ then: 2 }),
);
d1(
  'array order',
  () => ['a', 'b'],
  () => ['b', 'a'],
);
d1(
  'array order of objects',
  () => [{ a: 1 }, { b: 1 }],
  () => [{ b: 1 }, { a: 1 }],
);
d1(
  'swapped values',
  () => ({ a: 1, b: 2 }),
  () => ({ a: 2, b: 1 }),
);
d1(
  'nesting level',
  () => ({ a: { b: {} } }),
  () => ({ a: {}, b: {} }),
);
d1(
  'deep difference',
  () => ({ a: { b: { c: { d: 1 } } } }),
  () => ({ a: { b: { c: { d: 2 } } } }),
);
d1('empty object or null', () => ({}), null);
d1('empty object or undefined', () => ({}), undefined);
d1(
  'false or missing flag',
  () => ({ force: false }),
  () => ({}),
);
d1(
  'lone surrogate keys',
  () => ({ '\ud800': 1 }),
  () => ({ '\ud801': 1 }),
);
d1(
  'object key order does not hide a type',
  () => ({ a: 1, b: '1' }),
  () => ({ b: 1, a: '1' }),
);
d1(
  'NFC and NFD keys',
  () => ({ é: 1 }),
  () => ({ 'e\u0301': 1 }),
);
d1(
  'enumerable symbol property',
  () => ({ [Symbol.for('op')]: 1 }),
  () => ({}),
);
d1(
  'enumerable symbol property values',
  () => ({ [Symbol.for('op')]: 1 }),
  () => ({ [Symbol.for('op')]: 2 }),
);
d1(
  'query operators as symbols',
  () => ({ age: { [Symbol.for('gt')]: 18 } }),
  () => ({ age: { [Symbol.for('lt')]: 18 } }),
);
d1(
  'symbol or string key',
  () => ({ [Symbol.for('a')]: 1 }),
  () => ({ a: 1 }),
);
G('objects', 'convention');
s1(
  'null prototype',
  () => Object.assign(Object.create(null), { a: 1 }),
  () => ({ a: 1 }),
);
s1(
  'frozen',
  () => Object.freeze({ a: 1 }),
  () => ({ a: 1 }),
);
s1(
  'non-enumerable extra',
  () => Object.defineProperty({ a: 1 }, 'hidden', { value: 1 }),
  () => ({ a: 1 }),
);
s1(
  'own getter',
  () => ({
    get a() {
      return 1;
    },
  }),
  () => ({ a: 1 }),
);
d1(
  'own getter values',
  () => ({
    get a() {
      return 1;
    },
  }),
  () => ({
    get a() {
      return 2;
    },
  }),
);
s1(
  "inherited enumerable properties of another plain object are not the object's own",
  () => ({ a: 1 }),
  () => {
    const o = { a: 1 };
    Object.defineProperty(o, 'x', { value: 1, enumerable: false });
    return o;
  },
);
// ------------------------------------------------------------------ regular expressions
G('regexps');
s1(
  'equal',
  () => /a/g,
  () => /a/g,
);
s1(
  'constructor or literal',
  () => new RegExp('a/b', 'g'),
  () => /a\/b/g,
);
d1(
  'source',
  () => /a/,
  () => /b/,
);
d1(
  'flags',
  () => /a/,
  () => /a/i,
);
d1('regexp or its text', () => /a/, '/a/');
d1(
  'regexp or empty object',
  () => /a/,
  () => ({}),
);
d1(
  'in a filter',
  () => ({ name: /^al/ }),
  () => ({ name: /^bo/ }),
);
d1(
  'flags in a filter',
  () => ({ name: /^al/ }),
  () => ({ name: /^al/i }),
);
d1(
  'lastIndex',
  () => {
    const r = /a/g;
    r.lastIndex = 3;
    return r;
  },
  () => /a/g,
);
d1(
  'u or v flag',
  () => /\p{L}/u,
  () => /\p{L}/v,
);
// ------------------------------------------------------------------ symbols, functions, things without a value
G('identity');
s1(
  'registered symbols',
  () => Symbol.for('a'),
  () => Symbol.for('a'),
);
d1(
  'other registered symbols',
  () => Symbol.for('a'),
  () => Symbol.for('b'),
);
d1('symbol or its key', () => Symbol.for('a'), 'a');
d1('symbol or its text', () => Symbol.for('a'), 'Symbol(a)');
d1('symbol or undefined', () => Symbol.for('a'), undefined);
d1(
  'well-known symbols',
  () => Symbol.iterator,
  () => Symbol.asyncIterator,
);
d1(
  'symbols in arrays',
  () => [Symbol.for('a')],
  () => [Symbol.for('b')],
);
d1(
  'symbol or null in an array',
  () => [Symbol.for('a')],
  () => [null],
);
x1(
  'unique symbols of one name',
  () => Symbol('a'),
  () => Symbol('a'),
);
x1(
  'two functions',
  () => () => 1,
  () => () => 2,
);
x1(
  'functions with one text and two closures',
  () =>
    (
      (n) => () =>
        n
    )(1),
  () =>
    (
      (n) => () =>
        n
    )(2),
);
x1(
  'function in a property',
  () => ({ filter: (x) => x > 1 }),
  () => ({ filter: (x) => x > 2 }),
);
x1(
  'function or nothing in a property',
  () => ({ filter: (x) => x > 1 }),
  () => ({}),
);
x1(
  'function in an array',
  () => [() => 1],
  () => [null],
);
x1(
  'class as argument',
  () => class A {},
  () => class B {},
);
x1(
  'bound functions',
  () => ((x) => x).bind(null, 1),
  () => ((x) => x).bind(null, 2),
);
x1(
  'native functions',
  () => Math.max,
  () => Math.min,
);
x1(
  'promises',
  () => Promise.resolve(1),
  () => Promise.resolve(2),
);
x1(
  'weak maps',
  () => new WeakMap([[{}, 1]]),
  () => new WeakMap(),
);
x1(
  'weak sets',
  () => new WeakSet(),
  () => new WeakSet([{}]),
);
x1(
  'weak refs',
  () => new WeakRef({ a: 1 }),
  () => new WeakRef({ a: 2 }),
);
x1(
  'generators',
  () =>
    (function* () {
      yield 1;
    })(),
  () =>
    (function* () {
      yield 2;
    })(),
);
x1(
  'array iterators',
  () => [1, 2][Symbol.iterator](),
  () => [3][Symbol.iterator](),
);
x1(
  'map iterators',
  () => new Map([[1, 1]]).keys(),
  () => new Map([[2, 2]]).keys(),
);
x1(
  'async generators',
  () =>
    (async function* () {
      yield 1;
    })(),
  () =>
    (async function* () {
      yield 2;
    })(),
);
x1(
  'a proxy that answers for another',
  () => new Proxy({}, { get: (t, k) => (k === 'a' ? 1 : undefined) }),
  () => new Proxy({}, { get: (t, k) => (k === 'a' ? 2 : undefined) }),
);
x1(
  'a proxy of a map',
  () => new Proxy(new Map([['a', 1]]), {}),
  () => new Proxy(new Map([['a', 2]]), {}),
);
x1(
  'Intl formats',
  () => new Intl.NumberFormat('en'),
  () => new Intl.NumberFormat('de'),
);
x1(
  'blobs',
  () => new Blob(['a']),
  () => new Blob(['b']),
);
x1(
  'headers',
  () => new Headers({ authorization: 'A' }),
  () => new Headers({ authorization: 'B' }),
);
x1(
  'form data',
  () => {
    const f = new FormData();
    f.set('a', '1');
    return f;
  },
  () => {
    const f = new FormData();
    f.set('a', '2');
    return f;
  },
);
x1(
  'requests',
  () => new Request('http://x/', { method: 'POST' }),
  () => new Request('http://y/'),
);
x1(
  'text encoders',
  () => new TextDecoder('utf-8'),
  () => new TextDecoder('utf-16le'),
);
x1('global object', () => globalThis);
// ------------------------------------------------------------------ graphs, depth, size
G('graphs');
const cyc = (f) => {
  const o = {};
  f(o);
  return o;
};
s1(
  'equal cycles',
  () =>
    cyc((o) => {
      o.self = o;
      o.n = 1;
    }),
  () =>
    cyc((o) => {
      o.n = 1;
      o.self = o;
    }),
);
d1(
  'cycles with other values',
  () =>
    cyc((o) => {
      o.self = o;
      o.n = 1;
    }),
  () =>
    cyc((o) => {
      o.self = o;
      o.n = 2;
    }),
);
d1(
  'cycle or null',
  () =>
    cyc((o) => {
      o.self = o;
    }),
  () => ({ self: null }),
);
d1(
  'cycle or empty',
  () =>
    cyc((o) => {
      o.self = o;
    }),
  () => ({ self: {} }),
);
d1(
  'cycle to the parent or to the root',
  () => {
    const r = { a: { b: {} } };
    r.a.b.up = r.a;
    return r;
  },
  () => {
    const r = { a: { b: {} } };
    r.a.b.up = r;
    return r;
  },
);
s1(
  'array cycles',
  () => {
    const a = [1];
    a.push(a);
    return a;
  },
  () => {
    const a = [1];
    a.push(a);
    return a;
  },
);
s1(
  'map cycles',
  () => {
    const m = new Map();
    m.set('m', m);
    return m;
  },
  () => {
    const m = new Map();
    m.set('m', m);
    return m;
  },
);
d1(
  'cyclic lists',
  () => {
    const a = [1];
    a.push(a);
    return a;
  },
  () => {
    const a = [2];
    a.push(a);
    return a;
  },
);
s1(
  'diamond',
  () => {
    const d = { v: 1 };
    return { l: { d }, r: { d } };
  },
  () => ({ r: { d: { v: 1 } }, l: { d: { v: 1 } } }),
);
d1(
  'diamond values',
  () => {
    const d = { v: 1 };
    return { l: { d }, r: { d } };
  },
  () => ({ l: { d: { v: 1 } }, r: { d: { v: 2 } } }),
);
const deep = (n, leaf) => {
    let o = leaf;
    for (let i = 0; i < n; i++) o = { a: o };
    return o;
  },
  deepA = (n, leaf) => {
    let o = leaf;
    for (let i = 0; i < n; i++) o = [o];
    return o;
  };
s1(
  '150 levels',
  () => deep(150, 1),
  () => deep(150, 1),
);
d1(
  '150 levels, other leaf',
  () => deep(150, 1),
  () => deep(150, 2),
);
d1(
  '150 or 149 levels',
  () => deepA(150, 1),
  () => deepA(149, 1),
);
d1(
  '12 levels, other leaf',
  () => deep(12, 1),
  () => deep(12, 2),
);
d1(
  'long strings, last character',
  () => 'x'.repeat(1e5) + 'a',
  () => 'x'.repeat(1e5) + 'b',
);
d1(
  'long strings, middle',
  () => 'x'.repeat(5e4) + 'a' + 'x'.repeat(5e4),
  () => 'x'.repeat(5e4) + 'b' + 'x'.repeat(5e4),
);
d1(
  'long strings, length',
  () => 'x'.repeat(1e5),
  () => 'x'.repeat(1e5 + 1),
);
d1(
  '1,000 keys, one value',
  () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['k' + i, i])),
  () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['k' + i, i === 500 ? -1 : i])),
);
d1(
  'long query text',
  () => ({ sql: 'select ' + 'a,'.repeat(5000) + ' 1' }),
  () => ({ sql: 'select ' + 'a,'.repeat(5000) + ' 2' }),
);
G('graphs', 'convention');
x1('100,000 levels', () => deep(1e5, 1));
x1('a graph that unfolds to 2^60 nodes', () => {
  let o = { v: 1 };
  for (let i = 0; i < 60; i++) o = { l: o, r: o };
  return o;
});
