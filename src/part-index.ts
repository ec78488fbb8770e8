/**
 * The entries of one cache by parts of their keys: for those parts that somebody asked for.
 */
import type { KeyRule } from './key/call-key.js';
import { partIn, type SaidPart, type WantedPart } from './key/key-parts.js';
import { SlotGroups } from './memory/slot-groups.js';

export class PartIndex {
  readonly #rule: KeyRule;
  readonly #names: readonly string[];
  readonly #groups = new SlotGroups();

  constructor(rule: KeyRule, names: readonly string[]) {
    this.#rule = rule;
    this.#names = [...new Set(names)];
  }

  /** An entry stands in `slot` from now on. */
  add(slot: number, key: string): void {
    this.#groups.add(
      slot,
      this.#names.map((name) => groupOf(name, partIn(this.#rule, key, name))),
    );
  }

  remove(slot: number): void {
    this.#groups.remove(slot);
  }

  clear(): void {
    this.#groups.clear();
  }

  /** The slots of all entries that may have one of the parts, and perhaps of some that have not; `undefined` where none of them is in the index. */
  slotsOf(parts: readonly WantedPart[]): number[] | undefined {
    const part = parts.find(({ name }) => this.#names.includes(name));
    if (part === undefined) return undefined;
    const groups = [...part.texts.map((text) => groupOf(part.name, { text, isWhole: true })), unknownGroup(part.name)];
    return groups.flatMap((group) => [...this.#groups.slotsOf(group)]);
  }
}

const groupOf = (name: string, { text, isWhole }: SaidPart): string => (isWhole ? `${name}=${text ?? ''}` : unknownGroup(name));

/** Of those whose keys do not say it. */
const unknownGroup = (name: string): string => `${name}~`;
