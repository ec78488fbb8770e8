/** A NestJS application has its caches in a registry of its own, opened before traffic and closed at the end. */
import 'reflect-metadata';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Global, type INestApplication, Inject, Injectable, Module, type OnModuleInit, Param, Scope, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Cached, type CacheHandle, CacheRegistry, cacheOf, registry } from '../../../src/index';
import { cacheToken, InjectCache, ScrubjayHealthIndicator, ScrubjayModule, type ScrubjayModuleOptions } from '../../../src/integrations/nestjs/index';
import { freshCaches, scrubjayMatchers } from '../../../src/testing/index';
import { temporaryDirectory } from '../../support/directories';
import { collectUntil, watchGarbage } from '../../support/garbage';
import { errorOf } from '../../support/promises';
import { isThorough } from '../../support/thorough';
import '../../support/no-locks';

expect.extend(scrubjayMatchers);
beforeEach(() => freshCaches());

@Injectable()
class Users {
  runs = 0;

  @Cached()
  async find(id: string): Promise<string> {
    return `${id} ${++this.runs}`;
  }

  @Cached({ persist: 'jsonl', scope: 'class' })
  async kept(id: string): Promise<string> {
    return `${id} ${++this.runs}`;
  }
}

@Injectable()
class Admin {
  constructor(
    readonly users: Users,
    @InjectCache(Users, 'find') readonly found: CacheHandle<Users['find']>,
    readonly registry: CacheRegistry,
  ) {}
}

const apps: INestApplication[] = [];

/** An application; its caches are in `directory`, or in one of its own. */
async function start(
  parts: { providers?: unknown[]; imports?: unknown[]; controllers?: unknown[] } = {},
  options: ScrubjayModuleOptions = {},
): Promise<INestApplication> {
  const {
    providers = [Users, Admin],
    imports = [ScrubjayModule.forRoot({ persist: { directory: temporaryDirectory() }, ...options })],
    controllers = [],
  } = parts;
  const testing = await Test.createTestingModule({ imports, providers, controllers } as never).compile();
  const app = testing.createNestApplication({ logger: false });
  apps.push(app);
  return app.init();
}

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  jest.restoreAllMocks();
});

