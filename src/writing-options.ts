/**
 * What a user may say to `@CacheEvict` and `@CachePut`, and the checks of it, which run once, when the class is defined.
 */
import { durationMs } from './check-limits.js';
import { ScrubjayError } from './errors.js';
import { type Parameter, readParameter } from './key/parameters.js';
import { describe } from './kinds.js';
import type { Duration } from './limit-options.js';
import type { AnyMethod } from './method-cache.js';
import type { ArgumentsOf, WhenOf } from './method-types.js';
import { expectKnown, wrong } from './misuse.js';

/** Parts of a key by the names of their parameters. */
export type NamedParts = Readonly<Record<string, unknown>>;

/** What both decorators take, for a writing method `F` of `This`. */
interface WritingOptions<F extends AnyMethod, This, Names extends readonly string[]> {
  /** Whether this call changes the cache; asked before the method runs. A function that fails counts as yes. Default: every call. */
  when?: WhenOf<F, This>;
  /** The names of the method's own parameters, in order, as for `@Cached`. Default: what `@Key` said, else the names in the source where it shows them. */
  params?: readonly [...Names];
}

/** What `@CacheEvict` takes beside its target, a cached method `Target`. */
export interface EvictOptions<
  F extends AnyMethod = AnyMethod,
  This = any,
  Target extends AnyMethod = AnyMethod,
  Names extends readonly string[] = readonly string[],
> extends WritingOptions<F, This, Names> {
  /**
   * Says which entry goes, from the arguments, before the method runs: a list of the arguments of the cached method, or parts by name, `{ id: user.id }`, and then every entry goes
   * that has them. When it fails, all entries go, and a warning says so once. Default: the parameters that both methods have, by name, whatever their order.
   */
  key?: (this: NoInfer<This>, ...args: ArgumentsOf<F>) => Readonly<Parameters<Target>> | NamedParts;
  /** Every entry goes, whatever the arguments. Default `false`. */
  allEntries?: boolean;
  /** The entries go before the method runs, also if it fails then. Default `false`: after it has ended well, and none goes if it has not. */
  beforeInvocation?: boolean;
  /** Whether the entries stay after all; asked after the method has ended well. A function that fails counts as no. Default: never. */
  unless?: (this: NoInfer<This>, result: Awaited<ReturnType<F>>, ...args: ArgumentsOf<F>) => boolean;
  /**
   * Gathers: the entries go this long after the first eviction that asks for it, and all that are asked for meanwhile are done with it, so that many cost one load. Until then calls are
   * answered with what is there. It is gone from disk at once. Default: none, entries go at once.
   */
  within?: Duration;
}

/** What `@CachePut` takes beside its target, a cached method `Target`. */
export interface PutOptions<
  F extends AnyMethod = AnyMethod,
  This = any,
  Target extends AnyMethod = AnyMethod,
  Names extends readonly string[] = readonly string[],
> extends WritingOptions<F, This, Names> {
  /**
   * Says which call of the cached method this is the result of: a list of its arguments, or all of them by name, `{ id: user.id }`. When it fails, all entries go, and a warning says so
   * once. Default: the parameters of the same names, which must be all that the cached method has.
   */
  key?: (this: NoInfer<This>, result: Awaited<ReturnType<F>>, ...args: ArgumentsOf<F>) => Readonly<Parameters<Target>> | NamedParts;
  /** Whether the result is not stored after all; the entry goes then. A function that fails counts as yes. Default: never. */
  unless?: (this: NoInfer<This>, result: Awaited<ReturnType<F>>, ...args: ArgumentsOf<F>) => boolean;
}

/** Names a cached method: one of the same class by its name, or any as `cacheOf` takes it. */
export type WrittenTarget = string | symbol | ((self: any) => readonly [owner: object, name: PropertyKey]);

/** What one decorator says, after the checks. */
export interface WritingSettings {
  readonly kind: 'evict' | 'put';
  readonly target: WrittenTarget;
  readonly key: ((...args: readonly unknown[]) => unknown) | undefined;
  readonly when: ((...args: readonly unknown[]) => unknown) | undefined;
  readonly unless: ((...args: readonly unknown[]) => unknown) | undefined;
  readonly isAll: boolean;
  readonly isEarly: boolean;
  /** 0 for at once. */
  readonly withinMs: number;
  readonly parameters: readonly Parameter[] | undefined;
}

type Said = Readonly<Record<string, unknown>>;

const KNOWN_PUT = Object.keys({ key: 1, when: 1, unless: 1, params: 1 } satisfies Record<keyof PutOptions, 1>);
const KNOWN_EVICT = Object.keys({ key: 1, when: 1, unless: 1, params: 1, allEntries: 1, beforeInvocation: 1, within: 1 } satisfies Record<
  keyof EvictOptions,
  1
>);

/** Checks what the user said. `where` begins every message, such as `@CacheEvict on Users.rename`. */
export function checkWriting(kind: WritingSettings['kind'], target: unknown, options: unknown, where: string): WritingSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrong('SCRUBJAY_BAD_OPTION', where, 'the options must be an object', options);
  const said = { ...options } as Said;
  expectKnown(said, kind === 'put' ? KNOWN_PUT : KNOWN_EVICT, where, 'option');
  expectFitting(said, where);
  return {
    kind,
    target: checkTarget(target, where),
    key: fn(said, 'key', where),
    when: fn(said, 'when', where),
    unless: fn(said, 'unless', where),
    isAll: flag(said, 'allEntries', where),
    isEarly: flag(said, 'beforeInvocation', where),
    withinMs: said['within'] === undefined ? 0 : durationMs(said['within'], where, 'within'),
    parameters: checkNames(said['params'], where),
  };
}

function checkTarget(target: unknown, where: string): WrittenTarget {
  if (typeof target === 'function' || typeof target === 'symbol' || (typeof target === 'string' && target !== '')) return target as WrittenTarget;
  throw wrong(
    'SCRUBJAY_BAD_OPTION',
    where,
    "the target must be the name of a cached method of the same class, such as 'find', or a function that gives an owner and a name, such as () => [Users, 'find']",
    target,
  );
}

/** Options that make no sense together: `[one, other, why]`. */
const UNFITTING: readonly (readonly [one: string, other: string, why: string])[] = [
  ['allEntries', 'key', 'all entries go, whatever the key'],
  ['beforeInvocation', 'unless', 'unless looks at the result, and there is none before'],
  ['beforeInvocation', 'within', 'within puts the eviction off'],
];

function expectFitting(said: Said, where: string): void {
  const isSaid = (option: string): boolean => said[option] !== undefined && said[option] !== false;
  const unfitting = UNFITTING.find(([one, other]) => isSaid(one) && isSaid(other));
  if (unfitting === undefined) return;
  const [one, other, why] = unfitting;
  throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${one} and ${other} do not go together: ${why}. Take one of them away.`);
}

function fn(said: Said, option: string, where: string): WritingSettings['key'] {
  const value = said[option];
  if (value === undefined || typeof value === 'function') return value as WritingSettings['key'];
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be a function`, value);
}

function flag(said: Said, option: string, where: string): boolean {
  const value = said[option] ?? false;
  if (typeof value === 'boolean') return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be true or false`, value);
}

function checkNames(list: unknown, where: string): readonly Parameter[] | undefined {
  if (list === undefined) return undefined;
  if (Array.isArray(list)) return list.map((name) => readParameter(name, `${where}: params`));
  throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: params must be a list of parameter names, such as ['id', 'name']; got ${describe(list)}.`);
}
