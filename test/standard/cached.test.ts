import { Cached, CacheRegistry, cacheOf } from '../../src/index';
import { logFiles, temporaryDirectory } from '../support/directories';
import { errorOf } from '../support/promises';

let registry: CacheRegistry;
let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
  registry = new CacheRegistry({ persist: { directory } });
});

test('an instance method, sync and async, a static and a private one are cached', async () => {
  const loads: string[] = [];
  class Rates {
    @Cached({ registry })
    rate(currency: string): number {
      loads.push('rate');
      return currency.length;
    }
    @Cached({ registry })
    async find(currency: string): Promise<string> {
      loads.push('find');
      return Promise.resolve(currency);
    }
    @Cached({ registry })
    static parse(text: string): number {
      loads.push('parse');
      return Number(text);
    }
    @Cached({ registry })
    #hidden(value: number): number {
      loads.push('hidden');
      return value;
    }
    hidden(value: number): number {
      return this.#hidden(value);
    }
  }
  const rates = new Rates();
  expect([rates.rate('EUR'), rates.rate('EUR'), rates.hidden(5), rates.hidden(5), Rates.parse('7'), Rates.parse('7')]).toEqual([3, 3, 5, 5, 7, 7]);
  expect([await rates.find('EUR'), await rates.find('EUR')]).toEqual(['EUR', 'EUR']);
  expect(loads).toEqual(['rate', 'hidden', 'parse', 'find']);
  expect(registry.list().sort()).toEqual(['Rates.#hidden', 'Rates.find', 'Rates.parse', 'Rates.rate']);
});

test('a static cache is in the registry when the class is defined, that of an instance method from the first instance on', () => {
  class Rates {
    @Cached({ registry })
    static parse(): number {
      return 1;
    }
    @Cached({ registry })
    rate(): number {
      return 1;
    }
  }
  expect(registry.list()).toEqual(['Rates.parse']);
  new Rates();
  expect(registry.list()).toEqual(['Rates.parse', 'Rates.rate']);
  expect(cacheOf(Rates, 'rate').stats().misses).toBe(0);
});

test('names come from params, and a persisted cache comes back after a restart', async () => {
  const start = (): { registry: CacheRegistry; users: { find(id: string, locale?: string): Promise<string> }; loads: () => number } => {
    const own = new CacheRegistry({ persist: { directory } });
    let loads = 0;
    class Users {
      @Cached({ registry: own, persist: 'jsonl', params: ['id', 'locale'] })
      async find(id: string, locale = 'en'): Promise<string> {
        loads++;
        return Promise.resolve(`${id} in ${locale}`);
      }
    }
    return { registry: own, users: new Users(), loads: () => loads };
  };
  const before = start();
  await before.users.find('u1');
  await before.users.find('u2', 'de');
  await before.registry.close();
  expect(logFiles(directory)).toHaveLength(1);
  const after = start();
  await after.registry.open();
  expect(after.registry.get('Users.find')?.keys()).toEqual(['id="u1"', 'id="u2",locale="de"']);
  expect([await after.users.find('u1'), await after.users.find('u2', 'de'), after.loads()]).toEqual(['u1 in en', 'u2 in de', 0]);
  await after.registry.close();
});

test('a method inherited by two classes has a cache for each', () => {
  class Base {
    @Cached({ registry, scope: 'class' })
    name(): string {
      return this.constructor.name;
    }
  }
  class One extends Base {}
  class Two extends Base {}
  expect([new One().name(), new Two().name(), new Base().name()]).toEqual(['One', 'Two', 'Base']);
  expect(registry.list()).toEqual(['One.name', 'Two.name', 'Base.name']);
});

test.each([
  ['getter', 'getter'],
  ['setter', 'setter'],
  ['field', 'field'],
  ['accessor', 'accessor'],
  ['class', 'class'],
])('@Cached on a %s fails when the class is defined', async (_what, kind) => {
  const apply = Cached({}) as unknown as (...place: unknown[]) => unknown;
  const error = await errorOf(() => apply(kind === 'field' ? undefined : () => 1, { kind, name: 'all', static: false, addInitializer: () => {} }));
  expect(error).toMatchObject({
    code: 'SCRUBJAY_BAD_DECORATOR',
    message: expect.stringContaining(`@Cached on all stands before a method; it was applied to a ${kind}.`),
  });
});

test('a bad option fails when the class is defined', async () => {
  const error = await errorOf(() => {
    class Rates {
      @Cached({ registry, capacity: 1.5 })
      rate(): number {
        return 1;
      }
    }
    return Rates;
  });
  expect(error).toMatchObject({ code: 'SCRUBJAY_BAD_CAPACITY', message: expect.stringMatching(/^@Cached on rate: capacity must be/) });
});
