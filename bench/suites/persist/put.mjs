/** What a put costs its caller: a miss of a cached method that is written to disk, or a `set`. */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cachedUsers, keyOf, RECORD, temporaryDirectory, userOf } from './cached-users.mjs';

/** How many calls are made before the first of them is awaited. */
const TOGETHER = 1000;

export const scenarios = ['jsonl miss', 'msgpack miss', 'jsonl set', 'msgpack set', 'jsonl async', 'msgpack async'];

export const contenders = [
  { name: 'writeSync', role: 'floor' },
  { name: 'memory only', role: 'beside' },
  { name: "scrubjay, 'os'", role: 'ours', durability: 'os' },
  { name: "scrubjay, 'interval'", role: 'ours', durability: 'interval' },
];

export const check = () => ({ of: 0, wrong: [] });

export async function prepare(scenario, name, library) {
  const directory = temporaryDirectory();
  if (name === 'writeSync') return { batch: rawWrites(directory) };
  const [driver, way] = scenario.split(' ');
  const { durability } = contenders.find((contender) => contender.name === name);
  const { users, handle } = await cachedUsers(new URL('esm/index.js', library), durability && { driver, durability }, directory);
  return { batch: ways[way](users, handle) };
}

function rawWrites(directory) {
  const file = openSync(join(directory, 'raw'), 'a');
  return (count) => {
    for (let done = 0; done < count; done++) writeSync(file, RECORD);
  };
}

let next = 0;

const ways = {
  miss: (users) => (count) => {
    for (let done = 0; done < count; done++) users.find(keyOf(next++));
  },
  set: (_users, handle) => (count) => {
    for (let done = 0; done < count; done++) void handle.set([keyOf(next % 10_000)], userOf(keyOf(next++)));
  },
  async: (users) => async (count) => {
    for (let done = 0; done < count; done += TOGETHER) {
      const calls = [];
      for (let call = done; call < Math.min(done + TOGETHER, count); call++) calls.push(users.findSoon(keyOf(next++)));
      await Promise.all(calls);
    }
  },
};
