/**
 * Which registry an object belongs to, where an application has taken it in: what it caches is kept there, and not in the registry of the process.
 */
import type { Registrar } from './options.js';

/** Kept on globalThis, as the builds of the library may be loaded side by side. */
const SHARED = Symbol.for('scrubjay.homes.v1');
interface Homes {
  readonly ofObjects: WeakMap<object, Registrar>;
  /** The applications that have objects of a class. */
  readonly ofClasses: WeakMap<object, Set<WeakRef<Registrar>>>;
  readonly askers: Set<(stranger: Stranger) => void>;
}
const holder = globalThis as { [SHARED]?: Homes };
const { ofObjects, ofClasses, askers } = (holder[SHARED] ??= { ofObjects: new WeakMap(), ofClasses: new WeakMap(), askers: new Set() });

/** An object that no application has adopted, and that is about to write to disk. */
export interface Stranger {
  readonly self: object;
  /** The name of the cache. */
  readonly cache: string;
  /** What it caches is kept in the registry of the process: no application has objects of its class, or several have. */
  readonly isNobodys: boolean;
}

/**
 * From now on `ask` is told of each object that no application has adopted, when a method of it that is kept on disk is called for the first time. Where it throws, so does the
 * call. For the integration of a framework, which may know that the object was forgotten.
 */
export function whenNotAdopted(ask: (stranger: Stranger) => void): void {
  askers.add(ask);
}

/** Whether no application has adopted an object, and somebody wants to know. */
export const isStrange = (self: object): boolean => askers.size > 0 && !ofObjects.has(self);

/** Asks whether an object may write to disk that no application has adopted. */
export function askAbout(self: object, cache: string, isNobodys: boolean): void {
  for (const ask of askers) ask({ self, cache, isNobodys });
}

/** From now on `self` belongs to `registry`. */
export function giveHome(self: object, registry: Registrar): void {
  ofObjects.set(self, registry);
  giveClassHome(classOf(self), registry);
}

/** Whether `self` belongs to an application that has not ended. */
export function hasHome(self: object): boolean {
  const own = ofObjects.get(self);
  return own !== undefined && own.isClosed !== true;
}

/** An application has objects of the class. */
export function giveClassHome(owner: object, registry: Registrar): void {
  let applications = ofClasses.get(owner);
  if (applications === undefined) ofClasses.set(owner, (applications = new Set()));
  if (!openOf(applications).includes(registry)) applications.add(new WeakRef(registry));
}

/**
 * The registry that `self` belongs to; `undefined` for an object of nobody's. An object that was never taken in, such as what stands behind a Proxy, belongs to the one
 * application that has objects of its class, if it is the only one.
 */
export function homeOf(self: object): Registrar | undefined {
  const own = ofObjects.get(self);
  if (own !== undefined) return own;
  const applications = ofClasses.get(classOf(self));
  if (applications === undefined) return undefined;
  const [only, ...others] = openOf(applications);
  return others.length === 0 ? only : undefined;
}

/** The registries behind `references` that somebody holds and nobody has closed; forgets those nobody holds. */
export function openOf(references: Set<WeakRef<Registrar>>): Registrar[] {
  const open: Registrar[] = [];
  for (const reference of references) {
    const registry = reference.deref();
    if (registry === undefined) references.delete(reference);
    else if (registry.isClosed !== true) open.push(registry);
  }
  return open;
}

/** A Proxy may throw when it is asked what it is. */
function classOf(self: object): object {
  try {
    const { constructor } = Object.getPrototypeOf(self) as { constructor?: unknown };
    return typeof constructor === 'function' ? constructor : Object;
  } catch {
    return Object;
  }
}
