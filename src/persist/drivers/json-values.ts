/**
 * Values as JSON: plain ones stay plain, rich ones go through devalue, and what would not come back deep-equal is refused with its path.
 */
import { isDeepStrictEqual, types } from 'node:util';
import { stringify, unflatten } from '#devalue';
import { ScrubjayError } from '../../errors.js';
import { classNameOf, isPlainObject, prototypeDepth } from '../../kinds.js';

/** A value as it was read: under `v` as it is, under `r` in devalue's notation. */
export type JsonValue = { readonly plain: unknown } | { readonly rich: unknown };

/**
 * The member of the line that carries `value`: `"v":…` or `"r":…`.
 * @throws SCRUBJAY_VALUE_REFUSED when it would not come back deep-equal.
 */
export function encodeJsonValue(value: unknown): { readonly text: string } {
  try {
    const survey = new Survey();
    survey.visit(value, 0);
    if (!survey.isRich) return { text: `"v":${JSON.stringify(value)}` };
    return { text: `"r":${stringify(value, reducers)}` };
  } catch (cause) {
    if (cause instanceof ScrubjayError) throw cause;
    // devalue says where it stopped; JSON.stringify, and a stack that is too small, do not.
    const { path = '' } = cause as { path?: string };
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `${path === '' ? 'the value' : `(…)${path}`} cannot be written: ${String(cause)}.`, { cause });
  }
}

/** The value that was encoded. */
export function decodeJsonValue(encoded: JsonValue): unknown {
  return 'plain' in encoded ? encoded.plain : unflatten(encoded.rich as never, revivers);
}

// Bytes are written by themselves: devalue would write the whole memory behind a view, and Buffers share theirs with strangers.
const reducers = {
  Bytes: (value: unknown): unknown =>
    ArrayBuffer.isView(value) ? [kindOf(value), Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')] : false,
};

const revivers = {
  Bytes: ([kind, base64]: [string, string]): unknown => {
    const bytes = Buffer.from(base64, 'base64');
    if (kind === 'Buffer') return bytes;
    const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => unknown>)[kind];
    if (View === undefined) throw new TypeError(`unknown kind of bytes: ${kind}`);
    return new View(own);
  },
};

const typedArrayKind = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

const kindOf = (view: ArrayBufferView): string => (Buffer.isBuffer(view) ? 'Buffer' : types.isDataView(view) ? 'DataView' : String(typedArrayKind?.call(view)));

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

/** One walk over a value before it is written: is it plain, rich, or something that would come back changed? */
class Survey {
  /** It needs more than JSON. */
  isRich = false;
  readonly #path: PropertyKey[] = [];
  readonly #seen = new Set<object>();

  visit(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
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
    for (const name of names) this.#visitProperty(value, name, depth);
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
