/** What @Cached says about the disk, and what the registry tells of it: `version`, `onDamage`, progress, health. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Cached, CacheRegistry, cacheOf, type OpenProgress, type PersistOptions } from '../src/index';
import { realFileSystem } from '../src/persist/file-system';
import { logFiles, temporaryDirectory } from './support/directories';
import { manualClockForEachTest } from './support/manual-clock';
import { errorOf } from './support/promises';
import { warningsOfEachTest } from './support/warnings';
import './support/no-locks';

const time = manualClockForEachTest();

const warnings = warningsOfEachTest();

/** A process with one persisted method; its values say in which process they were loaded. */
function start(directory: string, version: number | string | undefined, persist: Exclude<PersistOptions, string> = {}) {
  const registry = new CacheRegistry({ persist: { directory } });
  class Users {
    @Cached({ params: ['id'], persist: { driver: 'jsonl', ...persist, ...(version !== undefined && { version }) }, registry })
    find(id: string): string {
      return `${id} of ${version}`;
    }
    @Cached({ params: ['id'], registry })
    other(id: string): string {
      return id;
    }
  }
  return { registry, users: new Users() };
}

/** What a process of this version answers; it ends in order. */
async function answers(directory: string, version: number | string | undefined, ids: readonly string[]): Promise<string[]> {
  const { registry, users } = start(directory, version);
  const found = ids.map((id) => users.find(id));
  await registry.close();
  return found;
}

describe('version', () => {
  test.each([
    [1, 2],
    ['a', 'b'],
    ['b', 'a'],
    [2, 'a'],
    [undefined, 1],
    [1, undefined],
  ] as const)('%p, then %p: it begins empty, and nothing comes back when it is the first again', async (first, second) => {
    const directory = temporaryDirectory();
    expect(await answers(directory, first, ['x', 'y'])).toEqual([`x of ${first}`, `y of ${first}`]);
    expect(await answers(directory, first, ['x'])).toEqual([`x of ${first}`]);
    expect(await answers(directory, second, ['x'])).toEqual([`x of ${second}`]);
    expect(await answers(directory, second, ['x'])).toEqual([`x of ${second}`]);
    if (typeof first === 'number' && typeof second === 'number') return;
    const { registry, users } = start(directory, first);
    expect(await registry.open()).toMatchObject([{ recovery: { outcome: 'other-version', entries: 0 } }]);
    expect([users.find('x'), users.find('y')]).toEqual([`x of ${first}`, `y of ${first}`]);
    await registry.close();
    expect(warnings.messages).toEqual([]);
  });

  test('rolled back: calls are answered from memory, and the newer version finds everything again', async () => {
    const directory = temporaryDirectory();
    await answers(directory, 2, ['x']);
    const before = logFiles(directory).map((path) => [path, readFileSync(path, 'utf8')]);
    const { registry, users } = start(directory, 1);
    expect([users.find('x'), users.find('x')]).toEqual(['x of 1', 'x of 1']);
    expect(registry.stats()['Users.find']).toMatchObject({ hits: 1, persistence: { state: 'refused', lastError: { code: 'SCRUBJAY_VERSION_OLDER' } } });
    expect((await errorOf(() => cacheOf(users.find).delete('x'))).code).toBe('SCRUBJAY_NOT_DURABLE');
    await registry.close();
    expect(logFiles(directory).map((path) => [path, readFileSync(path, 'utf8')])).toEqual(before);
    expect(await answers(directory, 2, ['x'])).toEqual(['x of 2']);
  });
});

test.each([
  ['drop-suspect', { outcome: 'corrupt', entries: 1, droppedEntries: 1 }, ['a of 2', 'b of 2', 'c of 1'], 'open'],
  ['salvage', { outcome: 'corrupt', entries: 2, droppedEntries: 0 }, ['a of 1', 'b of 2', 'c of 1'], 'open'],
  ['refuse', undefined, ['a of 2', 'b of 2', 'c of 2'], 'refused'],
] as const)("onDamage: '%s' after the second of three flushed entries was damaged", async (onDamage, recovery, found, state) => {
  const directory = temporaryDirectory();
  const first = start(directory, '1');
  for (const id of ['a', 'b', 'c']) first.users.find(id);
  await first.registry.close();
  const [path] = logFiles(directory) as [string];
  // The value is a text of the same length, so only the checksum knows.
  writeFileSync(path, readFileSync(path, 'utf8').replace('"b of 1"', '"b of 7"'));
  const registry = new CacheRegistry({ persist: { directory } });
  class Users {
    @Cached({ params: ['id'], persist: { driver: 'jsonl', version: '1', onDamage }, registry })
    find(id: string): string {
      return `${id} of 2`;
    }
  }
  const users = new Users();
  expect((await registry.open())[0]?.recovery).toEqual(recovery && expect.objectContaining(recovery));
  expect(registry.stats()['Users.find']?.persistence).toMatchObject({ state, lastError: { code: 'SCRUBJAY_LOG_DAMAGED' } });
  expect(['a', 'b', 'c'].map((id) => users.find(id))).toEqual(found);
  expect(warnings.messages).toHaveLength(1);
  await registry.close();
});

