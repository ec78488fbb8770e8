/**
 * The decorators: they record what is known of a method and its parameters, and put a cached method in its place.
 */
import { CACHED_METHOD, CachedMethod } from './cached-method.js';
import type { Declaration } from './class-caches.js';
import { ScrubjayError } from './errors.js';
import type { KeyRule } from './key/call-key.js';
import { checkParameters, type Parameter, readParameter, recordedParameters, recordParameter, takesNoArguments, UNNAMED } from './key/parameters.js';
import { describe, nameOfFunction } from './kinds.js';
import type { AnyMethod } from './method-cache.js';
import { type CachedOptions, checkOptions, type Settings } from './options.js';
import { registry } from './registry.js';

/** What TypeScript checks of the place a decorator stands in: a method, whichever kind of decorators the project uses. */
export type MethodDecoratorOfBothKinds = <This, F extends AnyMethod>(
  ...place: [method: F, context: ClassMethodDecoratorContext<This, F>] | [target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<F>]
) => any;

/**
 * Gives a method its own cache: an LRU of `capacity` entries under keys made of its arguments by name.
 * Concurrent calls share one load, errors are not cached, `undefined`, `null`, `0`, `''`, `false` and `NaN` are.
 * Works as a TypeScript (`experimentalDecorators`) and as a standard decorator, on instance and static methods, sync and async.
 * With `persist`, what was acknowledged survives `kill -9`, the order of use at most a second less.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_CAPACITY and others when the class is defined; `docs/errors.md` lists them.
 */
export function Cached(options: CachedOptions = {}, ...surplus: never[]): MethodDecoratorOfBothKinds {
  if (typeof options === 'function' || surplus.length > 0) {
    throw misplaced('@Cached needs its parentheses', 'it was applied without', 'Write @Cached() or @Cached({ capacity: 1000 }).');
  }
  return (...place: readonly unknown[]): unknown => {
    const [value, context, descriptor] = place;
    if (place.length === 2 && typeof (context as ClassMethodDecoratorContext | undefined)?.kind === 'string') {
      return decorateStandard(options, value, context as ClassMethodDecoratorContext);
    }
    const decorated = decorateLegacy(options, value, context, descriptor);
    return { ...decorated.descriptor, value: decorated.replacement };
  };
}

/** `method` as `Class.method`, as messages and registries show it. */
const textOf = (name: string | symbol): string => (typeof name === 'symbol' ? `[${String(name)}]` : name);

const misplaced = (wanted: string, found: string, advice: string): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_BAD_DECORATOR', `${wanted}; ${found}. ${advice}`);

function decorateLegacy(
  options: CachedOptions,
  target: unknown,
  name: unknown,
  descriptor: unknown,
): { descriptor: PropertyDescriptor; replacement: AnyMethod } {
  const isClassMember = typeof target === 'function' || (typeof target === 'object' && target !== null);
  if (!isClassMember || (typeof name !== 'string' && typeof name !== 'symbol')) {
    throw misplaced(
      '@Cached stands before a method of a class',
      `it was applied to ${typeof target === 'function' ? `the class ${nameOfFunction(target) ?? ''}` : describe(target)}`,
      'Put it before the method.',
    );
  }
  const isStatic = typeof target === 'function';
  const owner: object = isStatic ? target : (target as { constructor: object }).constructor;
  const where = `@Cached on ${nameOfFunction(owner) ?? '(anonymous)'}.${textOf(name)}`;
  if (typeof descriptor === 'number') throw misplaced(`${where} stands before a method`, 'it was applied to a parameter', "Use @Key('name') for parameters.");
  if (typeof descriptor !== 'object' || descriptor === null)
    throw misplaced(`${where} stands before a method`, 'it was applied to a field', 'Make the field a method.');
  const { value } = descriptor as PropertyDescriptor;
  if (typeof value !== 'function') throw misplaced(`${where} stands before a method`, 'it was applied to a getter or setter', 'Make it a method.');
  const settings = checkOptions(options, where);
  const cached = declare(value as AnyMethod, {
    name,
    isStatic,
    settings,
    where,
    recorded: recordedParameters(target, name),
    declaringClass: owner,
    returnsPromise: saysPromise(target, name),
  });
  cached.method.classes.of(owner);
  return { descriptor: descriptor as PropertyDescriptor, replacement: cached.replacement };
}

function decorateStandard(options: CachedOptions, value: unknown, context: ClassMethodDecoratorContext): AnyMethod {
  const where = `@Cached on ${textOf(context.name)}`;
  const { kind } = context as { kind: string };
  if (kind !== 'method' || typeof value !== 'function') {
    throw misplaced(`${where} stands before a method`, `it was applied to a ${kind}`, kind === 'class' ? 'Put it before the method.' : 'Make it a method.');
  }
  const settings = checkOptions(options, where);
  const cached = declare(value as AnyMethod, {
    name: context.name,
    isStatic: context.static,
    settings,
    where,
    recorded: [],
    declaringClass: undefined,
    returnsPromise: false,
  });
  // The class is known to the first instance only (to the class itself for a static method); from then on the registry lists the cache.
  context.addInitializer(function (this: unknown) {
    cached.method.classes.meet(this as object);
  });
  return cached.replacement;
}

interface Known {
  readonly name: string | symbol;
  readonly isStatic: boolean;
  readonly settings: Settings;
  readonly where: string;
  readonly recorded: readonly Parameter[];
  readonly declaringClass: object | undefined;
  readonly returnsPromise: boolean;
}

