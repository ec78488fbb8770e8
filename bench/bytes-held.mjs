/**
 * How much memory a map with a limit in bytes really takes: `npm run build && node --expose-gc bench/bytes-held.mjs`. For each kind of value the growth of heap and
 * external memory with a map of 24 MB, or `--megabytes 6`, that was filled three times over, beside its limit. With `--errors`, of six everyday kinds as JSON.
 */
import { parseArgs } from 'node:util';
import { BoundedMap } from '../dist/esm/map.js';
import { kinds } from './suites/sizes/kinds.mjs';

const { values: options } = parseArgs({ options: { errors: { type: 'boolean' }, megabytes: { type: 'string', default: '24' } } });
const LIMIT = Number(options.megabytes) * 1024 * 1024;

async function used() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The map that is measured; nothing else refers to it. */
let map;

async function errorOf(make) {
  map = undefined;
  for (let index = 0; index < 100; index++) make(index);
  const before = await used();
  map = new BoundedMap({ maxBytes: LIMIT });
  let stored = 0;
  for (let filled = 0; filled < 3 * LIMIT; filled += Math.ceil(map.bytes / map.size)) {
    map.set(Buffer.from(`user:${stored}:something`).toString('latin1'), make(stored));
    stored++;
  }
  return ((await used()) - before) / LIMIT - 1;
}

const isForTests = options.errors;
const errors = {};
const EVERYDAY = ['small object', 'JSON tree of 10 KB', 'text of 1,000 letters', 'Buffer of 4 KB', 'list of 100 objects', 'class instance'];
for (const { name, make } of isForTests ? kinds.filter((kind) => EVERYDAY.includes(kind.name)) : kinds) {
  errors[name] = await errorOf(make);
  if (!isForTests)
    console.log(`${name.padEnd(40)} ${map.size.toLocaleString('en-US').padStart(8)} entries, ${(errors[name] * 100).toFixed(1)} % beside the limit`);
}
if (isForTests) console.log(JSON.stringify(errors));
