/**
 * Primitives and object literals, told and written with the fewest questions.
 */
import { types } from 'node:util';
import { quoted } from './walk.js';

/** Shorter strings fit however many of their characters need an escape. */
export const SHORT = 1000;

/** The text of the everyday primitives, `undefined` for everything that takes more thought. */
export function primitiveText(value: unknown, longestString: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.length <= longestString ? quoted(value) : undefined;
    case 'number':
      return value === 0 && 1 / value < 0 ? '-0' : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return 'undefined';
    default:
      return value === null ? 'null' : undefined;
  }
}

const tagOf = Object.prototype.toString;

/** Whether something other than an object literal stands behind a plain prototype. The tag tells Date, Error, boxed values and more in one question. */
export function hasBrand(value: object): boolean {
  if (Object.hasOwn(value, Symbol.toStringTag) || tagOf.call(value) !== '[object Object]') return true;
  return types.isMap(value) || types.isSet(value) || ArrayBuffer.isView(value);
}

/** `new C()` with an empty `C.prototype = Object.create(null)`: how query strings, cookies and routers make their records. */
export function isBareRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return typeof prototype === 'object' && prototype !== null && Object.getPrototypeOf(prototype) === null && Reflect.ownKeys(prototype).length === 0;
}

/** Sorts by UTF-16 code unit, in place. Few names, often in order already, are the everyday case, and `sort` is slow to start. */
export function sortNames(names: string[]): void {
  if (names.length > 16) {
    names.sort();
    return;
  }
  for (let index = 1; index < names.length; index++) {
    const name = names[index] as string;
    let place = index;
    for (; place > 0 && (names[place - 1] as string) > name; place--) names[place] = names[place - 1] as string;
    names[place] = name;
  }
}
