import fc from 'fast-check';
import { readSourceText, type SourceText } from '../../src/key/source-text.js';
import { numRuns } from '../support/thorough';

type Method = (...args: never[]) => unknown;

/** The method that `source` is, made so that `toString` gives that text: `find(id) { … }`, `async find() { … }`, an arrow function, … */
const methodOf = (source: string): Method => {
  const attempts = [`(${source})`, `({ ${source} })`, `(class { ${source} })`];
  for (const attempt of attempts) {
    let made: unknown;
    try {
      made = new Function(`return ${attempt};`)();
    } catch {
      continue;
    }
    if (typeof made === 'function' && !attempt.startsWith('(class {')) return made as Method;
    const holder = (typeof made === 'function' ? (made as { prototype: object }).prototype : made) as object;
    for (const key of Reflect.ownKeys(holder)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key) as PropertyDescriptor;
      const found: unknown = get ?? set ?? value;
      if (key !== 'constructor' && typeof found === 'function') return found as Method;
    }
  }
  throw new Error(`no method: ${source}`);
};

const read = (source: string): SourceText => readSourceText(methodOf(source));
/** `id, ...ids`: a destructured or unnamed parameter is `?`. */
const shown = ({ parameters }: SourceText): string => parameters.map(({ name, isRest }) => `${isRest ? '...' : ''}${name ?? '?'}`).join(', ');

describe('the list is read beyond doubt', () => {
  test.each<[string, string]>([
    ['find(id, locale) { return id; }', 'id, locale'],
    ['find() { return 1; }', ''],
    ['find(id, locale,) { return id; }', 'id, locale'],
    ['async find(id) { return id; }', 'id'],
    ['*each(id) { yield id; }', 'id'],
    ['async *each(id) { yield id; }', 'id'],
    ['get all() { return 1; }', ''],
    ['set all(value) { this.x = value; }', 'value'],
    ['get(key) { return key; }', 'key'],
    ['set(key, value) { return key; }', 'key, value'],
    ['async(key) { return key; }', 'key'],
    ['static(key) { return key; }', 'key'],
    ['class(key) { return key; }', 'key'],
    ['function (key) { return key; }', 'key'],
    ['["a)(b"](key) { return key; }', 'key'],
    ['[`t${"x)("}`](key) { return key; }', 'key'],
    ['[Symbol.for("x")](key) { return key; }', 'key'],
    ['"a name"(key) { return key; }', 'key'],
    ['42(key) { return key; }', 'key'],
    ['1e3(key) { return key; }', 'key'],
    ['async [Symbol.asyncIterator](key) { return key; }', 'key'],
    ['function find(id) { return id; }', 'id'],
    ['async function find(id) { return id; }', 'id'],
    ['function* find(id) { yield id; }', 'id'],
    ['(id, locale) => id', 'id, locale'],
    ['async (id) => id', 'id'],
    ['identity => identity', 'identity'],
    ['async identity => identity', 'identity'],
    ['async => async', 'async'],
    ["find(id, locale = 'en') { return id; }", 'id, locale'],
    ["find(id, options = { a: [1, 2], b: (3, 4) }, last = ')') { return id; }", 'id, options, last'],
    ['find(id, pattern = /[)/,(]/g, last = 1 / 2 / 3) { return id; }', 'id, pattern, last'],
    ['find(id, text = `a${`b)${"}"}`},`, last) { return id; }', 'id, text, last'],
    ['find(id, make = (a, b) => a / b, last = function (c) { if (c) /[}]/.test(c); return { d: 1 } }) { return id; }', 'id, make, last'],
    ['find(id, make = () => { if (1) { } /[}),]/.test("x"); }, last) { return id; }', 'id, make, last'],
    ['find(id, Made = class { m(x, y) { return x; } }, last = new Map([[1, 2]])) { return id; }', 'id, Made, last'],
    ['find(id, count = id++ / 2, last = "/") { return id; }', 'id, count, last'],
    ['find(id, size = id.typeof / 2, last = "/") { return id; }', 'id, size, last'],
    ['find({ id, ...rest }, [first, , third] = []) { return id; }', '?, ?'],
    ['find({ id = ")", nested: { deep } = {} }, last) { return id; }', '?, last'],
    ['find(id, ...ids) { return ids.length; }', 'id, ...ids'],
    ['find(id, ...[first, second]) { return first; }', 'id, ...?'],
    ['find(/* the id, of (a) user */ id, // )\n locale /* = "en" */ = "en") { return id; }', 'id, locale'],
    ['find /* a */ ( /* b */ id /* c */ ) /* d */ { return id; }', 'id'],
    ['/* istanbul ignore next */ find(id) { return id; }', 'id'],
    ['find(id, locale = (cov_1x().b[0][0]++, "en")) { cov_1x().f[0]++; return id; }', 'id, locale'],
    ['find(größe, 名前, $id, _log) { return größe; }', 'größe, 名前, $id, _log'],
    ['find(id) { return "arguments"; /* arguments */ }', 'id'],
    ['find(id) { return id.arguments + id?.eval; }', 'id'],
    ['find(...ids) { return this.load(ids); }', '...ids'],
    ['find(first, ...others) { return this.load(first, ...others); }', 'first, ...others'],
  ])('%s', (source, expected) => {
    const text = read(source);
    expect(text).toMatchObject({ isSure: true, readsArguments: false });
    expect(shown(text)).toBe(expected);
  });

  test('of private and static methods, too', () => {
    const Users = new Function('return class { #find(id, locale) { } one() { return this.#find; } static find(id) { } }')() as {
      new (): { one(): Method };
      find: Method;
    };
    expect(shown(readSourceText(new Users().one()))).toBe('id, locale');
    expect(shown(readSourceText(Users.find))).toBe('id');
  });
});

