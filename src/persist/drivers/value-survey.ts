/**
 * Is a value plain, rich, or something that would come back changed? Asked by every driver before it writes one.
 */
import { types } from 'node:util';
import { ScrubjayError } from '../../errors.js';
import { hiddenMethods } from '../../frozen-built-ins.js';
import { classNameOf, isPlainObject, prototypeDepth } from '../../kinds.js';
import type { ValueCodec, ValueCodecs } from '../contract.js';
import { hasOwnProperties, kindOf } from './bytes.js';
import { EverydayLook } from './everyday-survey.js';
import { MetObjects } from './met-objects.js';
import { builtInErrors, HIDDEN_IN_ERRORS, isErrorPrototype, ownProperty } from './own-properties.js';

/** Deeper values are refused: writing them would exhaust the stack. */
const MAX_DEPTH = 500;

/** What a value holds. */
export interface Surveyed {
  /** Whether it needs more than JSON. */
  readonly isRich: boolean;
  /** Whether it holds texts that not every format can write: half of a surrogate pair, or a name that stands for something else in objects. */
  readonly hasOddText: boolean;
  /** Errors and instances of classes, and what is written for each of them, under which tag. */
  readonly parts: ReadonlyMap<object, { readonly tag: string; readonly content: unknown }>;
  /** The names of the classes whose own functions gave what is written. */
  readonly dumped: ReadonlySet<string>;
}

/** What a survey should know. */
export interface SurveyOptions {
  /** The classes whose instances can be kept. */
  readonly codecs?: ValueCodecs | undefined;
  /** Whether to look for odd texts. */
  readonly seeksOddText?: boolean;
}

/**
 * Looks at all of a value before it is written. What `dump` functions give is asked for here, once, so that what is written is what was looked at.
 * @throws SCRUBJAY_VALUE_REFUSED, with the path, for what would come back changed.
 */
export function survey(value: unknown, options: SurveyOptions = {}): Surveyed {
  if ((options.seeksOddText === true ? lookForOddText : look).at(value)) return EVERYDAY;
  const walk = new Survey(options);
  walk.visit(value, 0);
  return walk;
}

/** Under which tag instances are written: no built-in kind has a space in its name. */
export const tagOf = ({ name }: ValueCodec): string => `class ${name}`;

const ODD_NAMES = new Set(['__proto__', 'constructor', 'toJSON']);

/** Whether no half of a surrogate pair stands alone in it. */
export const isWellFormed = (text: string): boolean => (text as string & { isWellFormed(): boolean }).isWellFormed();

// Most values have no part of their own: two collections for each of them would cost as much as half of the walk.
const NO_PARTS = new Map<object, never>();
const NO_NAMES = new Set<string>();

const EVERYDAY: Surveyed = { isRich: false, hasOddText: false, parts: NO_PARTS, dumped: NO_NAMES };
const isAny = (): boolean => true;
const look = new EverydayLook(isAny, isAny);
const lookForOddText = new EverydayLook(isWellFormed, (name) => !ODD_NAMES.has(name) && isWellFormed(name));

/** One walk over a value. */
class Survey implements Surveyed {
  isRich = false;
  hasOddText = false;
  parts: Map<object, { tag: string; content: unknown }> = NO_PARTS;
  dumped: Set<string> = NO_NAMES;
  readonly #codecs: ValueCodecs;
  readonly #seeksOddText: boolean;
  readonly #path: PropertyKey[] = [];
  readonly #met: MetObjects;

