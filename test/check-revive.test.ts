/** What `persist.revive` must be, told when the class is defined. */
import { EventEmitter } from 'node:events';
import { checkOptions } from '../src/check-options';
import type { ValueCodecs } from '../src/persist/contract';
import { errorOf } from './support/promises';

class User {
  name = 'Ada';
}
class Money {
  #cents = 1;
  get cents(): number {
    return this.#cents;
  }
}
class Price extends Money {}
class Bag extends Map {}
class NotFound extends Error {}
const nameless = (() => class {})();
const same = (each: unknown): unknown => each;
const ways = { dump: same, load: same };

const check = (revive: unknown): ValueCodecs => checkOptions({ persist: { revive } }, '@Cached on Users.find').persist?.codecs ?? [];

test.each<[string, unknown, string]>([
  ['text', 'User', 'revive must be a class, { class, name, dump, load }, or a list of them; got "User" (string).'],
  ['an instance in place of its class', [new User()], 'or a list of them; got an object (User).'],
  ['null in a list', [User, null], 'revive must be a class, { class, name, dump, load }, or a list of them; got null.'],
  ['a list in a list', [[User]], 'or a list of them; got an array.'],
  ['no class', { name: 'User', ...ways }, 'or a list of them; got an object (Object).'],
  ['no class', { class: undefined }, 'or a list of them; got undefined. That is no class.'],
  ['a function that is no class', () => new User(), 'or a list of them; got a function. That is no class.'],
  ['an unknown member', { class: User, codec: 1 }, 'there is no option of revive "codec"; take it out, or use one of name, class, dump, load'],
  ['a class without a name', nameless, "a class in revive must have a name of 1 to 200 characters; got a function. Say { name: '…', class: … }."],
  ['an empty name', { class: User, name: ' ' }, 'a class in revive must have a name of 1 to 200 characters; got " " (string).'],
  ['a class twice', [User, { class: User, name: 'Other' }], 'revive must say each class once; got "Other" (string). Take one away'],
  ['two classes of one name', [User, { class: Bag, name: 'User', ...ways }], 'revive must say a name of its own for each class; got "User" (string).'],
  ['dump without load', { class: Money, dump: same }, 'load of Money in revive must be a function; got undefined. dump and load go together.'],
  ['load without dump', { class: Money, load: same }, 'dump of Money in revive must be a function; got undefined. dump and load go together.'],
  ['a dump that is no function', { class: Money, dump: 1, load: same }, 'dump of Money in revive must be a function; got 1 (number).'],
  ['private state', Money, 'must show all of its state in properties; got an instance of Money, which has private state. Say { class: Money, dump: (instance)'],
  ['inherited private state', { class: Price }, 'got an instance of Money, which has private state'],
  ['state of the language', Bag, 'must show all of its state in properties; got an instance of Bag, whose state is native.'],
  ['a native class', WeakMap, 'got an instance of WeakMap, whose state is native.'],
  ...[Object, Array, Map, Date, Buffer, Uint8Array, BigInt64Array, Error, TypeError, AggregateError].map((Class): [string, unknown, string] => [
    `${Class.name}, which is kept without it`,
    { class: Class, ...ways },
    `revive is for classes that are not kept without it; got a function (${Class.name}). Take it away.`,
  ]),
])('%s fails, and says what was wanted, found, and to do', async (_what, revive, message) => {
  const error = await errorOf(() => check(revive));
  expect(error.message).toContain(message);
  expect(error).toMatchObject({ code: message.startsWith('there is no option') ? 'SCRUBJAY_UNKNOWN_OPTION' : 'SCRUBJAY_BAD_OPTION' });
  expect(error.message).toMatch(/^@Cached on Users\.find: /);
});

test('everything else is taken', () => {
  expect(check(undefined)).toEqual([]);
  expect(check([])).toEqual([]);
  const classes = [User, NotFound, Money, Bag, EventEmitter];
  const codecs = check([
    User,
    { name: 'lost', class: NotFound },
    { class: Money, ...ways },
    { name: 'bag', class: Bag, ...ways },
    { class: EventEmitter, ...ways },
  ]);
  expect(codecs.map(({ name, custom }) => [name, custom !== undefined])).toEqual([
    ['User', false],
    ['lost', false],
    ['Money', true],
    ['bag', true],
    ['EventEmitter', true],
  ]);
  expect(codecs.every(({ prototype }, index) => prototype === classes[index]?.prototype)).toBe(true);
});

test('dump and load are called on what was said', () => {
  class Codec {
    class = Money;
    name = 'money';
    dump(): string {
      return this.name;
    }
    load(data: string): string {
      return this.name + data;
    }
  }
  const custom = check(new Codec())[0]?.custom;
  expect([custom?.dump({}), custom?.load('!')]).toEqual(['money', 'money!']);
});
