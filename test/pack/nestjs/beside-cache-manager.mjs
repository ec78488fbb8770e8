/** @nestjs/cache-manager keeps the responses of a controller, scrubjay the results of the service behind it; neither knows of the other. */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { CACHE_MANAGER, CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Injectable, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheRegistry, cached } from 'scrubjay';
import { ScrubjayModule } from 'scrubjay/nestjs';

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
let calls = 0;
class C {
  constructor(u) {
    this.u = u;
  }
  find(id) {
    calls++;
    return this.u.find(id);
  }
}
Reflect.defineMetadata('design:paramtypes', [Users], C);
Param('id')(C.prototype, 'find', 0);
const d = Object.getOwnPropertyDescriptor(C.prototype, 'find');
Get('users/:id')(C.prototype, 'find', d);
UseInterceptors(CacheInterceptor)(C.prototype, 'find', d);
Controller()(C);
class App {}
Module({ imports: [CacheModule.register({ isGlobal: true }), ScrubjayModule.forRoot()], providers: [Users], controllers: [C] })(App);
const app = await NestFactory.create(App, { logger: false, abortOnError: false });
await app.listen(0, '127.0.0.1');
const home = await app.getUrl();
for (let i = 0; i < 3; i++) assert.deepEqual(await (await fetch(`${home}/users/u1`)).json(), { id: 'u1', run: 1 });
assert.equal(calls, 1);
await app.get(CACHE_MANAGER).clear();
assert.deepEqual(await (await fetch(`${home}/users/u1`)).json(), { id: 'u1', run: 1 });
assert.equal(calls, 2);
const { hits, misses } = app.get(CacheRegistry).stats()['Users.find'];
assert.deepEqual([hits, misses], [1, 1]);
await app.close();
console.log('beside cache-manager: good');
