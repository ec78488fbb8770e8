/** An application in plain CommonJS, as a compiler writes it, with whichever Nest is installed beside it. `node application.cjs 11` */
require('reflect-metadata');
const assert = require('node:assert/strict');
const { existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Injectable, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { Cached, cached, CacheRegistry } = require('scrubjay');
const { InjectCache, ScrubjayModule } = require('scrubjay/nestjs');

class Users {
  static {
    cached(this, 'find', { persist: 'jsonl' });
  }
  runs = 0;
  async find(id) {
    return { id, run: ++this.runs };
  }
}
Injectable()(Users);

class Admin {
  constructor(users, found, registry) {
    Object.assign(this, { users, found, registry });
  }
}
Injectable()(Admin);
Reflect.defineMetadata('design:paramtypes', [Users, Object, CacheRegistry], Admin);
InjectCache(Users, 'find')(Admin, undefined, 1);

/** A request-scoped one, whose objects share. */
class Tenants {
  async find(id) {
    return { id };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Tenants.prototype, 'find');
Object.defineProperty(Tenants.prototype, 'find', Cached({ scope: 'class' })(Tenants.prototype, 'find', descriptor));
Injectable({ scope: 2 })(Tenants);

async function start(directory) {
  class AppModule {}
  Module({ imports: [ScrubjayModule.forRoot({ persist: { directory } })], providers: [Users, Admin, Tenants] })(AppModule);
  return (await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false })).init();
}

async function use() {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-nest-'));
  try {
    const app = await start(directory);
    const { users, found, registry } = app.get(Admin);
    await users.find('u1');
    assert.deepEqual(await users.find('u1'), { id: 'u1', run: 1 });
    assert.equal(found.size, 1);
    assert.equal(registry.stats()['Users.find'].hits, 1);
    for (let count = 0; count < 2; count++) await (await app.resolve(Tenants)).find('t1');
    assert.deepEqual([registry.stats()['Tenants.find'].hits, registry.stats()['Tenants.find'].misses], [1, 1]);
    await app.close();
    assert.ok(existsSync(join(directory, 'Users.find')));
    const again = await start(directory);
    assert.deepEqual(await again.get(Users).find('u1'), { id: 'u1', run: 1 });
    assert.equal(again.get(Users).runs, 0);
    await again.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

module.exports = { use };
if (require.main === module) {
  const { version } = require('@nestjs/core/package.json');
  assert.equal(version.split('.')[0], process.argv[2]);
  void use().then(() => console.log(`CommonJS with Nest ${version}: good`));
}
