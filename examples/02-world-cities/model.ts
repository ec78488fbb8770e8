/**
 * What the cache should hold, kept by the simplest means there are: a Map in the order of use for each method.
 * It knows nothing of scrubjay; it only hears which calls were acknowledged.
 */
import type { Call } from './load.js';

/** How a call is written in keys: the arguments by name, names in order. */
export function textOf(call: Call): string {
  const parts: Record<string, unknown> =
    call.method === 'nearest'
      ? { lat: call.args[0], lng: call.args[1] }
      : call.method === 'search'
        ? { prefix: call.args[0], country: call.args[1], limit: call.args[2] }
        : { area: call.args[0] };
  return Object.keys(parts)
    .sort()
    .filter((name) => parts[name] !== undefined)
    .map((name) => `${name}=${valueText(parts[name])}`)
    .join(',');
}

const valueText = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `{${Object.entries(value)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, member]) => `${name}:${valueText(member)}`)
        .join(',')}}`
    : JSON.stringify(value);

/** The expected entries of one method. */
export class MethodModel {
  /** Key → value as JSON text; least recently used first. */
  #entries = new Map<string, string>();
  /** The order after the last load, and after each hit since then. */
  #orders: string[][] = [[]];

  constructor(readonly capacity: number) {}

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** A call was answered: from a load that gave `value`, or from memory. */
  answered(key: string, value: string | undefined): void {
    const stored = value ?? (this.#entries.get(key) as string);
    this.#entries.delete(key);
    if (this.#entries.size === this.capacity) this.#entries.delete(this.order()[0] as string);
    this.#entries.set(key, stored);
    if (value !== undefined) this.#orders = [];
    this.#orders.push(this.order());
  }

  order(): string[] {
    return [...this.#entries.keys()];
  }

  valueOf(key: string): string | undefined {
    return this.#entries.get(key);
  }

  /** How many of the last hits must be forgotten to get `order`; -1 when no number of them does. Hits are all that may be forgotten. */
  hitsForgotten(order: readonly string[]): number {
    const text = order.join('\n');
    return [...this.#orders].reverse().findIndex((known) => known.join('\n') === text);
  }

  /** The same method with one more call answered. */
  after(key: string, value: string | undefined): MethodModel {
    const copy = new MethodModel(this.capacity);
    copy.#entries = new Map(this.#entries);
    copy.#orders = [...this.#orders];
    copy.answered(key, value);
    return copy;
  }

  /** Takes over another order of the same entries. */
  reorder(order: readonly string[]): void {
    this.#entries = new Map(order.map((key) => [key, this.#entries.get(key) as string]));
    this.#orders = [this.order()];
  }
}