describe('progress', () => {
  async function filled(): Promise<string> {
    const directory = temporaryDirectory();
    const { registry, users } = start(directory, 1);
    for (let id = 0; id < 3; id++) await cacheOf(users.find).set([`${id}`], 'x'.repeat(2_000_000));
    await registry.close();
    return directory;
  }

  test('open tells how far each cache has come, up to its end', async () => {
    const directory = await filled();
    const { registry } = start(directory, 1);
    const told: OpenProgress[] = [];
    await registry.open({ onProgress: (progress) => void told.push(progress) });
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(({ name }) => name)).toEqual(told.map(() => 'Users.find'));
    const done = told.map(({ doneBytes }) => doneBytes);
    expect(done).toEqual([...done].sort((one, other) => one - other));
    const totalBytes = told[0]?.totalBytes as number;
    expect(totalBytes).toBeGreaterThan(6_000_000);
    expect(told.at(-1)).toEqual({ name: 'Users.find', doneBytes: totalBytes, totalBytes });
    await registry.close();
  });

  test('a listener that throws does not end the recovery: it is not asked again, and open throws its error', async () => {
    const directory = await filled();
    const { registry } = start(directory, 1);
    let asked = 0;
    const opening = registry.open({
      onProgress: () => {
        asked++;
        throw new Error('mine');
      },
    });
    await expect(opening).rejects.toThrow('mine');
    expect([asked, registry.stats()['Users.find']]).toMatchObject([1, { size: 3, persistence: { state: 'open' } }]);
    await registry.close();
  });
});

describe('health', () => {
  const HEALTHY = { isHealthy: true, unpersisted: 0, error: undefined };

  test('a cache is healthy before it is opened, open, and closed', async () => {
    const { registry, users } = start(temporaryDirectory(), 1);
    const states = [];
    for (const step of [() => undefined, () => users.find('a'), () => registry.close()]) {
      await step();
      const { isHealthy, caches } = registry.health();
      expect([isHealthy, caches['Users.other']]).toEqual([true, { ...HEALTHY, state: 'memory' }]);
      states.push(caches['Users.find']);
    }
    expect(states).toEqual(['unopened', 'open', 'closed'].map((state) => ({ ...HEALTHY, state })));
  });

  test('a disk that fails makes its cache unhealthy, calls are answered, and it is healthy again when the disk is', async () => {
    const directory = temporaryDirectory();
    const { registry, users } = start(directory, 1);
    users.find('a');
    const failing = jest.spyOn(realFileSystem, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO: planted'), { code: 'EIO' });
    });
    expect([users.find('b'), users.find('b')]).toEqual(['b of 1', 'b of 1']);
    expect(registry.health()).toMatchObject({
      isHealthy: false,
      caches: {
        'Users.find': { state: 'degraded', isHealthy: false, unpersisted: 1, error: { code: 'SCRUBJAY_DISK_FAILED' } },
        'Users.other': { isHealthy: true },
      },
    });
    failing.mockRestore();
    for (let turns = 0; turns < 2000 && !registry.health().isHealthy; turns++) {
      time.clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(registry.health()).toEqual({
      isHealthy: true,
      caches: { 'Users.find': { ...HEALTHY, state: 'open' }, 'Users.other': { ...HEALTHY, state: 'memory' } },
    });
    await registry.close();
    const again = start(directory, 1);
    await again.registry.open();
    expect(cacheOf(again.users.find).keys()).toEqual(['id="a"', 'id="b"']);
    await again.registry.close();
  });

  test('a directory that cannot be read makes its cache unhealthy; one that another process holds does where nobody said that this is all right', async () => {
    const directory = temporaryDirectory();
    await answers(directory, 2, ['x']);
    const { registry, users } = start(directory, 1);
    users.find('x');
    expect(registry.health().caches['Users.find']).toMatchObject({ isHealthy: false, state: 'refused', error: { code: 'SCRUBJAY_VERSION_OLDER' } });
    await registry.close();
    const holder = start(directory, 2);
    holder.users.find('x');
    for (const onLocked of ['error', 'memory'] as const) {
      const second = start(directory, 2, { onLocked });
      second.users.find('x');
      expect(second.registry.health()).toMatchObject({ isHealthy: onLocked === 'memory', caches: { 'Users.find': { state: 'refused' } } });
      await second.registry.close();
    }
    await holder.registry.close();
    rmSync(directory, { recursive: true });
  });
});
