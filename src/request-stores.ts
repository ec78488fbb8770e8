/**
 * AsyncLocalStorages that hold something of the request, such as its tenant: results of cached methods must not depend on them unless the key does. See `contextGuard`.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import { ScrubjayError } from './errors.js';
import { type Reads, readsInProgress } from './flight/context-reads.js';
import { describe } from './kinds.js';

/** What is of interest in a store: all of it, one of its properties, or something found from it. */
type Part = string | ((value: never) => unknown) | undefined;

/** The stores whose reads are noted, and what is noted of them, by name. */
const registered = new WeakMap<object, Map<string, Part>>();

/**
 * Says that `store` holds something of the request, called `name` in messages, such as `'tenantId'`. With `part`, that is one property of what it holds, or one key of a Map, and only
 * reads of that count; or a function gives what stands for it in keys: `registerRequestStore('user', store, (user) => user.id)`.
 * Costs nothing unless `registry.configure({ contextGuard: … })` is said.
 * @throws SCRUBJAY_BAD_OPTION for what is no AsyncLocalStorage, or no name
 */
export function registerRequestStore<T>(name: string, store: AsyncLocalStorage<T>, part?: string | ((value: NonNullable<T>) => unknown)): void {
  const isStore = typeof store === 'object' && store !== null && typeof store.getStore === 'function';
  const isPart = part === undefined || typeof part === 'string' || typeof part === 'function';
  if (typeof name !== 'string' || name.trim() === '' || !isStore || !isPart) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_OPTION',
      `registerRequestStore takes a name, an AsyncLocalStorage and a part of what it holds, such as registerRequestStore('tenantId', requests, 'tenantId'); got ${describe(name)}, ${describe(store)} and ${describe(part)}.`,
    );
  }
  const parts = registered.get(store) ?? watch(store);
  parts.set(name, part as Part);
}

/** From now on reads of `store` are noted while somebody records. */
function watch<T>(store: AsyncLocalStorage<T>): Map<string, Part> {
  const parts = new Map<string, Part>();
  const read = store.getStore.bind(store);
  const getStore = (): unknown => {
    const value = read();
    const reads = readsInProgress();
    return reads === undefined || value === undefined || value === null ? value : noted(value, parts, reads);
  };
  Object.defineProperty(store, 'getStore', { value: getStore, configurable: true, writable: true });
  registered.set(store, parts);
  return parts;
}

/** Notes what is read of `value`, now or later. */
function noted(value: unknown, parts: ReadonlyMap<string, Part>, reads: Reads): unknown {
  const names = new Map<unknown, string>();
  for (const [name, part] of parts) {
    if (typeof part === 'string') names.set(part, name);
    else reads.note(name, part === undefined ? value : attempt(part, value));
  }
  return names.size > 0 && typeof value === 'object' && value !== null ? observed(value, names, reads) : value;
}

const attempt = (part: (value: never) => unknown, value: unknown): unknown => {
  try {
    return part(value as never);
  } catch {
    return value;
  }
};

/** `value`, but for that reads of the properties in `names`, or of these keys of a Map, are noted. */
function observed(value: object, names: ReadonlyMap<unknown, string>, reads: Reads): object {
  const note = (key: unknown, item: unknown): unknown => {
    const name = names.get(key);
    if (name !== undefined && item !== undefined && item !== null) reads.note(name, item);
    return item;
  };
  return new Proxy(value, {
    get(target, property, receiver) {
      if (!types.isMap(target)) return note(property, Reflect.get(target, property, receiver));
      if (property === 'get') return (key: unknown): unknown => note(key, target.get(key));
      const item: unknown = Reflect.get(target, property, target);
      return typeof item === 'function' ? (item.bind(target) as unknown) : item;
    },
  });
}
