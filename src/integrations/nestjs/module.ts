/**
 * scrubjay in a NestJS application: a registry of its own, opened before traffic and closed at shutdown, with the caches of all its providers.
 */
import { type DynamicModule, Inject, Module, type OnApplicationShutdown, type OnModuleInit, Optional, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CacheRegistry, isScrubjayError, ScrubjayError } from '../../index.js';
import { ApplicationRegistry } from './application-registry.js';
import { ScrubjayHealthIndicator } from './health.js';
import { wantedCaches } from './inject-cache.js';
import { OPTIONS, type ScrubjayModuleAsyncOptions, type ScrubjayModuleOptions, type ScrubjayOptionsFactory } from './options.js';
import { expectInitialization, initialized } from './strangers.js';
import { takeIn } from './take-in.js';

/**
 * Import `ScrubjayModule.forRoot({ … })` once, in the root module; it is global. `@Cached` then works on every provider, in a registry of this application's own:
 * injectable as `CacheRegistry`, opened in `onModuleInit` before other modules are, flushed and closed when the application shuts down
 * (on a signal, too, with `app.enableShutdownHooks()`).
 * @throws SCRUBJAY_MODULE_TWICE, SCRUBJAY_MODULE_MISSING, SCRUBJAY_SCOPE_UNDECLARED, SCRUBJAY_ADOPTED_LATE, SCRUBJAY_NOT_OPEN, SCRUBJAY_DIRECTORY_BUSY when the application is initialized
 */
export class ScrubjayModule implements OnModuleInit, OnApplicationShutdown {
  readonly #registry: CacheRegistry;
  readonly #options: ScrubjayModuleOptions;
  readonly #modules: ModulesContainer;

  constructor(registry: CacheRegistry | undefined, options: ScrubjayModuleOptions | undefined, modules: ModulesContainer) {
    if (options === undefined || registry === undefined) {
      throw new ScrubjayError(
        'SCRUBJAY_MODULE_MISSING',
        'ScrubjayModule was imported by itself; it needs its options once, and is global: import ScrubjayModule.forRoot() in the root module, and take it away everywhere else.',
      );
    }
    this.#registry = registry;
    this.#options = options;
    this.#modules = modules;
    expectInitialization(modules);
  }

  /** The module with its options; all of them have defaults. @throws SCRUBJAY_BAD_OPTION and others for `defaults` that make no sense */
  static forRoot(options: ScrubjayModuleOptions = {}): DynamicModule {
    const { registry, defaults } = options;
    if (defaults !== undefined) registryFrom({ ...(registry && { registry }), defaults }, 'ScrubjayModule.forRoot');
    return moduleWith('forRoot', [{ provide: OPTIONS, useValue: options }]);
  }

  /** The same with options that other providers know: `{ imports: [ConfigModule], inject: [ConfigService], useFactory: (config) => ({ … }) }`. */
  static forRootAsync({ imports = [], inject = [], useFactory, useClass, useExisting }: ScrubjayModuleAsyncOptions): DynamicModule {
    if (useFactory !== undefined) return moduleWith('forRootAsync', [{ provide: OPTIONS, useFactory, inject }], imports);
    const factory = useExisting ?? useClass;
    if (factory === undefined) {
      throw new ScrubjayError('SCRUBJAY_BAD_OPTION', 'ScrubjayModule.forRootAsync takes one of useFactory, useClass and useExisting; got none of them.');
    }
    const options: Provider = { provide: OPTIONS, useFactory: (made: ScrubjayOptionsFactory) => made.createScrubjayOptions(), inject: [factory] };
    return moduleWith('forRootAsync', useClass === undefined ? [options] : [options, useClass], imports);
  }

  /** Recovers what is on disk before anybody asks. Global modules are initialized first, and before the application listens. */
  async onModuleInit(): Promise<void> {
    this.#expectOnce();
    initialized(this.#modules);
    takeIn(this.#registry, this.#modules);
    await this.#registry.open();
  }

  /** No request is on its way any more. */
  async onApplicationShutdown(): Promise<void> {
    if (this.#options.registry !== undefined) {
      await this.#registry.flush();
      return;
    }
    await this.#registry.close();
    this.#registry.configure({ pressure: false });
  }

  #expectOnce(): void {
    const count = [...this.#modules.values()].filter(({ metatype }) => metatype === ScrubjayModule).length;
    if (count === 1) return;
    throw new ScrubjayError(
      'SCRUBJAY_MODULE_TWICE',
      `ScrubjayModule is configured ${count} times in one application; it is global, and has one registry. Keep ScrubjayModule.forRoot() in the root module, and take the others away.`,
    );
  }
}

Optional()(ScrubjayModule, undefined, 0);
Inject(CacheRegistry)(ScrubjayModule, undefined, 0);
Optional()(ScrubjayModule, undefined, 1);
Inject(OPTIONS)(ScrubjayModule, undefined, 1);
Inject(ModulesContainer)(ScrubjayModule, undefined, 2);
Module({})(ScrubjayModule);

function moduleWith(way: string, options: Provider[], imports: DynamicModule['imports'] = []): DynamicModule {
  const useFactory = (said: ScrubjayModuleOptions): CacheRegistry => registryFrom(said, `ScrubjayModule.${way}`);
  const own: Provider[] = [...options, { provide: CacheRegistry, useFactory, inject: [OPTIONS] }, ScrubjayHealthIndicator];
  return {
    module: ScrubjayModule,
    global: true,
    imports,
    // Asked for when an application is made: which caches are wanted is known when all classes are.
    get providers() {
      return [...own, ...wantedCaches()];
    },
    get exports() {
      return [CacheRegistry, ScrubjayHealthIndicator, ...wantedCaches().map(({ provide }) => provide)];
    },
  };
}

function registryFrom(options: ScrubjayModuleOptions, where: string): CacheRegistry {
  const { registry, ...said } = options;
  try {
    if (registry === undefined) return new ApplicationRegistry(said);
    const { defaults, ...others } = said;
    if (defaults !== undefined) {
      throw new ScrubjayError('SCRUBJAY_BAD_OPTION', 'a registry has its defaults from when it is made; say them there: new CacheRegistry({ defaults }).');
    }
    registry.configure(others);
    return registry;
  } catch (error) {
    if (!isScrubjayError(error)) throw error;
    throw new ScrubjayError(error.code, `${where}: ${error.message}`, { cause: error });
  }
}