describe('an application', () => {
  test('has the caches of its providers in a registry of its own, listed before anybody calls', async () => {
    const app = await start();
    const own = app.get(CacheRegistry);
    expect(own).not.toBe(registry);
    expect(own.list().sort()).toEqual(['Users.find', 'Users.kept']);
    await app.get(Users).find('u1');
    await app.get(Users).find('u1');
    expect(own.stats()['Users.find']).toMatchObject({ hits: 1, misses: 1 });
    expect(registry.stats()['Users.find']).toMatchObject({ hits: 0, misses: 0 });
  });

  test('injects the cache of a method', async () => {
    const app = await start();
    const { users, found, registry: own } = app.get(Admin);
    await users.find('u1');
    expect(found).toHaveEntries(1);
    await found.delete('u1');
    expect(await users.find('u1')).toBe('u1 2');
    expect(own).toBe(app.get(CacheRegistry));
    expect(app.get(cacheToken(Users, 'find'))).toBe(found);
    expect(cacheOf(Users, 'find')).toHaveEntries(1);
  });

  test('finds what was on disk before the first call, and loses nothing when it is closed', async () => {
    const directory = temporaryDirectory();
    const first = await start({}, { persist: { directory } });
    await first.get(Users).kept('u1');
    await first.close();
    const second = await start({}, { persist: { directory } });
    expect(second.get(CacheRegistry).health().caches['Users.kept']?.state).toBe('open');
    expect(second.get(CacheRegistry).get('Users.kept')?.size).toBe(1);
    expect(await second.get(Users).kept('u1')).toBe('u1 1');
    expect(second.get(Users).runs).toBe(0);
  });

  test('may answer from its caches as soon as other modules are initialized', async () => {
    const directory = temporaryDirectory();
    @Injectable()
    class Warm implements OnModuleInit {
      constructor(readonly users: Users) {}
      async onModuleInit(): Promise<void> {
        await this.users.kept('u1');
      }
    }
    @Module({ providers: [Users, Warm], exports: [Users] })
    class UsersModule {}
    const app = await start({ imports: [UsersModule, ScrubjayModule.forRoot({ persist: { directory } })], providers: [] });
    expect(readdirSync(directory)).toEqual(['Users.kept']);
    expect(app.get(CacheRegistry).get('Users.kept')?.size).toBe(1);
  });

  test.each([
    [
      'a factory',
      (directory: string) => ({ useFactory: (where: string) => ({ persist: { directory: where } }), inject: ['where'], imports: [settings(directory)] }),
    ],
    ['a class', (directory: string) => ({ useClass: optionsIn(directory) })],
    [
      'a class of another module',
      (directory: string) => {
        const Options = optionsIn(directory);
        @Module({ providers: [Options], exports: [Options] })
        class OptionsModule {}
        return { useExisting: Options, imports: [OptionsModule] };
      },
    ],
  ])('takes its options from %s', async (_what, optionsFor) => {
    const directory = temporaryDirectory();
    const app = await start({ imports: [ScrubjayModule.forRootAsync(optionsFor(directory))] });
    await app.get(Users).kept('u1');
    expect(existsSync(join(directory, 'Users.kept'))).toBe(true);
  });

  test('uses the registry it is given, opens it, and does not close it', async () => {
    const given = new CacheRegistry();
    const directory = temporaryDirectory();
    const app = await start({}, { registry: given, persist: { directory } });
    await app.get(Users).kept('u1');
    await app.close();
    expect(given.health().caches['Users.kept']?.state).toBe('open');
    await given.close();
  });

  test('runs without caches when its options say so', async () => {
    const app = await start({}, { enabled: false });
    await app.get(Users).find('u1');
    expect(await app.get(Users).find('u1')).toBe('u1 2');
    expect(app.get(CacheRegistry).stats()['Users.find']).toMatchObject({ hits: 0, size: 0 });
  });

  test('gives its cached methods defaults', async () => {
    const app = await start({}, { defaults: { capacity: 1 } });
    const users = app.get(Users);
    for (const id of ['u1', 'u2']) void [await users.find(id), await users.kept(id)];
    expect(cacheOf(users, 'find')).toHaveEntries(1);
    expect(cacheOf(users, 'kept')).toHaveEntries(1);
  });

  test('that uses the registry of the process has all its caches there', async () => {
    const app = await start({}, { registry });
    await app.get(Users).find('u1');
    expect(registry.stats()['Users.find']).toMatchObject({ misses: 1 });
  });

  test('tells terminus how its caches are', async () => {
    const app = await start();
    const health = app.get(ScrubjayHealthIndicator);
    expect(health.isHealthy()).toEqual({ caches: { status: 'up' } });
    jest.spyOn(app.get(CacheRegistry), 'health').mockReturnValue({
      isHealthy: false,
      caches: {
        'Users.kept': { isHealthy: false, state: 'degraded', unpersisted: 1, error: undefined },
        'Users.find': { isHealthy: true, state: 'memory', unpersisted: 0, error: undefined },
      },
    });
    expect(await errorOf(() => health.isHealthy('memory'))).toMatchObject({
      isHealthCheckError: true,
      causes: { memory: { status: 'down', caches: { 'Users.kept': 'degraded' } } },
    });
  });

  describe.each([
    ['stands before', (users: Users) => new Proxy(users, {})],
    [
      'calls',
      (users: Users) =>
        new Proxy(users, {
          get(target, name) {
            const found = target[name as keyof Users];
            return typeof found === 'function' ? (found.bind(target) as unknown) : found;
          },
        }),
    ],
    [
      'has put its own methods on',
      (users: Users) => {
        const { find, kept } = users;
        return Object.assign(users, { find: async (id: string) => find.call(users, id), kept: async (id: string) => kept.call(users, id) });
      },
    ],
  ])('whose provider is an object that a Proxy or a library of aspects %s', (_what, around) => {
    test('has the caches of that', async () => {
      // Nobody else has any of it.
      class Wrapped extends Users {}
      const app = await start({ providers: [{ provide: Wrapped, useFactory: () => around(new Wrapped()) }] });
      const [users, own] = [app.get(Wrapped), app.get(CacheRegistry)];
      expect([await users.find('u1'), await users.find('u1'), await users.kept('u1'), await users.kept('u1')]).toEqual(['u1 1', 'u1 1', 'u1 2', 'u1 2']);
      expect(own.stats()).toMatchObject({ 'Wrapped.find': { hits: 1, misses: 1, size: 1 }, 'Wrapped.kept': { hits: 1, misses: 1 } });
      expect(registry.list()).not.toContain('Wrapped.find');
      await app.close();
      expect(own.health().caches['Wrapped.kept']?.state).toBe('closed');
    });
  });

  test('has the caches of controllers and of what stands before them, too', async () => {
    @Controller()
    class UsersController {
      @Get(':id')
      @Cached()
      async find(@Param('id') id: string): Promise<string> {
        return id;
      }
    }
    const app = await start({ controllers: [UsersController] });
    expect(app.get(CacheRegistry).list()).toContain('UsersController.find');
  });
});

