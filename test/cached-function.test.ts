import { CacheRegistry, cached, cacheOf } from 'scrubjay';

const code = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return 'no error';
};

describe('cached(this, …) in a static block', () => {
  test('gives an instance method, a static method and a symbol-named one a cache each', () => {
    const registry = new CacheRegistry();
    const named = Symbol.for('find');
    class Users {
      calls = 0;
      static calls = 0;
      static {
        cached(this, 'find', { capacity: 10, registry });
        cached(this, 'rate', { registry });
        cached(this, named, { registry });
      }
      find(id: string): string {
        return `${id}${++this.calls}`;
      }
      [named](id: string): string {
        return `${id}${++this.calls}`;
      }
      static rate(currency: string): string {
        return `${currency}${++Users.calls}`;
      }
    }
    const users = new Users();
    expect([users.find('a'), users.find('a'), users[named]('a'), users[named]('a')]).toEqual(['a1', 'a1', 'a2', 'a2']);
    expect([Users.rate('EUR'), Users.rate('EUR')]).toEqual(['EUR1', 'EUR1']);
    expect(registry.list()).toEqual(['Users.find', 'Users.rate', 'Users.[Symbol(find)]']);
    expect(cacheOf(users, 'find').stats().hits).toBe(1);
  });

  test('keeps what the property was: its place, its name, its length, hidden from listings', () => {
    class Users {
      static {
        cached(this, 'find');
      }
      find(id: string): string {
        return id;
      }
    }
    expect(Object.getOwnPropertyDescriptor(Users.prototype, 'find')).toMatchObject({ enumerable: false, configurable: true, writable: true });
    expect([Users.prototype.find.name, Users.prototype.find.length, Object.keys(Users.prototype)]).toEqual(['find', 1, []]);
  });

  test('runs for subclasses, each with its own cache', () => {
    const registry = new CacheRegistry();
    class Base {
      static {
        cached(this, 'find', { registry });
      }
      find(id: string): string {
        return `${this.constructor.name} ${id}`;
      }
    }
    class Sub extends Base {}
    expect([new Base().find('a'), new Sub().find('a')]).toEqual(['Base a', 'Sub a']);
    expect(registry.list()).toEqual(['Base.find', 'Sub.find']);
  });

  test.each<[string, (owner: any) => void, RegExp]>([
    [
      'a name that does not exist',
      (owner) => cached(owner, 'fnid'),
      /cached of Users\.fnid takes a method of the class itself; the class has no method of that name/,
    ],
    ['an inherited method', (owner) => cached(owner, 'inherited'), /takes a method of the class itself/],
    ['a getter', (owner) => cached(owner, 'all'), /it was applied to a getter or setter/],
    ['a static field', (owner) => cached(owner, 'field'), /it was applied to a field/],
    ['a generator', (owner) => cached(owner, 'each'), /a generator, whose result can be read only once/],
    ['two methods of one name', (owner) => cached(owner, 'both'), /the class has two, one of them static/],
    ['an instance', (owner) => cached(new owner(), 'find'), /cached takes a class and the name of a method; it was given an object \(Users\)/],
    ['no name', (owner) => (cached as (...args: unknown[]) => void)(owner), /cached takes a class and the name of a method/],
    ['a wrong option', (owner) => cached(owner, 'find', { capacity: 0 }), /SCRUBJAY_BAD_CAPACITY: cached of Users\.find: capacity must be/],
    ['a method that has a cache', (owner) => (cached(owner, 'find'), cached(owner, 'find')), /it has one already/],
  ])('refuses %s', (_what, misuse, message) => {
    class Base {
      inherited(): number {
        return 1;
      }
    }
    class Users extends Base {
      static field = 1;
      get all(): number {
        return 1;
      }
      find(id: string): string {
        return id;
      }
      *each(): Generator<number> {
        yield 1;
      }
      both(): number {
        return 1;
      }
      static both(): number {
        return 1;
      }
    }
    expect(code(() => misuse(Users))).toMatch(message);
  });
});
