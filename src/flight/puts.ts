/**
 * Values on their way into the cache that no load of it gave: the results of methods that write. What holds for loads holds for them, too:
 * one that began before its key was deleted, set or cleared may be older than that, so it never fills the cache.
 */

/** One value on its way. */
export interface Put {
  /** The key it goes to; `undefined` where only the result will tell, and then any change of the table stops it. */
  readonly key: string | undefined;
  /** Nothing has happened to the key since it began. */
  counts: boolean;
}

export class Puts {
  readonly #byKey = new Map<string | undefined, Set<Put>>();

  /** A method that writes begins. */
  begin(key: string | undefined): Put {
    const put = { key, counts: true };
    const others = this.#byKey.get(key);
    if (others === undefined) this.#byKey.set(key, new Set([put]));
    else others.add(put);
    return put;
  }

  /** It is over; gives whether its result may be stored. */
  end(put: Put): boolean {
    const others = this.#byKey.get(put.key);
    others?.delete(put);
    if (others?.size === 0) this.#byKey.delete(put.key);
    return put.counts;
  }

  /** From now on what is on its way to `key` is not stored. */
  fence(key: { readonly text: string }): void {
    if (this.#byKey.size === 0) return;
    this.#stop(key.text);
    this.#stop(undefined);
  }

  /** The same for every key that `isMeant`. */
  fenceWhere(isMeant: (key: string) => boolean): void {
    for (const key of this.#byKey.keys()) if (key === undefined || isMeant(key)) this.#stop(key);
  }

  /** The same for every key. */
  fenceAll(): void {
    this.fenceWhere(() => true);
  }

  #stop(key: string | undefined): void {
    for (const put of this.#byKey.get(key) ?? []) put.counts = false;
  }
}
