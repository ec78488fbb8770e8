import ts from 'typescript';
import { keyOf, refusalOf } from './calls.js';

/** What the last expression of a script gives; `helpers` stand in for what compilers import. */
// biome-ignore lint/security/noGlobalEval: compiled output is source text.
const run = (source: string): unknown => eval(source);

let names = 0;
/** A class name nobody used before: two classes of one name would be refused for that. */
const fresh = (): string => `Fresh${names++}`;

const privateClass = (name: string): string =>
  `class ${name} { #cents; label = 'x'; constructor(cents) { this.#cents = cents; } get() { return this.#cents; } }`;

test('native private state is refused', () => {
  expect(refusalOf(run(`${privateClass('Native')}; new Native(1)`))).toContain('$0 is an instance of Native, which has private state');
});

test.each([
  ['ES2021', ts.ScriptTarget.ES2021],
  ['ES2015', ts.ScriptTarget.ES2015],
  ['ES5', ts.ScriptTarget.ES5],
])('private state is refused as TypeScript writes it for %s', (_target, target) => {
  const name = fresh();
  const { outputText } = ts.transpileModule(privateClass(name), { compilerOptions: { target, module: ts.ModuleKind.None, ignoreDeprecations: '6.0' } });
  expect(outputText).not.toContain('#cents');
  expect(refusalOf(run(`${outputText}; new ${name}(1)`))).toContain('private state');
});

const helpers = `
  var secrets = new WeakMap();
  function _classCallCheck(a, b) { if (!(a instanceof b)) throw new TypeError('Cannot call a class as a function'); }
  function _assertThisInitialized(self) { return self; }
  function _classPrivateFieldInitSpec(o, map, value) { map.set(o, value); }
  function __privateAdd(o, map, value) { map.set(o, value); }
  function i(o, map, value) { map.set(o, value); }
  function internal(o) { if (!secrets.has(o)) secrets.set(o, {}); return secrets.get(o); }
  var _classPrivateFieldInitSpec2 = { default: _classPrivateFieldInitSpec };
  var _class_private_field_init = { _: _classPrivateFieldInitSpec };
  var _class_private_field_init2 = _classPrivateFieldInitSpec;
`;

// The forms which the tools wrote when these lines were taken from their output.
test.each<[tool: string, body: (name: string) => string]>([
  ['Babel, ES2015', (name) => `class ${name} { constructor(c) { _classPrivateFieldInitSpec(this, secrets, void 0); this.label = c; } }`],
  ['Babel, ES5', (name) => `function ${name}(c) { _classCallCheck(this, ${name}); _classPrivateFieldInitSpec(this, secrets, void 0); this.label = c; }`],
  [
    'Babel, in a subclass',
    (name) => `function ${name}(c) { var _this = this; _classPrivateFieldInitSpec(_assertThisInitialized(_this), secrets, 1); this.label = c; }`,
  ],
  ['Babel, imported helpers', (name) => `class ${name} { constructor(c) { (0, _classPrivateFieldInitSpec2.default)(this, secrets, c); this.label = 1; } }`],
  ['Babel, before version 7.24', (name) => `class ${name} { constructor(c) { secrets.set(this, { writable: true, value: c }); this.label = 1; } }`],
  [
    'Babel, loose',
    (name) => `class ${name} { constructor(c) { Object.defineProperty(this, '__private_0_cents', { writable: true, value: c }); this.label = 1; } }`,
  ],
  ['swc', (name) => `class ${name} { constructor(c) { _class_private_field_init2(this, secrets, c); this.label = 1; } }`],
  ['swc, imported helpers', (name) => `class ${name} { constructor(c) { (0, _class_private_field_init._)(this, secrets, c); this.label = 1; } }`],
  ['esbuild', (name) => `class ${name} { constructor(c) { __privateAdd(this, secrets, c); this.label = 1; } }`],
  [
    'esbuild, minified',
    (name) => `class ${name}{constructor(c){i(this,secrets,c);this.label=1}}`.replace('secrets', 's').replace('class', 'var s=secrets;class'),
  ],
  ['by hand, a WeakMap', (name) => `class ${name} { constructor(c) { secrets.set(this, c); this.label = 1; } }`],
  ['by hand, under another name', (name) => `class ${name} { constructor(c) { const self = this; secrets.set(self, c); this.label = 1; } }`],
  ['by hand, through a function', (name) => `class ${name} { constructor(c) { internal(this).cents = c; this.label = 1; } }`],
  ['by hand, in a method only', (name) => `class ${name} { constructor() { this.label = 1; } get() { return secrets.get(this); } }`],
  [
    'by hand, in a method beside the function',
    (name) => `function ${name}() { this.label = 1; } ${name}.prototype.get = function () { return secrets.get(this); };`,
  ],
  ['a private method', (name) => `class ${name} { label = 1; #work() {} }`],
  ['a private static in a line of its own', (name) => `class ${name} { label = 1\n\n  static #x\n}`],
  ['a private accessor', (name) => `class ${name} { label = 1; get #x() { return 1; } }`],
  ['a private field after a comment', (name) => `class ${name} { label = 1; /* c */ #x = 1 }`],
  ['a hidden field', (name) => `class ${name} { constructor(c) { Object.defineProperty(this, 'cents', { value: c }); this.label = 1; } }`],
  ['a field under a unique symbol', (name) => `class ${name} { constructor(c) { this[Symbol('cents')] = c; this.label = 1; } }`],
  ['no field at all', (name) => `class ${name} { constructor(c) { } }`],
])('state that cannot be seen is refused: %s', (_tool, body) => {
  const name = fresh();
  refusalOf(run(`${helpers}; ${body(name)}; new ${name}(1)`));
});

