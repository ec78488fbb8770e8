/**
 * The parameters of a method as its author wrote them, read from its source text; and how sure that is.
 * Compilers and minifiers change that text, so what cannot be told beyond doubt is said to be unsure, with a reason.
 */
import { downLevelled } from './down-levelled.js';
import { type ParameterList, readParameterList, type SourceParameter } from './parameter-list.js';
import { Lost, Scanner } from './source-scanner.js';

/** What the source of a method shows. */
export interface SourceText {
  /** The parameters in order; empty when they could not be told. */
  readonly parameters: readonly SourceParameter[];
  /** This is the list as written, beyond doubt: how many, in which order, and whether the last one gathers the rest. */
  readonly isSure: boolean;
  /** The names are those the author wrote, so that they survive a rebuild. */
  readonly hasStableNames: boolean;
  /** Why one of the two does not hold, as the end of a sentence. */
  readonly reason: string | undefined;
  /** The body may look at arguments beyond the list. */
  readonly readsArguments: boolean;
}

/** Reads the source text of `fn`. Runs no code of it, and never throws. */
export function readSourceText(fn: (...args: never[]) => unknown): SourceText {
  const source = Function.prototype.toString.call(fn);
  if (source.endsWith('{ [native code] }')) return unsure('it is native code, or bound');
  try {
    return readSource(source, Object.getOwnPropertyDescriptor(fn, 'length')?.value);
  } catch (error) {
    if (error instanceof Lost || error instanceof RangeError) return unsure('it is written in a way that is not understood');
    throw error;
  }
}

const unsure = (reason: string): SourceText => ({ parameters: [], isSure: false, hasStableNames: false, reason, readsArguments: true });

/** Reads a text; `length` is that of the function it is the text of. */
export function readSource(source: string, length: unknown): SourceText {
  const visible = readParameterList(source);
  if (visible === undefined) return unsure('it is no method');
  if (!isLengthOf(visible, length)) return unsure('its length is not that of its source');
  const hidden = downLevelled(source.slice(visible.end));
  const list = hidden?.list ?? visible;
  const last = list.parameters.at(-1);
  const rest = last?.isRest === true ? last.name : undefined;
  // The list belongs to it: a default may look at `arguments`, too.
  const body = hidden?.body ?? source.slice(visible.start);
  const isWrapper = rest !== undefined && list.parameters.length === 1 && (isWrapperName(rest) || passesOn((hidden?.text ?? source).slice(list.end), rest));
  if (isWrapper) return unsure(`it passes on (...${rest}), as wrappers do`);
  const gathered = hidden === undefined ? gatheredByLoop(body, visible.parameters.length) : undefined;
  if (mayReadArguments(gathered?.body ?? body)) return unsure('it uses `arguments`');
  const written = [...list.parameters, ...(gathered === undefined ? [] : [gathered.parameter])];
  const parameters = written.map(({ name, isRest }) => ({ name: isMade(name) ? undefined : name, isRest }));
  const looksMinified = parameters.length > 0 && isMinified(hidden?.text ?? source, list, parameters);
  return { parameters, isSure: true, hasStableNames: !looksMinified, reason: looksMinified ? 'it looks minified' : undefined, readsArguments: false };
}

/** `length` counts the parameters before the first default and the rest. */
function isLengthOf({ parameters }: ParameterList, length: unknown): boolean {
  const firstOptional = parameters.findIndex(({ hasDefault, isRest }) => hasDefault || isRest);
  return length === (firstOptional === -1 ? parameters.length : firstOptional);
}

/** Whether the body names `arguments`, or may do so by `eval`. Comments and strings do not count. */
export function mayReadArguments(body: string): boolean {
  let found = false;
  const scanner = new Scanner(body, (word) => {
    // TypeScript keeps `arguments` in a variable where it moves a body into a generator.
    if (word === 'eval' || /^_?arguments(?:_\d+)?$/.test(word)) found = true;
  });
  scanner.rest();
  return found;
}

/** What wrappers call all that they were given, whatever they do with it. */
const isWrapperName = (rest: string): boolean => /^_?(?:args|argv|arguments|params|parameters|rest)_?$/i.test(rest);

/** Whether the body hands all it was given to another function, so that the true parameters are those of that function. */
const passesOn = (body: string, rest: string): boolean => {
  const name = rest.replaceAll('$', '\\$');
  return new RegExp(String.raw`\.\.\.\s*${name}\b|\b(?:apply|call)\s*\([^()]*[,(\s]${name}\s*[,)]`).test(body);
};

// What compilers for ES5 make of `...ids`, in TypeScript's and in Babel's words.
const LOOPS = [
  /var (?<name>[\w$]+) = \[\];\s*for\s*\(var (?<i>_i\w*) = (?<from>\d+); \k<i> < arguments\.length; \k<i>\+\+\) \{\s*\k<name>\[\k<i>(?: - \d+)?\] = arguments\[\k<i>\];\s*\}/,
  /for\s*\(var (?<len>_len\w*) = arguments\.length, (?<name>[\w$]+) = new Array\((?:\k<len> > (?<from>\d+) \? \k<len> - \d+ : 0|\k<len>)\), (?<i>_key\w*) = \d+; \k<i> < \k<len>; \k<i>\+\+\)\s*\{\s*\k<name>\[\k<i>(?: - \d+)?\] = arguments\[\k<i>\];\s*\}/,
];

function gatheredByLoop(body: string, from: number): { readonly parameter: SourceParameter; readonly body: string } | undefined {
  for (const loop of LOOPS) {
    const found = loop.exec(body);
    if (found?.groups === undefined || Number(found.groups['from'] ?? 0) !== from) continue;
    return { parameter: { name: found.groups['name'], isRest: true }, body: body.replace(found[0], '') };
  }
  return undefined;
}

/**
 * Names that tools make: for parameters that have none (`_0`, `_a`, `_ref`, `_param`, `param1`), and where one of two equal names had to give way
 * (`options2`, as bundlers write it). The next build may number them otherwise.
 */
const isMade = (name: string | undefined): boolean => name !== undefined && /^_(?:[a-z]?|ref|te?mp|param)$|^param$|\d$/.test(name);

/** Words that people write, although a minifier might. */
const SHORT_WORDS = new Set('at by cb db el fn id io ip is it js me my no of ok on os qs to ts tx ua up us'.split(' '));

/**
 * Whether somebody may have shortened the names. Minifiers write `(e,t){` and use the shortest names that are free; some tools take out white space alone.
 */
function isMinified(source: string, { start, end }: ParameterList, parameters: readonly SourceParameter[]): boolean {
  const list = source.slice(start, end).replace(/(["'`]).*?\1/g, '');
  const isDense = /^(?:\{|\s*=>\S|=>)/.test(source.slice(end)) || /,\S/.test(list);
  const names = parameters.map(({ name }) => name).filter((name) => name !== undefined);
  const isShort = (name: string): boolean => name.length === 1 || (name.length === 2 && !(isDense ? name === 'id' : SHORT_WORDS.has(name)));
  return isDense ? names.some(isShort) : names.some((name) => name.length === 1) || (names.length > 0 && names.every(isShort));
}
