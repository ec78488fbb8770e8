/**
 * Which directories the journals of this process hold: two journals in one directory would each write files the other knows nothing of.
 */

/** Kept on globalThis, so that both builds of the library, loaded together, know of each other's. */
const CLAIMS = Symbol.for('scrubjay.directories.v1');

function claims(): Set<string> {
  const holder = globalThis as { [CLAIMS]?: Set<string> };
  holder[CLAIMS] ??= new Set();
  return holder[CLAIMS];
}

/** File systems of macOS and Windows take `Users` and `users` for one name. */
const keyOf = (directory: string): string => (process.platform === 'linux' ? directory : directory.toLowerCase());

/** Takes a directory, unless another journal of this process holds it; gives whether it was free. */
export function claimDirectory(directory: string): boolean {
  const key = keyOf(directory);
  if (claims().has(key)) return false;
  claims().add(key);
  return true;
}

/** Gives a directory back. */
export function releaseDirectory(directory: string): void {
  claims().delete(keyOf(directory));
}
