import { registerClass } from '../../src/key/registered-classes.js';
import { keyOf, refusalOf } from './calls.js';

const BAD = { code: 'SCRUBJAY_BAD_OPTION' };

test('a registered class says what makes two of its instances equal', () => {
  class Cents {
    readonly #cents: bigint;
    constructor(cents: bigint) {
      this.#cents = cents;
    }
    get cents(): bigint {
      return this.#cents;
    }
  }
  expect(refusalOf(new Cents(1n))).toMatch(/private state/);
  registerClass(Cents, { key: (money) => [money.cents, 'EUR'] });
  expect(keyOf(new Cents(1n))).toBe('$0="Cents"![1n,"EUR"]');
  expect(keyOf({ price: new Cents(2n) })).toBe('$0={price:"Cents"![2n,"EUR"]}');
});

test('a class with a private constructor can be registered', () => {
  class Only {
    readonly #id = 1;
    private constructor() {}
    static make(): Only {
      return new Only();
    }
    id(): number {
      return this.#id;
    }
  }
  registerClass(Only, { key: (only) => only.id() });
  expect(keyOf(Only.make())).toBe('$0="Only"!1');
});

test('it may have another name, for builds that rename classes', () => {
  class t {
    readonly #id: number;
    constructor(id: number) {
      this.#id = id;
    }
    id(): number {
      return this.#id;
    }
  }
  registerClass(t, { name: 'Ticket', key: (ticket) => ticket.id() });
  expect(keyOf(new t(7))).toBe('$0="Ticket"!7');
});

test('it goes before a key method and before the rules of its kind', () => {
  class Tagged extends Map<string, number> {
    [Symbol.for('scrubjay.key')](): unknown {
      return 'method';
    }
  }
  registerClass(Tagged, { key: (tagged) => tagged.size });
  expect(keyOf(new Tagged([['a', 1]]))).toBe('$0="Tagged"!1');
});

test('subclasses are not meant: they may have state that the function does not know', () => {
  class Point {
    readonly #x = 1;
    x(): number {
      return this.#x;
    }
  }
  class Point3 extends Point {}
  registerClass(Point, { key: (point) => point.x() });
  expect(refusalOf(new Point3())).toMatch(/an instance of Point, which has private state/);
});

test('what the function gives must have a key itself, and an error in it is a refusal', () => {
  class Wrong {
    constructor(readonly say: () => unknown) {}
  }
  registerClass(Wrong, { key: ({ say }) => say() });
  expect(refusalOf(new Wrong(() => () => 1))).toMatch(/is a function/);
  expect(
    refusalOf(
      new Wrong(() => {
        throw new Error('broken');
      }),
    ),
  ).toMatch(/an instance of Wrong, whose key method throws/);
});

test('to say the same again is no error: a module may be loaded twice', () => {
  class Twice {}
  const key = (): number => 1;
  registerClass(Twice, { key });
  expect(() => registerClass(Twice, { key })).not.toThrow();
});

test.each<[string, () => void, RegExp]>([
  ['no class', () => registerClass({} as never, { key: () => 1 }), /registerClass takes a class/],
  ['object literals', () => registerClass(Object, { key: () => 1 }), /registerClass takes a class/],
  ['arrays', () => registerClass(Array, { key: () => 1 }), /registerClass takes a class/],
  ['an arrow function', () => registerClass((() => 1) as never, { key: () => 1 }), /registerClass takes a class/],
  ['no function', () => registerClass(class One {}, { key: 'id' as never }), /registerClass\(One\): key must be a function of an instance; got "id"/],
  ['a class without a name', () => registerClass(class {}, { key: () => 1 }), /the class has no name/],
  [
    'a class twice, with another function',
    () => {
      class Two {}
      registerClass(Two, { key: () => 1 });
      registerClass(Two, { key: () => 2 });
    },
    /was registered before/,
  ], // prettier-ignore
  [
    'two classes under one name',
    () => {
      registerClass(
        class Three {
          a = 1;
        },
        { key: () => 1 },
      );
      registerClass(
        class Three {
          b = 1;
        },
        { key: () => 1 },
      );
    },
    /another class was registered under that name/,
  ], // prettier-ignore
])('%s cannot be registered', (_what, misuse, message) => {
  expect(misuse).toThrow(expect.objectContaining({ ...BAD, message: expect.stringMatching(message) }));
});
