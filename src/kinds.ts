/**
 * What kind of thing a value is, asked so that the answer is the same for objects of another realm.
 */

/**
 * Whether `value` is an object literal in the widest sense: its prototype is `null` or the root prototype of any realm.
 * `Object.prototype` of another realm is another object, so it is known by its shape: no prototype above it, and the root's own methods.
 */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isRootPrototype(prototype as object);
}

export const isPrimitive = (value: unknown): boolean => (typeof value !== 'object' || value === null) && typeof value !== 'function';

/** Whether `prototype` is the `Object.prototype` of some realm. */
export function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf') && Object.hasOwn(prototype, '__lookupGetter__');
}

/** How many prototypes stand above `value`: 1 for `{}`, 2 for `[]` or `new Map()`, one more for each subclass. */
export function prototypeDepth(value: object): number {
  let depth = 0;
  for (let above: unknown = Object.getPrototypeOf(value); above !== null; above = Object.getPrototypeOf(above)) depth++;
  return depth;
}

/** Whether `value` can be awaited. A `then` that cannot even be read is none. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  try {
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/**
 * What a value is that can be read only once, so that it is of no use to a second reader: an iterator, a stream, an Observable; `undefined` for all others.
 * Known by its shape, as every library has a class of its own for each. Iterables such as arrays and maps can be read again.
 */
export function singleUseKind(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const can = (name: PropertyKey): boolean => typeof (value as Record<PropertyKey, unknown>)[name] === 'function';
  try {
    // By name, which is faster: every result is looked at.
    const known = value as { next?: unknown; pipe?: unknown; getReader?: unknown; getWriter?: unknown };
    if (typeof known.next === 'function' && (can(Symbol.iterator) || can(Symbol.asyncIterator))) return 'an iterator';
    if (typeof known.pipe === 'function' && can('subscribe')) return 'an Observable';
    if ((typeof known.pipe === 'function' && can('on')) || typeof known.getReader === 'function' || typeof known.getWriter === 'function') return 'a stream';
  } catch {
    // A getter that throws says nothing of the kind.
  }
  return undefined;
}

/** The name of the class of `value`, or `Object` where it has none that can be told. */
export function classNameOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return 'Object';
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor');
  return nameOfFunction(descriptor?.value) ?? 'Object';
}

/** The own `name` of a function or class, unless it is empty or hidden behind a static member of that name. */
export function nameOfFunction(fn: unknown): string | undefined {
  if (typeof fn !== 'function') return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** A value as an error message shows it: `1.5 (number)`, `'lru' (string)`, `a Date`. Runs no code of the value, unless it is a Proxy. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return `${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)} (string)`;
    case 'function':
      return `a function${nameOfFunction(value) === undefined ? '' : ` (${nameOfFunction(value)})`}`;
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : `an object (${classNameOf(value)})`;
    case 'number':
      return `${Object.is(value, -0) ? '-0' : value} (number)`;
    default:
      return `${String(value)} (${typeof value})`;
  }
}
