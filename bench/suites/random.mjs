/** Random numbers that are the same in every run. */

/** Numbers from 0 to below 1: mulberry32 (Tommy Ettinger, 2017, public domain). */
export function randomNumbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The numbers from 0 to below `count` in a random order. */
export function shuffled(count, seed) {
  const next = randomNumbers(seed);
  const numbers = Array.from({ length: count }, (_, number) => number);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [numbers[last], numbers[other]] = [numbers[other], numbers[last]];
  }
  return numbers;
}

/** `length` ranks from 0 to below `count`, rank r with a frequency of 1 / (r + 1) ** exponent. Gray et al., "Quickly generating billion-record synthetic databases", SIGMOD 1994. */
export function zipfRanks(count, exponent, length, next) {
  let zeta = 0;
  for (let rank = 1; rank <= count; rank++) zeta += 1 / rank ** exponent;
  const alpha = 1 / (1 - exponent);
  const second = 1 + 0.5 ** exponent;
  const eta = (1 - (2 / count) ** (1 - exponent)) / (1 - second / zeta);
  return Int32Array.from({ length }, () => {
    const uniform = next();
    if (uniform * zeta < 1) return 0;
    if (uniform * zeta < second) return 1;
    return Math.min(count - 1, Math.floor(count * (eta * uniform - eta + 1) ** alpha));
  });
}
