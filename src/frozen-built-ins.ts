/**
 * Maps, Sets and Dates that nobody can change any more. `Object.freeze` does not reach what is in them, so the methods that change it are hidden behind ones that refuse.
 */

/** How many methods are hidden in each. */
const hidden = new WeakMap<object, number>();

/** Hides these methods of `value`, and freezes it. */
export function freezeBuiltIn(value: object, methods: readonly string[]): void {
  if (Object.isExtensible(value)) {
    for (const method of methods) Object.defineProperty(value, method, { value: refuseChange });
    hidden.set(value, methods.length);
  }
  Object.freeze(value);
}

/** Own properties of `value` that only hide its methods, and are no part of it. */
export const hiddenMethods = (value: object): number => hidden.get(value) ?? 0;

function refuseChange(): never {
  throw new TypeError("Cannot change a cached result, which all callers share: it is frozen. Copy it first, or say isolate: 'clone'.");
}
