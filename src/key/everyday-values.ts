/**
 * Hash, comparison and copy of everyday values: primitives, object literals and arrays of them, of this realm, of which everything that the canonical text
 * would see is seen here. Two that are the same here have the same text; all others are left to the text.
 */
import { randomInt } from 'node:crypto';
import { types } from 'node:util';

/** In the place of a hash: the arguments go by their text. */
export const NOT_EVERYDAY = -1;

/** Larger arguments go by their text: it is bounded, and a hash of much is no faster. */
const MOST_NODES = 200;
/** Nobody can choose arguments that collide who does not know it. */
const SEED = randomInt(2 ** 31);

/** How much of the value being hashed may still be looked at; -1 when it is not for the table. */
let nodesLeft = 0;

/** The copy of an object literal: names and values in the order in which it had them. */
class ObjectCopy {
  constructor(
    readonly names: readonly string[],
    readonly values: readonly unknown[],
  ) {}
}

/** What a Map tells apart as we do: it takes -0 for 0. */
export function isMapKey(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return true;
    case 'number':
      return value !== 0 || 1 / value > 0;
    default:
      return value === null;
  }
}

/** The hash of the first `count` arguments, 31 bits; NOT_EVERYDAY when one of them is more than the table sees. */
export function hashOf(args: readonly unknown[], count: number): number {
  nodesLeft = MOST_NODES;
  let hash = SEED ^ count;
  for (let index = 0; index < count; index++) hash = mixed(hash, hashOfValue(args[index]));
  return nodesLeft < 0 ? NOT_EVERYDAY : hash & 0x7fffffff;
}

const mixed = (hash: number, part: number): number => {
  const sum = Math.imul(hash ^ part, 0x9e3779b1);
  return sum ^ (sum >>> 15);
};

const UNDEFINED = 0x5bd1e995;
const NULL = 0x1b873593;
const TRUE = 0x7feb352d;
const FALSE = 0x2c1b3c6d;
const ARRAY = 0x27d4eb2f;
const OBJECT = 0x165667b1;

const bits = new DataView(new ArrayBuffer(8));

function hashOfValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashOfText(value);
    case 'number':
      if (value === (value | 0)) return value === 0 && 1 / value < 0 ? leave() : mixed(SEED, value);
      bits.setFloat64(0, value);
      return mixed(bits.getInt32(0), bits.getInt32(4));
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'undefined':
      return UNDEFINED;
    case 'object':
      if (value === null) return NULL;
      if (--nodesLeft < 0 || types.isProxy(value)) return leave();
      return Array.isArray(value) ? hashOfArray(value) : hashOfObject(value);
    default:
      return leave();
  }
}

/** The value is not for the table. */
function leave(): number {
  nodesLeft = -1;
  return 0;
}

function hashOfText(text: string): number {
  let hash = SEED ^ text.length;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
}

const { getPrototypeOf: prototypeOf, getOwnPropertySymbols: symbolsOf, keys: namesOf, prototype: objectPrototype } = Object;
const arrayPrototype: unknown = Array.prototype;
const tagOf = objectPrototype.toString;

/** Elements by `at`: to read mixed arrays by index makes V8 turn arrays of doubles into larger ones. */
function hashOfArray(list: readonly unknown[]): number {
  const { length } = list;
  nodesLeft -= length;
  if (nodesLeft < 0 || prototypeOf(list) !== arrayPrototype) return leave();
  let hash = ARRAY ^ length;
  for (let index = 0; index < length; index++) {
    const element = list.at(index);
    // It may be a hole; without any, as many names as elements means that nothing was hung onto the array.
    if (element === undefined) return leave();
    hash = mixed(hash, hashOfValue(element));
  }
  return namesOf(list).length === length && symbolsOf(list).length === 0 && !Object.hasOwn(list, 'raw') ? hash : leave();
}

/** The same for every order of its properties: their hashes are added. */
function hashOfObject(value: object): number {
  if (prototypeOf(value) !== objectPrototype || tagOf.call(value) !== '[object Object]' || types.isMap(value) || types.isSet(value)) return leave();
  if (ArrayBuffer.isView(value) || symbolsOf(value).length > 0) return leave();
  const names = namesOf(value);
  nodesLeft -= names.length;
  // Without properties it may hide what it is.
  if (names.length === 0 || nodesLeft < 0) return leave();
  let sum = OBJECT ^ names.length;
  for (const name of names) {
    const member = (value as Record<string, unknown>)[name];
    sum = (sum + mixed(hashOfText(name), hashOfValue(member))) | 0;
  }
  return sum;
}

/** Compares arguments that were hashed with their copies. */
export function areSame(args: readonly unknown[], count: number, parts: readonly unknown[]): boolean {
  if (parts.length !== count) return false;
  for (let index = 0; index < count; index++) if (!isSame(args[index], parts[index])) return false;
  return true;
}

/** Compares a value that was hashed with a copy. */
function isSame(value: unknown, copy: unknown): boolean {
  // NaN is the only value that is not itself.
  if (typeof value !== 'object' || value === null) return value === copy || (value !== value && copy !== copy);
  if (Array.isArray(value)) {
    if (!Array.isArray(copy) || copy.length !== value.length) return false;
    for (let index = 0; index < value.length; index++) if (!isSame(value.at(index), copy.at(index))) return false;
    return true;
  }
  if (!(copy instanceof ObjectCopy)) return false;
  const { names, values } = copy;
  const own = namesOf(value);
  if (own.length !== names.length) return false;
  for (let index = 0; index < own.length; index++) {
    const name = own[index] as string;
    const place = names[index] === name ? index : names.indexOf(name);
    if (place < 0 || !isSame((value as Record<string, unknown>)[name], values[place])) return false;
  }
  return true;
}

/** A copy that later changes of the value do not reach. */
export function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const names = namesOf(value);
  return new ObjectCopy(
    names,
    names.map((name) => copied((value as Record<string, unknown>)[name])),
  );
}
