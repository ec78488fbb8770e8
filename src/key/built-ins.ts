/**
 * The texts of what the language and Node bring along: Map, Set, Date, RegExp, Error, URL, boxed primitives; arrays and bytes have files of their own.
 * Known by their internal brand, not by their prototype, so that objects of another realm are told the same and nothing can pose as them.
 */
import { types } from 'node:util';
import { argumentsText, arrayText } from './arrays.js';
import { bytesText } from './bytes.js';
import { builtInClassOf, subclassText } from './class-state.js';
import { MAP_KEY, MAP_VALUE, SET_MEMBER, type Walk } from './walk.js';

/** The text of `value` when it is one of the built-in kinds, `undefined` when it is not. */
export function builtInText(value: object, walk: Walk): string | undefined {
  if (Array.isArray(value)) return arrayKindText(value, walk);
  if (types.isDate(value)) return dateText(value, walk);
  if (types.isMap(value)) return mapText(value, walk);
  if (types.isSet(value)) return setText(value, walk);
  if (types.isRegExp(value)) return regExpText(value, walk);
  if (types.isNativeError(value)) return errorText(value, walk);
  if (types.isArgumentsObject(value)) return argumentsText(value, walk);
  if (types.isBoxedPrimitive(value)) return boxedText(value, walk);
  for (const [refuses, what] of refused) if (refuses(value)) return walk.refuse(what);
  return bytesText(value, walk) ?? urlText(value, walk);
}

/** Kinds whose state nobody can read, or which change while they are looked at. Those that are known by their class alone are refused with it. */
const refused: readonly (readonly [(value: object) => boolean, string])[] = [
  [types.isPromise, 'a promise'],
  [types.isWeakMap, 'a WeakMap, whose content cannot be listed'],
  [types.isWeakSet, 'a WeakSet, whose content cannot be listed'],
  [types.isGeneratorObject, 'a generator'],
  [types.isMapIterator, 'an iterator'],
  [types.isSetIterator, 'an iterator'],
  [types.isExternal, 'a native handle'],
  [types.isModuleNamespaceObject, 'a module'],
  [(value) => value === globalThis, 'the global object'],
];

function arrayKindText(value: readonly unknown[], walk: Walk): string {
  const subclass = subclassText(value, 'Array', walk);
  return `${subclass === '' ? '' : `Array${subclass}`}${arrayText(value, value.length, walk)}`;
}

const timeOf = Date.prototype.getTime;

function dateText(value: Date, walk: Walk): string {
  const time = timeOf.call(value);
  const said = walk.raw(Number.isNaN(time) ? 'NaN' : new Date(time).toISOString());
  return `Date${subclassText(value, 'Date', walk)}(${said})${walk.extrasText(value)}`;
}

// The methods of the language itself: what the value, or its class, has under these names is not asked.
const eachEntry = Map.prototype.forEach;
const eachMember = Set.prototype.forEach;
const entryCount = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number;
const memberCount = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get as () => number;

function mapText(value: Map<unknown, unknown>, walk: Walk): string {
  walk.expect(entryCount.call(value) * 5);
  const subclass = subclassText(value, 'Map', walk);
  const entries: string[] = [];
  eachEntry.call(value, (member: unknown, key: unknown) => {
    entries.push(`${walk.below(MAP_KEY, key)}=>${walk.below(typeof key === 'string' ? key : MAP_VALUE, member)}`);
  });
  return `Map${subclass}{${entries.sort().join(',')}}${walk.extrasText(value)}`;
}

function setText(value: Set<unknown>, walk: Walk): string {
  walk.expect(memberCount.call(value) * 2);
  const subclass = subclassText(value, 'Set', walk);
  const members: string[] = [];
  eachMember.call(value, (member: unknown) => {
    members.push(walk.below(SET_MEMBER, member));
  });
  return `Set${subclass}{${members.sort().join(',')}}${walk.extrasText(value)}`;
}

const regExpGetter = (name: string): ((this: RegExp) => unknown) => Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get ?? (() => false);

const sourceOf = regExpGetter('source');
// The getter `flags` asks these by name, and the value may answer for them.
const flags = Object.entries({ hasIndices: 'd', global: 'g', ignoreCase: 'i', multiline: 'm', dotAll: 's', unicode: 'u', unicodeSets: 'v', sticky: 'y' }).map(
  ([name, letter]) => [letter, regExpGetter(name)] as const,
);

function regExpText(value: RegExp, walk: Walk): string {
  const subclass = subclassText(value, 'RegExp', walk);
  const source = sourceOf.call(value) as string;
  // A source is a valid body between slashes, so where it ends is never in doubt. Lone surrogates are no text that a file could keep.
  const body = walk.raw(/\p{Surrogate}/u.test(source) ? JSON.stringify(source) : `/${source}/`);
  const letters = flags.filter(([, isSet]) => isSet.call(value) === true).map(([letter]) => letter);
  const position = Object.is(value.lastIndex, 0) ? '' : `,${walk.below('lastIndex', value.lastIndex)}`;
  return `RegExp${subclass}(${body}${letters.join('')}${position})${walk.extrasText(value)}`;
}

/** Fields of an error which it hides from listings, and which tell it from others. Not its stack: that says where it was made. */
const errorFields = ['name', 'message', 'cause', 'errors'];

function errorText(value: Error, walk: Walk): string {
  const kind = builtInClassOf(value) ?? walk.refuse('an error whose prototype was taken away');
  const hidden = errorFields.filter((name) => Object.hasOwn(value, name) && !Object.prototype.propertyIsEnumerable.call(value, name));
  const listed = Object.keys(value).filter((name) => name !== 'stack');
  return walk.raw(`${kind}${subclassText(value, kind, walk)}`) + walk.propertiesText(value, [...listed, ...hidden]);
}

function boxedText(value: object, walk: Walk): string {
  let primitive: unknown;
  if (types.isNumberObject(value)) primitive = Number.prototype.valueOf.call(value);
  else if (types.isStringObject(value)) primitive = String.prototype.valueOf.call(value);
  else if (types.isBooleanObject(value)) primitive = Boolean.prototype.valueOf.call(value);
  else if (types.isBigIntObject(value)) primitive = BigInt.prototype.valueOf.call(value);
  else primitive = Symbol.prototype.valueOf.call(value);
  const kind = typeof primitive;
  const subclass = subclassText(value, kind === 'bigint' ? 'BigInt' : kind.charAt(0).toUpperCase() + kind.slice(1), walk);
  const content = walk.text(primitive);
  const names = typeof primitive === 'string' ? Object.keys(value).slice(primitive.length) : Object.keys(value);
  return `Object${subclass}(${content})${walk.extrasText(value, names)}`;
}

const hrefOf = Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get as () => string;
const queryOf = URLSearchParams.prototype.toString;

/** They keep their state where only their own methods reach it. */
function urlText(value: object, walk: Walk): string | undefined {
  const kind = builtInClassOf(value);
  if (kind !== 'URL' && kind !== 'URLSearchParams') return undefined;
  let said: string;
  try {
    said = kind === 'URL' ? hrefOf.call(value) : queryOf.call(value);
  } catch (cause) {
    return walk.refuse(`an object that poses as a ${kind}`, cause);
  }
  return `${kind}${subclassText(value, kind, walk)}(${walk.raw(JSON.stringify(said))})${walk.extrasText(value)}`;
}
