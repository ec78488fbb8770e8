/**
 * What a class can be seen to be: whether it hides state from its instances' properties, which built-in it extends, and what tells it from its namesakes.
 * Answers come from the source text of its constructor and methods, because private fields leave no other trace, and they err towards "hides state".
 */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { isRootPrototype, nameOfFunction } from '../kinds.js';

export interface ClassFacts {
  /** Why instances may hide state. */
  readonly reason: string | undefined;
  /** The built-in class at the bottom, such as `Map`; `undefined` when it is `Object`. */
  readonly builtIn: string | undefined;
  /** It is that built-in itself. */
  readonly isBuiltIn: boolean;
  /** Equal for a class and its second loading, different for all others of its name. */
  readonly signature: string;
}

const ROOT: ClassFacts = { reason: undefined, builtIn: undefined, isBuiltIn: false, signature: 'Object' };
const NAMELESS: ClassFacts = { reason: 'an object whose class has no name', builtIn: undefined, isBuiltIn: false, signature: '' };

const known = new WeakMap<object, ClassFacts>();

/** The facts of the class whose instances have `prototype`. Remembered, because reading the source of a class is dear. */
export function factsOfClass(prototype: object): ClassFacts {
  let facts = known.get(prototype);
  if (facts === undefined) {
    facts = findFacts(prototype);
    known.set(prototype, facts);
  }
  return facts;
}

function findFacts(prototype: object): ClassFacts {
  if (isRootPrototype(prototype)) return ROOT;
  const constructor = constructorOf(prototype);
  const name = nameOfFunction(constructor);
  const builtIn = nodeClasses.get(prototype) ?? (isNative(constructor) ? (name ?? 'a native class') : undefined);
  if (builtIn !== undefined) return { reason: undefined, builtIn, isBuiltIn: true, signature: builtIn };
  if (constructor === undefined) return NAMELESS;
  const above: unknown = Object.getPrototypeOf(prototype);
  const base = isObject(above) ? factsOfClass(above) : ROOT;
  const source = sourceOf(prototype, constructor);
  return {
    reason: hidesState(source) ? `an instance of ${name ?? 'a class'}, which has private state` : base.reason,
    builtIn: base.builtIn,
    isBuiltIn: false,
    signature: createHash('sha256').update(source).update(base.signature).digest('base64'),
  };
}

/** Classes of Node that are written in JavaScript, one each in a process. */
const nodeClasses: ReadonlyMap<object, string> = new Map<object, string>([
  [Buffer.prototype, 'Buffer'],
  [URL.prototype, 'URL'],
  [URLSearchParams.prototype, 'URLSearchParams'],
]);

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

type Constructor = (...args: never[]) => unknown;

/** The class that `prototype` belongs to. A proxy is none: it would be asked for its name, and could run code. */
export function constructorOf(prototype: object): Constructor | undefined {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof constructor === 'function' && !types.isProxy(constructor) ? (constructor as Constructor) : undefined;
}

const textOf = Function.prototype.toString;

const isNative = (constructor: Constructor | undefined): boolean => constructor !== undefined && textOf.call(constructor).endsWith('{ [native code] }');

/**
 * The constructor, all methods, and what is kept beside them: classes made for old targets are functions whose methods stand outside of them,
 * and classes made by a function may differ in nothing but a static field.
 */
function sourceOf(prototype: object, constructor: Constructor): string {
  return [textOf.call(constructor), ...membersOf(prototype, ['constructor']), ...membersOf(constructor, ['prototype', 'length', 'arguments', 'caller'])].join(
    '\n',
  );
}

function membersOf(holder: object, others: readonly PropertyKey[]): string[] {
  return Reflect.ownKeys(holder)
    .filter((key) => !others.includes(key))
    .map((key) => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key) as PropertyDescriptor;
      const texts = [value, get, set].map((part) => (typeof part === 'function' ? textOf.call(part) : isObject(part) ? 'object' : String(part)));
      return `${String(key)}=${texts.join()}`;
    });
}

// `this`, as compilers call it once it is kept in a variable.
const self = String.raw`(?:_?assert_?this\w*\(\s*)?_?this\d*\b`;

// Read in the raw text, strings and comments included: a class that merely mentions `#id` is refused too, which costs a sentence and never a wrong hit.
const signsOfHiddenState: readonly RegExp[] = [
  // `#x`, where a field or method is declared or used.
  /(?:^|[{};\n\r\u2028\u2029]|\*\/|\*|\b(?:static|async|get|set|accessor))\s*#[\p{ID_Start}_$\\]|\.\s*#[\p{ID_Start}_$\\]/u,
  // What TypeScript, Babel, swc and esbuild make of it: `__classPrivateFieldGet(this, …)`, `(0, _class_private_field_init._)(this, …)`, `__privateAdd(this, …)`.
  new RegExp(String.raw`private\w*(?:\.\w+)?\)?\(\s*${self}`, 'i'),
  // The same by hand: `secrets.set(this, …)`, `internal(this).secret`.
  /\bWeak(?:Map|Set|Ref)\b/,
  new RegExp(String.raw`(?<!\bReflect|\b_|\blodash)\.(?:get|set|add|has)\(\s*${self}\s*[,)]`, 'i'),
  /\.set\(\s*(?:self|that)\s*,/,
  /(?<![.\w$])(?!(?:String|Number|Boolean|\w*[tT]his\w*|super)\()[\w$]+\(\s*this\s*\)\s*[.[]/,
  // The helpers of a minifier: `t(this,e)`. Written by people, a space follows the comma.
  /(?<![.\w$])[\w$]{1,3}\(this,[\w$]{1,3}[,)]/,
];

const hidesState = (source: string): boolean => signsOfHiddenState.some((sign) => sign.test(source));