  constructor({ codecs = [], seeksOddText = false }: SurveyOptions) {
    this.#codecs = codecs;
    this.#seeksOddText = seeksOddText;
    this.#met = new MetObjects(codecs.some(({ custom }) => custom !== undefined));
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
    if (this.#met.isOutsideOfDump(value)) this.#refuse('what its own dump is a part of');
    if (this.#met.has(value)) {
      // A cycle, or one object in two places, which shall be one object again when it is read.
      this.isRich = true;
      return;
    }
    this.#met.enter(value);
    const codec = this.#codecOf(value);
    if (codec !== undefined) this.#visitInstance(value, codec, depth);
    else if (Array.isArray(value)) this.#visitArray(value, depth);
    else if (isPlainObject(value)) this.#visitPlain(value, depth);
    else if (types.isNativeError(value)) this.#visitError(value, depth);
    else this.#visitBuiltIn(value, depth);
    this.#met.leave(value);
  }

  #codecOf(value: object): ValueCodec | undefined {
    if (this.#codecs.length === 0) return undefined;
    const prototype: unknown = Object.getPrototypeOf(value);
    return this.#codecs.find((codec) => codec.prototype === prototype);
  }

  #visitInstance(value: object, codec: ValueCodec, depth: number): void {
    const tag = tagOf(codec);
    this.isRich = true;
    if (codec.custom === undefined) {
      const reason = codec.refusal?.(value);
      if (reason !== undefined) this.#refuse(reason);
      this.#visitOwnProperties(value, tag, depth);
      return;
    }
    const data = this.#dataOf(value, codec);
    this.#met.withinDump(value, () => {
      this.#below('(dump)', data, depth);
    });
    this.#addPart(value, tag, { data });
  }

  #dataOf(value: object, { name, custom }: ValueCodec): unknown {
    if (this.dumped === NO_NAMES) this.dumped = new Set();
    this.dumped.add(name);
    try {
      return custom?.dump(value);
    } catch (cause) {
      return this.#refuse(`an instance of ${name}`, { why: `whose dump threw ${String(cause)}`, cause });
    }
  }

  #visitError(value: Error, depth: number): void {
    this.isRich = true;
    const prototype: unknown = Object.getPrototypeOf(value);
    const kind = builtInErrors.find((each) => each.prototype === prototype) ?? this.#refuseInstance(value);
    this.#visitOwnProperties(value, kind.name, depth);
  }

  #visitOwnProperties(value: object, tag: string, depth: number): void {
    const isError = types.isNativeError(value);
    if (isError !== isErrorPrototype(Object.getPrototypeOf(value))) this.#refuse('an Error in its looks or in its nature only');
    const seen = Object.keys(value);
    const hidden = isError ? HIDDEN_IN_ERRORS.filter((name) => Object.hasOwn(value, name) && !seen.includes(name)) : [];
    this.#expectNothingHidden(value, seen.length + hidden.length);
    if (seen.includes('__proto__')) this.#refuse('an object with a property called __proto__', { why: 'which cannot be written' });
    const valuesOf = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, this.#visitProperty(value, name, depth)]));
    this.#addPart(value, tag, [valuesOf(seen), ...(hidden.length > 0 ? [valuesOf(hidden)] : [])]);
  }

  #addPart(value: object, tag: string, content: unknown): void {
    if (this.parts === NO_PARTS) this.parts = new Map();
    this.parts.set(value, { tag, content });
  }

  #visitArray(value: readonly unknown[], depth: number): void {
    if (Object.getPrototypeOf(value) !== Array.prototype) this.#expectDirect(value, 'Array', 2);
    const names = Object.keys(value);
    if (names.length !== value.length) this.isRich = true;
    // Indices come first and rise: when the last name is the last index, and there are as many, all are indices.
    const isDense = names.length === value.length && names.at(-1) === String(value.length - 1);
    for (const name of names) {
      // Not every number is an index: '01' and '4294967295' are properties like any other.
      if (!isDense && (!/^\d+$/.test(name) || String(Number(name)) !== name || Number(name) >= value.length))
        this.#refuse(`an array with the property ${name}`);
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

  #visitProperty(holder: object, name: string, depth: number): unknown {
    this.#path.push(name);
    const { value } = ownProperty(holder, name) ?? this.#refuse('a getter, which would come back as a value');
    this.visit(value, depth + 1);
    this.#path.pop();
    return value;
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
    else this.#refuseInstance(value);
    this.#expectNothingHidden(value, types.isRegExp(value) ? 1 : 0);
  }

  #below(step: string, value: unknown, depth: number): void {
    this.#path.push(step);
    this.visit(value, depth + 1);
    this.#path.pop();
  }

  /** An instance of a subclass would come back as one of the built-in class. */
  #expectDirect(value: object, kind: string, depth: number): void {
    if (prototypeDepth(value) !== depth || classNameOf(value) !== kind) this.#refuseInstance(value);
  }

  /** Hidden and symbol-keyed properties would be lost. */
  #expectNothingHidden(value: object, expected: number): void {
    const keys = Reflect.ownKeys(value);
    if (keys.length > expected + hiddenMethods(value)) this.#refuse(`an object with properties that cannot be written (${String(keys.at(-1))})`);
  }

  #refuseInstance(value: object): never {
    const name = classNameOf(value);
    this.#refuse(`an instance of ${name}`, { advice: name in globalThis ? '' : ' Tell persist.revive of its class, and it is kept.' });
  }

  #refuse(what: string, { why = 'which would not come back equal', advice = '', cause }: { why?: string; advice?: string; cause?: unknown } = {}): never {
    const path = this.#path.map((step) => (/^[A-Za-z_$][\w$]*$/.test(String(step)) ? `.${String(step)}` : `[${String(step)}]`)).join('');
    throw new ScrubjayError('SCRUBJAY_VALUE_REFUSED', `${path === '' ? 'the value' : `(…)${path}`} is ${what}, ${why}.${advice}`, { cause });
  }
}
