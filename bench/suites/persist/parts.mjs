/** What a put on disk is made of, beside the miss in memory: each part by itself. */

import { openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { keyOf, RECORD, temporaryDirectory, userOf } from './cached-users.mjs';

const VALUES = Array.from({ length: 4096 }, (_, index) => userOf(keyOf(index)));
const BYTES = Buffer.alloc(4096);

export const scenarios = ['jsonl', 'msgpack'];

export const contenders = [
  { name: 'writeSync', role: 'floor', make: write },
  { name: 'JSON.stringify', role: 'beside', make: () => (value) => JSON.stringify(value).length },
  { name: 'a look at the value', role: 'ours', make: look },
  {
    name: 'look and encode',
    role: 'ours',
    make:
      ({ driver }) =>
      (value) =>
        driver.encodeValue(value),
  },
  { name: 'look, encode, record with key and checksum', role: 'ours', make: record },
];

export const check = () => ({ of: 0, wrong: [] });

export async function prepare(scenario, name, library) {
  const modules = createRequire(new URL('../build/modules/', library));
  const driver = modules(`./persist/drivers/${scenario}.js`)[scenario];
  const part = contenders.find((contender) => contender.name === name).make({ driver, modules });
  return {
    batch: (count) => {
      let last;
      for (let done = 0; done < count; done++) last = part(VALUES[done % VALUES.length], done);
      return last;
    },
  };
}

function write() {
  const file = openSync(join(temporaryDirectory(), 'raw'), 'a');
  return () => writeSync(file, RECORD);
}

/** Both formats look the same way; msgpack at the texts, too. */
function look({ driver, modules }) {
  const { survey } = modules('./persist/drivers/value-survey.js');
  const options = { codecs: [], seeksOddText: driver.name === 'msgpack' };
  return (value) => survey(value, options).isRich;
}

function record({ driver }) {
  return (value, lsn) => {
    const encoded = driver.encodeValue(value);
    const rest = undefined;
    const put = { lsn, type: 'put', key: `id="${value.id}"`, value: encoded, isPromised: false, expiresAt: rest, evicted: rest, tags: rest, durableLsn: rest };
    return driver.writeRecord(put, 1, BYTES, 0).end;
  };
}
