import { elsewhere, keyOf } from './calls.js';

const sample = (): object => {
  const raw = [1, , 2];
  return Object.assign(raw, { index: 0 });
};

const growing = (): ArrayBuffer => new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(2, { maxByteLength: 16 });

const told = (strings: TemplateStringsArray, ..._values: unknown[]): TemplateStringsArray => strings;

const withLastIndex = (pattern: RegExp, lastIndex: unknown): RegExp => Object.assign(pattern, { lastIndex });

const cyclic = (): object => {
  const parent: Record<string, unknown> = { name: 'p' };
  parent['child'] = { up: parent };
  return parent;
};

const args = (..._list: unknown[]): IArguments =>
  (
    function () {
      // biome-ignore lint/complexity/noArguments: this is what is tested.
      return arguments;
    } as (...list: unknown[]) => IArguments
  )(..._list);

class Headers2 extends Map<string, unknown> {}
class Tags extends Array<unknown> {}
class Day extends Date {}
class Celsius extends Number {}
class Page extends URL {}
class Bytes extends Uint8Array {}
class HttpError extends TypeError {
  status = 404;
}
class Money {
  readonly #cents: bigint;
  constructor(cents: bigint) {
    this.#cents = cents;
  }
  [Symbol.for('scrubjay.key')](): unknown {
    return this.#cents;
  }
}
class FindUsers {
  constructor(
    readonly take: number,
    readonly where?: object,
  ) {}
  get skip(): number {
    return this.take * 2;
  }
}

test.each<[text: string, value: unknown]>([
  ['null', null],
  ['true', true],
  ['1', 1],
  ['-0', -0],
  ['NaN', Number.NaN],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['1e+21', 1e21],
  ['10n', 10n],
  ['18446744073709551616n', 2n ** 64n],
  ['"u1"', 'u1'],
  ['"\\"\\\\\\n"', '"\\\n'],
  ['"\\ud800"', '\ud800'],
  ['"\u2028é😀"', '\u2028é😀'],
  ['Symbol.for("a")', Symbol.for('a')],
  ['Symbol.iterator', Symbol.iterator],
  ['Date(1970-01-01T00:00:00.000Z)', new Date(0)],
  ['Date(NaN)', new Date(Number.NaN)],
  ['Date(1970-01-01T00:00:00.000Z){zone:"UTC"}', Object.assign(new Date(0), { zone: 'UTC' })],
  ['RegExp(/a\\/b/gi)', /a\/b/gi],
  ['RegExp(/a/g,3)', withLastIndex(/a/g, 3)],
  ['RegExp(/(?:)/)', new RegExp('')],
  ['RegExp("\\ud800")', new RegExp('\ud800')],
  [
    'Map{"a"=>1,{b:2}=>[]}',
    new Map<unknown, unknown>([
      [{ b: 2 }, []],
      ['a', 1],
    ]),
  ], // prettier-ignore
  ['Set{"1",1}', new Set([1, '1']).add('1')],
  ['Map{}{note:"x"}', Object.assign(new Map(), { note: 'x' })],
  ['[1,_,2]{index:0}', sample()],
  ['[_*4000000000]', new Array(4_000_000_000)],
  ['[undefined]', [undefined]],
  ['[[],[[]],{}]', [[], [[]], {}]],
  ['["\\n"]raw["\\\\n"]', told`\n`],
  ['Arguments[1,2]', args(1, 2)],
  ['Uint8Array(AQI=)', new Uint8Array([1, 2])],
  ['Int16Array(/////w==)', new Int16Array([-1, -1])],
  ['Float64Array(AAAAAAAA+H8=)', new Float64Array([Number.NaN])],
  ['Buffer(aGk=)', Buffer.from('hi')],
  ['Buffer(ZWw=)', Buffer.from('hello').subarray(1, 3)],
  ['ArrayBuffer(AAA=)', new ArrayBuffer(2)],
  ['ArrayBuffer(AAA=,16)', growing()],
  ['DataView(AAA=)', new DataView(new ArrayBuffer(4), 2)],
  ['{a:1,b:{c:null,d:undefined}}', { b: { d: undefined, c: null }, a: 1 }],
  ['{"":1,$_:4,"1":2,__proto__:5,"a-b":3}', JSON.parse('{"__proto__":5,"$_":4,"a-b":3,"1":2,"":1}')],
  ['{a:1,[Symbol.for("gt")]:18,[Symbol.for("lt")]:65}', { [Symbol.for('lt')]: 65, [Symbol.for('gt')]: 18, a: 1 }],
  ['{a:1}', Object.assign(Object.create(null), { a: 1 })],
  ['{a:1}', Object.assign(Object.create(Object.create(null)), { a: 1 })],
  [
    '{a:1}',
    Object.freeze({
      get a() {
        return 1;
      },
    }),
  ], // prettier-ignore
  ['{}', {}],
  ['URL("http://x/a?b=1#c")', new URL('http://x/a?b=1#c')],
  ['URL("http://x/"){note:1}', Object.assign(new URL('http://x/'), { note: 1 })],
  ['URLSearchParams("a=1&a=2")', new URLSearchParams('a=1&a=2')],
  ['Error{message:"m"}', new Error('m')],
  ['RangeError{cause:Error{message:"c"},message:"m"}', new RangeError('m', { cause: new Error('c') })],
  ['AggregateError{errors:[1],message:"m"}', new AggregateError([1], 'm')],
  ['Error{code:"ENOENT",message:"m",name:"N"}', Object.assign(new Error('m'), { code: 'ENOENT', name: 'N' })],
  ['TypeError:HttpError{message:"m",status:404}', new HttpError('m')],
  ['Object(1)', Object(1)],
  ['Object("ab"){x:1}', Object.assign(Object('ab'), { x: 1 })],
  ['Object(true)', Object(true)],
  ['Object(1n)', Object(1n)],
  ['Object(Symbol.for("a"))', Object(Symbol.for('a'))],
  ['Map:Headers2{"a"=>1}', new Headers2([['a', 1]])],
  ['Array:Tags[1,2]', Tags.of(1, 2)],
  ['Date:Day(1970-01-01T00:00:00.000Z)', new Day(0)],
  ['Object:Celsius(1)', new Celsius(1)],
  ['URL:Page("http://x/")', new Page('http://x/')],
  ['Uint8Array:Bytes(AQ==)', new Bytes([1])],
  ['"Money"!1299n', new Money(1299n)],
  ['"Object"!7', { [Symbol.for('scrubjay.key')]: () => 7, ignored: () => 8 }],
  ['"FindUsers"{take:20,where:{a:1}}', new FindUsers(20, { a: 1 })],
  ['{child:{up:^0},name:"p"}', cyclic()],
])('%s', (text, value) => {
  expect(keyOf(value)).toBe(`$0=${text}`);
});

