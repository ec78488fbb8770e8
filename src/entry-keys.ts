/**
 * Whose entry stands in each slot, and under which key. An everyday call is its own key, and its text is made only when somebody asks for it;
 * all other entries are found by their text.
 */
import { argumentsText, type KeyRule, keyOfCall } from './key/call-key.js';
import { argumentsOf, type CallCopy, hashOfCopy, isSmall } from './key/call-table.js';
import { hashOfText } from './key/hash.js';
import { hashOfStored, SlotKeys } from './key/slot-keys.js';
import type { SizedEntry } from './memory/byte-limits.js';
import type { PartIndex } from './part-index.js';
import type { Table } from './tables.js';

const NONE = -1;

/** What a call is known by: its key as text, and its arguments where they are everyday. */
export interface CallKey {
  readonly text: string;
  readonly copy: CallCopy | undefined;
}

/** A number that is the same for the same key. */
export const hashOfCall = (key: CallKey): number => (key.copy === undefined ? hashOfText(key.text) : hashOfCopy(key.copy));

/** The key of an everyday call: its text is made when somebody asks for it, of the copy, since the method may have changed the arguments by then. */
class LateKey implements CallKey {
  readonly copy: CallCopy;
  readonly #rule: KeyRule;
  #text: string | undefined;

  constructor(rule: KeyRule, copy: CallCopy) {
    this.#rule = rule;
    this.copy = copy;
  }

  get text(): string {
    return (this.#text ??= keyOfCall(this.#rule, undefined, argumentsOf(this.copy.key)));
  }
}

/**
 * The key of the call `self.method(...args)`. Its arguments are copied before the method runs: what that does to them must not move the entry.
 * @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_KEY_FAILED, SCRUBJAY_KEY_UNNAMED
 */
export const callKey = (rule: KeyRule, table: Table, self: unknown, args: readonly unknown[]): CallKey => keyWith(table.calls?.copyOf(args), rule, self, args);

/** The same for the call that was looked for in `table` right before. */
export const callKeyOfLast = (rule: KeyRule, table: Table, self: unknown, args: readonly unknown[]): CallKey =>
  keyWith(table.calls?.copyOfLast(args), rule, self, args);

function keyWith(copy: CallCopy | undefined, rule: KeyRule, self: unknown, args: readonly unknown[]): CallKey {
  // Whatever could be refused is looked at now.
  if (copy !== undefined && rule.needsNames !== true && isSmall(copy)) return new LateKey(rule, copy);
  return { text: keyOfCall(rule, self, args), copy };
}

/** A key, as far as its size goes; it may be about to come to `table`. Its text is asked for where it has no copy. */
export function sizedKey(table: Table, textOf: () => string, copy: unknown): Omit<SizedEntry, 'value' | 'tags'> {
  const others = copy === undefined ? table.texts.size : typeof copy === 'string' ? table.calls?.mappedTexts : undefined;
  return { text: copy === undefined ? textOf() : '', copy, mapped: others === undefined ? undefined : others + 1 };
}

export class EntryKeys {
  /** The everyday calls by slot, for the tables of the cache. */
  readonly calls = new SlotKeys();
  /** Finds entries by parts of their keys; `undefined` where nobody asked for that. */
  readonly index: PartIndex | undefined;
  readonly #rule: KeyRule;
  /** By slot, where an entry has one. */
  readonly #texts: (string | undefined)[] = [];
  /** By slot, of entries that do not lie in the first table. */
  readonly #others: (Table | undefined)[] = [];
  #first: Table | undefined;

  /** `rule` says how keys are made. */
  constructor(rule: KeyRule, index?: PartIndex) {
    this.#rule = rule;
    this.index = index;
  }

  /** The slot of the entry of a call, or -1. */
  slotOf(table: Table, key: CallKey): number {
    const { copy } = key;
    if (copy !== undefined) {
      const slot = table.calls?.findCopy(copy) ?? NONE;
      if (slot !== NONE || table.texts.size === 0) return slot;
    } else if (!table.hasAllTexts) this.#tellAll(table);
    return table.texts.get(key.text) ?? NONE;
  }

