/**
 * Hashes of primitive values, 32 bits, different in each process: nobody can choose arguments that collide who does not know the seed.
 * The highest bits are the best ones. Numbers that are different 32-bit integers never have the same hash: each step can be undone.
 */
import { randomInt } from 'node:crypto';

/** A random number of this process. */
export const SEED = randomInt(2 ** 32) | 0;
const SECOND_SEED = randomInt(2 ** 32) | 0;

/** Adds `part` to `hash`. */
export function mixed(hash: number, part: number): number {
  const sum = Math.imul(hash ^ part, 0x9e3779b1);
  return sum ^ (sum >>> 15);
}

/** Knuth, The Art of Computer Programming, volume 3, section 6.4: integers one after the other fall far apart. */
export const hashOfInteger = (value: number): number => Math.imul(value ^ SEED, 0x9e3779b1);

/** Of every character. Two lanes, because each step of one has to wait for the step before. */
export function hashOfText(text: string): number {
  const { length } = text;
  let even = SEED ^ length;
  let odd = SECOND_SEED;
  let index = 1;
  for (; index < length; index += 2) {
    even = Math.imul(even ^ text.charCodeAt(index - 1), 0x9e3779b1);
    odd = Math.imul(odd ^ text.charCodeAt(index), 0x85ebca6b);
  }
  if (index === length) even = Math.imul(even ^ text.charCodeAt(index - 1), 0x9e3779b1);
  const hash = Math.imul(even ^ (even >>> 16) ^ ((odd << 13) | (odd >>> 19)), 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}

const bits = new DataView(new ArrayBuffer(8));

/** Of a number that is no 32-bit integer. */
export function hashOfDouble(value: number): number {
  bits.setFloat64(0, value);
  return mixed(mixed(SEED, bits.getInt32(0)), bits.getInt32(4));
}