function declare(method: AnyMethod, known: Known): { method: CachedMethod; replacement: AnyMethod } {
  const { settings, where } = known;
  refuseGenerators(method, where);
  const parameters = parametersOf(method, known);
  const rule: KeyRule = {
    method: textOf(known.name),
    parameters,
    pick: settings.pick,
    scope: typeof settings.scope === 'function' ? settings.scope : undefined,
  };
  const declaration: Declaration = {
    method,
    property: known.name,
    methodName: textOf(known.name),
    isStatic: known.isStatic,
    returnsPromise: known.returnsPromise,
    settings,
    rule,
    registry: settings.registry ?? registry,
  };
  const cachedMethod = new CachedMethod(declaration, known.declaringClass);
  const replacement: AnyMethod = function (this: unknown, ...args: unknown[]): unknown {
    return cachedMethod.call(this, args);
  };
  return { method: cachedMethod, replacement: dressed(replacement, method, cachedMethod) };
}

/** With `emitDecoratorMetadata` the compiler writes down what a method returns; a hint for methods that give promises and are not `async`. */
function saysPromise(target: object, name: string | symbol): boolean {
  return (Reflect as MetadataReflect).getMetadata?.('design:returntype', target, name) === Promise;
}

function refuseGenerators(method: AnyMethod, where: string): void {
  const kind = Object.prototype.toString.call(method).slice(8, -1);
  if (!kind.endsWith('GeneratorFunction')) return;
  throw misplaced(`${where} stands before a method with a result`, 'it was applied to a generator, whose result can be read only once', 'Return an array.');
}

/** The parameters as `params` names them, else as `@Key` did, without those in `omit`. */
function parametersOf(method: AnyMethod, { settings, where, recorded }: Known): readonly Parameter[] {
  const declared = settings.parameters ?? recorded;
  checkParameters(declared, where);
  const unknown = settings.omitted.find((name) => !declared.some((parameter) => parameter.name === name));
  if (unknown !== undefined) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_KEY_NAME',
      `${where}: omit names ${JSON.stringify(unknown)}, and no parameter has that name; name it with @Key('${unknown}') or params.`,
    );
  }
  const parameters = declared.map((parameter) =>
    parameter.name !== undefined && settings.omitted.includes(parameter.name) ? { ...parameter, isIgnored: true } : parameter,
  );
  if (settings.persist !== undefined && settings.pick === undefined) expectNames(method, parameters, where);
  return parameters;
}

/** Keys on disk outlive the build: after `find(id, locale)` became `find(locale, id)`, positions would give one caller the other's value. */
function expectNames(method: AnyMethod, parameters: readonly Parameter[], where: string): void {
  const unnamed = parameters.findIndex((parameter) => parameter.name === undefined && !parameter.isIgnored);
  const missing = unnamed !== -1 ? unnamed : parameters.length;
  const isComplete = unnamed === -1 && parameters.length >= method.length && (parameters.length > 0 || takesNoArguments(method));
  if (isComplete) return;
  throw new ScrubjayError(
    'SCRUBJAY_KEY_UNNAMED',
    `${where}: persist needs a name for every parameter, one that survives a rebuild, and parameter ${missing + 1} has none; ` +
      "give it @Key('…'), or list all in params: ['id', 'locale'] (params: [] where there are none).",
  );
}

/** Makes the replacement look like the method: name, length, and the metadata other decorators left on it. */
function dressed(replacement: AnyMethod, method: AnyMethod, cachedMethod: CachedMethod): AnyMethod {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as MetadataReflect;
  for (const key of getOwnMetadataKeys?.(method) ?? []) defineMetadata?.(key, getOwnMetadata?.(key, method), replacement);
  // Functions of sloppy code own `arguments` and `caller`, every plain function a `prototype`: none of them says anything about the method.
  const { prototype: _prototype, arguments: _arguments, caller: _caller, ...own } = Object.getOwnPropertyDescriptors(method);
  return Object.defineProperties(replacement, { ...own, [CACHED_METHOD]: { value: cachedMethod } });
}

/** What `reflect-metadata` adds when an application loads it. scrubjay never needs it. */
interface MetadataReflect {
  getMetadata?: (key: unknown, target: object, property: string | symbol) => unknown;
  getOwnMetadataKeys?: (target: object) => unknown[];
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
}

/**
 * Names a parameter, so that its part of the key survives rebuilds: `find(@Key('id') id: string)`, `@Key('...ids')` for a rest parameter.
 * @throws SCRUBJAY_BAD_KEY_NAME, SCRUBJAY_BAD_DECORATOR when the class is defined.
 */
export function Key(name: string): ParameterDecorator {
  return (target, method, index) => {
    recordParameter(target, expectParameter(target, method, index), index, readParameter(name, keyPlace(target, method)));
  };
}

/** Leaves a parameter out of the key: a logger, a transaction, anything the result does not depend on. */
Key.ignore = (): ParameterDecorator => (target, method, index) => {
  recordParameter(target, expectParameter(target, method, index), index, { ...UNNAMED, isIgnored: true });
};

function keyPlace(target: object, method: string | symbol | undefined): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return `@Key on ${nameOfFunction(owner) ?? '(anonymous)'}${method === undefined ? '' : `.${textOf(method)}`}`;
}

function expectParameter(target: object, method: string | symbol | undefined, index: unknown): string | symbol {
  const where = keyPlace(target, method);
  if (method === undefined)
    throw misplaced(`${where} names a parameter of a method`, 'it was applied to the constructor', 'Constructors are not cached; take it away.');
  if (typeof index !== 'number')
    throw misplaced(`${where} names a parameter`, 'it was applied to something else', 'Put it before the parameter, inside the parentheses.');
  return method;
}