describe('it is not sure', () => {
  test.each<[string, string, Method]>([
    ['native code', 'it is native code, or bound', Math.max],
    ['a bound function', 'it is native code, or bound', methodOf('find(id) { }').bind(null)],
    ['a Proxy', 'it is native code, or bound', new Proxy(methodOf('find(id) { }'), {})],
    ['a class', 'it is no method', class {} as never],
    ['a wrapper', 'it passes on (...args), as wrappers do', methodOf('function (...args) { return fn.apply(this, args); }')],
    ['a wrapper that spreads', 'it passes on (...args), as wrappers do', methodOf('(...args) => fn(...args)')],
    ['a wrapper by Reflect', 'it passes on (...$a), as wrappers do', methodOf('function (...$a) { return Reflect.apply(fn, this, $a); }')],
    [
      'a wrapper that keeps its arguments first',
      'it passes on (...args), as wrappers do',
      methodOf('function (...args) { const given = args; return fn.apply(this, given); }'),
    ],
    ['a wrapper of old', 'it uses `arguments`', methodOf('function () { return fn.apply(this, arguments); }')],
    ['arguments', 'it uses `arguments`', methodOf('find(id) { return [id, ...arguments]; }')],
    ['arguments in a template', 'it uses `arguments`', methodOf('find(id) { return `${arguments.length}`; }')],
    ['arguments behind a spread', 'it uses `arguments`', methodOf('find(id) { return { ...arguments }; }')],
    ['arguments in an arrow function', 'it uses `arguments`', methodOf('find(id) { return () => arguments; }')],
    ['arguments in a default', 'it uses `arguments`', methodOf('find(id, count = arguments.length) { return count; }')],
    ['arguments in a pattern', 'it uses `arguments`', methodOf('find({ id = arguments[3] }) { return id; }')],
    ['eval', 'it uses `arguments`', methodOf('function find(id) { return eval("argu" + "ments"); }')],
    ['names with escapes', 'it is written in a way that is not understood', methodOf('find(\\u0061) { }')],
    ['a body with escapes', 'it is written in a way that is not understood', methodOf('find(id) { return \\u0061rguments; }')],
    ['another length', 'its length is not that of its source', Object.defineProperty(methodOf('find(id) { }'), 'length', { value: 2 })],
  ])('for %s', (_what, reason, method) => {
    expect(readSourceText(method)).toEqual({ parameters: [], isSure: false, hasStableNames: false, reason, readsArguments: true });
  });
});