describe('a second application in the process', () => {
  test('shares nothing with the first, whatever the scope', async () => {
    const [one, two] = [await start(), await start()];
    await one.get(Users).kept('u1');
    await one.get(Users).find('u1');
    expect(await two.get(Users).kept('u1')).toBe('u1 1');
    expect(await two.get(Users).find('u1')).toBe('u1 2');
    await one.close();
    await two.get(Users).kept('u1');
    expect(two.get(CacheRegistry).stats()['Users.kept']).toMatchObject({ hits: 1, misses: 1 });
    expect(two.get(CacheRegistry).health().caches['Users.kept']?.state).toBe('open');
  });

  test('is told who has the directory when it wants the same one', async () => {
    const directory = temporaryDirectory();
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await start({}, { persist: { directory } });
    expect((await errorOf(() => start({}, { persist: { directory } }))).code).toBe('SCRUBJAY_DIRECTORY_BUSY');
  });

  const MANY = isThorough ? 50 : 10;

  test('and many of them: none is left when they are closed, and none is counted in another', async () => {
    const { gone, watch } = watchGarbage();
    for (let count = 0; count < MANY; count++) {
      const testing = await Test.createTestingModule({
        imports: [ScrubjayModule.forRoot({ persist: { directory: temporaryDirectory() } })],
        providers: [Users, Admin],
      }).compile();
      const app = await testing.createNestApplication({ logger: false }).init();
      const users = app.get(Users);
      await users.find('u1');
      expect(await users.kept('u1')).toBe('u1 2');
      expect(app.get(CacheRegistry).stats()['Users.find']).toMatchObject({ misses: 1, hits: 0, size: 1 });
      watch(app.get(CacheRegistry), `registry ${count}`);
      watch(users, `users ${count}`);
      await app.close();
    }
    // The last one may still be on the stack.
    await collectUntil(() => gone.size >= 2 * MANY - 2);
    expect(gone.size).toBeGreaterThanOrEqual(2 * MANY - 2);
  });
});

