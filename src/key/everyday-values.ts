/**
 * Hash and trace of everyday values: primitives, object literals and arrays of them, of this realm, of which everything that the canonical text
 * would see is seen here. Values with the same trace have the same text; all others are left to the text.
 * The trace of a value is a flat list of what was met in it: `{ take: 20, tags: ['a'] }` is its shape, then `ARRAY`, 1, 'a', 20.
 */
import { types } from 'node:util';
import { hashOfDouble, hashOfInteger, hashOfText, mixed, SEED } from './hash.js';
import { Shape, type ShapeNode, shapeOf, shapeRoot } from './shapes.js';

/** In the place of a hash: the arguments go by their text. */
export const NOT_EVERYDAY = -1;

/** Larger arguments go by their text: it is bounded, and a hash of much is no faster. */
const MOST_NODES = 200;

/** How much may still be looked at; less than 0 when a value is not everyday. */
let nodesLeft = 0;
/** Whether shapes that are not known are remembered. */
let isLearning = false;
/** The trace of what was hashed last, up to `length`. One for all, so that nothing is made on a hit. */
const trace: unknown[] = [];
let length = 0;
/** Counts hashings. */
let turn = 0;

/** The hash of the first `count` arguments, 32 bits; NOT_EVERYDAY when one of them is more than is seen here. */
export function hashOf(args: readonly unknown[], count: number): number {
  nodesLeft = MOST_NODES;
  length = top = 0;
  const own = ++turn;
  let hash = SEED ^ count;
  try {
    for (let index = 0; index < count; index++) hash = mixed(hash, hashOfValue(args[index]));
  } catch {
    // A getter that throws: the text will say where it stands.
    return disturbed();
  }
  // A getter among the arguments may have made a cached call of its own, and written over the trace.
  if (turn !== own) return disturbed();
  if (nodesLeft < 0) return notEveryday();
  return hash === NOT_EVERYDAY ? 0 : hash;
}

/** Nothing of the caller's is kept alive: a function may hold all that a request has. */
function notEveryday(): typeof NOT_EVERYDAY {
  // Not `fill`, which takes longer for the few that there are.
  for (let index = 0; index < length; index++) trace[index] = undefined;
  for (let index = 0; index < left; index++) stack[index] = undefined;
  left = 0;
  return NOT_EVERYDAY;
}

/** The same where nobody knows how far it came. */
function disturbed(): typeof NOT_EVERYDAY {
  length = trace.length;
  left = stack.length;
  return notEveryday();
}

/** The same for arguments that are to be stored. */
export function learnHashOf(args: readonly unknown[], count: number): number {
  isLearning = true;
  try {
    return hashOf(args, count);
  } finally {
    isLearning = false;
  }
}

/** A copy of the trace of what was hashed last, behind its hash. */
export const lastTrace = (hash: number): readonly unknown[] => [hash, ...trace.slice(0, length)];

/** Whether what was hashed last has this trace. */
export function isLastTrace(stored: unknown): boolean {
  if (!Array.isArray(stored) || stored.length !== length + 1) return false;
  for (let index = 0; index < length; index++) {
    const one: unknown = stored[index + 1];
    const other = trace[index];
    // NaN is the only value that is not itself.
    if (one !== other && (one === one || other === other)) return false;
  }
  return true;
}

const UNDEFINED = 0x5bd1e995;
const NULL = 0x1b873593;
const TRUE = 0x7feb352d;
const FALSE = 0x2c1b3c6d;
const ARRAY_HASH = 0x27d4eb2f;
/** Stands in a trace before the length of an array. */
const ARRAY = Symbol('array');

/** The same for two or three primitive values, without a trace. What it gives for anything else means nothing. */
export function hashOfFew(count: number, one: unknown, two: unknown, three: unknown): number {
  let hash = mixed(mixed(SEED ^ count, hashOfPrimitive(one)), hashOfPrimitive(two));
  if (count === 3) hash = mixed(hash, hashOfPrimitive(three));
  return hash === NOT_EVERYDAY ? 0 : hash;
}

function hashOfPrimitive(value: unknown): number {
  if (typeof value === 'string') return hashOfText(value);
  if (typeof value === 'number') return value === (value | 0) ? hashOfInteger(value) : hashOfDouble(value);
  if (value === true) return TRUE;
  if (value === false) return FALSE;
  return value === undefined ? UNDEFINED : NULL;
}

