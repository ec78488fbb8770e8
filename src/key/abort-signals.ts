/**
 * Abort signals among the arguments of a call: they say how long its caller waits, not what is asked for, so they are no part of a key.
 */
import { types } from 'node:util';
import { isPlainObject } from '../kinds.js';

const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as (this: unknown) => boolean;

/** Whether `value` is an AbortSignal, and not something that poses as one. Runs no code of the value. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || Object.getPrototypeOf(value) !== AbortSignal.prototype) return false;
  try {
    isAborted.call(value);
    return true;
  } catch {
    return false;
  }
}

/** An options bag: an object literal among the arguments. */
const isBag = (value: unknown): value is object => typeof value === 'object' && value !== null && !types.isProxy(value) && isPlainObject(value);

const NONE: readonly AbortSignal[] = [];

/** The signals of a call: arguments themselves, or directly in an options bag. */
export function signalsIn(args: readonly unknown[]): readonly AbortSignal[] {
  let found = NONE;
  for (const value of args) {
    if (typeof value !== 'object' || value === null) continue;
    const held = isAbortSignal(value) ? [value] : isBag(value) ? Object.values(value).filter(isAbortSignal) : NONE;
    if (held.length > 0) found = [...found, ...held];
  }
  return found;
}

/** The arguments with `signal` in the place of every signal. Options bags that hold one are copied. */
export function withSignal(args: readonly unknown[], signal: AbortSignal): unknown[] {
  return args.map((value) => {
    if (isAbortSignal(value)) return signal;
    return isBag(value) ? bagWithSignal(value, signal) : value;
  });
}

function bagWithSignal(bag: object, signal: AbortSignal): object {
  const held = Object.entries(bag).filter(([, member]) => isAbortSignal(member));
  if (held.length === 0) return bag;
  const replaced = held.map(([name]) => [name, { value: signal, enumerable: true, configurable: true, writable: true }] as const);
  return Object.create(Object.getPrototypeOf(bag) as object | null, { ...Object.getOwnPropertyDescriptors(bag), ...Object.fromEntries(replaced) }) as object;
}
