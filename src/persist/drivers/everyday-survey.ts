/**
 * A quick look at a value that may be an everyday one: plain objects and lists of what JSON can say, none of them in two places. Most are, and for them all
 * that a survey asks would cost more than writing them.
 */
import { types } from 'node:util';

/** Deeper ones are not everyday; nor are those with more parts. */
const MOST_LEVELS = 100;
const MOST_PARTS = 32;

/** What a look may find, and what it may not. */
export class EverydayLook {
  readonly #isText: (text: string) => boolean;
  readonly #isName: (name: string) => boolean;
  readonly #parts: object[] = [];

  /** `isText` says which texts are everyday, `isName` the same of the names of properties. */
  constructor(isText: (text: string) => boolean, isName: (name: string) => boolean) {
    this.#isText = isText;
    this.#isName = isName;
  }

  /** Whether `value` is an everyday one for certain. Runs no code of the value. */
  at(value: unknown): boolean {
    const isEveryday = this.#isEveryday(value, 0);
    this.#parts.length = 0;
    return isEveryday;
  }

  #isEveryday(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        return this.#isText(value);
      case 'number':
        // -0 is 0 in JSON.
        return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
      case 'boolean':
        return true;
      case 'object':
        return value === null || this.#isEverydayPart(value, depth);
      default:
        return false;
    }
  }

  #isEverydayPart(part: object, depth: number): boolean {
    if (types.isProxy(part) || depth > MOST_LEVELS || this.#parts.length >= MOST_PARTS || this.#parts.includes(part)) return false;
    this.#parts.push(part);
    const prototype: unknown = Object.getPrototypeOf(part);
    if (Array.isArray(part)) return prototype === Array.prototype && this.#isEverydayList(part, depth);
    return prototype === Object.prototype && this.#isEverydayObject(part, depth);
  }

  #isEverydayObject(part: object, depth: number): boolean {
    // Not Reflect.ownKeys, which takes as long as all of the rest. Those that cannot be seen are among the names, and are no everyday ones.
    const names = Object.getOwnPropertyNames(part);
    if (Object.getOwnPropertySymbols(part).length > 0) return false;
    for (const name of names) if (!this.#isName(name) || !this.#isEverydayProperty(part, name, depth)) return false;
    return true;
  }

  #isEverydayList(part: readonly unknown[], depth: number): boolean {
    const { length } = part;
    // Its indices and `length`, and nothing else.
    if (Reflect.ownKeys(part).length !== length + 1) return false;
    for (let index = 0; index < length; index++) if (!this.#isEverydayProperty(part, index, depth)) return false;
    return true;
  }

  #isEverydayProperty(holder: object, name: string | number, depth: number): boolean {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    return property?.enumerable === true && property.get === undefined && property.set === undefined && this.#isEveryday(property.value, depth + 1);
  }
}
