/**
 * The text of a class instance, given only when all its state can be seen.
 * An instance is a DTO to us when its own enumerable properties are everything its methods could look at; with hidden state two different
 * instances would look alike, and one caller would be served the other's value.
 */
import { isRootPrototype, nameOfFunction } from '../kinds.js';
import { type ClassFacts, constructorOf, factsOfClass, isObject } from './class-source.js';
import { propertyNameText, symbolText, type Walk } from './walk.js';

/** A class with this method says itself what makes two of its instances equal: `[Symbol.for('scrubjay.key')]() { return this.#cents; }`. */
export const KEY_METHOD = Symbol.for('scrubjay.key');

/** The text of `value`, an instance of a class: `"FindUsers"{take:20}`. */
export function instanceText(value: object, walk: Walk): string {
  const facts = factsOf(value);
  const name = className(value);
  const reason = behaviourRefusal(value, name ?? 'a class') ?? stateRefusal(value, facts, name);
  if (reason !== undefined || name === undefined) return walk.refuse(reason ?? 'an object whose class has no name');
  return walk.raw(JSON.stringify(name)) + walk.propertiesText(value);
}

/**
 * What stands behind the kind in the text of a built-in: nothing for the built-in itself, `:Headers2` for an instance of a subclass.
 * Refuses what has another prototype than its kind, and subclasses with state of their own that cannot be seen.
 */
export function subclassText(value: object, kind: string, walk: Walk): string {
  const facts = factsOf(value);
  if (facts?.builtIn !== kind) return walk.refuse(facts?.reason ?? `a ${kind} with the prototype of something else`);
  if (facts.isBuiltIn) return '';
  const name = className(value) ?? walk.refuse('an object whose class has no name');
  const reason = facts.reason ?? hiddenFieldRefusal(value, name, builtInFields) ?? homonymRefusal(value, name);
  return reason === undefined ? walk.raw(`:${propertyNameText(name)}`) : walk.refuse(reason);
}

/** The built-in class that `value` is an instance of, itself or through its subclasses. */
export const builtInClassOf = (value: object): string | undefined => factsOf(value)?.builtIn;

/** The name of the class of `value`; `Object` for object literals. */
export function className(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return isObject(prototype) ? nameOfFunction(constructorOf(prototype)) : 'Object';
}

function factsOf(value: object): ClassFacts | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return isObject(prototype) ? factsOfClass(prototype) : undefined;
}

/** Why the state of `value` cannot all be seen; `undefined` when it can. */
function stateRefusal(value: object, facts: ClassFacts | undefined, name: string | undefined): string | undefined {
  if (facts === undefined || name === undefined) return 'an object whose class has no name';
  if (facts.builtIn !== undefined) return `an instance of ${name}, whose state is native and cannot be seen`;
  const reason = facts.reason ?? hiddenFieldRefusal(value, name, new Set());
  if (reason !== undefined) return reason;
  if (showsNoState(value)) return `an instance of ${name}, whose state cannot be seen`;
  return homonymRefusal(value, name);
}

// Built-ins keep these hidden; those that can differ between two calls are part of their text.
const builtInFields: ReadonlySet<PropertyKey> = new Set(['length', 'lastIndex', 'stack', 'name', 'message', 'cause', 'errors']);

function hiddenFieldRefusal(value: object, name: string, known: ReadonlySet<PropertyKey>): string | undefined {
  const isVisible = (key: PropertyKey): boolean =>
    Object.prototype.propertyIsEnumerable.call(value, key) && (typeof key !== 'symbol' || symbolText(key) !== undefined);
  const hidden = Reflect.ownKeys(value).find((key) => !known.has(key) && !isVisible(key));
  return hidden === undefined ? undefined : `an instance of ${name} with the hidden field ${String(hidden)}`;
}

/** Whether `value` has no field of its own, and its class works on something all the same. */
export const showsNoState = (value: object): boolean => Reflect.ownKeys(value).length === 0 && mayKeepStateElsewhere(value);

/** An instance without any field of its own whose class takes arguments or has methods: what they work on must be kept somewhere else. */
function mayKeepStateElsewhere(value: object): boolean {
  for (
    let prototype: unknown = Object.getPrototypeOf(value);
    isObject(prototype) && !isRootPrototype(prototype);
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const constructor = constructorOf(prototype);
    if (constructor === undefined || constructor.length > 0 || Reflect.ownKeys(prototype).length > 1) return true;
  }
  return false;
}

const knownClasses = new Map<string, string>();

/** Two classes of one name and different bodies would share their texts, so the second one is refused. The same module loaded twice is one class. */
export function homonymRefusal(value: object, name: string): string | undefined {
  const facts = factsOf(value);
  const signature = facts?.signature ?? '';
  const title = `${facts?.builtIn ?? ''}:${name}`;
  const known = knownClasses.get(title);
  if (known === undefined) knownClasses.set(title, signature);
  return known === undefined || known === signature ? undefined : `an instance of ${name}, and there is another class of that name`;
}

/** Objects that are used for what they do, not for what they hold. */
function behaviourRefusal(value: object, name: string): string | undefined {
  const can = (...methods: string[]): boolean => methods.every((method) => hasMethod(value, method));
  if (can('then')) return `a thenable (${name})`;
  if (can('next')) return `an iterator (${name})`;
  if (can('pipe') || can('getReader') || can('getWriter')) return `a stream (${name})`;
  if (can('on', 'emit')) return `an event emitter (${name})`;
  return undefined;
}

/** Whether `value` has or inherits a method of that name. Getters are not asked. */
function hasMethod(value: object, name: string): boolean {
  for (let holder: unknown = value; isObject(holder); holder = Object.getPrototypeOf(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
  }
  return false;
}
