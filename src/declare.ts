/**
 * Makes a cached method of a method and what its user said of it.
 */
import { randomBytes } from 'node:crypto';
import { BatchMethod } from './batch-method.js';
import { type BatchSettings, expectPromises, placeOfList } from './batch-options.js';
import { CACHED_METHOD, CachedMethod } from './cached-method.js';
import { expectNoWaits } from './check-loads.js';
import type { Declaration } from './class-caches.js';
import { expectParts } from './delete-where.js';
import { ScrubjayError } from './errors.js';
import type { KeyRule } from './key/call-key.js';
import type { Parameter } from './key/parameters.js';
import { type AnyMethod, isAsyncFunction } from './method-cache.js';
import { type KnownParameters, parametersOf } from './method-parameters.js';
import type { Settings } from './options.js';
import { methodText, misplaced } from './placement.js';
import { registry } from './registry.js';

/** What is known of a method where it is declared. */
export interface Known {
  readonly name: string | symbol;
  readonly isStatic: boolean;
  readonly settings: Settings;
  readonly where: string;
  readonly recorded: readonly Parameter[];
  readonly declaringClass: object | undefined;
  readonly returnsPromise: boolean;
  /** What the compiler wrote down says that the method gives its results at once. */
  readonly returnsValue: boolean;
  /** For a method that takes a list, of which each element is an entry. */
  readonly batch: BatchSettings | undefined;
}

/**
 * Gives what takes the method's place, and what stands behind it.
 * @throws SCRUBJAY_BAD_DECORATOR, SCRUBJAY_BAD_KEY_NAME, SCRUBJAY_KEY_UNNAMED
 */
export function declare(method: AnyMethod, known: Known): { cachedMethod: CachedMethod; replacement: AnyMethod } {
  const { declaration, batch } = declarationOf(method, known);
  const cachedMethod = new CachedMethod(declaration, known.declaringClass, batch);
  const replacement = batch === undefined ? replacementOf(cachedMethod) : batchReplacementOf(cachedMethod);
  const dressedUp = dressed(replacement, method, { [CACHED_METHOD]: { value: cachedMethod } });
  originals.set(dressedUp, method);
  return { cachedMethod, replacement: dressedUp };
}

/** The methods behind what has taken their place. */
const originals = new WeakMap<AnyMethod, AnyMethod>();

/** The user's method behind a cached one; any other is its own. */
export function originalOf(method: AnyMethod): AnyMethod {
  const original = originals.get(method);
  return original === undefined ? method : originalOf(original);
}

/** What is known of a method from now on, before anybody has called it. @throws as `declare` */
export function redeclare(cachedMethod: CachedMethod, method: AnyMethod, known: Known): void {
  const { declaration, batch } = declarationOf(method, known);
  cachedMethod.redeclare(declaration, batch);
}

/** What is declared of a method in a registry that has defaults. It is the same method for all, so that a batch gathers its elements in one place. @throws as `declare` */
export function declarationIn({ keys }: CachedMethod, method: AnyMethod, known: Known): Declaration {
  const { declaration } = declarationOf(method, known);
  return { ...declaration, method: keys.method, batch: keys.batch };
}

function declarationOf(method: AnyMethod, known: Known): { declaration: Declaration; batch: BatchMethod | undefined } {
  const { settings, where, batch: batchSettings, returnsPromise } = known;
  refuseGenerators(method, where);
  const found = parametersOf(method, settings, known.recorded, where);
  const { index, parameters } = batchSettings === undefined ? { index: 0, parameters: found.parameters } : placeOfList(batchSettings, found, where);
  const rule = ruleOf(known, { ...found, parameters });
  if (settings.index !== undefined) expectParts(rule, settings.index, `${where}: index`);
  if (batchSettings !== undefined) expectPromises(settings, returnsPromise || batchSettings.gather || isAsyncFunction(method), where);
  if (known.returnsValue && !isAsyncFunction(method)) expectNoWaits(settings.loads, where);
  const plan = batchSettings && { listAt: index, listName: found.parameters[index]?.name, returns: batchSettings.returns };
  const batch = plan && new BatchMethod({ method, plan, settings: batchSettings, rule, returnsPromise, where });
  const declaration: Declaration = {
    // The entries of a batch are those of its elements, and so are the loads.
    method: batch?.element ?? method,
    property: known.name,
    methodName: methodText(known.name),
    isStatic: known.isStatic,
    returnsPromise: returnsPromise || batchSettings?.gather === true,
    settings,
    rule,
    batch: plan,
    registry: settings.registry ?? registry,
  };
  return { declaration, batch };
}

