/**
 * Copies a value so that nothing done to the one is seen in the other. What is copied is of the same classes, and deep-equal; what cannot be copied so is refused with its path.
 */
import { types } from 'node:util';
import { factsOfClass } from './key/class-source.js';
import { showsNoState } from './key/class-state.js';
import { isPlainObject, isPrimitive, nameOfFunction } from './kinds.js';
import type { ValueCodecs } from './persist/contract.js';

/** What cannot be copied, and where it stands in the value. */
export class Uncopyable {
  constructor(
    readonly path: readonly PropertyKey[],
    readonly what: string,
  ) {}
}

type Refuse = (refused: Uncopyable, value: unknown) => unknown;

/** Copies values of the built-in classes, of classes that show all of their state in properties, and of those in `codecs`. */
export class Copier {
  readonly #codecs: ValueCodecs;
  /** What becomes of what cannot be copied; it may give something to stand in the copy. */
  readonly #refuse: Refuse;

  constructor(
    codecs: ValueCodecs,
    refuse: Refuse = (refused) => {
      throw refused;
    },
  ) {
    this.#codecs = codecs;
    this.#refuse = refuse;
  }

  /** @throws Uncopyable, and what the `dump` or `load` of a class throws */
  copy(value: unknown): unknown {
    return this.#copy(value, [], new Map());
  }

  /** `met` has the copies of what was met before: what is shared, or stands in a circle, stays so. */
  #copy(value: unknown, path: readonly PropertyKey[], met: Map<object, unknown>): unknown {
    if (isPrimitive(value)) return value;
    const known = met.get(value as object);
    if (known !== undefined) return known;
    const refusal = refusalOf(value as object);
    const codec = refusal === undefined ? this.#codecs.find(({ prototype }) => prototype === Object.getPrototypeOf(value)) : undefined;
    if (codec?.custom !== undefined) {
      const loaded: unknown = codec.custom.load(this.#copy(codec.custom.dump(value as object), path, met));
      met.set(value as object, loaded);
      return loaded;
    }
    const what = refusal ?? (codec === undefined ? hiddenState(value as object) : undefined);
    if (what !== undefined) return this.#refuse(new Uncopyable(path, what), value);
    return this.#fill(emptyCopy(value as object), value as object, path, met);
  }

  #fill(copy: object, value: object, path: readonly PropertyKey[], met: Map<object, unknown>): object {
    met.set(value, copy);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (Object.getPrototypeOf(copy) !== prototype) Object.setPrototypeOf(copy, prototype as object | null);
    if (types.isMap(value))
      for (const [key, item] of value)
        (copy as Map<unknown, unknown>).set(this.#copy(key, [...path, 'key'], met), this.#copy(item, [...path, nameOf(key)], met));
    if (types.isSet(value)) for (const item of value) (copy as Set<unknown>).add(this.#copy(item, [...path, 'member'], met));
    for (const name of Reflect.ownKeys(value)) {
      if (isContent(value, name)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(value, name) as PropertyDescriptor;
      if (!('value' in descriptor)) {
        if (types.isNativeError(value) && name === 'stack') continue;
        descriptor.value = this.#refuse(new Uncopyable([...path, name], 'a getter or setter'), undefined);
      } else descriptor.value = this.#copy(descriptor.value, [...path, name], met);
      const { value: content, enumerable = true } = descriptor as { value?: unknown; enumerable?: boolean };
      // An array has its length already, a regular expression its place.
      Object.defineProperty(copy, name, Object.hasOwn(copy, name) ? { value: content } : { value: content, enumerable, writable: true, configurable: true });
    }
    return copy;
  }
}

/** What is called so under a path. */
const nameOf = (key: unknown): PropertyKey => (typeof key === 'string' || typeof key === 'number' || typeof key === 'symbol' ? key : 'value');

/** Properties that are the content of a built-in, which `emptyCopy` has copied. */
const isContent = (value: object, name: PropertyKey): boolean =>
  (ArrayBuffer.isView(value) || types.isStringObject(value)) && typeof name === 'string' && (name === 'length' || String(Number(name)) === name);

function refusalOf(value: object): string | undefined {
  if (types.isProxy(value)) return 'a Proxy';
  if (typeof value === 'function') return `a function${nameOfFunction(value) === undefined ? '' : ` (${nameOfFunction(value) as string})`}`;
  return undefined;
}

/** Why a copy of it would not be whole; `undefined` where it would. */
function hiddenState(value: object): string | undefined {
  if (isPlainObject(value) || Array.isArray(value)) return undefined;
  const { reason, builtIn } = factsOfClass(Object.getPrototypeOf(value) as object);
  if (reason !== undefined) return reason;
  if (builtIn === undefined) return showsNoState(value) ? 'an object whose state cannot be seen' : undefined;
  return isCopyable(value) ? undefined : `an instance of ${builtIn}`;
}

const isCopyable = (value: object): boolean =>
  types.isDate(value) ||
  types.isRegExp(value) ||
  types.isMap(value) ||
  types.isSet(value) ||
  types.isNativeError(value) ||
  types.isArrayBuffer(value) ||
  ArrayBuffer.isView(value) ||
  types.isBoxedPrimitive(value) ||
  Array.isArray(value) ||
  value instanceof URL ||
  value instanceof URLSearchParams;

/** A new object of the same kind, without the properties, entries and members, but with the content that is neither. */
function emptyCopy(value: object): object {
  if (Array.isArray(value)) return new Array(value.length) as unknown[];
  if (types.isDate(value)) return new Date(value.getTime());
  if (types.isRegExp(value)) return new RegExp(value.source, value.flags);
  if (types.isMap(value)) return new Map();
  if (types.isSet(value)) return new Set();
  if (types.isNativeError(value)) return withoutOwn(new Error());
  if (types.isArrayBuffer(value)) return value.slice(0);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (types.isBoxedPrimitive(value)) return Object(value.valueOf()) as object;
  if (value instanceof URL) return new URL(value.href);
  if (value instanceof URLSearchParams) return new URLSearchParams(value);
  return {};
}

/** An Error says where it was made; the copy is to say where the other one was. */
function withoutOwn(error: Error): Error {
  for (const name of Reflect.ownKeys(error)) delete (error as unknown as Record<PropertyKey, unknown>)[name];
  return error;
}
