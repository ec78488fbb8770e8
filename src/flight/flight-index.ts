/**
 * Where the loads under way are found: by a copy of the arguments as long as each of them has one, and by the text of the key otherwise. To make the text takes longer than
 * everything else that is done to join a load.
 */

/** By what a load is found. */
export interface FlightKey {
  /** The same for the same call, and for no other; may be made when it is asked for. */
  readonly text: string;
  /** The arguments; `undefined` where only the text tells. */
  readonly copy: object | undefined;
}

/** How copies are told apart. */
export interface Copies {
  /** What is the same for copies of the same call, and seldom for others. */
  markOf(copy: object): unknown;
  areSame(one: object, other: object): boolean;
}

export class FlightIndex<F extends { readonly key: FlightKey }> {
  readonly #copies: Copies;
  /** The first one; most are alone. A `Map` makes itself anew whenever it becomes empty. */
  #only: F | undefined;
  /** The others, by mark or by text: of what `#goesByText` says. */
  readonly #others = new Map<unknown, F>();
  #goesByText = false;

  constructor(copies: Copies) {
    this.#copies = copies;
  }

  get isEmpty(): boolean {
    return this.#only === undefined && this.#others.size === 0;
  }

  get(key: FlightKey): F | undefined {
    if (this.#isOnly(key)) return this.#only;
    return this.#others.size === 0 ? undefined : this.#others.get(this.#placeOf(key));
  }

  /** In the place of the one that was there, if any. */
  add(flight: F): void {
    if (this.isEmpty || this.#isOnly(flight.key)) this.#only = flight;
    else this.#others.set(this.#placeOf(flight.key), flight);
  }

  /** Gives whether it was there; another one may have taken its place. */
  remove(flight: F): boolean {
    if (this.#only === flight) {
      this.#only = undefined;
      return true;
    }
    if (this.#others.size === 0) return false;
    const place = this.#placeOf(flight.key);
    return this.#others.get(place) === flight && this.#others.delete(place);
  }

  removeText(text: string): void {
    if (this.#only?.key.text === text) this.#only = undefined;
    if (this.#others.size === 0) return;
    this.#goByText();
    this.#others.delete(text);
  }

  /** The texts of all. */
  texts(): string[] {
    return [...(this.#only === undefined ? [] : [this.#only]), ...this.#others.values()].map(({ key }) => key.text);
  }

  clear(): void {
    this.#only = undefined;
    this.#others.clear();
  }

  #isOnly(key: FlightKey): boolean {
    if (this.#only === undefined) return false;
    const { copy } = key;
    const own = this.#only.key;
    return copy !== undefined && own.copy !== undefined ? this.#copies.areSame(own.copy, copy) : own.text === key.text;
  }

  #placeOf(key: FlightKey): unknown {
    const { copy } = key;
    if (this.#others.size === 0) this.#goesByText = copy === undefined;
    if (this.#goesByText) return key.text;
    if (copy !== undefined) {
      const mark = this.#copies.markOf(copy);
      const there = this.#others.get(mark);
      if (there === undefined || this.#copies.areSame(there.key.copy as object, copy)) return mark;
    }
    this.#goByText();
    return key.text;
  }

  #goByText(): void {
    if (this.#goesByText) return;
    const flights = [...this.#others.values()];
    this.#others.clear();
    for (const flight of flights) this.#others.set(flight.key.text, flight);
    this.#goesByText = true;
  }
}
