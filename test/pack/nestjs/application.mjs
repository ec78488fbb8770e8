/** The same as an ES module: the Nest, and the scrubjay, that `import` finds. `node application.mjs 12` */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheRegistry, cached } from 'scrubjay';
import { ScrubjayHealthIndicator, ScrubjayModule } from 'scrubjay/nestjs';

class Users {
  static {
    cached(this, 'find');
  }
  runs = 0;
  async find(id) {
    return { id, run: ++this.runs };
  }
}
Injectable()(Users);

class UsersController {
  constructor(users) {
    this.users = users;
  }
  find(id) {
    return this.users.find(id);
  }
}
Reflect.defineMetadata('design:paramtypes', [Users], UsersController);
Param('id')(UsersController.prototype, 'find', 0);
Get('users/:id')(UsersController.prototype, 'find', Object.getOwnPropertyDescriptor(UsersController.prototype, 'find'));
Controller()(UsersController);

class AppModule {}
Module({ imports: [ScrubjayModule.forRoot()], providers: [Users], controllers: [UsersController] })(AppModule);

const { version } = JSON.parse(readFileSync(new URL('node_modules/@nestjs/core/package.json', import.meta.url), 'utf8'));
assert.equal(version.split('.')[0], process.argv[2]);
const applications = await Promise.all([1, 2].map(() => NestFactory.create(AppModule, { logger: false, abortOnError: false })));
for (const app of applications) {
  await app.listen(0, '127.0.0.1');
  const home = await app.getUrl();
  for (let count = 0; count < 2; count++) assert.deepEqual(await (await fetch(`${home}/users/u1`)).json(), { id: 'u1', run: 1 });
  const { hits, misses } = app.get(CacheRegistry).stats()['Users.find'];
  assert.deepEqual([hits, misses], [1, 1]);
  assert.deepEqual(app.get(ScrubjayHealthIndicator).isHealthy(), { caches: { status: 'up' } });
}
for (const app of applications) await app.close();
console.log(`ES modules with Nest ${version}: good`);
