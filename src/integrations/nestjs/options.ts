/**
 * What an application says to `ScrubjayModule`.
 */
import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { CacheRegistry, NewRegistryOptions } from '../../index.js';

/** What `ScrubjayModule.forRoot` takes: everything that `registry.configure` does, for the registry of this application, and `defaults` for its cached methods. */
export interface ScrubjayModuleOptions extends NewRegistryOptions {
  /**
   * The registry of the application, such as `registry`, the one of the process. It is opened before traffic and flushed at shutdown; closing it is left to who gave it.
   * Default: a registry of its own, which is closed at shutdown.
   */
  readonly registry?: CacheRegistry;
}

/** A class that gives the options, for `useClass` and `useExisting`. */
export interface ScrubjayOptionsFactory {
  createScrubjayOptions(): ScrubjayModuleOptions | Promise<ScrubjayModuleOptions>;
}

/** What `ScrubjayModule.forRootAsync` takes: one of `useFactory`, `useClass` and `useExisting`. */
export interface ScrubjayModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory?: (...dependencies: any[]) => ScrubjayModuleOptions | Promise<ScrubjayModuleOptions>;
  /** What `useFactory` is called with. */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useClass?: Type<ScrubjayOptionsFactory>;
  readonly useExisting?: Type<ScrubjayOptionsFactory>;
}

/** Under this token the module has its options; nobody else sees them. */
export const OPTIONS = Symbol('options of ScrubjayModule');
