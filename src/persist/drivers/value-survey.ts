/**
 * Is a value plain, rich, or something that would come back changed? Asked by every driver before it writes one.
 */
import { isDeepStrictEqual, types } from 'node:util';
import { ScrubjayError } from '../../errors.js';
import { classNameOf, isPlainObject, prototypeDepth } from '../../kinds.js';

const typedArrayKind = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** The class of typed arrays, Buffers and DataViews, by its name. */
export const kindOf = (view: ArrayBufferView): string =>
  Buffer.isBuffer(view) ? 'Buffer' : types.isDataView(view) ? 'DataView' : String(typedArrayKind?.call(view));

/** Whether `view` carries more than its bytes. Asked by comparison, because a list of its properties would name every byte. */
function hasOwnProperties(view: ArrayBufferView): boolean {
  const { buffer, byteOffset, byteLength } = view;
  if (Buffer.isBuffer(view)) return !isDeepStrictEqual(view, Buffer.from(buffer, byteOffset, byteLength));
  const { constructor: View } = Object.getPrototypeOf(view) as {
    constructor: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;
  };
  return !isDeepStrictEqual(view, new View(buffer, byteOffset, types.isDataView(view) ? byteLength : (view as Uint8Array).length));
}

/** Deeper values are refused: writing them would exhaust the stack. */
const MAX_DEPTH = 500;

/** What a value holds. */
export interface Surveyed {
  /** Whether it needs more than JSON. */
  readonly isRich: boolean;
  /** Whether it holds texts that not every format can write: half of a surrogate pair, or a name that stands for something else in objects. */
  readonly hasOddText: boolean;
}

/**
 * Looks at all of a value before it is written. Odd texts are looked for only where `seeksOddText` says so.
 * @throws SCRUBJAY_VALUE_REFUSED, with the path, for what would come back changed.
 */
export function survey(value: unknown, seeksOddText = false): Surveyed {
  const walk = new Survey(seeksOddText);
  walk.visit(value, 0);
  return walk;
}

const ODD_NAMES = new Set(['__proto__', 'constructor', 'toJSON']);

/** Whether no half of a surrogate pair stands alone in it. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** One walk over a value. */
class Survey implements Surveyed {
  isRich = false;
  hasOddText = false;
  readonly #seeksOddText: boolean;
  readonly #path: PropertyKey[] = [];
  readonly #seen = new Set<object>();

  constructor(seeksOddText: boolean) {
    this.#seeksOddText = seeksOddText;
  }

  visit(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        if (this.#seeksOddText && !isWellFormed(value)) this.hasOddText = true;
        return;
      case 'boolean':
        return;
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) this.isRich = true;
        return;
      case 'undefined':
      case 'bigint':
        this.isRich = true;
        return;
      case 'object':
        if (value !== null) this.#visitObject(value, depth);
        return;
      default:
        this.#refuse(`a ${typeof value}`);
    }
  }

  #visitObject(value: object, depth: number): void {
    if (types.isProxy(value)) this.#refuse('a Proxy');
    if (depth > MAX_DEPTH) this.#refuse(`nested deeper than ${MAX_DEPTH} levels`);
    if (this.#seen.has(value)) {
      // Met before: a cycle, or one object in two places, which shall be one object again when it is read.
      this.isRich = true;
      return;
    }
    this.#seen.add(value);
    if (Array.isArray(value)) this.#visitArray(value, depth);
    else if (isPlainObject(value)) this.#visitPlain(value, depth);
    else this.#visitBuiltIn(value, depth);
  }

  #visitArray(value: readonly unknown[], depth: number): void {
    this.#expectDirect(value, 'Array', 2);
    const names = Object.keys(value);
    if (names.length !== value.length) this.isRich = true;
    for (const name of names) {
      // Not every number is an index: '01' and '4294967295' are properties like any other.
      if (!/^\d+$/.test(name) || String(Number(name)) !== name || Number(name) >= value.length) this.#refuse(`an array with the property ${name}`);
      this.#visitProperty(value, name, depth);
    }
    this.#expectNothingHidden(value, names.length + 1);
  }

  #visitPlain(value: object, depth: number): void {
    if (Object.getPrototypeOf(value) === null) this.isRich = true;
    const names = Object.keys(value);
    for (const name of names) {
      if (this.#seeksOddText && (ODD_NAMES.has(name) || !isWellFormed(name))) this.hasOddText = true;
      this.#visitProperty(value, name, depth);
    }
    this.#expectNothingHidden(value, names.length);
  }

  #visitProperty(holder: object, name: string, depth: number): void {
    this.#path.push(name);
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property === undefined || !('value' in property)) this.#refuse('a getter, which would come back as a value');
    this.visit(property.value, depth + 1);
    this.#path.pop();
  }

  #visitBuiltIn(value: object, depth: number): void {
    this.isRich = true;
    if (types.isMap(value)) {
      this.#expectDirect(value, 'Map', 2);
      for (const [key, member] of value) {
        this.#below('(key)', key, depth);
        this.#below(typeof key === 'string' ? key : '(value)', member, depth);
      }
    } else if (types.isSet(value)) {
      this.#expectDirect(value, 'Set', 2);
      for (const member of value) this.#below('(member)', member, depth);
    } else if (types.isDate(value)) this.#expectDirect(value, 'Date', 2);
    else if (types.isRegExp(value)) {
      this.#expectDirect(value, 'RegExp', 2);
      if (value.lastIndex !== 0) this.#refuse('a RegExp that stands in the middle of a search');
    } else if (ArrayBuffer.isView(value)) {
      if (types.isSharedArrayBuffer(value.buffer)) this.#refuse('a view of a SharedArrayBuffer');
      this.#expectDirect(value, kindOf(value), Buffer.isBuffer(value) ? 4 : types.isDataView(value) ? 2 : 3);
      if (hasOwnProperties(value)) this.#refuse('bytes with properties of their own');
      return;
    } else if (types.isArrayBuffer(value)) this.#expectDirect(value, 'ArrayBuffer', 2);
    else if (value instanceof URL) this.#expectDirect(value, 'URL', 2);
    else if (value instanceof URLSearchParams) this.#expectDirect(value, 'URLSearchParams', 2);
    else this.#refuse(`an instance of ${classNameOf(value)}`);
    this.#expectNothingHidden(value, types.isRegExp(value) ? 1 : 0);
  }

  #below(step: string, value: unknown, depth: number): void {
    this.#path.push(step);
    this.visit(value, depth + 1);
    this.#path.pop();
  }

  /** An instance of a subclass would come back as one of the built-in class. */
  #expectDirect(value: object, kind: string, depth: number): void {
    if (prototypeDepth(value) !== depth || classNameOf(value) !== kind) this.#refuse(`an instance of ${classNameOf(value)}`);
  }

  /** Hidden and symbol-keyed properties would be lost. */
  #expectNothingHidden(value: object, expected: number): void {
    const keys = Reflect.ownKeys(value);
    if (keys.length > expected) this.#refuse(`an object with properties that cannot be written (${String(keys.at(-1))})`);
  }

  #refuse(what: string): never {
    const path = this.#path.map((step) => (/^[A-Za-z_$][\w$]*$/.test(String(step)) ? `.${String(step)}` : `[${String(step)}]`)).join('');
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `${path === '' ? 'the value' : `(…)${path}`} is ${what}, which would not come back equal.`);
  }
}
