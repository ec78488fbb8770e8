import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { collectUntil } from './support/garbage';
import { errorOf } from './support/promises';

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
});

describe('`this` is part of the call', () => {
  test('two instances with different state never share an entry', () => {
    class Rows {
      constructor(readonly tenant: string) {}
      @Cached({ registry })
      find(id: string): string {
        return `${this.tenant}:${id}`;
      }
    }
    const [a, b] = [new Rows('A'), new Rows('B')];
    expect([a.find('1'), b.find('1'), a.find('1'), b.find('1')]).toEqual(['A:1', 'B:1', 'A:1', 'B:1']);
    expect(cacheOf(Rows, 'find').stats()).toMatchObject({ hits: 2, misses: 2, size: 2 });
  });

  test('all instances together hold no more than the capacity', () => {
    class Rows {
      @Cached({ registry, capacity: 3 })
      find(id: number): number {
        return id;
      }
    }
    for (let count = 0; count < 10; count++) new Rows().find(count);
    expect(cacheOf(Rows, 'find').size).toBe(3);
    expect(cacheOf(Rows, 'find').stats().evictions).toBe(7);
  });

  test("with scope 'class' all instances share, and a method torn from its object too", () => {
    let loads = 0;
    class Rows {
      @Cached({ registry, scope: 'class' })
      find(id: string): string {
        loads++;
        return id;
      }
    }
    new Rows().find('1');
    new Rows().find('1');
    const { find } = new Rows();
    expect([find('1'), loads]).toEqual(['1', 1]);
  });

  test('with a function as scope its value separates the calls', () => {
    let loads = 0;
    class Rows {
      constructor(readonly tenantId: string) {}
      @Cached({ registry, scope: (self: Rows) => self.tenantId, params: ['id'] })
      find(id: string): string {
        loads++;
        return `${this.tenantId}:${id}`;
      }
    }
    expect([new Rows('A').find('1'), new Rows('B').find('1'), new Rows('A').find('1'), loads]).toEqual(['A:1', 'B:1', 'A:1', 2]);
    expect(cacheOf(Rows, 'find').keys()).toEqual(['this="B",id="1"', 'this="A",id="1"']);
  });

  test('a scope function that throws costs the caching of the call, not the call', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    class Rows {
      @Cached({
        registry,
        scope: () => {
          throw new Error('no tenant');
        },
      })
      find(id: string): string {
        return id;
      }
    }
    expect([new Rows().find('1'), new Rows().find('2')]).toEqual(['1', '2']);
    expect(cacheOf(Rows, 'find').stats()).toMatchObject({ bypassed: 2, size: 0 });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test('a method torn from its object runs uncached by default', () => {
    let loads = 0;
    class Rows {
      @Cached({ registry })
      find(id: string): string {
        loads++;
        return id;
      }
    }
    const { find } = new Rows();
    expect([find('1'), find('1'), loads]).toEqual(['1', '1', 2]);
  });

  test('the entries of an instance that is gone are let go of', async () => {
    class Rows {
      @Cached({ registry, ttl: '5m' })
      find(id: number): number {
        return id;
      }
    }
    (() => {
      const instance = new Rows();
      // So many that the instance is remembered to the end of this turn.
      for (let call = 0; call < 5000; call++) instance.find(call % 50);
    })();
    expect(cacheOf(Rows, 'find').size).toBe(50);
    await collectUntil(() => cacheOf(Rows, 'find').size === 0);
    expect(cacheOf(Rows, 'find').size).toBe(0);
    // Questions without an instance have an answer as before.
    expect([cacheOf(Rows, 'find').has(1), cacheOf(Rows, 'find').keys()]).toEqual([false, []]);
    const next = new Rows();
    expect([next.find(1), cacheOf(Rows, 'find').stats().misses]).toEqual([1, 51]);
  });
});

describe('objects that only borrow the method', () => {
  test('run uncached, and leave nothing in the registry', () => {
    let loads = 0;
    class Rows {
      @Cached({ registry })
      find(id: string): string {
        return `${id} ${++loads}`;
      }
      @Cached({ registry })
      static rate(id: string): string {
        return `${id} ${++loads}`;
      }
    }
    const borrower = { find: Rows.prototype.find, rate: Rows.rate };
    expect([borrower.find('1'), borrower.find('1'), borrower.rate('1'), borrower.rate('1')]).toEqual(['1 1', '1 2', '1 3', '1 4']);
    expect(registry.list()).toEqual(['Rows.find', 'Rows.rate']);
    expect(cacheOf(Rows.prototype.find).size).toBe(0);
  });
});

test('a `this` that throws when it is asked what it is runs uncached', () => {
  class Rows {
    @Cached({ registry })
    find(id: string): string {
      return id;
    }
  }
  const failing = (): never => {
    throw new Error('trap');
  };
  const trapped = new Proxy(new Rows(), { getPrototypeOf: failing });
  const odd = Object.create(Object.defineProperty(Object.create(Rows.prototype), 'constructor', { get: failing })) as Rows;
  expect([trapped.find('1'), odd.find('2'), registry.list(), cacheOf(Rows, 'find').size]).toEqual(['1', '2', ['Rows.find'], 0]);
});

describe('a class decorator that puts another class in the place of the decorated one', () => {
  type Constructor = new (...args: any[]) => object;
  const namelessly = <C extends Constructor>(Decorated: C): C => class extends Decorated {};
  const sameName = <C extends Constructor>(Decorated: C): C => Object.defineProperty(namelessly(Decorated), 'name', { value: Decorated.name });

  test.each([
    ['without a name', namelessly],
    ['of the same name', sameName],
  ])('%s: the method has one cache under its name, persisted too', async (_what, replace) => {
    @replace
    class Users {
      @Cached({ registry, persist: 'jsonl', params: ['id'] })
      find(id: string): string {
        return id;
      }
      @Cached({ registry })
      static rate(id: string): string {
        return id;
      }
    }
    const users = new Users();
    expect([users.find('1'), users.find('1'), Users.rate('2'), Users.rate('2')]).toEqual(['1', '1', '2', '2']);
    expect(registry.list()).toEqual(['Users.find', 'Users.rate']);
    expect(cacheOf(users.find).stats()).toMatchObject({ hits: 1, misses: 1 });
    expect(cacheOf(Users.rate).stats()).toMatchObject({ hits: 1, misses: 1 });
    await registry.close();
  });
});

describe('classes', () => {
  test('a method inherited by two classes has a cache for each, named after it', () => {
    class Base {
      @Cached({ registry, scope: 'class' })
      name(): string {
        return this.constructor.name;
      }
    }
    class One extends Base {}
    class Two extends Base {}
    expect([new One().name(), new Two().name(), new One().name()]).toEqual(['One', 'Two', 'One']);
    expect(registry.list()).toEqual(['Base.name', 'One.name', 'Two.name']);
    expect(cacheOf(One, 'name').stats()).toMatchObject({ hits: 1, misses: 1 });
  });

  test('a static method inherited by two classes has a cache for each', () => {
    class Base {
      @Cached({ registry })
      static title(): string {
        return this.name;
      }
    }
    class One extends Base {}
    expect([Base.title(), One.title(), Base.title(), One.title()]).toEqual(['Base', 'One', 'Base', 'One']);
  });

  test('an own name stays with the class that declares it; one that inherits it adds its own', () => {
    class Base {
      @Cached({ registry, name: 'names' })
      name(): string {
        return this.constructor.name;
      }
    }
    class One extends Base {}
    expect([new One().name(), new Base().name()]).toEqual(['One', 'Base']);
    expect(registry.list()).toEqual(['names', 'names@One']);
  });

  test('an override that calls super, and another class with the same method name, are ordinary code', async () => {
    class Repository {
      @Cached({ registry })
      async find(id: string): Promise<string> {
        return Promise.resolve(`row ${id}`);
      }
    }
    class Cautious extends Repository {
      @Cached({ registry })
      override async find(id: string): Promise<string> {
        return `careful ${await super.find(id)}`;
      }
    }
    const repository = new Cautious();
    expect([await repository.find('1'), await repository.find('1')]).toEqual(['careful row 1', 'careful row 1']);
  });

  test('two classes of one name have caches of their own', () => {
    const make = (result: string): { find(): string } => {
      class Users {
        @Cached({ registry, scope: 'class' })
        find(): string {
          return result;
        }
      }
      return new Users();
    };
    expect([make('one').find(), make('two').find()]).toEqual(['one', 'two']);
    expect(registry.list()).toEqual(['Users.find', 'Users.find#2']);
  });
});

describe('on disk', () => {
  const persisted = (): (new () => { find(id: string): string }) => {
    class Users {
      @Cached({ registry, persist: 'jsonl', params: ['id'] })
      find(id: string): string {
        return id;
      }
    }
    return Users;
  };

  test('two persisted caches of one name are an error when the second class is defined', async () => {
    persisted();
    const error = await errorOf(persisted);
    expect(error).toMatchObject({
      code: 'SCRUBJAY_NAME_TAKEN',
      message: expect.stringMatching(/already a cache named Users\.find.*@Cached\(\{ name: '…' \}\)/),
    });
  });

  test('a cache that was closed leaves its name to the next one', async () => {
    const Users = persisted();
    new Users().find('1');
    await registry.close();
    const [again] = [persisted()];
    expect(new again().find('1')).toBe('1');
    expect(cacheOf(again, 'find').stats()).toMatchObject({ hits: 1, misses: 0 });
    await registry.close();
  });

  test('a second instance is an error that says what to declare', async () => {
    const Users = persisted();
    const [first, second] = [new Users(), new Users()];
    first.find('1');
    const error = await errorOf(() => second.find('1'));
    expect(error).toMatchObject({
      code: 'SCRUBJAY_SCOPE_UNDECLARED',
      message: expect.stringMatching(/a second instance calls Users\.find.*scope: 'class'.*scope: \(self\) => self\.tenantId/),
    });
    expect(first.find('1')).toBe('1');
    await registry.close();
  });

  test('an async method answers that error by a rejection', async () => {
    class Users {
      @Cached({ registry, persist: 'jsonl', params: ['id'] })
      async find(id: string): Promise<string> {
        return Promise.resolve(id);
      }
    }
    await new Users().find('1');
    const answer = new Users().find('1');
    expect(answer).toBeInstanceOf(Promise);
    expect(await errorOf(() => answer)).toMatchObject({ code: 'SCRUBJAY_SCOPE_UNDECLARED' });
    await registry.close();
  });
});
