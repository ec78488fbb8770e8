/**
 * How many bytes of memory a value keeps alive, estimated from what V8 makes of such values on 64-bit machines (Node 20 to 26).
 * Calls no user code, reads no getter, follows no Proxy, and changes nothing: elements are read with `at`, because reading mixed arrays by index makes
 * V8 turn arrays of doubles into larger ones.
 */
import { types } from 'node:util';

/** How closely the `fast` way looks. */
const FAST_NODES = 4096;
const MOST_CHILDREN = 256;
const SAMPLED_CHILDREN = 128;
/** How far it looks when that was not enough, then remembering what it has seen. */
const SECOND_NODES = 16_384;

const HEADER = 24;
const HEAP_NUMBER = 16;
/** What cannot be looked into: functions, promises, proxies, weak collections, generators. */
const OPAQUE = 64;
/** Objects with more properties are dictionaries. */
const MOST_IN_OBJECT = 128;

/** The bytes that `value` keeps alive, from a bounded number of places in it; parts that stand in it twice count twice. */
export function fastSizeOf(value: unknown): number {
  const walk = new Walk(FAST_NODES, MOST_CHILDREN, undefined);
  const bytes = walk.sizeOf(value);
  return walk.isOver ? new Walk(SECOND_NODES, MOST_CHILDREN, new Set()).sizeOf(value) : bytes;
}

/** The same from all of it; what stands in it twice counts once. */
export const exactSizeOf = (value: unknown): number => new Walk(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, new Set()).sizeOf(value);

// Their own, whatever a subclass has put in their places.
const elementAt = Array.prototype.at;
const getterOf = (prototype: object, name: string): (() => number) => Object.getOwnPropertyDescriptor(prototype, name)?.get as () => number;
const sizeOfMap = getterOf(Map.prototype, 'size');
const sizeOfSet = getterOf(Set.prototype, 'size');

/** The ways to estimate by name. */
export const sizers = { fast: fastSizeOf, exact: exactSizeOf } as const;
export type SizerName = keyof typeof sizers;

/** Values still to be looked at, each with the number of values it stands for. */
interface Pending {
  readonly value: unknown;
  readonly weight: number;
}

class Walk {
  /** Whether it gave up before the end. */
  isOver = false;
  #nodesLeft: number;
  readonly #mostChildren: number;
  readonly #seen: Set<object> | undefined;
  /** A list, not recursion: values may be nested deeper than the stack. */
  readonly #pending: Pending[] = [];

  constructor(mostNodes: number, mostChildren: number, seen: Set<object> | undefined) {
    this.#nodesLeft = mostNodes;
    this.#mostChildren = mostChildren;
    this.#seen = seen;
  }

  sizeOf(value: unknown): number {
    let bytes = 0;
    for (let next: Pending | undefined = { value, weight: 1 }; next !== undefined; next = this.#pending.pop()) {
      if (--this.#nodesLeft < 0) {
        this.isOver = true;
        break;
      }
      bytes += next.weight * this.#own(next.value, next.weight);
    }
    return bytes;
  }

  /** The bytes of one value without the values in it, which are put on the list. */
  #own(value: unknown, weight: number): number {
    switch (typeof value) {
      case 'string':
        return textBytes(value, this.#mostChildren);
      case 'number':
        return value === (value | 0) && !Object.is(value, -0) ? 0 : HEAP_NUMBER;
      case 'bigint':
        return bigintBytes(value);
      case 'symbol':
        return 32;
      case 'function':
        return OPAQUE;
      case 'object':
        return value === null ? 0 : this.#objectBytes(value, weight);
      default:
        return 0;
    }
  }

  #objectBytes(value: object, weight: number): number {
    if (this.#seen?.has(value) === true) return 0;
    this.#seen?.add(value);
    if (types.isProxy(value)) return OPAQUE;
    if (Array.isArray(value)) return this.#arrayBytes(value, weight);
    if (ArrayBuffer.isView(value)) return this.#viewBytes(value);
    if (types.isAnyArrayBuffer(value)) return 96 + value.byteLength;
    const kind = this.#builtInBytes(value, weight);
    return kind + this.#propertyBytes(value, weight, kind > 0);
  }

