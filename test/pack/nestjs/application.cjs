/** An application in plain CommonJS, as a compiler writes it, with whichever Nest is installed beside it. `node application.cjs 11` */
require('reflect-metadata');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const { existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Injectable, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { Cached, cached, CacheRegistry, registry: processRegistry } = require('scrubjay');
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

function moduleWith(imports, providers) {
  class AppModule {}
  Module({ imports, providers })(AppModule);
  return AppModule;
}

async function start(directory) {
  const module = moduleWith([ScrubjayModule.forRoot({ persist: { directory }, defaults: { capacity: 1 } })], [Users, Admin, Tenants]);
  return (await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false })).init();
}

/** Used too early, and without the module. */
async function useWrong() {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-nest-'));
  const early = await NestFactory.create(moduleWith([ScrubjayModule.forRoot({ persist: { directory } })], [Users]), { logger: false, abortOnError: false });
  await assert.rejects(early.get(Users).find('u1'), { code: 'SCRUBJAY_NOT_OPEN' });
  await early.init();
  await early.get(Users).find('u1');
  await early.close();
  class Forgotten {
    static {
      cached(this, 'find', { persist: { directory } });
    }
    async find(id) {
      return { id };
    }
  }
  Injectable()(Forgotten);
  const without = await NestFactory.createApplicationContext(moduleWith([], [Forgotten]), { logger: false, abortOnError: false });
  const warned = once(process, 'warning');
  await without.get(Forgotten).find('u1');
  assert.equal((await warned)[0].code, 'SCRUBJAY_MODULE_MISSING');
  await without.close();
  await processRegistry.close();
  const twice = NestFactory.createApplicationContext(
    moduleWith([ScrubjayModule.forRoot({ maxBytes: '1mb' }), ScrubjayModule.forRoot({ maxBytes: '2mb' })], []),
    {
      logger: false,
      abortOnError: false,
    },
  );
  await assert.rejects(twice, { code: 'SCRUBJAY_MODULE_TWICE' });
  rmSync(directory, { recursive: true, force: true });
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
    await again.get(Users).find('u2');
    assert.equal(again.get(CacheRegistry).get('Users.find').size, 1);
    await again.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

module.exports = { use };
if (require.main === module) {
  const { version } = require('@nestjs/core/package.json');
  assert.equal(version.split('.')[0], process.argv[2]);
  void use()
    .then(useWrong)
    .then(() => console.log(`CommonJS with Nest ${version}: good`));
}
