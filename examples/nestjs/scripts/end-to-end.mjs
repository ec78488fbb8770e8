/** Uses the application as its clients do: over HTTP, through a SIGKILL under load and a SIGTERM. Ends with an error if anything it expects does not hold. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../build/main.js', import.meta.url));
const wantedMajor = process.argv[2];
const { version } = JSON.parse(readFileSync(new URL('../node_modules/@nestjs/core/package.json', import.meta.url), 'utf8'));
if (wantedMajor !== undefined) assert.equal(version.split('.')[0], wantedMajor);
const directory = mkdtempSync(join(tmpdir(), 'scrubjay-nestjs-data-'));

/** A running application. */
class Server {
  static async start() {
    const child = spawn(process.execPath, [main], { env: { ...process.env, DATA_DIRECTORY: directory, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
    const home = await new Promise((resolve, reject) => {
      let printed = '';
      child.stdout.on('data', (text) => {
        printed += text;
        const url = /listening on (http:\S+)/.exec(printed)?.[1];
        if (url !== undefined) resolve(url);
      });
      child.on('exit', (code) => reject(new Error(`the application ended with ${code} before it listened: ${printed}`)));
    });
    return new Server(child, home);
  }

  constructor(child, home) {
    this.child = child;
    this.home = home;
    this.ended = once(child, 'exit');
  }

  async ask(path, { method = 'GET', body, headers = {} } = {}) {
    const response = await fetch(this.home + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
  }

  async get(path, headers) {
    const { status, body } = await this.ask(path, { headers });
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  }

  async stats(cache = 'Cities.find') {
    const { queries, caches } = await this.get('/stats');
    return { queries, ...caches[cache] };
  }

  async end(signal) {
    this.child.kill(signal);
    const [code, by] = await this.ended;
    return by ?? code;
  }
}

async function part(name, work) {
  const startedAt = Date.now();
  await work();
  console.log(`Nest ${version}: ${name} (${Date.now() - startedAt} ms)`);
}

let server = await Server.start();
try {
  await part('reads are cached', async () => {
    const first = await server.get('/cities/7');
    assert.deepEqual(await server.get('/cities/7'), first);
    assert.equal((await server.stats()).hits, 1);
    const search = await server.get('/cities?country=FR&minPopulation=5000');
    assert.ok(search.length > 0 && search.every(({ country, population }) => country === 'FR' && population >= 5000));
    assert.deepEqual(await server.get('/cities?minPopulation=5000&country=FR'), search);
    assert.equal((await server.stats('Cities.search')).hits, 1);
    assert.equal((await server.ask('/cities?country=France')).status, 400);
    assert.equal((await server.ask('/cities/5000')).status, 404);
  });

  await part('one load for requests at the same time', async () => {
    const before = (await server.stats()).queries;
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.get('/cities/8')));
    assert.equal(new Set(answers.map(({ loadedAs }) => loadedAs)).size, 1);
    assert.equal((await server.stats()).queries, before + 1);
  });

  await part('writes remove and replace what they make wrong', async () => {
    const before = await server.get('/cities?country=FR');
    const { body: changed } = await server.ask('/cities/8', { method: 'PUT', body: { population: 12345 } });
    const { queries } = await server.stats();
    assert.deepEqual(await server.get('/cities/8'), changed);
    assert.equal((await server.stats()).queries, queries);
    assert.notDeepEqual(await server.get('/cities?country=FR'), before);
    assert.equal((await server.ask('/cities/9', { method: 'DELETE' })).status, 204);
    assert.equal((await server.ask('/cities/9')).status, 404);
    const [france, germany] = [await server.get('/cities/12'), await server.get('/cities/13')];
    assert.deepEqual([france.country, germany.country], ['FR', 'DE']);
    assert.equal((await server.ask('/cities/grow/FR', { method: 'POST' })).status, 204);
    assert.equal((await server.get('/cities/12')).population, france.population + 1);
    assert.deepEqual(await server.get('/cities/13'), germany);
    assert.deepEqual((await server.ask('/cities/13/cached', { method: 'DELETE' })).body, { existed: true });
    assert.notEqual((await server.get('/cities/13')).loadedAs, germany.loadedAs);
    assert.equal((await server.ask('/cities/8', { method: 'PUT', body: { population: -1 } })).status, 400);
  });

  await part('requests say what they want, and get an ETag and their age', async () => {
    assert.equal((await server.ask('/cities/20')).headers.get('age'), null);
    const before = await server.ask('/cities/20');
    assert.match(before.headers.get('age'), /^\d+$/);
    assert.match(before.headers.get('etag'), /^W\//);
    const fresh = await server.get('/cities/20', { 'cache-control': 'no-cache' });
    assert.notEqual(fresh.loadedAs, before.body.loadedAs);
    assert.equal((await server.ask('/cities/21', { headers: { 'cache-control': 'only-if-cached' } })).status, 504);
  });

  await part('it is healthy', async () => {
    const health = await server.get('/health');
    assert.equal(health.status, 'ok');
    assert.deepEqual(health.details, { caches: { status: 'up' } });
  });

  await part('killed under load: nothing that was acknowledged is lost, and nothing old comes back', async () => {
    for (let round = 1; round <= 2; round++) {
      const acknowledged = new Map();
      let isOver = false;
      const clients = Array.from({ length: 8 }, async (_, client) => {
        for (let count = 0; !isOver; count++) {
          const id = 100 + client * 50 + (count % 50);
          const write = count % 5 === 4;
          try {
            const answer = write
              ? await server.ask(`/cities/${id}`, { method: 'PUT', body: { population: round * 1_000_000 + count } })
              : await server.ask(`/cities/${id}`);
            if (answer.status === 200) acknowledged.set(id, answer.body);
          } catch {
            // It was killed before it answered: a write may have been done, or not.
            if (write) acknowledged.delete(id);
          }
        }
      });
      const enough = 60;
      while (acknowledged.size < enough) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(await server.end('SIGKILL'), 'SIGKILL');
      isOver = true;
      await Promise.all(clients);
      server = await Server.start();
      const { queries } = await server.stats();
      for (const [id, city] of acknowledged) assert.deepEqual(await server.get(`/cities/${id}`), city);
      assert.equal((await server.stats()).queries, queries, 'every acknowledged city is answered from what was on disk');
      assert.ok(acknowledged.size >= enough);
    }
  });

  await part('ended by SIGTERM: nothing is lost, and the order of use is the same', async () => {
    for (let count = 0; count < 150; count++) await server.get(`/cities/${100 + ((count * 7919) % 100)}`);
    const keys = await server.get('/stats/Cities.find/keys');
    assert.ok(keys.length >= 100);
    assert.equal(await server.end('SIGTERM'), 'SIGTERM');
    server = await Server.start();
    assert.deepEqual(await server.get('/stats/Cities.find/keys'), keys);
    const { queries } = await server.stats();
    for (const key of keys) await server.get(`/cities/${/\d+/.exec(key)[0]}`);
    assert.equal((await server.stats()).queries, queries);
  });

  await part('ended by SIGTERM under load: every request that was answered is there', async () => {
    const acknowledged = new Map();
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let id = 500 + client * 20; id < 520 + client * 20; id++) {
        try {
          const { status, body } = await server.ask(`/cities/${id}`);
          if (status === 200) acknowledged.set(id, body);
        } catch {
          return;
        }
      }
    });
    while (acknowledged.size < 40) await new Promise((resolve) => setTimeout(resolve, 1));
    await server.end('SIGTERM');
    await Promise.all(clients);
    server = await Server.start();
    for (const [id, city] of acknowledged) assert.deepEqual(await server.get(`/cities/${id}`), city);
  });
} finally {
  await server.end('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
