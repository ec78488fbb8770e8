/** Signals end a process without its exit hooks. The child runs the built package. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { closeOn } from '../src/persist/close-on';
import { temporaryDirectory } from './support/directories';
import { errorOf } from './support/promises';

test.each([
  [false, [null, 'SIGTERM'], ['b', 'c', 'a']],
  [true, [7, null], ['b', 'c', 'a', 'late']],
])('closeOn: SIGTERM closes the caches before it ends the process; who listens himself (%s) is left to it', async (isListening, end, kept) => {
  const directory = temporaryDirectory();
  const child = spawn(process.execPath, [join(__dirname, 'close-on-child.mjs'), directory, String(isListening)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual(end);
  const registry = new CacheRegistry({ persist: { directory } });
  class Users {
    @Cached({ params: ['id'], persist: 'jsonl', registry })
    find(id: string): string {
      return id;
    }
  }
  const [opened] = await registry.open();
  expect([opened?.recovery?.outcome, cacheOf(Users, 'find').keys()]).toEqual(['clean', kept.map((id) => `id="${id}"`)]);
  await registry.close();
});

test('what is said later counts', () => {
  const closed: string[] = [];
  closeOn(['SIGUSR2'], () => closed.push('first'));
  closeOn(['SIGHUP'], () => closed.push('second'));
  expect([process.listenerCount('SIGUSR2'), process.listenerCount('SIGHUP')]).toEqual([0, 1]);
  closeOn([], () => undefined);
  expect(process.listenerCount('SIGHUP')).toBe(0);
});

test.each([['SIGTERM'], [['SIGKILL']], [['TERM']], [[5]]])('closeOn: %j is refused', async (signals) => {
  expect(await errorOf(() => new CacheRegistry({ persist: { closeOn: signals as never } }))).toMatchObject({
    code: 'SCRUBJAY_BAD_OPTION',
    message: expect.stringContaining("closeOn must be a list of signals, such as ['SIGTERM']"),
  });
});