describe('providers of which there are many', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {
    static runs = 0;
    @Cached({ scope: 'class' })
    async name(id: string): Promise<string> {
      return `${id} ${++Tenant.runs}`;
    }
  }

  test('share by the scope they declare, within their application', async () => {
    @Controller()
    class TenantController {
      constructor(@Inject(Tenant) readonly tenant: Tenant) {}
      @Get(':id')
      async find(@Param('id') id: string): Promise<string> {
        return this.tenant.name(id);
      }
    }
    const parts = { providers: [Tenant], controllers: [TenantController] };
    const [one, two] = [await start(parts), await start(parts)];
    Tenant.runs = 0;
    const [first, second] = [await one.resolve(Tenant), await one.resolve(Tenant)];
    expect(first).not.toBe(second);
    expect(first).toBeInstanceOf(Tenant);
    expect(await first.name('t1')).toBe('t1 1');
    expect(await second.name('t1')).toBe('t1 1');
    expect(await (await two.resolve(Tenant)).name('t1')).toBe('t1 2');
    expect(one.get(CacheRegistry).stats()['Tenant.name']).toMatchObject({ hits: 1, misses: 1 });
    expect(two.get(CacheRegistry).stats()['Tenant.name']).toMatchObject({ hits: 0, misses: 1 });
  });

  test('and that a factory makes belong to their application, too', async () => {
    const parts = { providers: [{ provide: 'tenant', scope: Scope.REQUEST, useFactory: async () => new Tenant(), inject: [] }] };
    const [one, two] = [await start(parts), await start(parts)];
    await (await one.resolve<Tenant>('tenant')).name('t2');
    await (await two.resolve<Tenant>('tenant')).name('t2');
    expect(one.get(CacheRegistry).stats()['Tenant.name']).toMatchObject({ misses: 1 });
    expect(two.get(CacheRegistry).stats()['Tenant.name']).toMatchObject({ misses: 1 });
  });

  test.each([
    [Scope.REQUEST, 'Reports1 is request-scoped, by itself or by what it depends on: every request gets an object of its own'],
    [Scope.TRANSIENT, 'Reports1 is a transient provider: whoever injects it gets an object of its own'],
  ])('are refused without a scope, with the remedy', async (scope, message) => {
    @Injectable({ scope })
    class Reports1 {
      @Cached({ persist: 'jsonl', name: `reports of scope ${scope}` })
      async find(id: string): Promise<string> {
        return id;
      }
    }
    const error = await errorOf(() => start({ providers: [Reports1] }));
    expect(error.code).toBe('SCRUBJAY_SCOPE_UNDECLARED');
    expect(error.message).toContain(message);
    expect(error.message).toContain("scope: 'class'");
  });

  test('may share by default', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Reports4 {
      @Cached()
      async find(id: string): Promise<object> {
        return { id };
      }
    }
    const app = await start({ providers: [Reports4] }, { defaults: { scope: 'class', persist: 'jsonl' } });
    const [first, second] = [await app.resolve(Reports4), await app.resolve(Reports4)];
    expect(await second.find('r1')).toBe(await first.find('r1'));
    expect(app.get(CacheRegistry).health().caches['Reports4.find']?.state).toBe('open');
    expect((await errorOf(() => start({ providers: [Reports4] }, { defaults: { persist: 'jsonl' } }))).message).toContain("Say @Cached({ scope: 'class' })");
  });

  test('are refused where only what they depend on is request-scoped', async () => {
    @Injectable()
    class Reports2 {
      constructor(readonly tenant: Tenant) {}
      @Cached()
      async find(id: string): Promise<string> {
        return id;
      }
    }
    expect((await errorOf(() => start({ providers: [Tenant, Reports2] }))).code).toBe('SCRUBJAY_SCOPE_UNDECLARED');
  });

  test('may have entries that go with each object', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Memo {
      @Cached({ scope: 'instance' })
      find(id: string): object {
        return { id };
      }
    }
    @Injectable()
    class First {
      constructor(readonly memo: Memo) {}
    }
    @Injectable()
    class Second {
      constructor(readonly memo: Memo) {}
    }
    const app = await start({ providers: [Memo, First, Second] });
    expect(app.get(First).memo.find('m1')).not.toBe(app.get(Second).memo.find('m1'));
    expect(app.get(CacheRegistry).stats()['Memo.find']).toMatchObject({ misses: 2, size: 2 });
  });
});