  #arrayBytes(list: readonly unknown[], weight: number): number {
    const { length } = list;
    const step = length > this.#mostChildren ? Math.floor(length / SAMPLED_CHILDREN) : 1;
    const isPlain = Object.getPrototypeOf(list) === Array.prototype;
    let isAllNumbers = length > 0;
    const children: unknown[] = [];
    for (let index = 0; index < length; index += step) {
      const child: unknown = isPlain ? list.at(index) : elementAt.call(list, index);
      if (typeof child !== 'number') isAllNumbers = false;
      if ((typeof child === 'object' && child !== null) || typeof child === 'string' || typeof child === 'number' || typeof child === 'bigint')
        children.push(child);
    }
    if (this.#mostChildren === Number.POSITIVE_INFINITY) {
      // What hangs on an array beside its elements, which come first, with the length behind them.
      const names = Object.getOwnPropertyNames(list);
      for (const name of names.slice(names.indexOf('length') + 1)) this.#pushProperty(list, name, weight);
    }
    // Numbers alone lie unboxed in their array.
    if (!isAllNumbers) for (const child of children) this.#pending.push({ value: child, weight: weight * (length / Math.ceil(length / step)) });
    return length === 0 ? 32 : 48 + 8 * length;
  }

  #viewBytes(view: ArrayBufferView): number {
    const { buffer } = view;
    // A pooled Buffer shares its memory with others: only its own part counts.
    if (view.byteLength < buffer.byteLength) return 96 + view.byteLength;
    if (this.#seen?.has(buffer) === true) return 96;
    this.#seen?.add(buffer);
    return 192 + view.byteLength;
  }

  /** 0 for an object that is none of these. */
  #builtInBytes(value: object, weight: number): number {
    if (types.isDate(value)) return 112;
    if (types.isMap(value)) {
      this.#pushSome(Map.prototype.entries.call(value), sizeOfMap.call(value) * 2, weight, true);
      return 72 + 28 * powerOfTwo(sizeOfMap.call(value));
    }
    if (types.isSet(value)) {
      this.#pushSome(Set.prototype.values.call(value), sizeOfSet.call(value), weight, false);
      return 72 + 20 * powerOfTwo(sizeOfSet.call(value));
    }
    if (types.isRegExp(value)) return 56 + 16 + 2 * 16;
    if (types.isBoxedPrimitive(value)) return 32;
    if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isGeneratorObject(value) || types.isExternal(value)) return OPAQUE;
    return 0;
  }

  /** The members of a Map or a Set: all of them, or as many from the beginning as are looked at in a large one. */
  #pushSome(members: Iterator<unknown>, count: number, weight: number, arePairs: boolean): void {
    const looked = count > this.#mostChildren ? SAMPLED_CHILDREN : count;
    const share = weight * (looked === 0 ? 1 : count / looked);
    for (let left = looked; left > 0; ) {
      const member = members.next();
      if (member.done === true) return;
      const values: readonly unknown[] = arePairs ? (member.value as unknown[]) : [member.value];
      for (const value of values) this.#pending.push({ value, weight: share });
      left -= values.length;
    }
  }

  #propertyBytes(value: object, weight: number, isBuiltIn: boolean): number {
    const names = Object.getOwnPropertyNames(value);
    const count = names.length;
    if (isBuiltIn && count === 0) return 0;
    const step = count > this.#mostChildren ? Math.floor(count / SAMPLED_CHILDREN) : 1;
    const share = weight * (count / Math.max(1, Math.ceil(count / step)));
    let nameBytes = 0;
    for (let index = 0; index < count; index += step) {
      const name = names[index] as string;
      if (count > MOST_IN_OBJECT) nameBytes += textBytes(name, this.#mostChildren) * step;
      this.#pushProperty(value, name, share);
    }
    for (const symbol of Object.getOwnPropertySymbols(value)) this.#pushProperty(value, symbol, weight);
    if (count > MOST_IN_OBJECT) return 80 + 24 * powerOfTwo(1.5 * count) + nameBytes;
    return (isBuiltIn ? 0 : HEADER) + 8 * count;
  }

  /** The value of a property, but not what a getter would give. */
  #pushProperty(value: object, name: string | symbol, weight: number): void {
    const descriptor = Object.getOwnPropertyDescriptor(value, name);
    if (descriptor !== undefined && 'value' in descriptor) this.#pending.push({ value: descriptor.value, weight });
  }
}

/** One byte for each character, two when one of them needs it. Long texts are looked at here and there. */
function textBytes(text: string, mostLooks: number): number {
  const { length } = text;
  const step = length > mostLooks ? Math.floor(length / SAMPLED_CHILDREN) : 1;
  let bytesEach = 1;
  for (let index = 0; index < length; index += step) {
    if (text.charCodeAt(index) > 0xff) {
      bytesEach = 2;
      break;
    }
  }
  return 16 + Math.ceil((length * bytesEach) / 8) * 8;
}

/** By its order of magnitude: to read all digits of a large one takes long. */
function bigintBytes(value: bigint): number {
  if (BigInt.asIntN(64, value) === value) return 24;
  return 16 + Math.ceil(value.toString(16).length / 16) * 8;
}

const powerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(4, count)));
