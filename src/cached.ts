/**
 * The ways to give a method its cache: a decorator of either kind, and a function for tools that run no decorators.
 */
import type { BatchSettings } from './batch-options.js';
import { CACHED_METHOD } from './cached-method.js';
import { checkOptions } from './check-options.js';
import { declare, saysPromise, saysValue } from './declare.js';
import type { AnyClass, CachedDecorator, CachedFunction } from './decorator-types.js';
import { recordedParameters } from './key/parameters.js';
import { describe, nameOfFunction } from './kinds.js';
import type { AnyMethod } from './method-cache.js';
import type { Settings } from './options.js';
import { methodText, misplaced } from './placement.js';

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
    return (...place: readonly unknown[]): any => {
      const [value, context, descriptor] = place;
      if (place.length === 2 && typeof (context as ClassMethodDecoratorContext | undefined)?.kind === 'string') {
        return decorateStandard(way, options, value, context as ClassMethodDecoratorContext);
      }
      return decorateLegacy(way, options, { target: value, name: context, descriptor });
    };
  };
}

/** The function that does the same without decorators. */
export function functionOf(way: Way): (owner: AnyClass, name: string | symbol, options?: any) => void {
  return (owner, name, options: unknown = {}) => {
    decorateByName(way, owner, name, options);
  };
}

function decorateByName(way: Way, owner: AnyClass, name: string | symbol, options: unknown): void {
  if (typeof owner !== 'function' || (typeof name !== 'string' && typeof name !== 'symbol')) {
    throw misplaced(
      `${way.name} takes a class and the name of a method`,
      `it was given ${describe(owner)} and ${describe(name)}`,
      `Write static { ${way.name}(this, 'find') }.`,
    );
  }
  const where = `${way.name} of ${nameOfFunction(owner) ?? '(anonymous)'}.${methodText(name)}`;
  const holders = [owner.prototype as object, owner].filter((holder) => Object.hasOwn(holder, name));
  const [target, ambiguous] = holders;
  if (target === undefined) {
    throw misplaced(
      `${where} takes a method of the class itself`,
      'the class has no method of that name',
      'Correct the name, or write it where the method is.',
    );
  }
  if (ambiguous !== undefined) {
    throw misplaced(`${where} takes the name of one method`, 'the class has two, one of them static', 'Give one of them another name.');
  }
  const descriptor = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
  if (isCached(descriptor.value)) throw misplaced(`${where} gives a method its cache`, 'it has one already', 'Take one of the two away.');
  Object.defineProperty(
    target,
    name,
    decorateMember(() => way.check(options, where), where, { target, name, descriptor }),
  );
}

const isCached = (method: unknown): boolean => typeof method === 'function' && CACHED_METHOD in method;

function decorateLegacy(way: Way, options: unknown, { target, name, descriptor }: Record<'target' | 'name' | 'descriptor', unknown>): PropertyDescriptor {
  const isClassMember = typeof target === 'function' || (typeof target === 'object' && target !== null);
  if (!isClassMember || (typeof name !== 'string' && typeof name !== 'symbol')) {
    throw misplaced(
      `@${way.name} stands before a method of a class`,
      `it was applied to ${typeof target === 'function' ? `the class ${nameOfFunction(target) ?? ''}` : describe(target)}`,
      'Put it before the method.',
    );
  }
  const where = `@${way.name} on ${nameOfFunction(classOf(target)) ?? '(anonymous)'}.${methodText(name)}`;
  if (typeof descriptor === 'number') throw misplaced(`${where} stands before a method`, 'it was applied to a parameter', "Use @Key('name') for parameters.");
  if (typeof descriptor !== 'object' || descriptor === null)
    throw misplaced(`${where} stands before a method`, 'it was applied to a field', 'Make the field a method.');
  return decorateMember(() => way.check(options, where), where, { target, name, descriptor });
}

/** A method where it stands: in a prototype, or in the class itself. */
interface Member {
  readonly target: object;
  readonly name: string | symbol;
  readonly descriptor: PropertyDescriptor;
}

const classOf = (target: object): object => (typeof target === 'function' ? target : (target as { constructor: object }).constructor);

/** What takes the method's place. */
function decorateMember(check: () => Checked, where: string, { target, name, descriptor }: Member): PropertyDescriptor {
  const method: unknown = descriptor.value;
  if (typeof method !== 'function') {
    // Babel's legacy decorators describe a field by its initializer.
    const found = 'value' in descriptor || 'initializer' in descriptor ? 'a field' : 'a getter or setter';
    throw misplaced(`${where} stands before a method`, `it was applied to ${found}`, 'Make it a method.');
  }
  const owner = classOf(target);
  const { cachedMethod, replacement } = declare(method as AnyMethod, {
    name,
    isStatic: target === owner,
    ...check(),
    where,
    recorded: recordedParameters(target, name),
    declaringClass: owner,
    returnsPromise: saysPromise(target, name),
    returnsValue: saysValue(target, name),
  });
  cachedMethod.classes.of(owner);
  return { ...descriptor, value: replacement };
}

function decorateStandard(way: Way, options: unknown, value: unknown, context: ClassMethodDecoratorContext): AnyMethod {
  const where = `@${way.name} on ${methodText(context.name)}`;
  const { kind } = context as { kind: string };
  if (kind !== 'method' || typeof value !== 'function') {
    throw misplaced(`${where} stands before a method`, `it was applied to a ${kind}`, kind === 'class' ? 'Put it before the method.' : 'Make it a method.');
  }
  const checked = way.check(options, where);
  const { cachedMethod, replacement } = declare(value as AnyMethod, {
    name: context.name,
    isStatic: context.static,
    ...checked,
    where,
    recorded: [],
    declaringClass: undefined,
    returnsPromise: false,
    returnsValue: false,
  });
  // The class is known to the first instance only (to the class itself for a static method); from then on the registry lists the cache.
  context.addInitializer(function (this: unknown) {
    cachedMethod.classes.meet(this as object);
  });
  return replacement;
}
