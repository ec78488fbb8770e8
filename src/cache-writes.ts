/**
 * `@CacheEvict` and `@CachePut`: methods that write say in one line what becomes of the caches.
 */
import { CACHED_METHOD } from './cached-method.js';
import { originalOf, refuseGenerators } from './declare.js';
import type { AnyClass } from './decorator-types.js';
import { whenCached } from './expected-caches.js';
import { decorate, decorateByName, isStandard, type Member, type Replace } from './members.js';
import { isAsyncFunction } from './method-cache.js';
import { namesOf } from './method-parameters.js';
import { misplaced } from './placement.js';
import { contradiction, WritingMethod } from './writing-method.js';
import { WritingOperation } from './writing-operation.js';
import { checkWriting, type WritingSettings } from './writing-options.js';
import type { CacheEvictDecorator, CacheEvictFunction, CachePutDecorator, CachePutFunction } from './writing-types.js';
import { expectMethod, methodsOf } from './written-sites.js';

type Kind = WritingSettings['kind'];

/**
 * Removes entries of a cached method when this one has written: `@CacheEvict('find')` those of the same class and object, `@CacheEvict(() => [Users, 'find'])` those of another class, of all its
 * instances, `@CacheEvict((self) => [self.users, 'find'])` those of one instance; as `cacheOf` names them. Which entries: those with the same values of the parameters that both methods have, by name.
 * They go after the method has ended well, for an async one after its promise is fulfilled; if it fails none goes. Callers are answered when that is as durable as the cache promises; a disk
 * that fails is reported as a process warning and does not fail them. Works as a TypeScript and as a standard decorator, several on one method, also beside `@Cached`.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_OPTION, SCRUBJAY_UNMAPPED, SCRUBJAY_NOT_CACHED when the class is defined; the last two at the first call where it cannot be known before
 */
export const CacheEvict: CacheEvictDecorator = decoratorOf('CacheEvict', 'evict');

/**
 * Stores what this method gives as the result of a call of a cached one: `@CachePut('find')`; targets and names as for `@CacheEvict`. The method always runs. Its result is stored as one of the
 * cached method would be, after it has ended well; where the entry was deleted, set or put meanwhile, nobody knows whose value is newer, and it is removed instead.
 * @throws as `@CacheEvict`
 */
export const CachePut: CachePutDecorator = decoratorOf('CachePut', 'put');

/** `@CacheEvict` without decorators, for tools that run none: `static { cacheEvict(this, 'rename', 'find') }`. */
export const cacheEvict: CacheEvictFunction = functionOf('cacheEvict', 'evict');

/** `@CachePut` without decorators: `static { cachePut(this, 'save', 'find') }`. */
export const cachePut: CachePutFunction = functionOf('cachePut', 'put');

function decoratorOf(name: string, kind: Kind): (target: any, options?: any, ...surplus: never[]) => any {
  return (target: unknown, options: unknown = {}, ...surplus) => {
    if (surplus.length > 0 || isStandard([target, options])) {
      throw misplaced(`@${name} needs its parentheses and a target`, 'it was applied without', `Write @${name}('find').`);
    }
    return decorate(name, writing(kind, target, options));
  };
}

function functionOf(name: string, kind: Kind): (owner: AnyClass, method: string | symbol, target: any, options?: any) => void {
  return (owner, method, target: unknown, options: unknown = {}) => {
    decorateByName(name, writing(kind, target, options), owner, method, `${name}(this, 'rename', 'find')`);
  };
}

function writing(kind: Kind, target: unknown, options: unknown): Replace {
  return (member) => {
    const settings = checkWriting(kind, target, options, member.where);
    const known = WritingMethod.of(member.method);
    const method = known?.method ?? member.method;
    const original = known?.original ?? originalOf(member.method);
    refuseGenerators(original, member.where);
    if (kind === 'put' && CACHED_METHOD in method) throw contradiction(member.where);
    const operation = new WritingOperation(settings, { where: member.where, ...namesOf(original, settings.parameters, member.recorded, member.where) });
    const isAsync = known?.isAsync ?? (member.returnsPromise || isAsyncFunction(original));
    const { replacement } = new WritingMethod(method, { original, operations: [...(known?.operations ?? []), operation], isAsync });
    return { replacement, meet: checkTarget(operation, member) };
  };
}

/** A target in the same class is checked as soon as it can be; one in another may be in a module that is still being loaded. */
function checkTarget(operation: WritingOperation, { declaringClass, where }: Member): (self: object) => void {
  const { target } = operation.settings;
  if (typeof target === 'function') return () => undefined;
  if (declaringClass !== undefined) {
    expectMethod(target, declaringClass, where);
    whenCached(declaringClass, target, (method) => {
      operation.expectMapped(method);
    });
  }
  let isChecked = false;
  return (self) => {
    if (!isChecked) operation.expectMapped(methodsOf(self, target, where).methods[0]);
    isChecked = true;
  };
}
