/**
 * A class with one instance, and the ways to keep it: what drivers are tried with.
 */
import type { ValueCodecs } from '../persist/contract.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

/** An instance of a class, in a list. */
export const point: readonly object[] = [new Point(1, -0)];

const { prototype } = Point;

/** By its properties, and by functions of its own. */
export const pointCodecs: readonly ValueCodecs[] = [
  [{ name: 'Point', prototype }],
  [
    {
      name: 'Point',
      prototype,
      custom: {
        dump: (one) => new Map(Object.entries(one)),
        load: (map) => new Point(...(Array.from((map as Map<string, number>).values()) as [number, number])),
      },
    },
  ],
];
