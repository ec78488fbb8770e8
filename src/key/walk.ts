/**
 * What the writers of canonical text share: the walk they write with, the names they write, and the refusal they end it with.
 */

/** One walk over one value: it knows where it stands, what is open above it, and how much text it may still write. */
export interface Walk {
  /** The canonical text of `value`, at the place where the walk stands. */
  text(value: unknown): string;
  /** The canonical text of the value that stands at `step` below the one being written. */
  below(step: PropertyKey, value: unknown): string;
  /** The value of `holder[step]`; a getter that throws is refused with its path. */
  read(holder: object, step: PropertyKey): unknown;
  /** `{a:1,"b c":2}`: the properties under `names` (by default all own enumerable ones) by name, then those under symbols. */
  propertiesText(value: object, names?: string[]): string;
  /** What somebody hung onto an array, a Map, a Date … beside its content; empty where there is nothing. */
  extrasText(value: object, names?: string[]): string;
  /** Counts `text` against the limit on length, and gives it back. */
  raw(text: string): string;
  /** Refuses content of at least this many characters before it is turned into text, when it would not fit. */
  expect(characters: number): void;
  /** Counts work that leaves no text behind as if it were that many characters. */
  charge(characters: number): void;
  /** Ends the walk: what stands here is `what`, and has no honest key. */
  refuse(what: string, cause?: unknown): never;
}

/** Says that a value has no honest key: where it stands and what it is. Whoever catches it makes an error of it that names the method. */
export class Refusal {
  constructor(
    /** The steps from the value asked for down to the culprit. */
    readonly path: readonly PropertyKey[],
    /** What the culprit is, as the end of the sentence "opts.owner is …". */
    readonly what: string,
    /** What the culprit threw, when it did. */
    readonly cause?: unknown,
    /** It is too deep or too long, however honest. */
    readonly isLimit = false,
  ) {}
}

// What stands in JSON as it is: no quote, no backslash, no control character, no surrogate.
const needsEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** `text` as well-formed JSON. For short texts one look is faster than `JSON.stringify`. */
export const quoted = (text: string): string => (text.length > 50 || needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`);

const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** A name as it stands before `:` or `=`: bare when it is an ASCII identifier, a JSON string otherwise. */
export const propertyNameText = (name: string): string => (identifier.test(name) ? name : JSON.stringify(name));

/** The text of a symbol that every process has; `undefined` for a unique one, which no other call can repeat. */
export function symbolText(symbol: symbol): string | undefined {
  const key = Symbol.keyFor(symbol);
  return key === undefined ? wellKnownSymbols.get(symbol) : `Symbol.for(${JSON.stringify(key)})`;
}

const wellKnownSymbols: ReadonlyMap<unknown, string> = new Map(
  Object.getOwnPropertyNames(Symbol)
    .map((name) => [(Symbol as unknown as Record<string, unknown>)[name], `Symbol.${name}`] as const)
    .filter(([member]) => typeof member === 'symbol'),
);

/** Steps into a Map or Set, which have no name for the place. */
export const MAP_KEY = '(key)';
export const MAP_VALUE = '(value)';
export const SET_MEMBER = '(member)';

/** A longer path shows its two ends. */
const LONGEST_PATH = 160;

/** A path as people write it: `opts.where["first name"][2]`. */
export function pathText(root: string, path: readonly PropertyKey[]): string {
  let text = root;
  for (const step of path) {
    if (typeof step === 'symbol') text += `[${symbolText(step) ?? String(step)}]`;
    else if (typeof step === 'number' || /^\d+$/.test(step)) text += `[${step}]`;
    else if (step === MAP_KEY || step === MAP_VALUE || step === SET_MEMBER) text += step;
    else text += identifier.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  return text.length <= LONGEST_PATH ? text : `${text.slice(0, LONGEST_PATH / 2)}…${text.slice(-LONGEST_PATH / 2)}`;
}
