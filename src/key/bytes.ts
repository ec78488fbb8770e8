/**
 * The texts of bytes: typed arrays, Buffer, ArrayBuffer, DataView, as base64.
 */
import { isDeepStrictEqual, types } from 'node:util';
import { subclassText } from './class-state.js';
import type { Walk } from './walk.js';

type Getter = (this: unknown) => unknown;

// The getters of the language itself: a property of the same name on the value, or on its class, is not asked.
const getter = (prototype: object, name: PropertyKey): Getter => Object.getOwnPropertyDescriptor(prototype, name)?.get as Getter;
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const ofTypedArray = {
  tag: getter(typedArray, Symbol.toStringTag),
  buffer: getter(typedArray, 'buffer'),
  offset: getter(typedArray, 'byteOffset'),
  length: getter(typedArray, 'byteLength'),
};
const ofDataView = {
  buffer: getter(DataView.prototype, 'buffer'),
  offset: getter(DataView.prototype, 'byteOffset'),
  length: getter(DataView.prototype, 'byteLength'),
};
const lengthOfBuffer = getter(ArrayBuffer.prototype, 'byteLength');
// Node 20 has it, the types of ES2022 do not.
const mostOfBuffer = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'maxByteLength')?.get as Getter | undefined;

/** `Uint8Array(AQI=)`, `Buffer(AQI=)`, `ArrayBuffer(AQI=)`, `ArrayBuffer(AQI=,16)` where it may grow; `undefined` when the value holds no bytes. */
export function bytesText(value: object, walk: Walk): string | undefined {
  if (types.isTypedArray(value)) {
    const text = `${headOf(value, walk)}(${base64(ofTypedArray, value, walk)})`;
    return hasExtras(value) ? walk.refuse('an array of bytes with properties of its own') : text;
  }
  if (types.isDataView(value)) return `DataView${subclassText(value, 'DataView', walk)}(${base64(ofDataView, value, walk)})${walk.extrasText(value)}`;
  if (!types.isAnyArrayBuffer(value)) return undefined;
  const bytes = base64({ buffer: itself, offset: () => 0, length: lengthOfBuffer }, value, walk);
  const most = mostOfBuffer?.call(value);
  const growth = most === undefined || most === lengthOfBuffer.call(value) ? '' : walk.raw(`,${String(most)}`);
  return `ArrayBuffer${subclassText(value, 'ArrayBuffer', walk)}(${bytes}${growth})${walk.extrasText(value)}`;
}

function itself(this: unknown): unknown {
  return this;
}

function headOf(value: object, walk: Walk): string {
  const kind = Buffer.isBuffer(value) ? 'Buffer' : String(ofTypedArray.tag.call(value));
  return kind + subclassText(value, kind, walk);
}

function base64(of: { buffer: Getter; offset: Getter; length: Getter }, value: object, walk: Walk): string {
  const buffer = of.buffer.call(value) as ArrayBuffer;
  if (types.isSharedArrayBuffer(buffer)) return walk.refuse('memory shared with other threads, which may be changing it');
  let bytes: Buffer;
  try {
    bytes = Buffer.from(buffer, of.offset.call(value) as number, of.length.call(value) as number);
  } catch (cause) {
    return walk.refuse('bytes that were given away', cause);
  }
  walk.expect(bytes.length);
  return walk.raw(bytes.toString('base64'));
}

/** Whether somebody hung properties onto the array. Listing its keys lists every element; a twin without them is told apart at once. */
function hasExtras(value: NodeJS.TypedArray): boolean {
  // First, because the comparison reads the tag, which would run a getter under that symbol.
  if (Object.getOwnPropertySymbols(value).length > 0) return true;
  const kind = ofTypedArray.tag.call(value) as 'Uint8Array';
  const elements = (ofTypedArray.length.call(value) as number) / globalThis[kind].BYTES_PER_ELEMENT;
  const twin = new globalThis[kind](ofTypedArray.buffer.call(value) as ArrayBuffer, ofTypedArray.offset.call(value) as number, elements);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.getPrototypeOf(twin) && !Buffer.isBuffer(value)) return Object.keys(value).length !== elements;
  return !isDeepStrictEqual(value, Object.setPrototypeOf(twin, prototype as object));
}
