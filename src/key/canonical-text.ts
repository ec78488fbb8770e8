/**
 * The canonical text of a value: equal values have equal texts, different values different ones, and what has no honest text is refused.
 * `docs/keys.md` lists every kind of value and its text.
 */
import { types } from 'node:util';
import { isPlainObject } from '../kinds.js';
import { isAbortSignal } from './abort-signals.js';
import { arrayText } from './arrays.js';
import { builtInText } from './built-ins.js';
import { className, homonymRefusal, instanceText, KEY_METHOD } from './class-state.js';
import { hasBrand, isBareRecord, primitiveText, SHORT, sortNames } from './plain-values.js';
import { registeredClass } from './registered-classes.js';
import { temporalText } from './temporal.js';
import { propertyNameText, Refusal, symbolText, type Walk } from './walk.js';

/** Deeper values are refused: no honest argument is, and the walk must end before the stack does. */
const MAX_DEPTH = 200;
/** No honest class has more ancestors, and its facts are found one ancestor inside the other. */
const MAX_PROTOTYPES = 100;
/** Longer texts are refused, in characters. This also stops graphs of shared objects that unfold to 2^60 nodes. */
const MAX_CHARACTERS = 1024 * 1024;

/** Gives what has no honest key a text by its identity. */
export type Identify = (value: object | symbol) => string;

/**
 * Gives the canonical text of `value`; with `identify`, things without an honest key are told by their identity.
 * @throws Refusal when the value, or something in it, has no honest key.
 */
export function canonicalText(value: unknown, identify?: Identify): string {
  return primitiveText(value, SHORT) ?? new TextWalk(identify).text(value);
}

/** The same for an argument of a call: signals directly in an options bag are left out. */
export function argumentText(value: unknown, identify?: Identify): string {
  return primitiveText(value, SHORT) ?? new TextWalk(identify, value).text(value);
}

class TextWalk implements Walk {
  readonly #path: PropertyKey[] = [];
  /** The objects being written right now, outermost first; meeting one of them again is a cycle. */
  readonly #open: object[] = [];
  #charactersLeft = MAX_CHARACTERS;
  readonly #identify: Identify | undefined;
  /** The options bag that may hold a signal. */
  readonly #bag: unknown;

  constructor(identify: Identify | undefined, bag?: unknown) {
    this.#identify = identify;
    this.#bag = bag;
  }

  text(value: unknown): string {
    switch (typeof value) {
      case 'string':
        this.expect(value.length);
        return this.raw(JSON.stringify(value));
      case 'bigint':
        return this.#bigintText(value);
      case 'symbol':
        return this.raw(symbolText(value) ?? this.#identify?.(value) ?? this.refuse('a unique symbol, which no other call can repeat'));
      case 'function':
        return this.raw(this.#identify?.(value) ?? this.refuse('a function'));
      case 'object':
        if (value !== null) return this.#objectText(value);
    }
    return this.raw(primitiveText(value, 0) as string);
  }

  below(step: PropertyKey, value: unknown): string {
    // One more for what separates it from its neighbour: a million empty members are text too.
    this.charge(1);
    const short = primitiveText(value, SHORT);
    if (short !== undefined && short.length <= this.#charactersLeft) return this.raw(short);
    this.#path.push(step);
    const text = this.text(value);
    this.#path.pop();
    return text;
  }

  read(holder: object, step: PropertyKey): unknown {
    try {
      return (holder as Record<PropertyKey, unknown>)[step];
    } catch (cause) {
      this.#path.push(step);
      return this.refuse('a getter that throws', cause);
    }
  }

  refuse(what: string, cause?: unknown): never {
    throw new Refusal(this.#path, what, cause);
  }

  #refuseBeyondLimit(what: string): never {
    throw new Refusal(this.#path, what, undefined, true);
  }

  propertiesText(value: object, names: string[] = Object.keys(value)): string {
    this.expect(names.length * 4);
    sortNames(names);
    let text = '';
    for (const name of names) {
      this.expect(name.length);
      const member = this.read(value, name);
      if (value === this.#bag && isAbortSignal(member)) continue;
      const key = this.raw(`${propertyNameText(name)}:`);
      text += `${text === '' ? '' : ','}${key}${this.below(name, member)}`;
    }
    const symbols = this.#symbolPropertiesText(value);
    return `{${text}${text !== '' && symbols !== '' ? ',' : ''}${symbols}}`;
  }

  extrasText(value: object, names?: string[]): string {
    const extras = this.propertiesText(value, names);
    return extras === '{}' ? '' : extras;
  }

  #symbolPropertiesText(value: object): string {
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length === 0) return '';
    return symbols
      .filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))
      .map((symbol) => `[${this.below(symbol, symbol)}]:${this.below(symbol, this.read(value, symbol))}`)
      .sort()
      .join(',');
  }

  #bigintText(value: bigint): string {
    if (BigInt.asIntN(4096, value) === value) return this.raw(`${value}n`);
    // Decimal digits take more than linear time to make, so a number which has too many is found out by its bits: 3.32 make one digit.
    const tooLarge = 1n << 3_400_000n;
    if (value >= tooLarge || value <= -tooLarge) this.expect(MAX_CHARACTERS + 1);
    return this.raw(`${value}n`);
  }

