/** Records that are on the disk when their callers are answered, so many callers at a time. */
import { fdatasync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cachedUsers, keyOf, RECORD, temporaryDirectory } from './cached-users.mjs';

export const scenarios = ['1 caller', '16 callers', '64 callers', '512 callers'];

export const contenders = [
  { name: 'append, group fdatasync', role: 'floor', make: rawLog },
  { name: 'scrubjay, jsonl', role: 'ours', make: scrubjayWith('jsonl') },
  { name: 'scrubjay, msgpack', role: 'ours', make: scrubjayWith('msgpack') },
  { name: 'better-sqlite3, WAL, FULL', role: 'peer', packages: ['better-sqlite3'], make: sqlite },
  { name: 'classic-level, sync', role: 'peer', packages: ['classic-level'], make: level },
  { name: 'lmdb, awaited', role: 'peer', packages: ['lmdb'], make: lmdb },
];

export const check = () => ({ of: 0, wrong: [] });

export async function prepare(scenario, name, library) {
  const callers = Number.parseInt(scenario, 10);
  const put = await contenders.find((contender) => contender.name === name).make(temporaryDirectory(), library);
  let next = 0;
  const call = async (last) => {
    while (next < last) await put(next++);
  };
  const batch = async (count) => {
    const last = next + count;
    await Promise.all(Array.from({ length: callers }, () => call(last)));
  };
  return { batch };
}

/** Each record is written at once; one sync at a time, for all that were written when it began. */
function rawLog(directory) {
  const file = openSync(join(directory, 'raw'), 'a');
  let waiting = [];
  let isSyncing = false;
  const sync = () => {
    isSyncing = true;
    const answered = waiting;
    waiting = [];
    fdatasync(file, () => {
      isSyncing = false;
      for (const done of answered) done();
      if (waiting.length > 0 && !isSyncing) sync();
    });
  };
  return () =>
    new Promise((done) => {
      writeSync(file, RECORD);
      waiting.push(done);
      if (!isSyncing) queueMicrotask(() => !isSyncing && sync());
    });
}

function scrubjayWith(driver) {
  return async (directory, library) => {
    const { users } = await cachedUsers(new URL('esm/index.js', library), { driver, durability: 'always' }, directory);
    return (index) => users.findSoon(keyOf(index));
  };
}

async function sqlite(directory) {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(join(directory, 'database'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table records (key text primary key, value blob)');
  const insert = database.prepare('insert into records values (?, ?)');
  return (index) => insert.run(keyOf(index), RECORD);
}

async function level(directory) {
  const { ClassicLevel } = await import('classic-level');
  const database = new ClassicLevel(directory, { valueEncoding: 'buffer' });
  await database.open();
  return (index) => database.put(keyOf(index), RECORD, { sync: true });
}

async function lmdb(directory) {
  const { open } = await import('lmdb');
  const database = open({ path: directory, encoding: 'binary' });
  return (index) => database.put(keyOf(index), RECORD);
}