  /** From now on the entry of a call, which has none, stands in `slot`. */
  bind(slot: number, table: Table, key: CallKey): void {
    const { copy } = key;
    this.#first ??= table;
    if (table !== this.#first) this.#others[slot] = table;
    const isFoundByCall = copy !== undefined && table.calls?.add(copy, slot) === true;
    if (!isFoundByCall || table.hasAllTexts) this.#tell(table, key.text, slot);
    this.index?.add(slot, copy !== undefined && key.text.startsWith('~') ? this.#wholeTextOf(copy.key) : key.text);
  }

  /** An entry that was found by its text, because it came from disk or by `set`, is found by its arguments from now on. */
  learn(slot: number, table: Table, copy: CallCopy | undefined): void {
    if (copy === undefined || this.calls.keys[slot] !== undefined || table.calls?.add(copy, slot) !== true) return;
    if (!table.hasAllTexts) this.#untell(table, slot);
  }

  /** The entry in `slot` is gone. */
  release(slot: number): void {
    const table = this.tableOf(slot);
    if (this.calls.keys[slot] !== undefined) table.calls?.remove(slot);
    this.#untell(table, slot);
    if (slot < this.#others.length) this.#others[slot] = undefined;
    this.index?.remove(slot);
  }

  /** Every entry of every table is gone. */
  clear(): void {
    this.calls.keys = [];
    this.#texts.length = 0;
    this.#others.length = 0;
    this.index?.clear();
  }

  tableOf(slot: number): Table {
    return (slot < this.#others.length ? this.#others[slot] : undefined) ?? (this.#first as Table);
  }

  /** The same number as `hashOfCall` gave for the entry in `slot`. */
  hashOf(slot: number): number {
    const key = this.calls.keys[slot];
    return key === undefined ? hashOfText(this.textOf(slot)) : hashOfStored(key);
  }

  /** The key of the entry in `slot`, as far as its size goes. */
  sizedAt(slot: number): Omit<SizedEntry, 'value' | 'tags'> {
    const copy = this.calls.keys[slot];
    return sizedKey(this.tableOf(slot), () => this.textOf(slot), copy);
  }

  /** The key of the entry in `slot`. */
  textOf(slot: number): string {
    return this.textLater(slot)();
  }

  /** The same, made when it is asked for; then another entry may stand in `slot`. */
  textLater(slot: number): () => string {
    const known = slot < this.#texts.length ? this.#texts[slot] : undefined;
    const stored = this.calls.keys[slot];
    return () => known ?? keyOfCall(this.#rule, undefined, argumentsOf(stored));
  }

  /** The same in its whole length, where the arguments are at hand. */
  wholeTextOf(slot: number): string {
    const copy = this.calls.keys[slot];
    return copy === undefined ? this.textOf(slot) : this.#wholeTextOf(copy);
  }

  #wholeTextOf(copy: unknown): string {
    return argumentsText(this.#rule, argumentsOf(copy));
  }

  /** Every slot that has an entry in `table`. */
  slotsOf(table: Table): Set<number> {
    return new Set([...table.texts.values(), ...(table.calls?.slots() ?? [])]);
  }

  /** A call that is not everyday may be equal to one that is: `Object.create(null)` with the same properties as an object literal. */
  #tellAll(table: Table): void {
    table.hasAllTexts = true;
    for (const slot of table.calls?.slots() ?? []) this.#tell(table, this.textOf(slot), slot);
  }

  #tell(table: Table, text: string, slot: number): void {
    table.texts.set(text, slot);
    this.#texts[slot] = text;
  }

  #untell(table: Table, slot: number): void {
    const text = slot < this.#texts.length ? this.#texts[slot] : undefined;
    if (text === undefined) return;
    table.texts.delete(text);
    this.#texts[slot] = undefined;
  }
}