  #objectText(value: object): string {
    if (this.#identify !== undefined) return this.#textOrIdentity(value, this.#identify);
    return this.#honestText(value);
  }

  /** The honest text; where this very object has none, its identity. What stands below it is asked on its own. */
  #textOrIdentity(value: object, identify: Identify): string {
    const { length: open } = this.#open;
    const { length: steps } = this.#path;
    try {
      return this.#honestText(value);
    } catch (error) {
      if (!(error instanceof Refusal) || error.isLimit || this.#path.length > steps) throw error;
      this.#open.length = open;
      return this.raw(identify(value));
    }
  }

  #honestText(value: object): string {
    // A proxy can answer anything to any question, so it is asked none.
    if (types.isProxy(value)) return this.refuse('a Proxy');
    const depth = this.#open.lastIndexOf(value);
    if (depth !== -1) return this.raw(`^${depth}`);
    if (this.#open.length >= MAX_DEPTH) return this.#refuseBeyondLimit(`nested deeper than ${MAX_DEPTH} levels`);
    this.#open.push(value);
    this.charge(2);
    const text = this.#everydayText(value) ?? this.#oddText(value);
    this.#open.pop();
    return text;
  }

  /** Arrays and object literals of this realm, told with the fewest questions; `undefined` for everything else. */
  #everydayText(value: object): string | undefined {
    const prototype: unknown = prototypeOf(value);
    if (prototype === arrayPrototype && Array.isArray(value)) return arrayText(value, value.length, this);
    if (prototype !== objectPrototype || KEY_METHOD in value || hasBrand(value)) return undefined;
    const text = this.propertiesText(value);
    // Nothing to see: that may be an empty object, or something that hides what it is.
    return text === '{}' ? undefined : text;
  }

  #oddText(value: object): string {
    let prototypes = 0;
    for (let above: unknown = prototypeOf(value); above !== null; above = prototypeOf(above)) {
      if (types.isProxy(above)) return this.refuse('an object with a Proxy among its prototypes');
      if (++prototypes > MAX_PROTOTYPES) return this.refuse(`an object with more than ${MAX_PROTOTYPES} prototypes`);
    }
    const registered = registeredClass(value);
    if (registered !== undefined) return this.#saidText(value, registered.name, () => registered.key(value as never));
    const keyMethod = this.read(value, KEY_METHOD);
    if (typeof keyMethod === 'function') return this.#keyedText(value, keyMethod as (this: object) => unknown);
    const text = builtInText(value, this) ?? temporalText(value, this);
    if (text !== undefined) return text;
    return isPlainObject(value) || isBareRecord(value) ? this.#plainText(value) : instanceText(value, this);
  }

  #keyedText(value: object, keyMethod: (this: object) => unknown): string {
    const name = className(value) ?? this.refuse('an object with a key method, whose class has no name');
    return this.#saidText(value, name, () => keyMethod.call(value));
  }

  /** What the object says itself, or its class said for it: `"Money"!1299n`. */
  #saidText(value: object, name: string, say: () => unknown): string {
    const homonym = homonymRefusal(value, name);
    if (homonym !== undefined) return this.refuse(homonym);
    let said: unknown;
    try {
      said = say();
    } catch (cause) {
      return this.refuse(`an instance of ${name}, whose key method throws`, cause);
    }
    // While its key is written, the object itself is no way to say what it is: `^0` would be the same for all of its class.
    this.#open[this.#open.length - 1] = say;
    return this.raw(`${JSON.stringify(name)}!`) + this.below(KEY_METHOD, said);
  }

  #plainText(value: object): string {
    const text = this.propertiesText(value);
    if (text === '{}' && Reflect.ownKeys(value).length > 0 && Object.keys(value).length === 0) return this.refuse('an object whose properties are all hidden');
    return text;
  }

  charge(characters: number): void {
    this.#charactersLeft -= characters;
    if (this.#charactersLeft < 0) this.#refuseBeyondLimit(`part of a key of more than ${MAX_CHARACTERS} characters`);
  }

  raw(text: string): string {
    this.charge(text.length);
    return text;
  }

  expect(characters: number): void {
    if (characters > this.#charactersLeft) this.charge(characters);
  }
}

const { getPrototypeOf: prototypeOf, prototype: objectPrototype } = Object;
const arrayPrototype: unknown = Array.prototype;
