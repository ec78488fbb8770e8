/**
 * Objects that are what their own properties are: Errors, and instances of classes. Taken apart when they are written, put together when they are read.
 */
import type { ValueCodecs } from '../contract.js';

/** The classes of Errors that are kept without being told; others are classes like any other. */
export const builtInErrors: ValueCodecs = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map(
  ({ name, prototype }) => ({ name, prototype }),
);

/** Where the language itself hides them, these properties of Errors are kept hidden. */
export const HIDDEN_IN_ERRORS: readonly string[] = ['message', 'stack', 'cause', 'errors', 'name'];

/** The properties anybody can see, and behind them those an Error hides. */
export type OwnProperties = readonly Readonly<Record<string, unknown>>[];

/** Whether instances with this prototype should be Errors. */
export const isErrorPrototype = (prototype: unknown): boolean =>
  prototype === Error.prototype || Object.prototype.isPrototypeOf.call(Error.prototype, prototype as object);

/** In some versions of V8 the stack of an Error looks like a getter, one for all Errors. */
const stackGetter = Object.getOwnPropertyDescriptor(new Error(), 'stack')?.get;

/** An own property, with its value; `undefined` for a getter, which is not run. */
export function ownProperty(holder: object, name: string): { readonly value?: unknown } | undefined {
  const property = Object.getOwnPropertyDescriptor(holder, name);
  if (property === undefined || 'value' in property) return property;
  return property.get !== undefined && property.get === stackGetter ? { value: (holder as Error).stack } : undefined;
}

/** An object that is being read may hold itself: it is made when somebody needs it first, and filled when all its properties are known. */
const unfinished = new WeakMap<OwnProperties, object>();

/** The object that has these properties; asked with the same list again, the same object, with what was added to the list. */
export function assembled(properties: OwnProperties, prototype: object): object {
  if (!Array.isArray(properties)) throw new TypeError('written by another codec');
  const object = unfinished.get(properties) ?? bare(prototype);
  unfinished.set(properties, object);
  properties.forEach((part, index) => {
    for (const [name, value] of Object.entries(part))
      Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: index === 0 });
  });
  return object;
}

/** An object without properties. Only a constructor makes an Error, and gives it properties nobody asked for. */
function bare(prototype: object): object {
  if (!isErrorPrototype(prototype)) return Object.create(prototype) as object;
  const error = new Error();
  for (const name of Reflect.ownKeys(error)) Reflect.deleteProperty(error, name);
  return Object.setPrototypeOf(error, prototype) as object;
}