/**
 * What takes the place of a method. A hit with few primitive values ends here: as long as `args` is only counted, read and passed on, no list is made of the arguments.
 */
function replacementOf(cachedMethod: CachedMethod): AnyMethod {
  const { places } = cachedMethod;
  const call = function (this: unknown, ...args: unknown[]): unknown {
    return cachedMethod.call(this, args);
  };
  return function (this: unknown, ...args: unknown[]): unknown {
    const count = args.length;
    const place = places.of(this);
    if (place === undefined || count === 0 || count > 3) return call.call(this, ...args);
    const { cache, table } = place;
    const slot = count === 1 ? cache.slotOfOne(table, args[0]) : cache.slotOfFew(table, count, args[0], args[1], count === 3 ? args[2] : undefined);
    return slot < 0 ? call.call(this, ...args) : cache.hit(slot);
  };
}

const batchReplacementOf = (cachedMethod: CachedMethod): AnyMethod =>
  function (this: unknown, ...args: unknown[]): unknown {
    return cachedMethod.batch?.call(cachedMethod, this, args);
  };

/** How the keys of a method's calls are made. */
function ruleOf({ name, settings, where }: Known, { parameters, isComplete }: KnownParameters): KeyRule {
  const { pick, scope, when, identity, hashKeys } = settings;
  return {
    method: methodText(name),
    parameters,
    isComplete,
    needsNames: settings.persist !== undefined,
    pick,
    scope: typeof scope === 'function' ? scope : undefined,
    when,
    byIdentity: identity,
    isHidden: hashKeys,
    pepper: hashKeys || parameters.some(({ isSecret }) => isSecret === true) ? pepperOf(settings, where) : undefined,
  };
}

/** Entries on disk must be found again, and nobody else must be able to make their keys. */
function pepperOf({ pepper, persist }: Settings, where: string): Uint8Array {
  const fromEnvironment = process.env['SCRUBJAY_PEPPER'];
  if (pepper !== undefined) return pepper;
  if (fromEnvironment !== undefined && fromEnvironment !== '') return Buffer.from(fromEnvironment);
  if (persist === undefined) return (pepperOfThisProcess ??= randomBytes(32));
  throw new ScrubjayError(
    'SCRUBJAY_NO_PEPPER',
    `${where}: hidden keys that are kept on disk need a pepper that outlives the process; got none. Set the environment variable SCRUBJAY_PEPPER, or say pepper: '…'.`,
  );
}

let pepperOfThisProcess: Uint8Array | undefined;

/** With `emitDecoratorMetadata` the compiler writes down what a method returns; a hint for methods that give promises and are not `async`. */
export function saysPromise(target: object, name: string | symbol): boolean {
  return (Reflect as MetadataReflect).getMetadata?.('design:returntype', target, name) === Promise;
}

/** The same for what is no promise, as far as that can be said: `Object` stands for anything. */
export function saysValue(target: object, name: string | symbol): boolean {
  const type = (Reflect as MetadataReflect).getMetadata?.('design:returntype', target, name);
  return typeof type === 'function' && type !== Promise && type !== Object && !('then' in Object(type.prototype));
}

export function refuseGenerators(method: AnyMethod, where: string): void {
  const kind = Object.prototype.toString.call(method).slice(8, -1);
  if (!kind.endsWith('GeneratorFunction')) return;
  throw misplaced(`${where} stands before a method with a result`, 'it was applied to a generator, whose result can be read only once', 'Return an array.');
}

/** Makes the replacement look like the method: name, length, and the metadata other decorators left on it; and marks it. */
export function dressed(replacement: AnyMethod, method: AnyMethod, marks: PropertyDescriptorMap): AnyMethod {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = Reflect as MetadataReflect;
  for (const key of getOwnMetadataKeys?.(method) ?? []) defineMetadata?.(key, getOwnMetadata?.(key, method), replacement);
  // Functions of sloppy code own `arguments` and `caller`, every plain function a `prototype`: none of them says anything about the method.
  const { prototype: _prototype, arguments: _arguments, caller: _caller, ...own } = Object.getOwnPropertyDescriptors(method);
  return Object.defineProperties(replacement, { ...own, ...marks });
}

/** What `reflect-metadata` adds when an application loads it. scrubjay never needs it. */
interface MetadataReflect {
  getMetadata?: (key: unknown, target: object, property: string | symbol) => unknown;
  getOwnMetadataKeys?: (target: object) => unknown[];
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
}