test('a subclass is refused for the private state of its base, of a class or of a built-in', () => {
  class Base {
    #secret = 1;
    label = this.#secret;
  }
  class Derived extends Base {}
  class Secrets extends Map {
    #secret = 1;
    override get(): unknown {
      return this.#secret;
    }
  }
  expect(refusalOf(new Derived())).toContain('an instance of Base, which has private state');
  expect(refusalOf(new Secrets())).toContain('an instance of Secrets, which has private state');
});

test.each([
  ['a default colour', "class Colour { value = '#fff'; }; new Colour()"],
  ['Object.assign in the constructor', 'class Query { constructor(init) { Object.assign(this, init); Object.freeze(this); } }; new Query({ a: 1 })'],
  ['a comparison with another', 'class Point { x = 1; equals(other) { return same(this, other) && Object.keys(this).length > 0; } }; new Point()'],
  ['text of itself', 'class Label { x = 1; toString() { return JSON.stringify(this) + String(this).length; } }; new Label()'],
  ['no field and no method', 'class Ping {}; new Ping()'],
  ['a nameless base', 'const withId = (Base) => class extends Base { id = 1; }; class User extends withId(Object) {}; new User()'],
  ['the function of an old target', 'function Old(x) { this.x = x; } Old.prototype.get = function () { return this.x; }; new Old(1)'],
])('a class whose state can be seen has a key: %s', (_what, source) => {
  expect(keyOf(run(source))).toBe(keyOf(run(source)));
});

test('getters of the class are no state, and do not run', () => {
  class Report {
    year = 2024;
    get then(): unknown {
      throw new Error('ran');
    }
    get next(): unknown {
      throw new Error('ran');
    }
  }
  expect(keyOf(new Report())).toBe('$0="Report"{year:2024}');
});

test('two classes of one name share no entry: the second is refused', () => {
  keyOf(run('class Twin { x = 1; }; new Twin()'));
  expect(keyOf(run('class Twin { x = 1; }; new Twin()'))).toBe('$0="Twin"{x:1}');
  expect(refusalOf(run('class Twin { x = 1; y() {} }; new Twin()'))).toContain('an instance of Twin, and there is another class of that name');
});

test.each([
  ['in their base', (on: string) => `class A${on} { x = 1; m() { return '${on}'; } }; const make = (Base) => class Sub1 extends Base {}; new (make(A${on}))()`],
  ['in methods outside the function', (on: string) => `function Sub2() { this.x = 1; } Sub2.prototype.m = function () { return '${on}'; }; new Sub2()`],
  ['in a computed name', (on: string) => `const name = '${on}'; class Sub3 { x = 1; [name]() {} }; new Sub3()`],
  ['in a static field', (on: string) => `const model = (table) => class Sub4 { static table = table; x = 1; }; new (model('${on}'))()`],
  ['in a subclass of Map', (on: string) => `class Sub5 extends Map { m() { return '${on}'; } }; new Sub5()`],
])('classes of one name that differ only %s share no entry', (_where, source) => {
  keyOf(run(source('1')));
  expect(refusalOf(run(source('2')))).toContain('another class of that name');
});

test('an object says its own key with a method under Symbol.for("scrubjay.key"), also when its state is private', () => {
  class Money {
    readonly #cents: number;
    constructor(cents: number) {
      this.#cents = cents;
    }
    [Symbol.for('scrubjay.key')](): unknown {
      return { cents: this.#cents };
    }
  }
  class Purse extends Set<unknown> {
    [Symbol.for('scrubjay.key')](): unknown {
      return this.size;
    }
  }
  expect(keyOf([new Money(1), new Purse([() => 1])])).toBe('$0=["Money"!{cents:1},"Purse"!1]');
  expect(keyOf(new Money(1))).not.toBe(keyOf(new Money(2)));
});

test('a key method that throws, or gives the object itself, is refused', () => {
  class Broken {
    [Symbol.for('scrubjay.key')](): unknown {
      throw new Error('no');
    }
  }
  class Mirror {
    id = Math.random();
    [Symbol.for('scrubjay.key')](): unknown {
      return this;
    }
  }
  expect(refusalOf(new Broken())).toContain('an instance of Broken, whose key method throws');
  refusalOf(new Mirror());
});
