/** Run in a project that has installed the packed scrubjay: `import` and `require` give the same code, which writes values to disk. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as esm from 'scrubjay';

const require = createRequire(import.meta.url);
const cjs = require('scrubjay');

// Unless a newer Node adds its own names for the whole of a CommonJS module.
const names = (module) => Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports');
assert.deepEqual(names(cjs).sort(), names(esm).sort(), 'both give the same names');
for (const name of names(esm)) assert.equal(esm[name], cjs[name], `both give the same ${name}`);

class ByEsm {
  async find(id) {
    return new Map([[id, 'from the ES modules']]);
  }
}
class ByCjs {
  async find(id) {
    return new Map([[id, 'from CommonJS']]);
  }
}

// What a compiler makes of `@Cached({…}) find(id)` under legacy decorators.
for (const [{ Cached }, { prototype }] of [
  [esm, ByEsm],
  [cjs, ByCjs],
]) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'find');
  const decorate = Cached({ params: ['id'], scope: 'class', persist: { directory: 'kept' } });
  Object.defineProperty(prototype, 'find', decorate(prototype, 'find', descriptor) ?? descriptor);
}

assert.deepEqual(await new ByEsm().find('u1'), new Map([['u1', 'from the ES modules']]));
assert.deepEqual(await new ByCjs().find('u1'), new Map([['u1', 'from CommonJS']]));

assert.notEqual(globalThis[Symbol.for('scrubjay.registry.v1')], undefined);
assert.deepEqual(esm.registry.list(), ['ByEsm.find', 'ByCjs.find']);

// A Map is written by devalue, which is bundled.
await esm.registry.close();
const written = readdirSync('kept', { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile())
  .map((file) => readFileSync(join(file.path, file.name), 'utf8'))
  .join('');
assert.match(written, /from the ES modules/);
assert.match(written, /from CommonJS/);

await import('scrubjay/persist');
require('scrubjay/persist');
assert.equal(require('scrubjay/package.json').name, 'scrubjay');

console.log(`scrubjay ${require('scrubjay/package.json').version} works as ES modules and as CommonJS on Node ${process.version}`);

for (const { BoundedMap } of [await import('scrubjay/map'), require('scrubjay/map')]) {
  const map = new BoundedMap({ capacity: 2, ttl: '1h' }).set('a', 1).set('b', 2).set('c', 3);
  if ([...map.keys()].join() !== 'b,c') throw new Error('scrubjay/map does not keep the last two of three');
}
for (const { policyContract } of [await import('scrubjay/testing'), require('scrubjay/testing')]) {
  for (const { run } of policyContract(esm.policies.lru)) run();
}

const npx = (...words) => execFileSync('npx', ['scrubjay', ...words], { encoding: 'utf8' });
assert.equal(npx('--version'), `${require('scrubjay/package.json').version}\n`);
assert.match(npx('get', 'kept', 'ByCjs.find:id="u1"'), /^Map\(1\) \{ 'u1' => 'from CommonJS' \}/);
assert.equal(spawnSync('npx', ['scrubjay', 'keys', 'nowhere']).status, 1);

// Nobody has installed msgpackr here.
for (const { cached } of [esm, cjs]) {
  class Users {
    find(id) {
      return id;
    }
  }
  assert.throws(
    () => cached(Users, 'find', { params: ['id'], persist: 'msgpack' }),
    (error) => error.code === 'SCRUBJAY_PEER_MISSING' && error.message.includes('npm install msgpackr'),
  );
}
