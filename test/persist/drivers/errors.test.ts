/** Errors as results, in every format. */
import { deepStrictEqual } from 'node:assert/strict';
import type { PersistDriver } from '../../../src/persist/contract';
import { drivers } from '../../../src/persist/drivers/index';
import { expectRefusal, roundTrip } from './round-trip';

const errorWith = (name: string, property: PropertyDescriptor): Error => Object.defineProperty(new Error('lost'), name, property);
const withoutStack = new Error('lost');
delete withoutStack.stack;

describe.each(Object.values<PersistDriver>(drivers))('$name', (driver) => {
  describe('an Error comes back with its class, its message, its stack and all of its properties', () => {
    test.each<[string, Error]>([
      ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((Class): [string, Error] => [Class.name, new Class('lost')]),
      ['AggregateError', new AggregateError([new Error('a'), undefined, new AggregateError([])], 'both')],
      ['without a message', new Error()],
      ['with an empty message', new Error('')],
      ['without a stack', withoutStack],
      ['with a stack that is undefined', errorWith('stack', { value: undefined, writable: true, configurable: true })],
      ['with a cause', new Error('lost', { cause: new TypeError('why', { cause: { at: new Date(0) } }) })],
      ['with a cause that is undefined', new Error('lost', { cause: undefined })],
      ['with a cause that can be seen', Object.assign(new Error('lost'), { cause: 1 })],
      ['with a name', Object.assign(new Error('lost'), { name: 'Lost' })],
      ['with a hidden name', errorWith('name', { value: 'Lost', writable: true, configurable: true })],
      ['as the system makes it', Object.assign(new Error('ENOENT: no such file'), { errno: -2, code: 'ENOENT', syscall: 'open', path: '/x', '': -0 })],
    ])('%s', (_what, error) => {
      const [found] = (roundTrip(driver, { in: [error] }) as { in: [Error] }).in;
      deepStrictEqual(found, error);
      deepStrictEqual(Object.getOwnPropertyDescriptors(found), Object.getOwnPropertyDescriptors(error));
      expect(Object.prototype.toString.call(found)).toBe('[object Error]');
      expect(Object.getPrototypeOf(found)).toBe(Object.getPrototypeOf(error));
    });

    test('also one that is its own cause', () => {
      const error = new Error('a snake');
      error.cause = { list: [error] };
      const found = roundTrip(driver, error) as Error;
      expect((found.cause as { list: unknown[] }).list[0]).toBe(found);
      expect([found.message, found.stack]).toEqual([error.message, error.stack]);
    });
  });

  describe('an Error is refused, with the path of what would be lost', () => {
    const get = (): string => 'y';

    test.each<[string, unknown, string]>([
      ['one of an unknown class', new (class Oops extends Error {})(), 'the value is an instance of Oops'],
      ['one of an unknown class with the name of a built-in one', new (class TypeError extends Error {})(), 'the value is an instance of TypeError'],
      ['a DOMException', new DOMException('x'), 'the value is an instance of DOMException, which would not come back equal.'],
      ['what only looks like one', Object.create(TypeError.prototype), 'the value is an instance of TypeError'],
      ['a function in its cause', { e: new Error('x', { cause: { f: () => 1 } }) }, '(…).e.cause.f is a function'],
      ['a symbol among its errors', new AggregateError([1, Symbol('s')]), '(…).errors[1] is a symbol'],
      ['a WeakMap in a property', Object.assign(new Error('x'), { memory: new WeakMap() }), '(…).memory is an instance of WeakMap, which'],
      ['a hidden property', errorWith('secret', { value: 1 }), 'the value is an object with properties that cannot be written (secret)'],
      ['a symbol as the name of a property', Object.assign(new Error('x'), { [Symbol('s')]: 1 }), 'the value is an object with properties'],
      ['a message that is a getter', errorWith('message', { get }), '(…).message is a getter'],
      ['a stack that is a getter', errorWith('stack', { get }), '(…).stack is a getter'],
    ])('%s', async (_what, value, message) => {
      await expectRefusal(driver, value, message);
    });
  });
});