function hashOfValue(value: unknown): number {
  if (typeof value === 'string') {
    trace[length++] = value;
    return hashOfText(value);
  }
  if (typeof value === 'number') {
    trace[length++] = value;
    if (value !== (value | 0)) return hashOfDouble(value);
    return value === 0 && 1 / value < 0 ? leave() : hashOfInteger(value);
  }
  if (typeof value === 'object' && value !== null) {
    if (--nodesLeft < 0 || isProxy(value)) return leave();
    return Array.isArray(value) ? hashOfArray(value) : hashOfObject(value);
  }
  trace[length++] = value;
  if (value === true) return TRUE;
  if (value === false) return FALSE;
  if (value === undefined) return UNDEFINED;
  return value === null ? NULL : leave();
}

/** The value is not everyday. The stack may hold something up to `end`. */
function leave(end = top): number {
  nodesLeft = -1;
  if (end > left) left = end;
  return 0;
}

const { isProxy, isMap, isSet } = types;
const { getPrototypeOf: prototypeOf, getOwnPropertySymbols: symbolsOf, keys: namesOf, values: valuesIn, prototype: objectPrototype } = Object;
const arrayPrototype: unknown = Array.prototype;
const tagOf = objectPrototype.toString;

/** Elements by `at`: to read mixed arrays by index makes V8 turn arrays of doubles into larger ones. */
function hashOfArray(list: readonly unknown[]): number {
  const size = list.length;
  nodesLeft -= size;
  if (nodesLeft < 0 || prototypeOf(list) !== arrayPrototype) return leave();
  trace[length++] = ARRAY;
  trace[length++] = size;
  let hash = ARRAY_HASH ^ size;
  for (let index = 0; index < size; index++) {
    const element = list.at(index);
    // It may be a hole; without any, as many values as elements means that nothing was hung onto the array.
    if (element === undefined) return leave();
    hash = mixed(hash, hashOfValue(element));
  }
  // Not its names: to make a text of each index takes longer than everything else.
  return valuesIn(list).length === size && symbolsOf(list).length === 0 && !Object.hasOwn(list, 'raw') ? hash : leave();
}

function hashOfObject(value: object): number {
  if (prototypeOf(value) !== objectPrototype || tagOf.call(value) !== '[object Object]' || isMap(value) || isSet(value)) return leave();
  if (ArrayBuffer.isView(value) || symbolsOf(value).length > 0) return leave();
  const base = top;
  let count = 0;
  // `for in` reads names and values faster than anything else, but it would read names that somebody gave to every object as well.
  let node = isPolluted() ? undefined : shapeRoot;
  for (const name in value) {
    node = node?.next(name);
    if (node === undefined) break;
    stack[base + count++] = (value as Record<string, unknown>)[name];
  }
  const end = node?.end ?? readAnew(value, base);
  if (end === undefined) return leave(base + count);
  const { shape, order } = end;
  nodesLeft -= order.length;
  if (nodesLeft < 0) return leave(base + order.length);
  top = base + order.length;
  trace[length++] = shape;
  let { hash } = shape;
  for (let index = 0; index < order.length; index++) {
    const at = base + (order[index] as number);
    const item = stack[at];
    // Nor is anything kept alive here.
    if (typeof item === 'object') stack[at] = undefined;
    hash = mixed(hash, hashOfValue(item));
  }
  top = base;
  return hash;
}

/** The values of the objects that are being looked at, each in the order in which its object has them. */
const stack: unknown[] = [];
let top = 0;
/** Up to where it may hold something of arguments that are not everyday. */
let left = 0;

function isPolluted(): boolean {
  for (const _name in objectPrototype) return true;
  return false;
}

/** Reads an object whose names are not known in this order. Without properties it may hide what it is. */
function readAnew(value: object, base: number): ShapeNode | undefined {
  const names = namesOf(value);
  if (names.length === 0 || names.length > nodesLeft) return undefined;
  for (const [index, name] of names.entries()) stack[base + index] = (value as Record<string, unknown>)[name];
  const node = isLearning ? shapeOf(names, hashOfText) : shapeOf(names);
  if (node === undefined) leave(base + names.length);
  return node;
}

/** Values of which `stored` is the trace, behind its hash. Properties stand in the order of their names. */
export function valuesOf(stored: readonly unknown[]): unknown[] {
  const values: unknown[] = [];
  let next = 1;
  const read = (): unknown => {
    const item = stored[next++];
    if (item === ARRAY) return Array.from({ length: stored[next++] as number }, read);
    if (!(item instanceof Shape)) return item;
    const object = {};
    // Defined, not assigned: a property may be named __proto__.
    for (const name of item.names) Object.defineProperty(object, name, { value: read(), writable: true, enumerable: true, configurable: true });
    return object;
  };
  while (next < stored.length) values.push(read());
  return values;
}
