/**
 * The key of a call: one named part per argument, in the order of the names, so that the order of parameters in the source does not matter.
 */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { ScrubjayError } from '../errors.js';
import { describe } from '../kinds.js';
import { canonicalText } from './canonical-text.js';
import { type Parameter, UNNAMED } from './parameters.js';
import { pathText, propertyNameText, Refusal } from './walk.js';

/** How the key of one method's calls is made. */
export interface KeyRule {
  /** The method, as error messages name it: `Users.find`. */
  readonly method: string;
  /** Its parameters, as far as they are known; arguments beyond them are named by position. */
  readonly parameters: readonly Parameter[];
  /** Picks the parts by hand, in place of the arguments. */
  readonly pick?: ((...args: readonly never[]) => unknown) | undefined;
  /** A value that separates the calls of different `this`, in place of the instance itself. */
  readonly scope?: ((self: never) => unknown) | undefined;
}

/** A longer key is shortened to its head, its length and a hash of the whole. */
const LONGEST_READABLE = 256;
const HEAD = 120;
/** A longer one is refused, in characters. */
const LONGEST_KEY = 1024 * 1024;

/**
 * The key of the call `self.method(...args)`.
 * @throws SCRUBJAY_KEY_REFUSED when an argument has no honest key.
 * @throws SCRUBJAY_KEY_FAILED when the user's own `key` or `scope` function throws.
 */
export function keyOfCall(rule: KeyRule, self: unknown, args: readonly unknown[]): string {
  const { pick, scope } = rule;
  let text =
    pick === undefined
      ? argumentsText(rule, args)
      : partText(
          rule,
          'key',
          ask(rule, 'key', () => pick.apply(self, args as never[])),
        );
  if (scope !== undefined) {
    const value = ask(rule, 'scope', () => scope(self as never));
    text = `this=${partText(rule, 'scope', value)}${text === '' ? '' : ','}${text}`;
  }
  return text.length <= LONGEST_READABLE ? text : shortened(text);
}

/** Whether the call gives more arguments than its method has declared parameters. One more `undefined` is none. */
export function hasSurplus(parameters: readonly Parameter[], args: readonly unknown[]): boolean {
  return parameters.at(-1)?.isRest !== true && args.slice(parameters.length).some((value) => value !== undefined);
}

function argumentsText(rule: KeyRule, args: readonly unknown[]): string {
  // Each argument takes two characters or more: as many as these are not even looked at.
  if (args.length * 2 > LONGEST_KEY) throw tooLong(rule);
  let text = '';
  for (const { index, isRest, name, label } of partsOf(rule.parameters, args.length)) {
    const value = isRest ? args.slice(index) : args[index];
    // It is what default parameters make of a missing argument, and with it left out a text does not depend on the order of parameters.
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${label}${partText(rule, name, value)}`;
    if (text.length > LONGEST_KEY) throw tooLong(rule);
  }
  return text;
}

const tooLong = (rule: KeyRule): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_KEY_REFUSED',
    `cannot build a cache key for ${rule.method}: its arguments make more than ${LONGEST_KEY} characters (pick with key)`,
  );

/** One argument, or the rest of them, in the key. */
interface Part {
  readonly index: number;
  readonly isRest: boolean;
  readonly name: string;
  /** Its name as the key shows it: `id=`. */
  readonly label: string;
}

/** The parts of calls with so many arguments, which are the same each time. Longer lists are made anew: callers choose their length. */
const knownParts = new WeakMap<readonly Parameter[], (readonly Part[])[]>();
const LONGEST_KNOWN = 16;

function partsOf(parameters: readonly Parameter[], count: number): readonly Part[] {
  if (count > LONGEST_KNOWN) return findParts(parameters, count);
  let byCount = knownParts.get(parameters);
  if (byCount === undefined) knownParts.set(parameters, (byCount = []));
  return (byCount[count] ??= findParts(parameters, count));
}

function findParts(parameters: readonly Parameter[], count: number): readonly Part[] {
  const parts: Part[] = [];
  for (let index = 0; index < count; index++) {
    const { name = `$${index}`, isRest, isIgnored } = parameters[index] ?? UNNAMED;
    if (!isIgnored) parts.push({ index, isRest, name, label: `${propertyNameText(name)}=` });
    if (isRest) break;
  }
  return parts.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function partText(rule: KeyRule, name: string, value: unknown): string {
  try {
    return canonicalText(value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw keyFailed(rule, name, error);
    throw new ScrubjayError(
      'SCRUBJAY_KEY_REFUSED',
      `cannot build a cache key for ${rule.method}: ${pathText(name, error.path)} is ${error.what} (leave it out with @Key.ignore() or omit, or pick with key)`,
      { cause: error.cause },
    );
  }
}

/** What the user's own function answers; `undefined` is no answer: a slip such as a missing `return` would make all calls one. */
function ask(rule: KeyRule, option: string, answer: () => unknown): unknown {
  let value: unknown;
  try {
    value = answer();
  } catch (error) {
    throw keyFailed(rule, option, error);
  }
  if (value === undefined) throw keyFailed(rule, option, new TypeError('it gave undefined'));
  return value;
}

function keyFailed(rule: KeyRule, part: string, cause: unknown): ScrubjayError {
  const said = types.isNativeError(cause) ? cause.message : describe(cause);
  return new ScrubjayError('SCRUBJAY_KEY_FAILED', `the cache key of ${rule.method} could not be built: ${part} failed: ${said}; such calls run uncached.`, {
    cause,
  });
}

/**
 * `~5012:9f86d0…:sql="select …`: callers choose the arguments, so only a hash that nobody can collide will do.
 * No readable key begins with `~`.
 */
function shortened(text: string): string {
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex');
  // Half of a surrogate pair is no text that a file could keep.
  const head = text.slice(0, HEAD).replace(/[\ud800-\udbff]$/, '');
  return `~${text.length}:${hash}:${head}`;
}
