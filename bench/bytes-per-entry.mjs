/**
 * What a bounded map takes for an entry beyond its key and its value, with a million entries: `npm run build && node bench/bytes-per-entry.mjs`.
 * Heap and external memory with the map, less that with the keys alone; the value is one object for all. Each map in a process of its own.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { contenders } from './suites/lru/contenders.mjs';

const ENTRIES = 1_000_000;
const [name, kind] = process.argv.slice(2);

async function used() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (name === undefined) {
  console.log(`Node ${process.versions.node}, ${ENTRIES.toLocaleString('en-US')} entries, bytes for each beyond key and value\n`);
  for (const { name: each, role } of contenders) {
    const bytes = ['text', 'integer'].map((of) =>
      execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), each, of], { encoding: 'utf8' }).trim(),
    );
    console.log(`${each.padEnd(20)} ${role.padEnd(8)} text keys ${bytes[0].padStart(5)}   integer keys ${bytes[1].padStart(5)}`);
  }
} else {
  const library = new URL('../dist/', import.meta.url);
  const keys = Array.from({ length: ENTRIES }, (_, number) => (kind === 'text' ? Buffer.from(`user:${number}:profile`).toString('latin1') : number));
  const value = { id: 1 };
  // Everything that is compiled or cached once.
  const small = await contenders.find((each) => each.name === name).make(1000, library);
  for (let number = 0; number < 3000; number++) small.set(keys[number], value);
  const before = await used();
  globalThis.map = await contenders.find((each) => each.name === name).make(ENTRIES, library);
  for (const key of keys) globalThis.map.set(key, value);
  console.log((((await used()) - before) / ENTRIES).toFixed(1));
  globalThis.keys = keys;
}
