/**
 * Which objects a walk has met. A `load` makes its instance of data that must be whole by then, so nothing that a dump leads to may lead back to the instance.
 * An object met before could do that unseen; that is why what a dump leads to is walked through once more, from the dump to its end.
 */
export class MetObjects {
  #seen = new Set<object>();
  /** What is being walked through, and in how many dumps each stands; known only where there can be dumps. */
  readonly #open: Map<object, number> | undefined;
  /** What dumps led to. None of it leads back to anything that is open. */
  readonly #closed: Set<object> | undefined;
  #dumps = 0;

  constructor(hasDumps: boolean) {
    this.#open = hasDumps ? new Map() : undefined;
    this.#closed = hasDumps ? new Set() : undefined;
  }

  has(value: object): boolean {
    return this.#seen.has(value) || this.#closed?.has(value) === true;
  }

  /** Whether `value` would be read only after the data that holds it. */
  isOutsideOfDump(value: object): boolean {
    return this.#dumps > 0 && (this.#open?.get(value) ?? this.#dumps) < this.#dumps;
  }

  /** The walk through `value` begins. */
  enter(value: object): void {
    this.#seen.add(value);
    this.#open?.set(value, this.#dumps);
  }

  /** It has ended. */
  leave(value: object): void {
    this.#open?.delete(value);
  }

  /** Walks through what the dump of `instance` gave. */
  withinDump(instance: object, walk: () => void): void {
    const seenOutside = this.#seen;
    this.#seen = new Set();
    this.#dumps++;
    walk();
    this.#dumps--;
    for (const each of [instance, ...this.#seen]) this.#closed?.add(each);
    this.#seen = seenOutside;
  }
}
