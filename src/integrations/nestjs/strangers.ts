/**
 * Providers whose caches on disk are used although no ScrubjayModule has taken them in: of an application that is not initialized yet, or that has no ScrubjayModule.
 */
import { Injectable } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { ScrubjayError, type Stranger, whenNotAdopted } from '../../index.js';
import { notOpen } from './application-registry.js';
import { wrappersOf } from './objects.js';

/** Applications that are made, and not initialized. Weak, as some never are. */
const waiting = new Set<WeakRef<ModulesContainer>>();

/** An application with a ScrubjayModule is being made. */
export function expectInitialization(modules: ModulesContainer): void {
  waiting.add(new WeakRef(modules));
}

/** It is initialized. */
export function initialized(modules: ModulesContainer): void {
  for (const reference of waiting) if (reference.deref() === modules) waiting.delete(reference);
}

/** @throws SCRUBJAY_NOT_OPEN for what an application has made that is not initialized yet */
function ask({ self, cache, isNobodys }: Stranger): void {
  for (const reference of waiting) {
    const modules = reference.deref();
    if (modules === undefined) waiting.delete(reference);
    else if (isIn(modules, self)) throw notOpen(cache);
  }
  if (isNobodys && isOfNest(self.constructor)) warnOnce(self.constructor, cache);
}

function isIn(modules: ModulesContainer, self: object): boolean {
  for (const wrapper of wrappersOf(modules)) {
    if (wrapper.instance === self || wrapper.getStaticTransientInstances().some((made) => made?.instance === self)) return true;
  }
  return false;
}

/** What `@Injectable()` leaves on a class, and `@Controller()` in part, too. */
class Marked {}
Injectable()(Marked);

const isOfNest = (owner: unknown): boolean => typeof owner === 'function' && Reflect.getMetadataKeys(Marked).some((key) => Reflect.hasMetadata(key, owner));

const warned = new WeakSet<object>();

function warnOnce(owner: Function, cache: string): void {
  if (warned.has(owner)) return;
  warned.add(owner);
  const error = new ScrubjayError(
    'SCRUBJAY_MODULE_MISSING',
    `${cache} is kept on disk, and the ${owner.name} that is called belongs to no application with ScrubjayModule: its cache is that of the process, is not opened before traffic, and not ` +
      'closed when the application is. Import ScrubjayModule.forRoot() in the root module of its application, and call it in onModuleInit or later; of a module that is loaded lazily, ' +
      'adopt(registry, object).',
  );
  process.emitWarning(error.message, { type: 'ScrubjayWarning', code: error.code });
}

whenNotAdopted(ask);
