/**
 * Whether callers share results: by default they do; frozen they cannot be changed; with copies each has its own.
 */
import { types } from 'node:util';
import { Copier, Uncopyable } from './copy-value.js';
import { ScrubjayError } from './errors.js';
import { freezeBuiltIn } from './frozen-built-ins.js';
import { pathText } from './key/walk.js';
import { isPrimitive } from './kinds.js';
import type { ValueCodecs } from './persist/contract.js';

/** How results are kept from being changed by one caller for all. */
export type Isolate = 'shared' | 'freeze' | 'clone';

export class Isolation {
  readonly #isolate: Isolate;
  readonly #copier: Copier;
  readonly #name: string;
  readonly #report: (error: ScrubjayError) => void;

  /** `name` is that of the cache; `report` learns what cannot be kept so. */
  constructor({ isolate, codecs, name }: { isolate: Isolate; codecs: ValueCodecs; name: string }, report: (error: ScrubjayError) => void) {
    this.#isolate = isolate;
    this.#copier = new Copier(codecs);
    this.#name = name;
    this.#report = report;
  }

  /** Whether callers get something else than what is stored. */
  get copies(): boolean {
    return this.#isolate === 'clone';
  }

  /** What is to be stored of a result; `undefined` for one that cannot be kept so, which is not stored. */
  keep(value: unknown): { readonly value: unknown } | undefined {
    if (this.#isolate === 'shared' || isPrimitive(value)) return { value };
    try {
      if (this.#isolate === 'clone') return { value: this.#copier.copy(value) };
      freeze(value as object);
      return { value };
    } catch (error) {
      this.#report(this.#refused(error));
      return undefined;
    }
  }

  /** What a caller gets of a result. One that cannot be copied is not stored, and shared by those who wait for it. */
  handOut(value: unknown): unknown {
    try {
      return this.copies ? this.#copier.copy(value) : value;
    } catch {
      return value;
    }
  }

  #refused(error: unknown): ScrubjayError {
    const { path, what } = error instanceof Uncopyable ? error : { path: [], what: error instanceof Error ? error.message : String(error) };
    const [deed, advice] =
      this.#isolate === 'clone'
        ? ['copied', 'name its class with dump and load in persist.revive, return plain data']
        : ['frozen', "say isolate: 'clone', return plain data"];
    return new ScrubjayError(
      'SCRUBJAY_RESULT_REFUSED',
      `${this.#name} gave a result that cannot be ${deed}: ${pathText('result', path)} is ${what}; such results are answered with and not stored: ${advice}, or say isolate: 'shared'.`,
      { cause: error instanceof Uncopyable ? undefined : error },
    );
  }
}

/** Freezes everything that can be reached by properties, entries and members. Functions and what they hold stay as they are. */
function freeze(root: object): void {
  const open: { readonly value: object; readonly path: readonly PropertyKey[] }[] = [{ value: root, path: [] }];
  const met = new Set<object>();
  // Found first: what cannot be frozen as a whole is left as it is.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (met.has(value)) continue;
    met.add(value);
    const refusal = unfreezable(value);
    if (refusal !== undefined) throw new Uncopyable(path, refusal);
    const below = (name: PropertyKey, item: unknown): void => {
      if (typeof item === 'object' && item !== null) open.push({ value: item, path: [...path, name] });
    };
    if (types.isMap(value)) {
      for (const [key, item] of value) {
        below('key', key);
        below(typeof key === 'string' ? key : 'value', item);
      }
    }
    if (types.isSet(value)) for (const item of value) below('member', item);
    for (const name of Reflect.ownKeys(value)) below(name, Object.getOwnPropertyDescriptor(value, name)?.value);
  }
  for (const value of met) freezeBuiltIn(value, mutators(value));
}

function unfreezable(value: object): string | undefined {
  if (types.isProxy(value)) return 'a Proxy';
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'a buffer, whose bytes can always be changed';
  if (value instanceof URL || value instanceof URLSearchParams) return `a ${value instanceof URL ? 'URL' : 'URLSearchParams'}, which can always be changed`;
  return undefined;
}

/** What changes the content of a Map, a Set or a Date, which is no property of it. */
function mutators(value: object): readonly string[] {
  if (types.isMap(value)) return ['set', 'delete', 'clear'];
  if (types.isSet(value)) return ['add', 'delete', 'clear'];
  return types.isDate(value) ? DATE_SETTERS : [];
}

const DATE_SETTERS = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'));
