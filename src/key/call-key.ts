/**
 * The key of a call: one named part per argument, in the order of the names, so that the order of parameters in the source does not matter.
 */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { ScrubjayError } from '../errors.js';
import { describe, isPrimitive } from '../kinds.js';
import { isAbortSignal } from './abort-signals.js';
import type { CallShape } from './call-table.js';
import { argumentText } from './canonical-text.js';
import { hiddenText } from './hidden-text.js';
import { identityText } from './identity.js';
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
  /** Says whether a call is cached at all. */
  readonly when?: ((...args: readonly never[]) => unknown) | undefined;
  /** The method has these parameters and no others, none of them gathers a rest, and it cannot look at further arguments. */
  readonly isComplete?: boolean;
  /** Keys outlive the build, so that every argument needs a name. */
  readonly needsNames?: boolean;
  /** Things without an honest key are told by their identity. */
  readonly byIdentity?: boolean;
  /** Nobody may read the keys. */
  readonly isHidden?: boolean;
  /** What the HMAC of hidden parts is made with; there when there are any. */
  readonly pepper?: Uint8Array | undefined;
}

/** A longer key is shortened to its head, its length and a hash of the whole. */
const LONGEST_READABLE = 256;
const HEAD = 120;
/** A longer one is refused, in characters. */
const LONGEST_KEY = 1024 * 1024;

/**
 * The key of the call `self.method(...args)`.
 * @throws SCRUBJAY_KEY_REFUSED when an argument has no honest key.
 * @throws SCRUBJAY_KEY_FAILED when the user's own `key` or `scope` function throws, SCRUBJAY_KEY_UNNAMED when a key that must have names cannot.
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
    text = `this=${scopeText(rule, self)}${text === '' ? '' : ','}${text}`;
  }
  if (rule.isHidden === true) return hiddenText(rule.pepper as Uint8Array, `${rule.method}\0`, text);
  return text.length <= LONGEST_READABLE ? text : shortened(text);
}

/** The part of a key that stands for `self`. @throws SCRUBJAY_KEY_FAILED, SCRUBJAY_KEY_REFUSED */
export function scopeText(rule: KeyRule, self: unknown): string {
  return partText(
    rule,
    'scope',
    ask(rule, 'scope', () => rule.scope?.(self as never)),
  );
}

/** How the calls of a method look to a call table; `undefined` where more than their arguments makes their key, or less. */
export function shapeOf({ parameters, pick, scope, isHidden, isComplete }: KeyRule): CallShape | undefined {
  const isSpecial = parameters.some(({ isIgnored, isSecret, defaultValue }) => isIgnored || isSecret === true || defaultValue !== undefined);
  if (pick !== undefined || scope !== undefined || isHidden === true || isSpecial) return undefined;
  const rest = parameters.findIndex(({ isRest }) => isRest);
  return { most: isComplete === true ? parameters.length : Number.POSITIVE_INFINITY, trimmed: rest === -1 ? Number.POSITIVE_INFINITY : rest };
}

/** Whether a call stays the same while it waits: nothing can change an object among its arguments, or the state behind `key`, `scope` and `when`. */
export const staysSame = ({ pick, scope, when }: KeyRule, args: readonly unknown[]): boolean =>
  pick === undefined && scope === undefined && when === undefined && args.every(isPrimitive);

/**
 * Whether the user wants the call to be cached.
 * @throws SCRUBJAY_WHEN_FAILED when the user's `when` function throws, or does not say yes or no at once.
 */
export function isWanted({ when, method }: KeyRule, self: unknown, args: readonly unknown[]): boolean {
  if (when === undefined) return true;
  let answer: unknown;
  let cause: unknown;
  try {
    answer = when.apply(self, args as never[]);
  } catch (error) {
    cause = error;
  }
  if (typeof answer === 'boolean') return answer;
  const said = types.isNativeError(cause) ? cause.message : `it must give true or false, and gave ${describe(answer)}`;
  throw new ScrubjayError('SCRUBJAY_WHEN_FAILED', `${method}: when failed: ${said}; such calls run uncached.`, { cause });
}

