/**
 * The objects of an application, as Nest keeps them, and those it will make later.
 */
import type { ModulesContainer } from '@nestjs/core';

/** What Nest knows of one provider, controller, guard, interceptor, pipe or filter. */
export interface Wrapper {
  readonly name: unknown;
  readonly instance: unknown;
  /** The class, or the factory; what is put here makes the instances from then on. */
  metatype: Function | null;
  /** Set for a factory. */
  readonly inject?: unknown;
  readonly isTransient: boolean;
  isDependencyTreeStatic(): boolean;
  getStaticTransientInstances(): readonly ({ readonly instance: unknown } | undefined)[];
}

/** Every wrapper of the application; one may come twice. */
export function* wrappersOf(modules: ModulesContainer): Generator<Wrapper> {
  for (const module of modules.values()) {
    for (const collection of [module.providers, module.controllers, module.injectables]) yield* collection.values() as Iterable<Wrapper>;
  }
}

/** Whether there is one instance for the whole application. */
export const isSingle = (wrapper: Wrapper): boolean => !wrapper.isTransient && wrapper.isDependencyTreeStatic();

/** The class of what the wrapper makes; `undefined` for a factory and for a value. */
export const classOf = ({ metatype, inject }: Wrapper): Function | undefined =>
  inject === undefined || inject === null ? ((metatype as Function | null | undefined) ?? undefined) : undefined;

/** From now on `take` sees every instance that the wrapper makes, before anybody else does. */
export function watchInstances(wrapper: Wrapper, take: (instance: unknown) => void): void {
  const { metatype } = wrapper;
  if (typeof metatype !== 'function') return;
  const seen = <T>(instance: T): T => {
    take(instance);
    return instance;
  };
  if (classOf(wrapper) === undefined) {
    wrapper.metatype = async (...dependencies: unknown[]) => seen(await (metatype as (...args: unknown[]) => unknown)(...dependencies));
    return;
  }
  // Nest reads what a class needs from its metadata, which is looked for along the prototypes.
  function made(...dependencies: unknown[]): unknown {
    return seen(Reflect.construct(metatype as Function, dependencies) as object);
  }
  made.prototype = metatype.prototype as object;
  Object.defineProperty(made, 'name', { value: metatype.name });
  wrapper.metatype = Object.setPrototypeOf(made, metatype) as Function;
}
