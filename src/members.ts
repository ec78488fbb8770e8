/**
 * Where decorators of methods may stand: of either kind, and as a function for tools that run none.
 */
import { saysPromise, saysValue } from './declare.js';
import type { AnyClass } from './decorator-types.js';
import { type Parameter, recordedParameters } from './key/parameters.js';
import { describe, nameOfFunction } from './kinds.js';
import type { AnyMethod } from './method-cache.js';
import { methodText, misplaced } from './placement.js';

/** A method, as a decorator finds it. */
export interface Member {
  readonly method: AnyMethod;
  readonly name: string | symbol;
  readonly isStatic: boolean;
  /** Begins every message, such as `@Cached on Users.find`. */
  readonly where: string;
  /** What `@Key` said of its parameters. */
  readonly recorded: readonly Parameter[];
  /** The class whose body holds it; standard decorators do not know it yet. */
  readonly declaringClass: object | undefined;
  /** Something other than its kind says that it answers with promises. */
  readonly returnsPromise: boolean;
  /** The compiler has written down that it does not. */
  readonly returnsValue: boolean;
}

/** What takes a method's place. */
export interface Replacement {
  readonly replacement: AnyMethod;
  /** Told of each instance that has it when it is made (of the class itself for a static method), by standard decorators; by all others of the class, at once. */
  readonly meet: (self: object) => void;
}

/** What a decorator does with a method. @throws ScrubjayError where that cannot be done */
export type Replace = (member: Member) => Replacement;

/** A decorator of both kinds, called `name` in messages. */
export function decorate(name: string, replace: Replace): (...place: readonly unknown[]) => any {
  return (...place) => {
    const [value, context, descriptor] = place;
    if (isStandard(place)) return decorateStandard(name, replace, value, context as ClassMethodDecoratorContext);
    return decorateLegacy(name, replace, { target: value, name: context, descriptor });
  };
}

/** Whether a decorator was called as standard ones are. */
export const isStandard = (place: readonly unknown[]): boolean =>
  place.length === 2 && typeof (place[1] as ClassMethodDecoratorContext | undefined)?.kind === 'string';

/** The same for a method that is named. `example` shows how the function is written. */
export function decorateByName(name: string, replace: Replace, owner: AnyClass, method: string | symbol, example: string): void {
  if (typeof owner !== 'function' || (typeof method !== 'string' && typeof method !== 'symbol')) {
    throw misplaced(
      `${name} takes a class and the name of a method`,
      `it was given ${describe(owner)} and ${describe(method)}`,
      `Write static { ${example} }.`,
    );
  }
  const where = `${name} of ${nameOfFunction(owner) ?? '(anonymous)'}.${methodText(method)}`;
  const holders = [owner.prototype as object, owner].filter((holder) => Object.hasOwn(holder, method));
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
  const descriptor = Object.getOwnPropertyDescriptor(target, method) as PropertyDescriptor;
  Object.defineProperty(target, method, replaceIn(replace, where, { target, name: method, descriptor }));
}

function decorateLegacy(
  decorator: string,
  replace: Replace,
  { target, name, descriptor }: Record<'target' | 'name' | 'descriptor', unknown>,
): PropertyDescriptor {
  const isClassMember = typeof target === 'function' || (typeof target === 'object' && target !== null);
  if (!isClassMember || (typeof name !== 'string' && typeof name !== 'symbol')) {
    throw misplaced(
      `@${decorator} stands before a method of a class`,
      `it was applied to ${typeof target === 'function' ? `the class ${nameOfFunction(target) ?? ''}` : describe(target)}`,
      'Put it before the method.',
    );
  }
  const where = `@${decorator} on ${nameOfFunction(classOf(target)) ?? '(anonymous)'}.${methodText(name)}`;
  if (typeof descriptor === 'number') throw misplaced(`${where} stands before a method`, 'it was applied to a parameter', "Use @Key('name') for parameters.");
  if (typeof descriptor !== 'object' || descriptor === null)
    throw misplaced(`${where} stands before a method`, 'it was applied to a field', 'Make the field a method.');
  return replaceIn(replace, where, { target, name, descriptor });
}

/** A method where it stands: in a prototype, or in the class itself. */
interface Place {
  readonly target: object;
  readonly name: string | symbol;
  readonly descriptor: PropertyDescriptor;
}

const classOf = (target: object): object => (typeof target === 'function' ? target : (target as { constructor: object }).constructor);

function replaceIn(replace: Replace, where: string, { target, name, descriptor }: Place): PropertyDescriptor {
  const method: unknown = descriptor.value;
  if (typeof method !== 'function') {
    // Babel's legacy decorators describe a field by its initializer.
    const found = 'value' in descriptor || 'initializer' in descriptor ? 'a field' : 'a getter or setter';
    throw misplaced(`${where} stands before a method`, `it was applied to ${found}`, 'Make it a method.');
  }
  const owner = classOf(target);
  const { replacement } = replace({
    method: method as AnyMethod,
    name,
    isStatic: target === owner,
    where,
    recorded: recordedParameters(target, name),
    declaringClass: owner,
    returnsPromise: saysPromise(target, name),
    returnsValue: saysValue(target, name),
  });
  return { ...descriptor, value: replacement };
}

function decorateStandard(decorator: string, replace: Replace, value: unknown, context: ClassMethodDecoratorContext): AnyMethod {
  const where = `@${decorator} on ${methodText(context.name)}`;
  const { kind } = context as { kind: string };
  if (kind !== 'method' || typeof value !== 'function') {
    throw misplaced(`${where} stands before a method`, `it was applied to a ${kind}`, kind === 'class' ? 'Put it before the method.' : 'Make it a method.');
  }
  const { replacement, meet } = replace({
    method: value as AnyMethod,
    name: context.name,
    isStatic: context.static,
    where,
    recorded: [],
    declaringClass: undefined,
    returnsPromise: false,
    returnsValue: false,
  });
  context.addInitializer(function (this: unknown) {
    meet(this as object);
  });
  return replacement;
}
