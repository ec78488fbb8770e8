/**
 * Cached service methods behind Fastify: the service is a plain class, the caches are opened before the server listens and closed with it.
 * Asks itself over HTTP, and ends with an error if an answer is not as expected.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { Cached, cacheOf, registry } from 'scrubjay';

interface City {
  readonly id: string;
  readonly name: string;
}

class Cities {
  loads = 0;

  // The scope says that the entries on disk belong to whichever object there is after a restart.
  @Cached({ capacity: 1000, persist: 'jsonl', scope: 'class' })
  async find(id: string): Promise<City> {
    this.loads++;
    return { id, name: `City ${id}` };
  }
}

async function application(cities: Cities): Promise<FastifyInstance> {
  const app = Fastify();
  app.get<{ Params: { id: string } }>('/cities/:id', async ({ params }) => cities.find(params.id));
  app.delete<{ Params: { id: string } }>('/cities/:id', async ({ params }) => ({ existed: await cacheOf(cities.find).delete(params.id) }));
  app.get('/stats', async () => registry.stats());
  app.get('/health', async (_request, reply) => {
    const health = registry.health();
    return reply.code(health.isHealthy ? 200 : 503).send(health);
  });
  app.addHook('onReady', async () => {
    await registry.open();
  });
  app.addHook('onClose', async () => {
    await registry.close();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}

const directory = mkdtempSync(join(tmpdir(), 'scrubjay-fastify-'));
registry.configure({ persist: { directory } });
const ask = async (app: FastifyInstance, path: string, method = 'GET'): Promise<any> => (await fetch(app.listeningOrigin + path, { method })).json();

const cities = new Cities();
const app = await application(cities);
const answers = await Promise.all(Array.from({ length: 10 }, () => ask(app, '/cities/7')));
for (const answer of answers) assert.deepEqual(answer, { id: '7', name: 'City 7' });
assert.equal(cities.loads, 1);
assert.deepEqual(await ask(app, '/cities/7', 'DELETE'), { existed: true });
await ask(app, '/cities/7');
assert.equal(cities.loads, 2);
assert.equal((await ask(app, '/stats'))['Cities.find'].size, 1);
assert.equal((await ask(app, '/health')).isHealthy, true);
await app.close();
assert.equal(registry.health().caches['Cities.find']?.state, 'closed');
rmSync(directory, { recursive: true });
console.log(`ten requests at once cost one load, a delete one more: ${cities.loads} loads`);
