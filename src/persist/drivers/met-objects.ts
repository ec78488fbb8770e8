/**
 * Which objects a walk has met. A `load` makes its instance of data that must be whole by then, so nothing that a dump leads to may lead back to the instance.
 * An object met before could do that unseen; that is why what a dump leads to is walked through once more, from the dump to its end.
 */
export class MetObjects {
  #seen = new Set<object>();
  /** What is being walked through, and in how many dumps each stands. */
  readonly #open = new Map<object, number>();
  /** What dumps led to. None of it leads back to anything that is open. */
  readonly #closed = new Set<object>();
  #dumps = 0;

  has(value: object): boolean {
    return this.#seen.has(value) || this.#closed.has(value);
  }

  /** Whether `value` would be read only after the data that holds it. */
  isOutsideOfDump(value: object): boolean {
    return (this.#open.get(value) ?? this.#dumps) < this.#dumps;
  }

  /** Walks through `value`. */
  within(value: object, walk: () => void): void {
    this.#seen.add(value);
    this.#open.set(value, this.#dumps);
    walk();
    this.#open.delete(value);
  }

  /** Walks through what the dump of `instance` gave. */
  withinDump(instance: object, walk: () => void): void {
    const seenOutside = this.#seen;
    this.#seen = new Set();
    this.#dumps++;
    walk();
    this.#dumps--;
    for (const each of [instance, ...this.#seen]) this.#closed.add(each);
    this.#seen = seenOutside;
  }
}