test('undefined is a text inside values', () => {
  expect(keyOf({ a: undefined })).toBe('$0={a:undefined}');
});

test.each([
  '[1,,"a"]',
  '({a:{b:[]}})',
  'new Map([[{}, new Set([1])]])',
  'new Date(0)',
  '/a/g',
  'new TypeError("m", {cause: 1})',
  'Object("s")',
  'new Uint8Array([1,2])',
  'new ArrayBuffer(2)',
  '(function () { return arguments; })(1, 2)',
  '10n ** 30n',
  'Object.create(null)',
  'new (class Dto { x = 1; })()',
  'new (class Tree extends Map {})()',
  'new (class Failure extends RangeError { code = 1; })("m")',
  'Symbol.asyncIterator',
])('%s has one text in every realm', (expression) => {
  // biome-ignore lint/security/noGlobalEval: the same source in this realm.
  const here: unknown = eval(`(${expression})`);
  expect(keyOf(elsewhere(expression))).toBe(keyOf(here));
});

// Pairs that were, or easily are, one key by mistake.
test.each<[promise: string, a: unknown, b: unknown]>([
  ['a template literal and one that is spelled otherwise', told`\n`, told`\u000a`],
  ['an array and the strings of a template', told`a`, ['a']],
  [
    'templates as compilers make them for old targets',
    Object.defineProperty(['\n'], 'raw', { value: ['\n'] }),
    Object.defineProperty(['\n'], 'raw', { value: ['\\n'] }),
  ],
  ['a TypeError and an Error called TypeError', new TypeError('m'), Object.assign(new Error('m'), { name: 'TypeError' })],
  ['a TypeError and a class of that name', new TypeError('m'), new (class TypeError extends Error {})('m')],
  ['a URL and one with a property', new URL('http://x/'), Object.assign(new URL('http://x/'), { note: 1 })],
  ['a regular expression and one that lies about its flags', /a/g, Object.defineProperty(/a/, 'flags', { value: 'g' })],
  ['a Map and its entries', new Map([['a', 1]]), [['a', 1]]],
  ['a Map and an object', new Map([['a', 1]]), { a: 1 }],
  ['a Map and its subclass', new Map([['a', 1]]), new Headers2([['a', 1]])],
  ['a Set and an array', new Set([1]), [1]],
  ['a Buffer and its bytes', Buffer.from('a'), new Uint8Array([97])],
  ['bytes and clamped bytes', new Uint8Array([1]), new Uint8ClampedArray([1])],
  ['an ArrayBuffer and one that may grow', new ArrayBuffer(2), growing()],
  ['a Date and its text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a Date and its number', new Date(0), 0],
  ['a boxed number and a number', Object(1), 1],
  ['a boxed string and its characters', Object('ab'), ['a', 'b']],
  ['an array and an arguments object', [1, 2], args(1, 2)],
  ['a hole and undefined', [1, , 2], [1, undefined, 2]],
  ['a hole at the end and none', [1, ,], [1]],
  ['an instance and a literal with its fields', new FindUsers(1), { take: 1, where: undefined }],
  ['a text that looks like the text of a value', 'Map{}', new Map()],
  ['a name that looks like a symbol', { '[Symbol.for("a")]': 1 }, { [Symbol.for('a')]: 1 }],
  ['a symbol key and its value elsewhere', { [Symbol.iterator]: 1 }, { [Symbol.asyncIterator]: 1 }],
  ['lastIndex 0 and -0', /a/g, withLastIndex(/a/g, -0)],
])('two entries: %s', (_promise, a, b) => {
  expect(keyOf(a)).not.toBe(keyOf(b));
});
