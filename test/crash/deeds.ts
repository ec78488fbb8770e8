/** What the killed processes do, and the slow and obvious model of what they must leave behind. */

export interface Deed {
  readonly kind: 'call' | 'set' | 'delete' | 'clear' | 'flush';
  readonly key: string;
  /** Number of the deed over all generations; a value made by it carries it. */
  readonly version: number;
}

/** The value that a call or a set makes, the same as in child.mjs. */
const valueOf = (key: string, version: number): unknown => ({ key, version, day: new Date(version), text: 'x'.repeat(version % 90) });

/** Keys and values, least recently used first. */
export type State = readonly (readonly [key: string, value: unknown])[];

/** Numbers from 0 to 1, the same ones for a seed. Source: mulberry32 by T. Ettinger, public domain. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` deeds over a few more keys than fit, most of them calls of few keys, so that hits, misses and evictions mix. */
export function someDeeds(random: () => number, count: number, firstVersion: number, capacity: number): Deed[] {
  return Array.from({ length: count }, (_, index) => {
    const luck = random();
    const kind = luck < 0.85 ? 'call' : luck < 0.91 ? 'set' : luck < 0.97 ? 'delete' : luck < 0.98 ? 'clear' : 'flush';
    return { kind, key: `k${Math.floor(random() ** 2 * capacity * 1.7)}`, version: firstVersion + index };
  });
}

/** The state after each number of deeds, from none to all, and whether the deed before it fixed the order. */
export function statesOf(from: State, deeds: readonly Deed[], capacity: number): { state: State; isFixed: boolean }[] {
  const entries = new Map(from);
  const states = [{ state: from, isFixed: true }];
  for (const { kind, key, version } of deeds) {
    const known = entries.has(key);
    const isHit = kind === 'call' && known;
    if (isHit) {
      const value = entries.get(key);
      entries.delete(key);
      entries.set(key, value);
    } else if (kind === 'call' || kind === 'set') {
      entries.delete(key);
      if (entries.size === capacity) entries.delete([...entries.keys()][0] as string);
      entries.set(key, valueOf(key, version));
    } else if (kind === 'delete') entries.delete(key);
    else if (kind === 'clear') entries.clear();
    states.push({ state: [...entries], isFixed: !isHit && !(kind === 'delete' && !known) });
  }
  return states;
}

/**
 * What may be found after a kill, when `done` deeds were acknowledged: the state after one of them, but none before the last deed
 * that changed the contents or made the order durable, because only uses may be forgotten; or that after the deed under way.
 */
export function possibleStates(from: State, deeds: readonly Deed[], capacity: number, done: number): State[] {
  const states = statesOf(from, deeds.slice(0, done + 1), capacity);
  let fixed = done;
  while (states[fixed]?.isFixed === false) fixed--;
  return states.slice(fixed).map(({ state }) => state);
}