describe('names are not stable', () => {
  test.each([
    'find(e,t){return e}',
    'find(to){return to}',
    'find(to,locale) { return to }',
    'find(e, t) { return e; }',
    'find(ee, tt) { return ee; }',
    'find(id, t) { return id; }',
    'find(i, ...t) { return i; }',
    'e=>e',
    '(to)=>to',
    '(to) =>to',
    'find(...to){return 1}',
  ])('in %s', (source) => {
    expect(read(source)).toMatchObject({ isSure: true, hasStableNames: false, reason: 'it looks minified' });
  });

  test.each([
    'find(id) { return id; }',
    'find(id, locale) { return id; }',
    'find(id, list = ["a,b", 1]) { return id; }',
    '(id) => id',
    'find() { return 1; }',
    'find(id, db) { return id; }',
    'find(xy, locale) { return xy; }',
    'find(id,locale){return id}',
    'identity=>identity',
    'find(id)\n{ return id; }',
  ])('they are in %s', (source) => {
    expect(read(source)).toMatchObject({ isSure: true, hasStableNames: true, reason: undefined });
  });

  test('a name that a compiler made is none', () => {
    expect(shown(read('find(_0, _a, _x2, _ref, _param, param1, _, _temp, options2, _id, __v) { return 1; }'))).toBe('?, ?, ?, ?, ?, ?, ?, ?, ?, _id, __v');
  });
});

describe('whatever is written', () => {
  const identifier = fc.constantFrom('id', 'locale', 'x', '$v', 'größe', 'of', 'get', 'async', 'static');
  const filler = fc.constantFrom('', ' ', '\n', '/* ) , */', '// (\n', ' /* "` */ ');
  const expression: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'value' },
      fc.constantFrom('1', '.5', '"a)b,"', "'\\''", '/[)/,]\\//gu', '`x)`', 'null', '0x1f', '1e3'),
      tie('value').map((inner) => `(${inner}, 2)`),
      tie('value').map((inner) => `[${inner},, 3]`),
      tie('value').map((inner) => `{ a: ${inner}, ["b)"]() { return /}/.test(1) } }`),
      tie('value').map((inner) => `\`a\${${inner}}),\``),
      tie('value').map((inner) => `(q, w = ${inner}) => { if (q) /[)]/.test(w); return (${inner}) / 2 }`),
      tie('value').map((inner) => `function (q) { for (;;) { } /,/.exec(q); return ${inner} }`),
      tie('value').map((inner) => `class { static m(q = ${inner}) { return q } }`),
      tie('value').map((inner) => `typeof (${inner}) / 2`),
    ),
  })).value;
  const parameter = fc.tuple(identifier, fc.option(expression), filler, filler, fc.nat(3));

  test('generated lists are read as they were made', () => {
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 5 }), fc.boolean(), filler, (list, hasRest, space) => {
        const parts = list.map(([name, value, before, behind, kind], index) => {
          const own = `${name}_${'abcde'.charAt(index)}`;
          const binding = kind === 0 ? `{ ${own}: [${own}] = [] }` : own;
          return { text: `${before}${binding}${behind}${value === null ? '' : `= ${value}`}`, name: kind === 0 ? '?' : own };
        });
        if (hasRest) parts.push({ text: '...others', name: '...others' });
        const source = `find${space}(${parts.map(({ text }) => text).join(',')}${space})${space} { return 1; }`;
        const text = read(source);
        expect([text.isSure, shown(text)]).toEqual([true, parts.map(({ name }) => name).join(', ')]);
      }),
      numRuns(1000, 250),
    );
  });

  test('nothing throws, whatever toString gives', () => {
    const pieces = fc.constantFrom(
      'find',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ',',
      '=',
      '=>',
      '"',
      "'",
      '`',
      '${',
      '/',
      '\\',
      '...',
      'id',
      '*',
      '#',
      '.',
      ' ',
      '\n',
      '//',
      '/*',
      '*/',
      'async',
      'function',
      'class',
      'return',
      '1',
    );
    const original = Function.prototype.toString;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        Function.prototype.toString = () => parts.join('');
        try {
          expect(readSourceText(() => 1)).toMatchObject({ isSure: expect.any(Boolean) });
        } finally {
          Function.prototype.toString = original;
        }
      }),
      numRuns(2000, 500),
    );
  });
});
