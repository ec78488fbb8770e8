/**
 * What estimating a size costs, and how far it is off: `npm run build && node --expose-gc bench/size-errors.mjs`. Prints the table of docs/sizes.md;
 * with `--errors`, the errors alone as JSON, of a third as many values; with `--every 3` behind it, of every third kind.
 * The real size is the growth of the heap, and of the memory outside of it, with many values of a kind.
 */
import { cpus } from 'node:os';
import { serialize } from 'node:v8';
import { exactSizeOf, fastSizeOf } from '../build/modules/memory/size-of.js';
import { kinds } from './suites/sizes/kinds.mjs';

/** Memory in use when nothing is left that could be collected: some of it goes only when the loop has turned. */
async function used() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function cost(sizeOf, values) {
  for (const value of values) sizeOf(value);
  const begin = performance.now();
  let calls = 0;
  while (performance.now() - begin < 50) {
    for (const value of values) sizeOf(value);
    calls += values.length;
  }
  return ((performance.now() - begin) * 1e6) / calls;
}

const whole = (number) => Math.round(number).toLocaleString('en-US');
const percent = (share) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
const attempt = (work) => {
  try {
    return work();
  } catch {
    return Number.NaN;
  }
};

const ways = {
  fast: fastSizeOf,
  exact: exactSizeOf,
  'JSON text': (value) => JSON.stringify(value).length,
  serialize: (value) => serialize(value).length,
};

const isQuick = process.argv.includes('--errors');

/** Bytes of one value of a kind as they are, and by each way to estimate them. */
async function measure({ count: full, make }) {
  const count = isQuick ? Math.ceil(full / 3) : full;
  for (let index = 0; index < 1000; index++) make(index);
  const values = new Array(count).fill(undefined);
  const before = await used();
  for (let index = 0; index < count; index++) values[index] = make(index);
  const real = ((await used()) - before) / count;
  const estimate = (sizeOf) => attempt(() => values.reduce((sum, value) => sum + sizeOf(value), 0) / count);
  const asked = Object.entries(ways).filter(([name]) => !isQuick || name === 'fast' || name === 'exact');
  return { real, values, estimates: asked.map(([name, sizeOf]) => ({ name, sizeOf, error: estimate(sizeOf) / real - 1 })) };
}

async function row(kind) {
  const { real, values, estimates } = await measure(kind);
  const cells = estimates.map(({ sizeOf, error }) => (Number.isNaN(error) ? 'fails' : `${percent(error)}, ${whole(cost(sizeOf, values.slice(0, 200)))} ns`));
  return `| ${kind.name} | ${whole(real)} | ${cells.join(' | ')} |`;
}

if (isQuick) {
  const errors = {};
  const every = process.argv.includes('--every') ? Number(process.argv.at(-1)) : 1;
  for (const kind of kinds.filter((_, index) => index % every === 0))
    errors[kind.name] = Object.fromEntries((await measure(kind)).estimates.map(({ name, error }) => [name, error]));
  console.log(JSON.stringify(errors));
} else {
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0].model}\n`);
  console.log(
    `| value | bytes | ${Object.keys(ways).join(' | ')} |\n| --- | --: | ${Object.keys(ways)
      .map(() => '--:')
      .join(' | ')} |`,
  );
  for (const kind of kinds) console.log(await row(kind));
}