/** Whether the call gives more arguments than its method has declared parameters, and the method may look at them. One more `undefined` is none. */
function hasSurplus({ parameters, isComplete }: KeyRule, args: readonly unknown[]): boolean {
  if (args.length <= parameters.length || isComplete === true || parameters.at(-1)?.isRest === true) return false;
  return args.slice(parameters.length).some((value) => value !== undefined);
}

const unnamed = ({ method, parameters }: KeyRule, args: readonly unknown[]): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_KEY_UNNAMED',
    `${method} was called with ${args.length} arguments and names ${parameters.length}; a key on disk needs a name for each, so such calls run uncached. ` +
      "Name every parameter with @Key('…') or params, '...ids' for a rest parameter.",
  );

/** The key of a call that goes by its arguments, in its whole length. @throws as `keyOfCall` does */
export function argumentsText(rule: KeyRule, args: readonly unknown[]): string {
  if (rule.needsNames === true && hasSurplus(rule, args)) throw unnamed(rule, args);
  // Each argument takes two characters or more: as many as these are not even looked at.
  if (args.length * 2 > LONGEST_KEY) throw tooLong(rule);
  let text = '';
  for (const part of partsOf(rule, args.length)) {
    const value = part.isRest ? restOf(args, part.index) : (args[part.index] ?? defaultOf(part, args));
    // `undefined` is what default parameters make of a missing argument, and with it left out a text does not depend on the order of parameters.
    if (value === undefined || (typeof value === 'object' && isAbortSignal(value))) continue;
    const said = partText(rule, part.name, value);
    text += `${text === '' ? '' : ','}${part.label}${part.isSecret ? hiddenText(rule.pepper as Uint8Array, `${rule.method}\0${part.name}`, said) : said}`;
    if (text.length > LONGEST_KEY) throw tooLong(rule);
  }
  return text;
}

/** `null` is a value of its own. */
const defaultOf = (part: Part, args: readonly unknown[]): unknown => (args[part.index] === null ? null : part.defaultValue);

/** The arguments from `index` on that are part of a key. */
export function restOf(args: readonly unknown[], index: number): readonly unknown[] {
  const rest = args.slice(index);
  return rest.some(isAbortSignal) ? rest.filter((value) => !isAbortSignal(value)) : rest;
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
  readonly isSecret: boolean;
  readonly defaultValue: unknown;
  readonly name: string;
  /** Its name as the key shows it: `id=`. */
  readonly label: string;
}

/** The parts of calls with so many arguments, which are the same each time. Longer lists are made anew: callers choose their length. */
const knownParts = new WeakMap<KeyRule, (readonly Part[])[]>();
const LONGEST_KNOWN = 16;

function partsOf(rule: KeyRule, count: number): readonly Part[] {
  if (count > LONGEST_KNOWN) return findParts(rule, count);
  let byCount = knownParts.get(rule);
  if (byCount === undefined) knownParts.set(rule, (byCount = []));
  return (byCount[count] ??= findParts(rule, count));
}

function findParts({ parameters, isComplete }: KeyRule, given: number): readonly Part[] {
  const parts: Part[] = [];
  const defaulted = parameters.reduce((last, { defaultValue }, index) => (defaultValue === undefined ? last : index + 1), 0);
  const count = Math.max(isComplete === true ? Math.min(given, parameters.length) : given, defaulted);
  for (let index = 0; index < count; index++) {
    const { name = `$${index}`, isRest, isIgnored, isSecret = false, defaultValue } = parameters[index] ?? UNNAMED;
    if (!isIgnored) parts.push({ index, isRest, isSecret, defaultValue, name, label: `${propertyNameText(name)}=` });
    if (isRest) break;
  }
  return parts.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The text of a value as part `name` of a key. @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_KEY_FAILED */
export function partText(rule: KeyRule, name: string, value: unknown): string {
  try {
    return argumentText(value, rule.byIdentity === true ? identityText : undefined);
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
