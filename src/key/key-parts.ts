/**
 * The named parts of keys, read back from their texts: `id="u1",locale="en"`. Not every key tells all of its parts: of a shortened one only the beginning is
 * there, of a hidden one nothing, and where the source of a RegExp begins nobody looks further, for its brackets and quotes need not match.
 * Invariant: a part is never said to be different when it may be equal.
 */
import { ScrubjayError } from '../errors.js';
import { describe } from '../kinds.js';
import { isAbortSignal } from './abort-signals.js';
import { type KeyRule, partText, restOf, scopeText } from './call-key.js';
import { hiddenText } from './hidden-text.js';
import { UNNAMED } from './parameters.js';

/** One part of a key that somebody asks for. */
export interface WantedPart {
  readonly name: string;
  /** The texts that stand for its value; `undefined` for a key without the part. */
  readonly texts: readonly (string | undefined)[];
}

/** What a key says of one of its parts. */
export interface SaidPart {
  /** Its text, or the beginning of it; `undefined` where the key has no such part, or does not say. */
  readonly text: string | undefined;
  readonly isWhole: boolean;
}

const UNSAID: SaidPart = { text: undefined, isWhole: false };
const MISSING: SaidPart = { text: undefined, isWhole: true };

/** The one part of a key that is picked by hand. */
const PICKED = 'key';
/** The part that stands for the instance; before all others. */
const SCOPE = 'this';

/** The names of the parts that keys of this rule have. */
export function partNames({ pick, parameters }: KeyRule): readonly string[] {
  if (pick !== undefined) return [PICKED];
  return parameters.flatMap(({ name, isIgnored }, index) => (isIgnored ? [] : [name ?? `$${index}`]));
}

/** Whether keys may have a part of that name: arguments beyond the parameters are named by their position. */
export function isPartName(rule: KeyRule, name: string): boolean {
  if (partNames(rule).includes(name)) return true;
  const { pick, isComplete, parameters } = rule;
  if (pick !== undefined || isComplete === true || parameters.at(-1)?.isRest === true) return false;
  return /^\$(?:0|[1-9]\d*)$/.test(name) && Number(name.slice(1)) >= parameters.length;
}

/**
 * The part that stands for `value` in keys.
 * @throws SCRUBJAY_KEY_REFUSED for a value that has no honest key.
 */
export function wantedPart(rule: KeyRule, name: string, value: unknown): WantedPart {
  const parameter = (rule.pick === undefined ? rule.parameters.find((each, index) => (each.name ?? `$${index}`) === name) : undefined) ?? UNNAMED;
  const meant = value === undefined ? parameter.defaultValue : value;
  if (meant === undefined || isAbortSignal(meant)) return { name, texts: [undefined, ...(parameter.isRest ? ['[]'] : [])] };
  if (parameter.isRest && !Array.isArray(meant)) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_OPTION',
      `${rule.method}: '...${name}' gathers further arguments, so its part of a key is a list of them; got ${describe(meant)}.`,
    );
  }
  const text = partText(rule, name, parameter.isRest ? restOf(meant as unknown[], 0) : meant);
  if (parameter.isSecret === true) return { name, texts: [hiddenText(rule.pepper as Uint8Array, `${rule.method}\0${name}`, text)] };
  return { name, texts: [text, ...(parameter.isRest && text === '[]' ? [undefined] : [])] };
}

/**
 * The part that stands for `self`, where a function separates the calls of different instances.
 * @throws SCRUBJAY_KEY_FAILED when that function fails, SCRUBJAY_KEY_REFUSED
 */
export const scopePart = (rule: KeyRule, self: unknown): WantedPart => ({ name: SCOPE, texts: [scopeText(rule, self)] });

/** Whether a key may have all of these parts. */
export const mayHave = (rule: KeyRule, key: string, wanted: readonly WantedPart[]): boolean =>
  wanted.every((part) => {
    const said = partIn(rule, key, part.name);
    return part.texts.some((text) => mayBe(said, text));
  });

function mayBe(said: SaidPart, text: string | undefined): boolean {
  if (said.isWhole) return said.text === text;
  return said.text === undefined || text?.startsWith(said.text) === true;
}

/** What `key` says of its part `name`. */
export function partIn(rule: KeyRule, key: string, name: string): SaidPart {
  if (rule.isHidden === true) return UNSAID;
  const { text, isCut } = readable(key);
  let at = 0;
  for (let isFirst = true; at < text.length; isFirst = false) {
    const isScope = isFirst && rule.scope !== undefined;
    const isPicked = !isScope && rule.pick !== undefined;
    const equals = isPicked ? at - 1 : endOfName(text, at);
    if (equals >= text.length) return UNSAID;
    const found = isScope ? SCOPE : isPicked ? PICKED : nameFrom(text.slice(at, equals));
    const end = isPicked ? text.length : endOfValue(text, equals + 1);
    if (found === name && isScope === (name === SCOPE && rule.scope !== undefined))
      return { text: text.slice(equals + 1, end), isWhole: !isCut || end < text.length };
    // Parts stand in the order of their names.
    if (!isScope && found > name) return MISSING;
    at = end + 1;
  }
  return isCut ? UNSAID : MISSING;
}

/** As much of a key as can be read. */
function readable(key: string): { readonly text: string; readonly isCut: boolean } {
  const isShortened = key.startsWith('~');
  const text = isShortened ? key.slice(key.indexOf(':', key.indexOf(':') + 1) + 1) : key;
  const regExp = text.search(/RegExp[(:]/);
  return regExp === -1 ? { text, isCut: isShortened } : { text: text.slice(0, regExp), isCut: true };
}

const nameFrom = (label: string): string => (label.startsWith('"') ? (JSON.parse(label) as string) : label);

/** The place of the `=` behind the name that begins at `at`. */
function endOfName(text: string, at: number): number {
  const equals = text.indexOf('=', text[at] === '"' ? endOfString(text, at) : at);
  return equals === -1 ? text.length : equals;
}

/** The place behind the value that begins at `at`: of a comma that is in no brackets, or the end. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let place = at; place < text.length; place++) {
    const character = text[place] as string;
    if (character === '"') place = endOfString(text, place) - 1;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) return place;
  }
  return text.length;
}

/** The place behind the JSON string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let place = at + 1; place < text.length; place++) {
    if (text[place] === '\\') place++;
    else if (text[place] === '"') return place + 1;
  }
  return text.length;
}
