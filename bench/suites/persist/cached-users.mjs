/** What every measurement on disk needs: a directory of its own, a cached method, and records of about 200 bytes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that goes when the process ends. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-bench-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A record of 200 bytes, for those who write bytes. */
export const RECORD = Buffer.alloc(200, '.');

export const keyOf = (index) => `user-${index}`;

/** A value whose record has about 200 bytes in JSON. */
export const userOf = (id) => ({ id, name: `name of ${id}`, email: 'somebody@example.org', age: 42, tags: ['one', 'two'], rest: 'nothing much' });

/** A service with a method `find`, or `findSoon` that is async, cached by the library whose entry is `code` as `persist` says; `undefined` for memory only. */
export async function cachedUsers(code, persist, directory, { capacity = 4_000_000 } = {}) {
  const { CacheRegistry, cached, cacheOf } = await import(code);
  const registry = new CacheRegistry({ persist: { directory } });
  class Users {
    find(id) {
      return userOf(id);
    }

    async findSoon(id) {
      return userOf(id);
    }
  }
  const options = { capacity, params: ['id'], registry, ...(persist && { persist }) };
  cached(Users, 'find', options);
  cached(Users, 'findSoon', options);
  const users = new Users();
  return { users, registry, handle: cacheOf(users, 'find') };
}
