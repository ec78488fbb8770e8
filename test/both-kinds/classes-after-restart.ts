/** The name of a cache leads to its entries after a restart, so it must not depend on which class comes first. Runs under both kinds of decorators. */
import { Cached, CacheRegistry, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';

interface Named {
  of(id: string): string;
}

type Declare = (registry: CacheRegistry) => Record<string, new () => Named>;

/** What `run` gives in each of two processes that share a directory. */
async function twoRuns(declare: Declare, runs: readonly ((classes: ReturnType<Declare>) => unknown)[]): Promise<unknown[]> {
  const directory = temporaryDirectory();
  const results: unknown[] = [];
  for (const run of runs) {
    const registry = new CacheRegistry({ persist: { directory } });
    results.push(run(declare(registry)));
    await registry.close();
  }
  return results;
}

const made = (classes: ReturnType<Declare>, name: string): Named => new (classes[name] as new () => Named)();

test.each([undefined, 'shapes'])('two classes that inherit a method (name: %p) never get each other’s entries, whichever comes first', async (name) => {
  const declare: Declare = (registry) => {
    class Base {
      @Cached({ registry, persist: 'jsonl', scope: 'class', params: ['id'], ...(name === undefined ? {} : { name }) })
      of(id: string): string {
        return `${this.constructor.name} ${id}`;
      }
    }
    class One extends Base {}
    class Two extends Base {}
    return { Base, One, Two };
  };
  const first = ['One', 'Two', 'Base'];
  const results = await twoRuns(declare, [
    (classes) => first.map((each) => made(classes, each).of('1')),
    (classes) => [...first].reverse().map((each) => made(classes, each).of('1')),
  ]);
  expect(results).toEqual([
    ['One 1', 'Two 1', 'Base 1'],
    ['Base 1', 'Two 1', 'One 1'],
  ]);
});

test.each([
  ['persisted', 'jsonl', {}],
  ['persisted, with names', 'jsonl', { name: 'of' }],
  ['in memory', undefined, {}],
] as const)('an override that calls super has a cache beside that of the method it overrides: %s', async (_what, persist, named) => {
  const declare: Declare = (registry) => {
    const options = { registry, scope: 'class', params: ['id'], ...(persist && { persist }) } as const;
    class Base {
      @Cached({ ...options, ...named })
      of(id: string): string {
        return `${this.constructor.name} ${id}`;
      }
    }
    class Sub extends Base {
      @Cached({ ...options, ...('name' in named && { name: 'sub' }) })
      override of(id: string): string {
        return `careful ${super.of(id)}`;
      }
    }
    return { Base, Sub };
  };
  const results = await twoRuns(declare, [
    (classes) => [made(classes, 'Sub').of('1'), made(classes, 'Base').of('1')],
    (classes) => [made(classes, 'Base').of('1'), made(classes, 'Sub').of('1'), cacheOf(classes['Sub'] as new () => Named, 'of').keys()],
  ]);
  expect(results).toEqual([
    ['careful Sub 1', 'Base 1'],
    ['Base 1', 'careful Sub 1', ['id="1"']],
  ]);
});

test('two different key functions are two meanings: a changed one begins empty', async () => {
  const declareWith =
    (key: (user: { id: number; org: number }) => unknown) =>
    (registry: CacheRegistry): { rank(user: { id: number; org: number }): string } => {
      class Users {
        @Cached({ registry, persist: 'jsonl', key })
        rank({ id, org }: { id: number; org: number }): string {
          return `${id} of ${org}`;
        }
      }
      return new Users();
    };
  const directory = temporaryDirectory();
  const answers: string[] = [];
  for (const key of [(user: { id: number }) => user.id, (user: { org: number }) => user.org]) {
    const registry = new CacheRegistry({ persist: { directory } });
    answers.push(declareWith(key)(registry).rank(answers.length === 0 ? { id: 1, org: 9 } : { id: 2, org: 1 }));
    await registry.close();
  }
  expect(answers).toEqual(['1 of 9', '2 of 1']);
});

test('a method that was async and is so no more begins empty: nobody gets a promise in place of a value, or a value in place of a promise', async () => {
  const directory = temporaryDirectory();
  const answers: unknown[] = [];
  for (const isAsync of [true, false, true]) {
    const registry = new CacheRegistry({ persist: { directory } });
    const options = { registry, persist: 'jsonl', params: ['id'], name: 'find' } as const;
    class Later {
      @Cached({ ...options, registry: isAsync ? registry : new CacheRegistry() })
      async find(id: string): Promise<string> {
        return Promise.resolve(`later ${id}`);
      }
    }
    class Now {
      @Cached({ ...options, registry: isAsync ? new CacheRegistry() : registry })
      find(id: string): string {
        return `now ${id}`;
      }
    }
    const service = isAsync ? new Later() : new Now();
    const answer = service.find('1');
    expect(answer instanceof Promise).toBe(isAsync);
    answers.push(await answer);
    await registry.close();
  }
  expect(answers).toEqual(['later 1', 'now 1', 'later 1']);
});
