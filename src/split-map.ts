/**
 * A Map of texts that grows in parts: the engine moves all of a map when it grows, and for half a million texts that stops everything for 100 ms.
 */

/** Beyond this size it is split. */
const MOST_IN_ONE = 2 ** 15;
/** A power of two. */
const PARTS = 64;

export class SplitMap<V> {
  #one = new Map<string, V>();
  /** Instead of `#one`, once it is large. */
  #parts: readonly Map<string, V>[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(text: string): V | undefined {
    return this.#mapOf(text).get(text);
  }

  set(text: string, value: V): void {
    const map = this.#mapOf(text);
    const before = map.size;
    map.set(text, value);
    this.#size += map.size - before;
    if (this.#parts === undefined && this.#size > MOST_IN_ONE) this.#split();
  }

  delete(text: string): boolean {
    const isGone = this.#mapOf(text).delete(text);
    if (isGone) this.#size--;
    return isGone;
  }

  clear(): void {
    this.#one = new Map();
    this.#parts = undefined;
    this.#size = 0;
  }

  *values(): Generator<V> {
    for (const map of this.#parts ?? [this.#one]) yield* map.values();
  }

  #mapOf(text: string): Map<string, V> {
    return this.#parts === undefined ? this.#one : (this.#parts[partOf(text)] as Map<string, V>);
  }

  #split(): void {
    const parts = Array.from({ length: PARTS }, () => new Map<string, V>());
    for (const [text, value] of this.#one) (parts[partOf(text)] as Map<string, V>).set(text, value);
    this.#parts = parts;
    this.#one = new Map();
  }
}

/** Texts that somebody has chosen to lie in one part cost no more than a Map of them. */
function partOf(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 16) ^ (hash >>> 8)) & (PARTS - 1);
}