describe('wrong use', () => {
  test('a module that is configured twice', async () => {
    const { code, message } = await errorOf(() =>
      start({ imports: [ScrubjayModule.forRoot({ persist: { directory: 'a' } }), ScrubjayModule.forRoot({ persist: { directory: 'b' } })] }),
    );
    expect(code).toBe('SCRUBJAY_MODULE_TWICE');
    expect(message).toContain('configured 2 times');
  });

  test('a module without its options', async () => {
    expect((await errorOf(() => start({ imports: [ScrubjayModule], providers: [Users] }))).code).toBe('SCRUBJAY_MODULE_MISSING');
    expect((await errorOf(() => start({ imports: [ScrubjayModule.forRoot(), ScrubjayModule] }))).code).toBe('SCRUBJAY_MODULE_MISSING');
  });

  test('a cache that is injected in an application without the module', async () => {
    const { message } = await errorOf(() =>
      start({ imports: [], providers: [Users, { provide: 'a', inject: [cacheToken(Users, 'find')], useFactory: () => 1 }] }),
    );
    expect(message).toContain('cache of Users.find, which ScrubjayModule.forRoot() provides (SCRUBJAY_MODULE_MISSING)');
  });

  test('a health indicator in an application without the module', async () => {
    expect((await errorOf(() => start({ imports: [], providers: [ScrubjayHealthIndicator] }))).code).toBe('SCRUBJAY_MODULE_MISSING');
  });

  test('a persisted method that is called before its registry is open', async () => {
    @Injectable()
    class Eager {
      @Cached({ persist: { directory: temporaryDirectory() } })
      async find(id: string): Promise<string> {
        return id;
      }
      constructor() {
        void this.find('u1');
      }
    }
    const error = await errorOf(() => start({ providers: [Eager] }));
    expect(error.code).toBe('SCRUBJAY_ADOPTED_LATE');
    expect(error.message).toContain('call it in onModuleInit or later');
    await registry.close();
  });

  test('two providers of one class with persisted entries of their own', async () => {
    @Injectable()
    class Reports3 {
      @Cached({ persist: 'jsonl' })
      async find(id: string): Promise<string> {
        return id;
      }
    }
    const error = await errorOf(() => start({ providers: [Reports3, { provide: 'another', useClass: Reports3 }] }));
    expect(error.code).toBe('SCRUBJAY_SCOPE_UNDECLARED');
    @Injectable()
    class Reports5 {
      @Cached()
      async find(id: string): Promise<string> {
        return id;
      }
    }
    const providers = [Reports5, { provide: 'another', useClass: Reports5 }];
    expect((await errorOf(() => start({ providers }, { defaults: { persist: 'jsonl' } }))).code).toBe('SCRUBJAY_SCOPE_UNDECLARED');
  });

  test('a method without a cache, and a class that is not there yet', () => {
    class Plain {
      find(): void {}
    }
    expect(() => InjectCache(Plain, 'find')).toThrow('Plain.find has no cache');
    expect(() => InjectCache(undefined as unknown as Type<Plain>, 'find')).toThrow('a circle among the imports');
  });

  test('defaults that make no sense, as soon as they are said', async () => {
    expect(() => ScrubjayModule.forRoot({ defaults: { ttl: -1 } })).toThrow('ScrubjayModule.forRoot: new CacheRegistry: defaults: ttl must be');
    expect(() => ScrubjayModule.forRoot({ defaults: { ttl: 1 }, registry })).toThrow('a registry has its defaults from when it is made');
    const error = await errorOf(() => start({ imports: [ScrubjayModule.forRootAsync({ useFactory: () => ({ defaults: { ttl: -1 } }) })] }));
    expect(error).toMatchObject({ code: 'SCRUBJAY_BAD_TTL', message: expect.stringContaining('ScrubjayModule.forRootAsync: ') });
  });

  test('defaults that do not go together with what a method says, at bootstrap', async () => {
    @Injectable()
    class Short {
      @Cached({ ttl: '1s' })
      find(id: string): string {
        return id;
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class ShortOfRequest {
      @Cached({ ttl: '1s', scope: 'class' })
      find(id: string): string {
        return id;
      }
    }
    for (const provider of [Short, ShortOfRequest]) {
      const { message } = await errorOf(() => start({ providers: [provider] }, { defaults: { jitter: '1m', ttl: '1h' } }));
      expect(message).toContain(`@Cached on ${provider.name}.find, with the defaults of its registry: jitter`);
    }
  });

  test('no way to the options', () => {
    expect(() => ScrubjayModule.forRootAsync({})).toThrow('takes one of useFactory, useClass and useExisting');
  });
});

test('without the module cached providers work as any class does, in the registry of the process', async () => {
  const app = await start({ imports: [], providers: [Users] });
  await app.get(Users).find('u1');
  await app.get(Users).find('u1');
  expect(registry.stats()['Users.find']).toMatchObject({ hits: 1, misses: 1 });
});

function settings(directory: string): Type<unknown> {
  @Global()
  @Module({ providers: [{ provide: 'where', useValue: directory }], exports: ['where'] })
  class Settings {}
  return Settings;
}

function optionsIn(directory: string): Type<{ createScrubjayOptions(): ScrubjayModuleOptions }> {
  @Injectable()
  class Options {
    createScrubjayOptions(): ScrubjayModuleOptions {
      return { persist: { directory } };
    }
  }
  return Options;
}
