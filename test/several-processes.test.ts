/** What becomes of a cache whose directory another process holds. A lock that the caches of this process do not know of stands for the other. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Cached, CacheRegistry, type RegistryOptions } from '../src/index';
import { lockDirectory } from '../src/persist/directory-lock';
import { workerName } from '../src/persist/worker-name';
import { temporaryDirectory } from './support/directories';
import { errorOf } from './support/promises';
import { warningsOfEachTest } from './support/warnings';

const warnings = warningsOfEachTest();
afterEach(() => {
  delete process.env['NODE_APP_INSTANCE'];
});

function aService(persist: NonNullable<RegistryOptions['persist']>) {
  const registry = new CacheRegistry({ persist });
  class Users {
    @Cached({ params: ['id'], persist: 'jsonl', registry })
    find(id: string): string {
      return id.toUpperCase();
    }
    @Cached({ params: ['id'], persist: 'jsonl', registry })
    other(id: string): string {
      return id;
    }
  }
  return { registry, users: new Users() };
}

/** A directory in which another process holds that of `Users.find`. */
function heldDirectory(): { directory: string; release: () => void } {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'Users.find'));
  const lock = lockDirectory(join(directory, 'Users.find'));
  if (!lock.isHeld) throw new Error('nobody else is here');
  return { directory, release: lock.release };
}

test('opening fails and names the holder; calls are answered from memory, and the other caches are kept', async () => {
  const { directory, release } = heldDirectory();
  const { registry, users } = aService({ directory });
  expect(await errorOf(async () => registry.open())).toMatchObject({
    code: 'SCRUBJAY_DIRECTORY_BUSY',
    message: expect.stringMatching(new RegExp(`^Users\\.find: .*Users\\.find is held by process ${process.pid} on .*\\{worker\\}`)),
  });
  expect([users.find('a'), users.find('a'), users.other('b')]).toEqual(['A', 'A', 'b']);
  const { 'Users.find': find, 'Users.other': other } = registry.stats();
  expect([find?.hits, find?.persistence?.state, other?.persistence?.state]).toEqual([1, 'refused', 'open']);
  expect(warnings.messages).toHaveLength(1);
  await registry.close();
  release();
});

test("onLocked: 'memory' is content with memory, and says nothing", async () => {
  const { directory, release } = heldDirectory();
  const { registry, users } = aService({ directory, onLocked: 'memory' });
  await registry.open();
  expect([users.find('a'), users.find('a')]).toEqual(['A', 'A']);
  expect(registry.stats()['Users.find']?.persistence).toMatchObject({ state: 'refused', lastError: { code: 'SCRUBJAY_DIRECTORY_BUSY' } });
  expect(warnings.messages).toEqual([]);
  await registry.close();
  release();
});

test('a cache that could not be had is there for the next one', async () => {
  const { directory, release } = heldDirectory();
  release();
  const { registry, users } = aService({ directory });
  await registry.open();
  users.find('a');
  await registry.close();
  const again = aService({ directory });
  await again.registry.open();
  expect(again.registry.get('Users.find')?.size).toBe(1);
  await again.registry.close();
});

test('{worker} in a directory is the number of the worker', async () => {
  const directory = temporaryDirectory();
  process.env['NODE_APP_INSTANCE'] = '3';
  const { registry, users } = aService({ directory: join(directory, 'of-{worker}') });
  users.find('a');
  expect(registry.stats()['Users.find']?.persistence?.directory).toBe(join(directory, 'of-3', 'Users.find'));
  await registry.close();
});

test('a worker has a number without separators of paths', async () => {
  expect(workerName()).toBe('0');
  process.env['NODE_APP_INSTANCE'] = '../x';
  expect(workerName()).toBe('___x');
  const code = `import(${JSON.stringify(join(__dirname, '../build/modules/persist/worker-name.js'))}).then(({ workerName }) => require('node:worker_threads').parentPort.postMessage(workerName()))`;
  const worker = new Worker(code, { eval: true, env: { NODE_APP_INSTANCE: '../x' } });
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(`___x-${worker.threadId}`);
});

test.each([[{ onLocked: 'wait' }], [{ onLocked: true }]])('%j is refused', async (persist) => {
  expect(await errorOf(() => new CacheRegistry({ persist: persist as never }))).toMatchObject({
    code: 'SCRUBJAY_BAD_OPTION',
    message: expect.stringContaining("onLocked must be 'error' or 'memory'"),
  });
});
