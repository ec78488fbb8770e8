/** Instances of classes, in every format. */
import { deepStrictEqual } from 'node:assert/strict';
import type { PersistDriver, ValueCodecs } from '../../../src/persist/contract';
import { drivers } from '../../../src/persist/drivers/index';
import { errorOf } from '../../support/promises';
import { Admin, Bag, codecs, Money, NotFound, User, withBag } from './classes';
import { expectRefusal, roundTrip } from './round-trip';

const fail = (): never => {
  throw new Error('no');
};

describe.each(Object.values<PersistDriver>(drivers))('$name', (driver) => {
  const readBack = (value: unknown, known = codecs): unknown => roundTrip(driver, value, known);

  describe('an instance that shows its state comes back, and its constructor does not run', () => {
    const ada = new User('Ada', new Map([[new Date(0), Number.NaN]]));

    test.each<[string, unknown]>([
      ['by itself', ada],
      ['in Maps, Sets, lists and objects', { a: [new Map([[ada, new Set([new User('Brian')])]])] }],
      ['within another one', new User('Grace', new User('Alan', new NotFound('x')))],
      ['with properties of any name', Object.assign(new User(''), { constructor: 1, toJSON: 2, '': 3, '\ud800': 4, 7: 5, data: 6 })],
    ])('%s', (_what, value) => {
      const { constructed } = User;
      deepStrictEqual(readBack(value), value);
      expect(User.constructed).toBe(constructed);
    });

    test('with the methods of its class', () => {
      expect((readBack(ada) as User).initial).toBe('A');
    });

    test('and so do two that know each other, as the same two', () => {
      const [one, other] = [new User('Ada'), new User('Brian')];
      one.friends.push(other, one);
      other.friends.push(one);
      const [otherFound, oneFound] = readBack([other, one]) as [User, User];
      deepStrictEqual([otherFound, oneFound], [other, one]);
      expect([oneFound.friends[0] === otherFound, oneFound.friends[1] === oneFound, otherFound.friends[0] === oneFound]).toEqual([true, true, true]);
    });

    test('and so does an Error of a class', () => {
      const error = new NotFound('u1');
      const [found] = readBack([error]) as [NotFound];
      deepStrictEqual(Object.getOwnPropertyDescriptors(found), Object.getOwnPropertyDescriptors(error));
      expect([found instanceof NotFound, Object.prototype.toString.call(found)]).toEqual([true, '[object Error]']);
    });
  });

  describe('an instance with dump and load', () => {
    test('comes back from what dump gave, wherever it is', () => {
      const price = new Money(1999);
      const found = readBack({ price, all: new Set([price, new Bag([[new Bag(), new User('Ada', new Money(0))]])]) });
      const { price: again, all } = found as { price: Money; all: Set<unknown> };
      const [same, bag] = [...all] as [Money, Bag];
      expect([again.cents, same === again, bag instanceof Bag]).toEqual([1999, true, true]);
      const [[key, user]] = [...bag] as [[Bag, User]];
      expect([key instanceof Bag, key.size, (user.extra as Money).cents]).toEqual([true, 0, 0]);
    });

    test.each([undefined, null, 0, '', false, Number.NaN, -0, [], {}, [undefined], { data: 1 }])('may be dumped as %p', (data) => {
      const given: unknown[] = [];
      const load = (loaded: unknown): Bag => (given.push(loaded), new Bag());
      readBack(new Bag(), withBag({ dump: () => data, load }));
      // Once as a proof when it is written, once when it is read.
      deepStrictEqual(given, [data, data]);
    });

    test('is dumped once, so that what is written is what was looked at', () => {
      let dumps = 0;
      const inner = new Bag();
      const known = withBag({ dump: (bag) => (dumps++, [...bag]) });
      const found = readBack([inner, inner, new Bag([[0, inner]])], known) as [Bag, Bag, Bag];
      expect([dumps, found[0] === found[1], found[2].get(0) === found[0]]).toEqual([2, true, true]);
    });

    test('comes back when its dump holds a cycle of its own, or what others hold, too', () => {
      const cycle: unknown[] = [1];
      cycle.push(cycle);
      const bag = new Bag([[0, cycle]]);
      const value = { cycle, bag, more: new Bag([[0, bag]]) };
      const found = readBack(value) as typeof value;
      deepStrictEqual(found, value);
      expect([found.bag.get(0) === found.cycle, found.more.get(0) === found.bag]).toEqual([true, true]);
    });

    test.each<[string, (bag: Bag) => unknown]>([
      ['the instance itself', (bag) => bag.set(0, bag)],
      ['what holds it', (bag) => [bag.set(0, [bag])]],
      [
        'what holds it, by way of something met before',
        (bag) => {
          const holder: { list: unknown[]; bag: Bag } = { list: [], bag };
          bag.set(0, holder.list);
          holder.list.push(holder);
          return holder;
        },
      ],
    ])('is refused when its dump leads back to %s', async (_what, valueWith) => {
      await expectRefusal(driver, valueWith(new Bag()), 'is what its own dump is a part of, which would not come back equal.', codecs);
    });

    test.each<[string, () => unknown]>([
      ['an empty one', () => new Bag()],
      ['an instance of something else', () => new Map([[1, 2]])],
      ['a promise', () => Promise.resolve(new Bag([[1, 2]]))],
      ['nothing', () => undefined],
    ])('is refused when load gives %s', async (_what, load) => {
      const value = { in: new Bag([[1, 2]]) };
      await expectRefusal(driver, value, '(…) holds an instance of Bag, and what load makes of what dump gave is not equal to it.', withBag({ load }));
    });

    test('is refused when dump throws, with its path, and when load throws', async () => {
      await expectRefusal(driver, { in: [new Bag()] }, '(…).in[0] is an instance of Bag, whose dump threw Error: no.', withBag({ dump: fail }));
      await expectRefusal(driver, { in: [new Bag()] }, 'cannot be written: Error: no.', withBag({ load: fail }));
      expect(await errorOf(() => driver.encodeValue(new Bag(), withBag({ dump: fail })))).toMatchObject({ cause: new Error('no') });
    });
  });

  describe('is refused with its path', () => {
    const hint = 'which would not come back equal. Tell persist.revive of its class, and it is kept.';
    const like = (property: PropertyDescriptor): object => Object.defineProperty(new User('Ada'), 'now', property);

    test.each<[string, unknown, string]>([
      ['an instance of an unknown class', { owner: new (class Socket {})() }, `(…).owner is an instance of Socket, ${hint}`],
      ['an instance of a subclass', [new Admin('Eve')], `(…)[0] is an instance of Admin, ${hint}`],
      ['an Error of an unknown class', new (class Oops extends Error {})(), `the value is an instance of Oops, ${hint}`],
      ['an Error that looks like something else', Object.setPrototypeOf(new Error('x'), User.prototype), 'is an Error in its looks or in its nature only'],
      ['something in an instance', { owner: new User('Ada', { socket: new (class Socket {})() }) }, '(…).owner.extra.socket is an instance of Socket'],
      ['a hidden property', like({ value: 1 }), 'the value is an object with properties that cannot be written (now)'],
      ['a getter', like({ get: () => 1, enumerable: true }), '(…).now is a getter'],
      ['a property called __proto__', Object.defineProperty(new User(''), '__proto__', { value: 1, enumerable: true }), 'a property called __proto__'],
      ['something in a dump', { bag: new Bag([[1, () => 1]]) }, '(…).bag[(dump)][0][1] is a function'],
    ])('%s', async (_what, value, message) => {
      await expectRefusal(driver, value, message, codecs);
    });

    test('a dump that is a promise', async () => {
      await expectRefusal(driver, [new Bag()], '(…)[0][(dump)] is an instance of Promise', withBag({ dump: () => Promise.resolve(1) }));
    });

    test('an instance whose codec says why', async () => {
      const known = codecs.map((codec) => ({ ...codec, refusal: () => 'one too many' }));
      await expectRefusal(driver, { in: new User('Ada') }, '(…).in is one too many, which would not come back equal.', known);
    });
  });

  describe('is not taken for another when it is read', () => {
    const { prototype } = Bag;

    test.each<[string, unknown, ValueCodecs]>([
      ['a class that nobody knows any more', new User('Ada'), []],
      [
        'a class that has dump and load now',
        new User('Ada'),
        [{ name: 'User', prototype: User.prototype, custom: { dump: fail, load: () => new User('Eve') } }],
      ],
      ['a class that has no dump and load any more', new Bag(), [{ name: 'Bag', prototype }]],
      ['a load that throws', new Bag(), withBag({ load: fail })],
    ])('%s', (_what, value, later) => {
      expect(() => roundTrip(driver, value, codecs, later)).toThrow();
    });
  });
});
