/**
 * Texts by identity, for caches in memory whose users asked for them: the same object has the same text as long as it lives, and no other ever has it.
 */

/** Kept on globalThis, so that all copies of the library number the same things. */
const NUMBERS = Symbol.for('scrubjay.identities.v1');
const holder = globalThis as { [NUMBERS]?: { readonly known: WeakMap<WeakKey, number>; last: number } };
holder[NUMBERS] ??= { known: new WeakMap(), last: 0 };
const numbers = holder[NUMBERS];

/** `&1`, `&2`, …: a number that is never given twice. Weak: a cached call does not keep its arguments alive. */
export function identityText(value: object | symbol): string {
  let number = numbers.known.get(value as WeakKey);
  if (number === undefined) numbers.known.set(value as WeakKey, (number = ++numbers.last));
  return `&${number}`;
}
