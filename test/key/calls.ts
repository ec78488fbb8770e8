/**
 * Keys of calls to a method of which nothing is known, for tests.
 */
import vm from 'node:vm';
import type { KeyRule } from '../../src/key/call-key.js';
import { keyOfCall } from '../../src/key/call-key.js';
import { type Parameter, readParameter } from '../../src/key/parameters.js';

/** `find('id', '...rest')`: its parameters, by name. */
export const named = (...names: string[]): Parameter[] => names.map((name) => readParameter(name, 'test'));

export const aRule = (rule: Partial<KeyRule> = {}): KeyRule => ({ method: 'Users.find', parameters: [], ...rule });

/** The key of `Users.find(...args)`. */
export const keyOf = (...args: unknown[]): string => keyOfCall(aRule(), undefined, args);

/** The message with which the call is refused. Everything but a refusal fails the test. */
export function refusalOf(...args: unknown[]): string {
  let key: string;
  try {
    key = keyOf(...args);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SCRUBJAY_KEY_REFUSED') return (error as Error).message;
    throw error;
  }
  throw new Error(`expected a refusal, got the key ${key}`);
}

/** The value of an expression in a realm of its own. */
export const elsewhere = (expression: string): unknown => vm.runInNewContext(`(${expression})`, { Buffer, URL, URLSearchParams });
