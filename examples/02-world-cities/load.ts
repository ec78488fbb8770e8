/**
 * The load: a list of calls as users make them. Few are made often, many seldom (Zipf's law), the same in every run.
 */
import type { City } from './cities.js';
import type { Area } from './service.js';

/** One thing a user may ask. */
export type Call =
  | { readonly id: number; readonly method: 'nearest'; readonly args: readonly [lat: number, lng: number] }
  | { readonly id: number; readonly method: 'search'; readonly args: readonly [prefix: string, country?: string, limit?: number] }
  | { readonly id: number; readonly method: 'within'; readonly args: readonly [area: Area] };

export type MethodName = Call['method'];

export const METHODS: readonly MethodName[] = ['nearest', 'search', 'within'];

/** Random numbers from 0 to 1 that are the same for the same seed. Source: mulberry32, by Tommy Ettinger, public domain. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ASKED = { nearest: 1200, search: 800, within: 400 } as const satisfies Record<MethodName, number>;
const SHARES: readonly (readonly [MethodName, number])[] = [
  ['nearest', 0.5],
  ['search', 0.35],
  ['within', 0.15],
];

/** Everything users ask for, the most popular of each method first. */
export function everyCall(cities: readonly City[]): ReadonlyMap<MethodName, readonly Call[]> {
  const random = randomFrom(1);
  const anyCity = (): City => cities[Math.floor(random() * cities.length)] as City;
  const rounded = (degrees: number): number => Math.round((degrees + random() - 0.5) * 100) / 100;
  let id = 0;
  const list = (count: number, make: () => Call): readonly Call[] => {
    const known = new Map<string, Call>();
    while (known.size < count) {
      const call = make();
      const text = JSON.stringify(call.args);
      if (!known.has(text)) known.set(text, { ...call, id: id++ });
    }
    return [...known.values()];
  };
  return new Map<MethodName, readonly Call[]>([
    ['nearest', list(ASKED.nearest, () => ({ id: 0, method: 'nearest', args: [rounded(anyCity().lat), rounded(anyCity().lng)] }))],
    [
      'search',
      list(ASKED.search, () => {
        const { name, country } = anyCity();
        const prefix = name.slice(0, 3);
        // Some leave the country out, some the limit: the defaults of the method do the rest.
        return { id: 0, method: 'search', args: random() < 0.2 ? [prefix] : random() < 0.5 ? [prefix, country] : [prefix, country, 10] };
      }),
    ],
    [
      'within',
      list(ASKED.within, () => ({
        id: 0,
        method: 'within',
        args: [{ lat: rounded(anyCity().lat), lng: rounded(anyCity().lng), radiusKm: 50 + 50 * Math.floor(random() * 4) }],
      })),
    ],
  ]);
}

/** `count` calls in the order in which they are made. */
export function callsMade(asked: ReadonlyMap<MethodName, readonly Call[]>, count: number, seed: number): readonly Call[] {
  const random = randomFrom(seed);
  const popularity = new Map([...asked].map(([method, calls]) => [method, cumulativeZipf(calls.length)]));
  return Array.from({ length: count }, () => {
    let share = random();
    const [method] = SHARES.find(([, part]) => (share -= part) < 0) ?? ['nearest'];
    const sums = popularity.get(method) as readonly number[];
    const target = random() * (sums.at(-1) as number);
    const rank = sums.findIndex((sum) => sum >= target);
    return (asked.get(method) as readonly Call[])[rank] as Call;
  });
}

/** Sums of 1/1, 1/2, 1/3 …: the popularity of each rank by Zipf's law with exponent 1. */
function cumulativeZipf(length: number): readonly number[] {
  let sum = 0;
  return Array.from({ length }, (_, rank) => (sum += 1 / (rank + 1)));
}
