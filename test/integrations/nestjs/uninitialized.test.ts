/** Caches on disk that are used before their application is initialized, or in one without the module. */
import 'reflect-metadata';
import { existsSync, readdirSync } from 'node:fs';
import { Controller, Injectable, Module, type OnModuleInit, Scope } from '@nestjs/common';
import { LazyModuleLoader, NestFactory } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { adopt, Cached, type CacheHandle, CacheRegistry, cacheOf, registry } from '../../../src/index';
import { InjectCache, ScrubjayModule } from '../../../src/integrations/nestjs/index';
import { freshCaches } from '../../../src/testing/index';
import { temporaryDirectory } from '../../support/directories';
import { errorOf } from '../../support/promises';
import { warningsOfEachTest } from '../../support/warnings';
import '../../support/no-locks';

const warnings = warningsOfEachTest();

class Base {
  runs = 0;
  @Cached({ persist: 'jsonl', scope: 'class' })
  async find(id: string): Promise<string> {
    return `${id} ${++this.runs}`;
  }
  @Cached({ persist: 'jsonl', scope: 'class' })
  now(id: string): string {
    return `${id} ${++this.runs}`;
  }
  @Cached()
  async inMemory(id: string): Promise<string> {
    return `${id} ${++this.runs}`;
  }
}

const apps: { close(): Promise<void> }[] = [];
let directory = '';
beforeEach(() => {
  directory = temporaryDirectory();
  registry.configure({ persist: { directory: temporaryDirectory() } });
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await registry.close();
});

async function compile(providers: unknown[], imports: unknown[] = [ScrubjayModule.forRoot({ persist: { directory } })]): Promise<TestingModule> {
  const testing = await Test.createTestingModule({ imports, providers } as never).compile();
  apps.push(testing);
  return testing;
}

describe('an application that is not initialized', () => {
  test('refuses calls of what is kept on disk, with the remedy, and nothing is written', async () => {
    @Injectable()
    class Users1 extends Base {}
    const testing = await compile([Users1]);
    const users = testing.get(Users1);
    const error = await errorOf(() => users.find('u1'));
    expect(error.code).toBe('SCRUBJAY_NOT_OPEN');
    expect(error.message).toContain('Users1.find is kept on disk');
    expect(error.message).toContain('await app.init()');
    expect(() => users.now('u1')).toThrow('Users1.now is kept on disk');
    expect(users.runs).toBe(0);
    expect(await users.inMemory('u1')).toBe('u1 1');
    expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
    await testing.init();
    expect(await users.find('u1')).toBe('u1 2');
    expect(users.now('u1')).toBe('u1 3');
    expect(testing.get(CacheRegistry).list().sort()).toEqual(['Users1.find', 'Users1.inMemory', 'Users1.now']);
    expect(warnings.messages).toEqual([]);
  });

  test('also where another one that has objects of the class is', async () => {
    @Injectable()
    class Users2 extends Base {}
    await (await compile([Users2])).init();
    directory = temporaryDirectory();
    const second = await compile([Users2]);
    expect((await errorOf(() => second.get(Users2).find('u1'))).code).toBe('SCRUBJAY_NOT_OPEN');
  });

  test('of a transient provider, too', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Users3 extends Base {}
    @Injectable()
    class Admin {
      constructor(readonly users: Users3) {}
    }
    const testing = await compile([Users3, Admin]);
    expect((await errorOf(() => testing.get(Admin).users.find('u1'))).code).toBe('SCRUBJAY_NOT_OPEN');
  });

  test('refuses what its caches are asked for, in a constructor, too', async () => {
    @Injectable()
    class Users4 extends Base {}
    @Injectable()
    class Admin {
      readonly early: unknown;
      constructor(
        @InjectCache(Users4, 'find') readonly found: CacheHandle<Users4['find']>,
        @InjectCache(Users4, 'inMemory') readonly inMemory: CacheHandle<Users4['inMemory']>,
      ) {
        try {
          this.early = found.get('u1');
        } catch (error) {
          this.early = error;
        }
      }
    }
    const testing = await compile([Users4, Admin]);
    const { early, found, inMemory } = testing.get(Admin);
    expect(early).toMatchObject({ code: 'SCRUBJAY_NOT_OPEN' });
    for (const use of [
      () => found.has('u1'),
      () => found.size,
      () => found.delete('u1'),
      () => found.set(['u1'], ''),
      () => testing.get(CacheRegistry).clear(),
    ])
      expect((await errorOf(use)).code).toBe('SCRUBJAY_NOT_OPEN');
    expect(inMemory.get('u1')).toBeUndefined();
    expect(found.stats()).toMatchObject({ hits: 0 });
    expect(testing.get(CacheRegistry).health().isHealthy).toBe(true);
    await testing.init();
    await testing.get(Users4).find('u1');
    expect(found.get('u1')).toBe('u1 1');
  });

  test('refuses calls of objects that were adopted by hand, as the method would answer', async () => {
    @Injectable()
    class Searches {
      @Cached({ persist: 'jsonl', scope: 'class' })
      async find(filter: object): Promise<object> {
        return filter;
      }
      @Cached({ persist: 'jsonl', scope: 'class' })
      now(filter: object): object {
        return filter;
      }
    }
    const searches = new Searches();
    const testing = await compile([]);
    adopt(testing.get(CacheRegistry), searches);
    await expect(searches.find({ id: 1 })).rejects.toMatchObject({ code: 'SCRUBJAY_NOT_OPEN' });
    expect(() => searches.now({ id: 1 })).toThrow('Searches.now is kept on disk');
    await testing.init();
    expect(await searches.find({ id: 1 })).toEqual({ id: 1 });
  });

  test('that never is can be closed, and leaves nothing', async () => {
    @Injectable()
    class Users5 extends Base {}
    const testing = await compile([Users5]);
    expect((await errorOf(() => cacheOf(Users5, 'find', testing.get(CacheRegistry)).get('u1'))).code).toBe('SCRUBJAY_NOT_OPEN');
    await testing.close();
    expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  });

  test('opens its caches earlier where it says so', async () => {
    @Injectable()
    class Users6 extends Base {}
    const testing = await compile([Users6]);
    await testing.get(CacheRegistry).open();
    expect(cacheOf(Users6, 'find', testing.get(CacheRegistry)).get('u1')).toBeUndefined();
  });

  test('in tests that keep nothing on disk answers as ever', async () => {
    @Injectable()
    class Users7 extends Base {}
    await freshCaches();
    const testing = await compile([Users7]);
    try {
      expect(await testing.get(Users7).find('u1')).toBe('u1 1');
      expect(await testing.get(Users7).find('u1')).toBe('u1 1');
      await freshCaches();
      expect(cacheOf(Users7, 'find', testing.get(CacheRegistry)).get('u1')).toBeUndefined();
    } finally {
      await freshCaches({ directory: temporaryDirectory() });
    }
  });

  test('a hook of another global module that comes first fails the bootstrap', async () => {
    @Injectable()
    class Users8 extends Base implements OnModuleInit {
      async onModuleInit(): Promise<void> {
        await this.find('u1');
      }
    }
    @Module({ providers: [Users8], exports: [Users8] })
    class EarlyModule {}
    const early = { module: EarlyModule, global: true };
    const testing = await compile([], [early, ScrubjayModule.forRoot({ persist: { directory } })]);
    expect((await errorOf(() => testing.init())).code).toBe('SCRUBJAY_NOT_OPEN');
    // Nest throws it again when it is closed.
    apps.pop();
  });
});

