/**
 * Who looks again at what its calls need, when something begins or ends that concerns every cache of the process: so no hit has to ask.
 */

/** Somebody who looks again. */
export interface Attentive {
  attend(): void;
}

/** Kept on globalThis, so that all copies of the library reach the same caches. Weak: caches go with their registry. */
const FOLLOWERS = Symbol.for('scrubjay.attention.v1');
const holder = globalThis as { [FOLLOWERS]?: Set<WeakRef<Attentive>> };
const followers = (holder[FOLLOWERS] ??= new Set());
const collected = new FinalizationRegistry<WeakRef<Attentive>>((follower) => followers.delete(follower));

/** From now on `one` looks again when it is told. */
export function follow(one: Attentive): void {
  const follower = new WeakRef(one);
  followers.add(follower);
  collected.register(one, follower);
}

/** Everybody looks again. */
export function attendAll(): void {
  for (const follower of followers) follower.deref()?.attend();
}
