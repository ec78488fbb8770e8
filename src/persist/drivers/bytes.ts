/**
 * Typed arrays, DataViews and Buffers. They are written by themselves: devalue would write the whole memory behind a view, and Buffers share theirs with strangers.
 */
import { isDeepStrictEqual, types } from 'node:util';

const typedArrayKind = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** The class of typed arrays, Buffers and DataViews, by its name. */
export const kindOf = (view: ArrayBufferView): string =>
  Buffer.isBuffer(view) ? 'Buffer' : types.isDataView(view) ? 'DataView' : String(typedArrayKind?.call(view));

/** Whether `view` carries more than its bytes. Asked by comparison, because a list of its properties would name every byte. */
export function hasOwnProperties(view: ArrayBufferView): boolean {
  const { buffer, byteOffset, byteLength } = view;
  if (Buffer.isBuffer(view)) return !isDeepStrictEqual(view, Buffer.from(buffer, byteOffset, byteLength));
  const { constructor: View } = Object.getPrototypeOf(view) as {
    constructor: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;
  };
  return !isDeepStrictEqual(view, new View(buffer, byteOffset, types.isDataView(view) ? byteLength : (view as Uint8Array).length));
}

/** Bytes as they are written: kind, then base64. */
type BytesText = readonly [kind: string, base64: string];

/** What is written for a view; `false` for all other values. */
export const bytesAsText = (value: unknown): BytesText | false =>
  ArrayBuffer.isView(value) ? [kindOf(value), Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')] : false;

/** The view that was written. */
export function bytesFromText([kind, base64]: BytesText): unknown {
  const bytes = Buffer.from(base64, 'base64');
  if (kind === 'Buffer') return bytes;
  const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => unknown>)[kind];
  if (View === undefined) throw new TypeError(`unknown kind of bytes: ${kind}`);
  return new View(own);
}
