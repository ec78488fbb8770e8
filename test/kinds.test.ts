import vm from 'node:vm';
import { classNameOf, describe as described, isPlainObject, isRootPrototype, isThenable, nameOfFunction, prototypeDepth } from '../src/kinds.js';

const elsewhere = (expression: string): object => vm.runInNewContext(`(${expression})`) as object;
class Users {}
class Admins extends Users {}

test('object literals, null prototypes and literals of another realm are plain', () => {
  for (const value of [{}, Object.create(null) as object, elsewhere('{}'), elsewhere('Object.create(null)')]) expect(isPlainObject(value)).toBe(true);
});

test('everything with a prototype of its own is not plain', () => {
  for (const value of [[], new Map(), new Users(), Object.create({}) as object, elsewhere('[]'), elsewhere('new (class A {})()')])
    expect(isPlainObject(value)).toBe(false);
});

test('the root prototype of every realm is known by its shape', () => {
  expect(isRootPrototype(Object.prototype)).toBe(true);
  expect(isRootPrototype(elsewhere('Object.prototype'))).toBe(true);
  for (const other of [Object.create(null) as object, Users.prototype, Array.prototype, elsewhere('Array.prototype')])
    expect(isRootPrototype(other)).toBe(false);
});

test('each subclass stands one prototype further from the root', () => {
  expect([Object.create(null) as object, {}, [], new Map(), new Users(), new Admins()].map(prototypeDepth)).toEqual([0, 1, 2, 2, 2, 3]);
});

test('what can be awaited has a method called then', () => {
  for (const value of [Promise.resolve(1), { then() {} }, Object.assign(() => 1, { then() {} })]) expect(isThenable(value)).toBe(true); // prettier-ignore
  for (const value of [null, undefined, 1, 'then', {}, { then: 1 }, () => 1]) expect(isThenable(value)).toBe(false);
});

test('the class of a value has the name its constructor owns', () => {
  expect(classNameOf(new Admins())).toBe('Admins');
  expect(classNameOf(Object.create(null) as object)).toBe('Object');
  expect(classNameOf(new (class {})())).toBe('Object');
  expect(classNameOf({ constructor: Users })).toBe('Object');
});

test('a function without a name of its own has none', () => {
  expect(nameOfFunction(Users)).toBe('Users');
  expect(nameOfFunction(() => 1)).toBeUndefined();
  expect(
    nameOfFunction(
      class {
        static get name(): string {
          throw new Error('ran');
        }
      },
    ),
  ).toBeUndefined(); // prettier-ignore
  expect(
    nameOfFunction(
      class {
        static name = (): number => 1;
      } as unknown,
    ),
  ).toBeUndefined(); // prettier-ignore
  expect(nameOfFunction({ name: 'x' })).toBeUndefined();
});

test.each<[value: unknown, text: string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  ['lru', '"lru" (string)'],
  ['x'.repeat(70), `"${'x'.repeat(60)}…" (string)`],
  [1.5, '1.5 (number)'],
  [-0, '-0 (number)'],
  [Number.NaN, 'NaN (number)'],
  [1n, '1 (bigint)'],
  [true, 'true (boolean)'],
  [Symbol('s'), 'Symbol(s) (symbol)'],
  [[1], 'an array'],
  [new Users(), 'an object (Users)'],
  [{}, 'an object (Object)'],
  [Users, 'a function (Users)'],
  [
    (
      () => () =>
        1
    )(),
    'a function',
  ],
])('a value is described without running its code: %#', (value, text) => {
  expect(described(value)).toBe(text);
});
