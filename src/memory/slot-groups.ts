/**
 * Which slots belong together under a name, and which names each slot has: for those that are to go at once, however many others there are.
 * Costs memory for each name of each slot, so only who was asked for such groups has them.
 */

const NONE: ReadonlySet<number> = new Set();

export class SlotGroups {
  /** A group of one is kept as its only slot: most ids have one entry. */
  readonly #groups = new Map<string, number | Set<number>>();
  /** By slot, where it is in any group. */
  #names: (readonly string[] | undefined)[] = [];

  /** The slot, which is in no group, is in these from now on; no name stands twice. */
  add(slot: number, names: readonly string[]): void {
    if (names.length === 0) return;
    this.#names[slot] = names;
    for (const name of names) {
      const group = this.#groups.get(name);
      if (group === undefined) this.#groups.set(name, slot);
      else if (typeof group === 'number') this.#groups.set(name, new Set([group, slot]));
      else group.add(slot);
    }
  }

  /** The slot is in no group any more. */
  remove(slot: number): void {
    const names = this.namesOf(slot);
    if (names.length === 0) return;
    this.#names[slot] = undefined;
    for (const name of names) {
      const group = this.#groups.get(name);
      if (typeof group !== 'object' || group.size === 1) this.#groups.delete(name);
      else group.delete(slot);
    }
  }

  /** The names of the groups that the slot is in. */
  namesOf(slot: number): readonly string[] {
    return (slot < this.#names.length ? this.#names[slot] : undefined) ?? [];
  }

  /** The slots of a group; it changes with the group. */
  slotsOf(name: string): Iterable<number> {
    const group = this.#groups.get(name);
    return typeof group === 'number' ? [group] : (group ?? NONE);
  }

  clear(): void {
    this.#groups.clear();
    this.#names = [];
  }
}
