/**
 * Gives the objects of an application their registry, and refuses those whose entries nobody could find again.
 */
import type { ModulesContainer } from '@nestjs/core';
import { adopt, type CachedMember, type CacheRegistry, cachedMembersOf, cacheOf, ScrubjayError } from '../../index.js';
import { classOf, isSingle, type Wrapper, watchInstances, wrappersOf } from './objects.js';

/**
 * Takes in every provider, controller, guard, interceptor, pipe and filter: those there are, and those Nest makes for a request or for who injects them.
 * @throws SCRUBJAY_SCOPE_UNDECLARED, SCRUBJAY_ADOPTED_LATE
 */
export function takeIn(registry: CacheRegistry, modules: ModulesContainer): void {
  const seen = new Set<Wrapper>();
  for (const wrapper of wrappersOf(modules)) {
    if (seen.has(wrapper)) continue;
    seen.add(wrapper);
    if (isSingle(wrapper)) takeInOne(registry, wrapper.instance);
    else takeInMany(registry, wrapper);
  }
}

function takeInOne(registry: CacheRegistry, instance: unknown): void {
  if (!isObject(instance)) return;
  adopt(registry, instance);
  // A second object with persisted entries of its own is told now, and not when it is first called.
  for (const { name, isPersisted } of cachedMembersOf(instance, registry)) {
    const method = (instance as Record<PropertyKey, unknown>)[name];
    // What a Proxy or an aspect has put in its place calls it, for whichever object.
    if (isPersisted && cachedMembersOf({ method }).length > 0) cacheOf(instance, name as never);
  }
}

function takeInMany(registry: CacheRegistry, wrapper: Wrapper): void {
  const owner = classOf(wrapper);
  if (owner !== undefined) {
    const members = cachedMembersOf(owner, registry);
    if (members.length === 0) return;
    for (const member of members) expectScope(owner, member, wrapper);
    adopt(registry, owner);
  }
  for (const made of wrapper.getStaticTransientInstances()) if (isObject(made?.instance)) adopt(registry, made.instance);
  watchInstances(wrapper, (instance) => {
    if (isObject(instance)) adopt(registry, instance);
  });
}

/** Each request, or each who injects it, has an object of its own: entries of that object alone would be gone with it, and on disk they would belong to nobody. */
function expectScope(owner: Function, { name, scope, isPersisted }: CachedMember, { isTransient }: Wrapper): void {
  if (scope === 'class' || scope === 'value' || (scope === 'instance' && !isPersisted)) return;
  const method = `${owner.name}.${String(name)}`;
  const kind = isTransient ? 'a transient provider' : 'request-scoped, by itself or by what it depends on';
  const each = isTransient ? 'whoever injects it' : 'every request';
  const itself = isPersisted ? '' : ", or scope: 'instance' if entries are to go with their object";
  throw new ScrubjayError(
    'SCRUBJAY_SCOPE_UNDECLARED',
    `${method} is cached, and ${owner.name} is ${kind}: ${each} gets an object of its own, and nothing says whether they share entries. ` +
      `Say @Cached({ scope: 'class' }), or separate them by a value: scope: (self) => self.tenantId${itself}.`,
  );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