describe('an application without the module', () => {
  test('is told once for each class that what it keeps on disk is not its own', async () => {
    @Injectable()
    class Users9 extends Base {}
    @Controller()
    class Cities extends Base {}
    const app = await NestFactory.createApplicationContext(withProviders(Users9, Cities), { logger: false });
    apps.push(app);
    const users = app.get(Users9);
    expect([await users.inMemory('u1'), await users.find('u1'), users.now('u1'), await app.get(Cities).find('c1')]).toEqual(['u1 1', 'u1 2', 'u1 3', 'c1 1']);
    expect(warnings.messages).toEqual([
      expect.stringContaining('Users9.find is kept on disk, and the Users9 that is called belongs to no application with ScrubjayModule'),
      expect.stringContaining('Cities.find is kept on disk'),
    ]);
    expect(process.emitWarning).toHaveBeenCalledWith(expect.stringContaining('Import ScrubjayModule.forRoot()'), {
      type: 'ScrubjayWarning',
      code: 'SCRUBJAY_MODULE_MISSING',
    });
  });

  test('beside one that has it, too', async () => {
    @Injectable()
    class Users10 extends Base {}
    @Injectable()
    class Others extends Base {}
    await (await compile([Others])).init();
    const app = await NestFactory.createApplicationContext(withProviders(Users10), { logger: false });
    apps.push(app);
    await app.get(Users10).find('u1');
    expect(warnings.messages).toHaveLength(1);
  });

  test('and so is a module that is loaded when its application is initialized', async () => {
    @Injectable()
    class Late extends Base {}
    @Module({ providers: [Late], exports: [Late] })
    class LateModule {}
    const testing = await compile([]);
    await testing.init();
    const late = (await testing.get(LazyModuleLoader).load(() => LateModule)).get(Late);
    expect(await late.find('u1')).toBe('u1 1');
    expect(warnings.messages).toEqual([expect.stringContaining('of a module that is loaded lazily, adopt(registry, object)')]);
    const early = new Late();
    adopt(testing.get(CacheRegistry), early);
    expect(await early.find('u1')).toBe('u1 1');
  });

  test('nobody is told of plain classes, nor of those whose entries stay in memory, nor of objects of an application that has ended', async () => {
    class Plain extends Base {}
    @Injectable()
    class Users11 extends Base {}
    @Injectable()
    class Ended extends Base {}
    await new Plain().find('u1');
    await new Users11().inMemory('u1');
    const testing = await compile([Ended]);
    await testing.init();
    await testing.close();
    await testing.get(Ended).find('u1');
    expect(warnings.messages).toEqual([]);
  });
});

function withProviders(...providers: (new () => unknown)[]): new () => unknown {
  @Module({ providers })
  class AppModule {}
  return AppModule;
}
