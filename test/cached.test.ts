import 'reflect-metadata';
import { Cached, CacheRegistry, cacheOf, Key } from '../src/index';
import { temporaryDirectory } from './support/directories';
import { errorOf } from './support/promises';

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
});

test('an instance method, sync and async, and a static one are cached', async () => {
  const loads: string[] = [];
  class Rates {
    @Cached({ registry })
    rate(currency: string): number {
      loads.push(`rate ${currency}`);
      return currency.length;
    }
    @Cached({ registry })
    async find(currency: string): Promise<string> {
      loads.push(`find ${currency}`);
      return Promise.resolve(currency);
    }
    @Cached({ registry })
    static parse(text: string): number {
      loads.push(`parse ${text}`);
      return Number(text);
    }
  }
  const rates = new Rates();
  expect([rates.rate('EUR'), rates.rate('EUR')]).toEqual([3, 3]);
  const promise = rates.find('EUR');
  expect(promise).toBeInstanceOf(Promise);
  expect([await promise, await rates.find('EUR')]).toEqual(['EUR', 'EUR']);
  expect([Rates.parse('7'), Rates.parse('7')]).toEqual([7, 7]);
  expect(loads).toEqual(['rate EUR', 'find EUR', 'parse 7']);
  expect(registry.list()).toEqual(['Rates.rate', 'Rates.find', 'Rates.parse']);
});

test('`this` reaches the method, and its own fields are seen', () => {
  class Counter {
    factor = 3;
    @Cached({ registry })
    times(value: number): number {
      return this.factor * value;
    }
  }
  expect(new Counter().times(2)).toBe(6);
});

test('names given with @Key build the key, in the order of the names', async () => {
  class Users {
    @Cached({ registry })
    async find(@Key('locale') _locale: string, @Key('id') _id: string): Promise<string> {
      return _id;
    }
    @Cached({ registry })
    many(@Key.ignore() _logger: object, @Key('...ids') ..._ids: string[]): number {
      return 1;
    }
  }
  const users = new Users();
  await users.find('en', 'u1');
  users.many({}, 'a', 'b');
  users.many({ other: true }, 'a', 'b');
  expect(cacheOf(users.find).keys()).toEqual(['id="u1",locale="en"']);
  expect(cacheOf(users.many).keys()).toEqual(['ids=["a","b"]']);
});

test('what @Key recorded can be read by other tools when reflect-metadata is loaded', () => {
  class Users {
    find(@Key('id') _id: string, _other: string, @Key('locale') _locale: string): void {}
  }
  expect(Reflect.getMetadata('scrubjay:parameters', Users.prototype, 'find')).toEqual(['id', undefined, 'locale']);
});

test('the replacement keeps name, length and metadata of the method, and the kind of its property', () => {
  class Users {
    @Cached({ registry })
    @Reflect.metadata('role', 'admin')
    find(_id: string, _locale: string): string {
      return _id;
    }
  }
  expect(Users.prototype.find.name).toBe('find');
  expect(Users.prototype.find).toHaveLength(2);
  expect(Reflect.getMetadata('role', Users.prototype, 'find')).toBe('admin');
  expect(Object.getOwnPropertyDescriptor(Users.prototype, 'find')).toMatchObject({ enumerable: false, configurable: true, writable: true });
});

test('metadata that another decorator left on the function itself is carried over', () => {
  const tag: MethodDecorator = (_target, _name, descriptor) => Reflect.defineMetadata('route', '/users', descriptor.value as object);
  class Users {
    @Cached({ registry })
    @tag
    find(): string {
      return '';
    }
  }
  expect(Reflect.getMetadata('route', Users.prototype.find)).toBe('/users');
});

test('methods under symbols and computed names are cached', () => {
  const secret = Symbol('secret');
  class Users {
    @Cached({ registry })
    [secret](): object {
      return {};
    }
    @Cached({ registry })
    'with spaces'(): object {
      return {};
    }
  }
  const users = new Users();
  expect(users[secret]()).toBe(users[secret]());
  expect(users['with spaces']()).toBe(users['with spaces']());
  expect(registry.list()).toEqual(['Users.[Symbol(secret)]', 'Users.with spaces']);
});

test('a method with two decorators has two caches that share nothing', () => {
  class Users {
    @Cached({ registry, capacity: 1 })
    @Cached({ registry, capacity: 2 })
    find(id: string): object {
      return { id };
    }
  }
  const users = new Users();
  const first = users.find('a');
  users.find('b');
  expect(users.find('a')).toBe(first);
  expect(registry.list()).toEqual(['Users.find', 'Users.find#2']);
});

