/**
 * Which tags were invalidated while loads were under way, so that a load which began before is found out when its result turns out to carry one of them.
 * Time is told by a counter, never by a clock: what began in the same millisecond is still before or after.
 * A tag is remembered only as long as a load is under way that began before it was invalidated.
 */

/** Beyond this many, single tags are not remembered: as long as a load can be under way. */
const MOST_TAGS = 10_000;

export class InvalidatedTags {
  /** Rises with each invalidation. */
  #generation = 0;
  /** How many loads are under way that began in each generation, the oldest first. */
  readonly #underWay = new Map<number, number>();
  /** The last generation that began with an invalidation of each tag, the oldest first. */
  readonly #tags = new Map<string, number>();
  /** Whoever began before this generation may have missed any tag. */
  #forgottenBefore = 0;

  /** At which generation it is now. */
  get generation(): number {
    return this.#generation;
  }

  /** How many tags are remembered. */
  get size(): number {
    return this.#tags.size;
  }

  /** A load begins. Gives its generation, which `end` takes. */
  begin(): number {
    const generation = this.#generation;
    this.#underWay.set(generation, (this.#underWay.get(generation) ?? 0) + 1);
    return generation;
  }

  /** A load that began in that generation is over. */
  end(began: number): void {
    const left = (this.#underWay.get(began) as number) - 1;
    if (left > 0) {
      this.#underWay.set(began, left);
      return;
    }
    this.#underWay.delete(began);
    const [oldest = Number.POSITIVE_INFINITY] = this.#underWay.keys();
    for (const [tag, generation] of this.#tags) {
      if (generation > oldest) break;
      this.#tags.delete(tag);
    }
  }

  /** From now on no result with one of these tags is valid that was begun to be loaded before. */
  invalidate(tags: Iterable<string>): void {
    this.#generation++;
    if (this.#underWay.size === 0) return;
    for (const tag of tags) {
      this.#tags.delete(tag);
      this.#tags.set(tag, this.#generation);
    }
    if (this.#tags.size <= MOST_TAGS) return;
    this.#forgottenBefore = this.#generation;
    this.#tags.clear();
  }

  /** Whether any of these was invalidated since a load began in that generation. */
  hasAny(tags: readonly string[], began: number): boolean {
    if (began === this.#generation) return false;
    return began < this.#forgottenBefore || tags.some((tag) => (this.#tags.get(tag) ?? 0) > began);
  }
}
