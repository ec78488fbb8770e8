/** Results that hold instances of classes, and what becomes of them in the next process. */
import { readFileSync } from 'node:fs';
import { Cached, CacheRegistry, cacheOf, type PersistOptions, type Reviving } from '../src/index';
import { drivers } from '../src/persist/drivers/index';
import { logFiles, temporaryDirectory } from './support/directories';
import './support/no-locks';

class User {
  constructor(
    readonly name: string,
    readonly balance: Money,
    readonly joined = new Date(0),
  ) {}
  get greeting(): string {
    return `Hello ${this.name}`;
  }
}

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

class Socket {
  readonly isOpen = true;
}

/** Nobody sees what its methods work on. */
class Hollow {
  constructor(id: number) {
    states.push([this, id]);
  }
}
const states: [Hollow, number][] = [];

const money = { name: 'Money', class: Money, dump: (each: Money) => each.cents, load: (cents: number) => new Money(cents) };

/** Makes another process: a registry of its own, which asks `load` for what it does not find on disk. */
function processes(persist: PersistOptions, load: (id: string) => unknown) {
  const directory = temporaryDirectory();
  const calls: string[] = [];
  const run = async (work: (find: (id: string) => unknown, stats: () => unknown) => unknown, changes: PersistOptions = {}): Promise<void> => {
    const registry = new CacheRegistry({ persist: { directory } });
    class Users {
      @Cached({ registry, persist: { ...persist, ...changes }, params: ['id'], name: 'Users.find' })
      find(id: string): unknown {
        calls.push(id);
        return load(id);
      }
    }
    const users = new Users();
    await work(
      (id) => users.find(id),
      () => cacheOf(users.find).stats().persistence,
    );
    await registry.close();
  };
  return { run, calls, directory };
}

let warnings: jest.SpyInstance;
beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

const warned = (): string[] => warnings.mock.calls.map(([message]) => message as string);

describe.each(Object.keys(drivers) as (keyof typeof drivers)[])('%s', (driver) => {
  const persist = { driver, revive: [User, money] } as const;

  test('instances come back in the next process, with their methods and hidden state, at any depth', async () => {
    const { run, calls } = processes(persist, (id) => new Map([[id, [new User('Ada', new Money(1999))]]]));
    await run((find) => find('u1'));
    await run((find) => {
      const [user] = (find('u1') as Map<string, [User]>).get('u1') as [User];
      expect([user instanceof User, user.greeting, user.balance.cents, user.joined]).toEqual([true, 'Hello Ada', 1999, new Date(0)]);
    });
    expect([calls, warned()]).toEqual([['u1'], []]);
  });

  test('an Error as a result comes back without being told of', async () => {
    const { run, calls } = processes({ driver }, () => ({ failed: new RangeError('too far', { cause: new Error('why') }) }));
    const found: unknown[] = [];
    for (const _process of [1, 2]) await run((find) => found.push(find('u1')));
    expect(found[1]).toStrictEqual(found[0]);
    expect([calls, (found[1] as { failed: Error }).failed instanceof RangeError]).toEqual([['u1'], true]);
  });

  test('what a caller does to an instance after it was stored does not reach the disk', async () => {
    const { run } = processes(persist, () => new User('Ada', new Money(1)));
    await run((find) => Object.assign(find('u1') as User, { name: 'Eve' }));
    await run((find) => expect(find('u1')).toMatchObject({ name: 'Ada' }));
  });

  test('what cannot be kept stays in memory, and is reported once, with call and path', async () => {
    const { run, calls } = processes({ driver }, () => ({ owner: { socket: new Socket() } }));
    await run((find, stats) => {
      for (const id of ['u1', 'u2', 'u1']) expect(find(id)).toEqual({ owner: { socket: { isOpen: true } } });
      expect(stats()).toMatchObject({ unpersisted: 2 });
    });
    await run((find) => find('u1'));
    expect(calls).toEqual(['u1', 'u2', 'u1']);
    expect(warned()).toHaveLength(2);
    expect(warned()[0]).toBe(
      'Users.find: a result stays in memory only, because find(…).owner.socket is an instance of Socket, which would not come back equal. ' +
        'Tell persist.revive of its class, and it is kept. Further ones are counted, not reported.',
    );
  });

  test.each<[string, unknown, string]>([
    ['a function', () => 1, 'because find(…) is a function'],
    ['an instance that shows nothing', { user: new Hollow(1) }, 'because find(…).user is an instance of Hollow, whose state cannot be seen'],
  ])('%s is named as the result of the call', async (_what, value, message) => {
    await processes({ driver, revive: Hollow }, () => value).run((find) => find('u1'));
    expect(warned()).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['Users.find@Admins', 'find(…)'],
    ['find', 'find(…)'],
    ['@', '@(…)'],
    ['users.', 'users.(…)'],
  ])('the result of a cache called %s is called %s', async (name, call) => {
    const registry = new CacheRegistry({ persist: { directory: temporaryDirectory() } });
    class Users {
      @Cached({ registry, persist: { driver }, params: [], name })
      find(): unknown {
        return Object.defineProperty({}, '__proto__', { value: [undefined], enumerable: true });
      }
    }
    new Users().find();
    await registry.close();
    expect(warned()).toEqual([expect.stringMatching(/because .* cannot be written: /)]);
    expect(warned()[0]).toContain(`because ${call} cannot`);
  });

  test('a dump that throws fails no call', async () => {
    const fails = { ...money, dump: () => fail('no dump') };
    const { run, calls } = processes({ driver, revive: fails }, () => new Money(7));
    for (const _process of [1, 2]) await run((find) => expect((find('u1') as Money).cents).toBe(7));
    expect([calls, warned()[0]]).toEqual([['u1', 'u1'], expect.stringContaining('find(…) is an instance of Money, whose dump threw Error: no dump.')]);
  });

  test.each<[string, Reviving | readonly Reviving[]]>([
    ['whose load throws now', { ...money, load: () => fail('no load') }],
    ['of a class that nobody tells of any more', []],
    ['of a class that has another name now', { ...money, name: 'Cash' }],
  ])('an entry %s is left behind and loaded anew, and its neighbours stay', async (_what, revive) => {
    const { run, calls } = processes(persist, (id) => (id === 'plain' ? { id } : new Money(7)));
    await run((find) => [find('rich'), find('plain')]);
    await run(
      (find) => {
        expect([(find('rich') as Money).cents, find('plain')]).toEqual([7, { id: 'plain' }]);
      },
      { revive },
    );
    expect(calls).toEqual(['rich', 'plain', 'rich']);
  });
});

test('on disk an instance lies under the name of its class', async () => {
  const { run, directory } = processes({ revive: [User, money] }, () => new User('Ada', new Money(1999)));
  await run((find) => find('u1'));
  const lines = readFileSync(logFiles(directory)[0] as string, 'utf8').split('\n');
  expect((JSON.parse(lines[1] as string) as { r: unknown[] }).r.slice(0, 1)).toEqual([['class User', 1]]);
});

function fail(message: string): never {
  throw new Error(message);
}