test('with reflect-metadata, a method that gives promises without being async gives them after a set and after a restart, too', async () => {
  const directory = temporaryDirectory();
  for (const isFirst of [true, false]) {
    const own = new CacheRegistry({ persist: { directory } });
    class Users {
      @Cached({ registry: own, persist: 'jsonl', params: ['id'] })
      find(id: string): Promise<string> {
        return Promise.resolve(id);
      }
    }
    const users = new Users();
    if (isFirst) await cacheOf(users, 'find').set(['a'], 'set');
    const answer = users.find('a');
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe('set');
    await own.close();
  }
});

describe('misuse fails when the class is defined', () => {
  const descriptorOf = (target: object, name: string): PropertyDescriptor => Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
  // The types refuse all of these; people without types, and casts, get the sentence.
  const apply = Cached({}) as unknown as (...place: unknown[]) => unknown;

  test('@Cached without parentheses', async () => {
    class Users {
      find(): void {}
    }
    const bare = Cached as unknown as (...place: unknown[]) => unknown;
    const legacy = await errorOf(() => bare(Users.prototype, 'find', descriptorOf(Users.prototype, 'find')));
    const standard = await errorOf(() => bare(Users.prototype.find, { kind: 'method', name: 'find' }));
    for (const error of [legacy, standard]) {
      expect(error).toMatchObject({
        code: 'SCRUBJAY_BAD_DECORATOR',
        message: '@Cached needs its parentheses; it was applied without. Write @Cached() or @Cached({ capacity: 1000 }).',
      });
    }
  });

  test('@Cached on a getter', async () => {
    class Users {
      get all(): string[] {
        return [];
      }
    }
    const error = await errorOf(() => apply(Users.prototype, 'all', descriptorOf(Users.prototype, 'all')));
    expect(error).toMatchObject({
      code: 'SCRUBJAY_BAD_DECORATOR',
      message: '@Cached on Users.all stands before a method; it was applied to a getter or setter. Make it a method.',
    });
  });

  test('@Cached on a field', async () => {
    class Users {
      all = 1;
    }
    const error = await errorOf(() => apply(Users.prototype, 'all'));
    expect(error.message).toBe('@Cached on Users.all stands before a method; it was applied to a field. Make the field a method.');
  });

  test('@Cached on a field, as the legacy decorators of Babel describe it', async () => {
    const descriptor = { configurable: true, enumerable: true, writable: true, initializer: () => 1 };
    const error = await errorOf(() => apply(class Users {}.prototype, 'all', descriptor));
    expect(error.message).toBe('@Cached on Users.all stands before a method; it was applied to a field. Make it a method.');
  });

  test('@Cached on a class', async () => {
    const error = await errorOf(() => apply(class Users {}));
    expect(error.message).toBe('@Cached stands before a method of a class; it was applied to the class Users. Put it before the method.');
  });

  test('@Cached on a parameter', async () => {
    class Users {
      find(): void {}
    }
    const error = await errorOf(() => apply(Users.prototype, 'find', 0));
    expect(error.message).toBe("@Cached on Users.find stands before a method; it was applied to a parameter. Use @Key('name') for parameters.");
  });

  test('@Cached on a generator', async () => {
    class Users {
      *all(): Generator<number> {
        yield 1;
      }
      async *stream(): AsyncGenerator<number> {
        yield 1;
      }
    }
    for (const name of ['all', 'stream']) {
      const error = await errorOf(() => apply(Users.prototype, name, descriptorOf(Users.prototype, name)));
      expect(error.message).toMatch(/stands before a method with a result; it was applied to a generator/);
    }
  });

  test('@Key on a constructor', async () => {
    const error = await errorOf(() => {
      class Users {
        constructor(@Key('id') readonly id: string) {}
      }
      return Users;
    });
    expect(error).toMatchObject({
      code: 'SCRUBJAY_BAD_DECORATOR',
      message: '@Key on Users names a parameter of a method; it was applied to the constructor. Constructors are not cached; take it away.',
    });
  });

  test('@Key on a method', async () => {
    class Users {
      find(): void {}
    }
    const error = await errorOf(() => (Key('id') as (...place: unknown[]) => unknown)(Users.prototype, 'find', descriptorOf(Users.prototype, 'find')));
    expect(error.message).toBe('@Key on Users.find names a parameter; it was applied to something else. Put it before the parameter, inside the parentheses.');
  });

  test('@Key with a name that is none', async () => {
    for (const name of ['', ' ', '$0', 5, undefined]) {
      const error = await errorOf(() => {
        class Users {
          find(@Key(name as string) _id: string): void {}
        }
        return Users;
      });
      expect(error).toMatchObject({
        code: 'SCRUBJAY_BAD_KEY_NAME',
        message: expect.stringMatching(/^@Key on Users\.find: a parameter needs a name such as 'id'/),
      });
    }
  });

  test('two parameters of one name', async () => {
    const error = await errorOf(() => {
      class Users {
        @Cached({ registry })
        find(@Key('id') _id: string, @Key('id') _other: string): string {
          return _id;
        }
      }
      return Users;
    });
    expect(error).toMatchObject({
      code: 'SCRUBJAY_BAD_KEY_NAME',
      message: '@Cached on Users.find: two parameters are named "id"; give each a name of its own.',
    });
  });
});

