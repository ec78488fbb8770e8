/**
 * The ways to give a method its cache: a decorator of either kind, and a function for tools that run no decorators.
 */
import type { BatchSettings } from './batch-options.js';
import { CACHED_METHOD } from './cached-method.js';
import { checkOptions } from './check-options.js';
import { defaultsOf, whenDefaults } from './class-defaults.js';
import { declarationIn, declare, type Known, redeclare } from './declare.js';
import type { AnyClass, CachedDecorator, CachedFunction } from './decorator-types.js';
import { withDefaults } from './default-options.js';
import { nowCached } from './expected-caches.js';
import { decorate, decorateByName, type Replace } from './members.js';
import type { DefaultOptions, Registrar, RegistryDefaults, Settings } from './options.js';
import { misplaced } from './placement.js';
import { contradiction, WritingMethod } from './writing-method.js';

/**
 * Gives a method its own cache: an LRU of `capacity` entries under keys made of its arguments by name.
 * Concurrent calls share one load, errors are not cached, `undefined`, `null`, `0`, `''`, `false` and `NaN` are.
 * Works as a TypeScript (`experimentalDecorators`) and as a standard decorator, on instance and static methods, sync and async.
 * With `persist`, what was acknowledged survives `kill -9`, the order of use at most a second less.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_CAPACITY and others when the class is defined; `docs/errors.md` lists them.
 */
export const Cached: CachedDecorator = decoratorOf({ name: 'Cached', check: checkCached });

/**
 * The same without decorators, for tools that run none: `static { cached(this, 'find', { capacity: 1000 }) }`, anywhere in the class body.
 * Takes the class and the name of one of its methods, static or not; a `private` one is named with its type, `cached<Users['find']>(this, 'find')`; a `#private` one has no name from outside.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_CAPACITY and others, as `@Cached` does.
 */
export const cached: CachedFunction = functionOf({ name: 'cached', check: checkCached });

function checkCached(options: unknown, where: string): Checked {
  return { settings: checkOptions(options, where), batch: undefined };
}

/** What the user said, after the checks. */
interface Checked {
  readonly settings: Settings;
  readonly batch: BatchSettings | undefined;
}

/** What tells one decorator, or the function beside it, from the others. */
export interface Way {
  /** As messages call it: `Cached`, `cached`. */
  readonly name: string;
  /** Checks the options; `where` begins every message. */
  readonly check: (options: unknown, where: string) => Checked;
}

/** A decorator of both kinds. */
export function decoratorOf(way: Way): (options?: any, ...surplus: never[]) => any {
  return (options: unknown = {}, ...surplus) => {
    if (typeof options === 'function' || surplus.length > 0) {
      throw misplaced(`@${way.name} needs its parentheses`, 'it was applied without', `Write @${way.name}() or @${way.name}({ capacity: 1000 }).`);
    }
    return decorate(way.name, caching(way, options));
  };
}

/** The function that does the same without decorators. */
export function functionOf(way: Way): (owner: AnyClass, name: string | symbol, options?: any) => void {
  return (owner, name, options: unknown = {}) => {
    const replace: Replace = (member) => {
      if (CACHED_METHOD in member.method) throw misplaced(`${member.where} gives a method its cache`, 'it has one already', 'Take one of the two away.');
      return caching(way, options)(member);
    };
    decorateByName(way.name, replace, owner, name, `${way.name}(this, 'find')`);
  };
}

function caching(way: Way, options: unknown): Replace {
  return (member) => {
    const { declaringClass, name, where } = member;
    // What a method changes in caches stands around it, whichever of its decorators comes first.
    const writing = WritingMethod.of(member.method);
    if (writing?.operations.some(({ settings }) => settings.kind === 'put')) throw contradiction(where);
    const method = writing?.method ?? member.method;
    let ofClass: DefaultOptions = declaringClass === undefined ? {} : defaultsOf(declaringClass);
    const known = (ofRegistry?: RegistryDefaults): Known => {
      const said = withDefaults(options, { ...ofRegistry, ...ofClass });
      const { defaults: own } = ((said as { registry?: unknown } | null)?.registry ?? {}) as Registrar;
      if (own !== undefined && ofRegistry === undefined) return known(own);
      const begin = ofRegistry === undefined ? where : `${where}, with the defaults of its registry`;
      return { ...member, ...way.check(said, begin), where: begin };
    };
    const { cachedMethod, replacement } = declare(method, known());
    cachedMethod.declaredIn = (ofRegistry) => declarationIn(cachedMethod, method, known(ofRegistry));
    whenDefaults(cachedMethod, declaringClass, (defaults) => {
      ofClass = defaults;
      redeclare(cachedMethod, method, known());
    });
    if (declaringClass !== undefined) {
      cachedMethod.classes.of(declaringClass);
      nowCached(declaringClass, name, cachedMethod);
    }
    return {
      replacement: writing === undefined ? replacement : new WritingMethod(replacement, writing).replacement,
      // The class is known to the first instance only (to the class itself for a static method); from then on the registry lists the cache.
      meet: (self) => void cachedMethod.classes.meet(self),
    };
  };
}
