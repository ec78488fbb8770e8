/** One opening of a cache that was written before, or one reading of its lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchBlocks } from '../blocks.mjs';
import { cachedUsers, keyOf } from './cached-users.mjs';

export async function run({ name, directory, quick }, library) {
  const records = quick ? 100_000 : 1_000_000;
  const [deed, driver] = name.replace(',', '').split(' ');
  if (deed === 'JSON.parse') return parse(join(directory, 'jsonl'), name.endsWith('Map'), records);
  const { users, registry } = await cachedUsers(new URL('esm/index.js', library), { driver, durability: 'os' }, join(directory, driver));
  if (deed === 'write') {
    for (let index = 0; index < records; index++) {
      users.find(keyOf(index));
      // So that compactions get their turns, as they would.
      if (index % 100 === 0) await new Promise(setImmediate);
    }
    await registry.close();
    return {};
  }
  const blocks = watchBlocks();
  const begin = performance.now();
  if (name.endsWith('call')) users.find(keyOf(0));
  else await registry.open();
  const ms = performance.now() - begin;
  const longest = await blocks.end();
  const { persistence } = registry.stats()['Users.find'];
  if (persistence.recovery.entries !== records) throw new Error(`${persistence.recovery.entries} entries came back`);
  return { ms, 'longest block, ms': longest, 'peak, MiB': process.resourceUsage().maxRSS / 1024 };
}

/** One loop over the lines of every file. */
function parse(directory, isKept, records) {
  const begin = performance.now();
  const entries = new Map();
  let count = 0;
  for (const path of readdirSync(directory, { recursive: true }).filter((file) => file.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(directory, path), 'utf8').split('\n')) {
      if (line === '') continue;
      const record = JSON.parse(line);
      if (record.t === 'put') count++;
      if (isKept) entries.set(record.k, record.v);
    }
  }
  if (count < records) throw new Error(`${count} puts were found`);
  return { ms: performance.now() - begin, 'peak, MiB': process.resourceUsage().maxRSS / 1024 };
}
