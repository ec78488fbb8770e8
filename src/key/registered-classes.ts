/**
 * Classes whose users said, from outside, what makes two of their instances equal.
 */
import { ScrubjayError } from '../errors.js';
import { describe, nameOfFunction } from '../kinds.js';

/** What scrubjay is told of a class. */
export interface ClassRegistration<T> {
  /** What makes two instances equal: any value that has a key itself, such as `(money) => [money.amount, money.currency]`. */
  readonly key: (instance: T) => unknown;
  /** The name of the class in keys. A minifier renames classes, so say it where keys outlive the build. Default: the name of the class. */
  readonly name?: string;
}

interface Registered {
  readonly name: string;
  readonly key: (instance: never) => unknown;
}

/** Also one whose constructor is private. */
type AnyClass<T> = Function & { readonly prototype: T };

/** Kept on globalThis, so that all copies of the library know the same classes. By prototype: no code of an instance runs to find it. */
const REGISTERED = Symbol.for('scrubjay.classes.v1');
const holder = globalThis as { [REGISTERED]?: { readonly byPrototype: WeakMap<object, Registered>; readonly owners: Map<string, WeakRef<object>> } };
holder[REGISTERED] ??= { byPrototype: new WeakMap(), owners: new Map() };
const { byPrototype, owners } = holder[REGISTERED];

/**
 * Says what makes two instances of a class equal, for classes you cannot give a `[Symbol.for('scrubjay.key')]()` method. Call it once, before the first
 * cached call. It holds for the class itself, not for its subclasses: they may have state that `key` does not know.
 * @throws SCRUBJAY_BAD_OPTION for what is no class, for object literals and arrays, and when the class or the name was registered otherwise before.
 */
export function registerClass<T>(owner: AnyClass<T>, { key, name = nameOfFunction(owner) ?? '' }: ClassRegistration<T>): void {
  const prototype: unknown = typeof owner === 'function' ? owner.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype || prototype === Array.prototype) {
    throw wrong(`registerClass takes a class of your own or of a library; got ${describe(owner)}.`);
  }
  if (typeof key !== 'function') throw wrong(`registerClass(${name}): key must be a function of an instance; got ${describe(key)}.`);
  if (typeof name !== 'string' || name.trim() === '') throw wrong("registerClass: the class has no name, and keys need one; say name: '…'.");
  const known = byPrototype.get(prototype);
  if (known !== undefined && (known.key !== key || known.name !== name)) {
    throw wrong(`registerClass(${name}): the class was registered before, with another key or name; register it once.`);
  }
  const namesake = owners.get(name)?.deref();
  if (namesake !== undefined && namesake !== prototype) {
    throw wrong(`registerClass(${name}): another class was registered under that name; give one of them another: name: '…'.`);
  }
  byPrototype.set(prototype, { name, key });
  owners.set(name, new WeakRef(prototype));
}

/** What was said of the class of `value` itself. */
export function registeredClass(value: object): Registered | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return typeof prototype === 'object' && prototype !== null ? byPrototype.get(prototype) : undefined;
}

const wrong = (message: string): ScrubjayError => new ScrubjayError('SCRUBJAY_BAD_OPTION', message);