describe('a persisted method needs names that survive a rebuild', () => {
  test('a parameter without a name is an error that says which', async () => {
    const error = await errorOf(() => {
      class Users {
        @Cached({ registry, persist: 'jsonl' })
        find(@Key('id') id: string, { locale }: { locale: string }): string {
          return id + locale;
        }
      }
      return Users;
    });
    expect(error).toMatchObject({
      code: 'SCRUBJAY_KEY_UNNAMED',
      message: expect.stringMatching(/^@Cached on Users\.find: persist needs a name for every parameter.*parameter 2 has none; give it @Key/),
    });
  });

  test('a method whose list cannot be seen does not pass for one without parameters, and the error says why', async () => {
    const wrapped = (_target: object, _name: string, descriptor: PropertyDescriptor): PropertyDescriptor => {
      const { value: method } = descriptor as { value: (...args: unknown[]) => unknown };
      return { ...descriptor, value: (...args: unknown[]) => method(...args) };
    };
    const error = await errorOf(() => {
      class Users {
        @Cached({ registry, persist: 'jsonl' })
        @wrapped
        find(locale = 'en'): string {
          return locale;
        }
      }
      return Users;
    });
    expect(error).toMatchObject({
      code: 'SCRUBJAY_KEY_UNNAMED',
      message: expect.stringMatching(/parameter 1 has none \(its source does not tell: it passes on \(\.\.\.args\), as wrappers do\)/),
    });
  });

  test('names in the source are enough where a formatter or a compiler wrote it', async () => {
    class Users {
      @Cached({ registry, persist: 'jsonl' })
      find(id: string, locale = 'en', ...tags: string[]): string {
        return id + locale + tags.join('');
      }
    }
    const users = new Users();
    users.find('u1');
    users.find('u1', 'de', 'a', 'b');
    expect(cacheOf(users, 'find').keys()).toEqual(['id="u1"', 'id="u1",locale="de",tags=["a","b"]']);
    await registry.close();
  });

  test('names that a minifier shortened are not enough', async () => {
    const shortened = new Function('return class { find(e,t){return e+t} }')() as { prototype: { find(): unknown } };
    const descriptor = Object.getOwnPropertyDescriptor(shortened.prototype, 'find') as TypedPropertyDescriptor<() => unknown>;
    const error = await errorOf(() => Cached({ registry, persist: 'jsonl' })(shortened.prototype, 'find', descriptor));
    expect(error).toMatchObject({
      code: 'SCRUBJAY_KEY_UNNAMED',
      message: expect.stringMatching(/parameter 1 has none \(its source does not tell: it looks minified\)/),
    });
    expect(() => Cached({ registry, persist: 'jsonl', params: ['id', 'locale'], name: 'Users.find' })(shortened.prototype, 'find', descriptor)).not.toThrow();
  });

  test('a method without parameters needs no names', () => {
    class Users {
      @Cached({ registry, persist: 'jsonl' })
      all(): string[] {
        return [];
      }
    }
    expect(cacheOf(Users, 'all').name).toBe('Users.all');
  });

  test('a picked key needs no names', () => {
    class Users {
      @Cached({ registry, persist: 'jsonl', key: (id: string) => id })
      find(id: string): string {
        return id;
      }
    }
    new Users().find('u1');
    expect(cacheOf(Users, 'find').keys()).toEqual(['"u1"']);
  });

  test('a call with more arguments than names runs uncached, and says so once', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    let loads = 0;
    class Users {
      @Cached({ registry, persist: 'jsonl', params: ['id'] })
      find(_id: string, _locale: string | undefined = undefined): number {
        return arguments.length > 9 ? 0 : ++loads;
      }
    }
    const users = new Users();
    expect([users.find('u1', 'de'), users.find('u1', 'fr'), users.find('u1'), users.find('u1', undefined)]).toEqual([1, 2, 3, 3]);
    expect(cacheOf(users.find).stats().bypassed).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/Users\.find was called with 2 arguments and names 1/);
    warn.mockRestore();
  });
});
