/** Run in a project that has installed the packed scrubjay and its optional peers: they are found by `import` and by `require`. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as esm from 'scrubjay';

const cjs = createRequire(import.meta.url)('scrubjay');
const user = { name: 'Ada', since: new Date(0), photo: Buffer.from('bytes') };

async function find({ cached, CacheRegistry }, load) {
  class Users {
    find(_id) {
      return load();
    }
  }
  const registry = new CacheRegistry({ persist: { directory: 'packed' } });
  cached(Users, 'find', { params: ['id'], scope: 'class', persist: 'msgpack', registry });
  const found = await new Users().find('u1');
  await registry.close();
  return found;
}

assert.deepEqual(await find(esm, () => user), user);
for (const build of [cjs, esm]) assert.deepEqual(await find(build, () => assert.fail('the entry is not there')), user);
assert.ok(readdirSync('packed/Users.find').some((name) => name.endsWith('.mpk')));

assert.equal(execFileSync('npx', ['scrubjay', 'keys', 'packed'], { encoding: 'utf8' }), 'Users.find:id="u1"\n');
renameSync('node_modules/msgpackr', 'node_modules/away');
const { status, stderr } = spawnSync('npx', ['scrubjay', 'keys', 'packed'], { encoding: 'utf8' });
assert.equal(status, 1);
assert.match(stderr, /npm install msgpackr/);
renameSync('node_modules/away', 'node_modules/msgpackr');
console.log('MessagePack is written and read');
