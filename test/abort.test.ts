/** Who waits for a load, and who may stop it. */
import { Cached, CacheRegistry, cacheOf } from '../src/index';
import { errorOf, gate } from './support/promises';

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

function aService() {
  const seen: (AbortSignal | undefined)[] = [];
  const load = gate<string>();
  class Users {
    @Cached({ registry })
    async find(_id: string, options: { signal?: AbortSignal; take?: number } = {}): Promise<string> {
      const { signal } = options;
      seen.push(signal);
      signal?.addEventListener('abort', () => load.fail(signal.reason));
      return load.promise;
    }
  }
  const users = new Users();
  return { users, load, seen, stats: () => cacheOf(users, 'find').stats() };
}

test('callers with signals of their own share one load and one entry', async () => {
  const { users, load, seen, stats } = aService();
  const answers = [1, 2, 3].map(() => users.find('u1', { signal: new AbortController().signal }));
  load.open('Ada');
  expect(await Promise.all(answers)).toEqual(['Ada', 'Ada', 'Ada']);
  expect(await users.find('u1', {})).toBe('Ada');
  expect(seen).toHaveLength(1);
  expect(stats()).toMatchObject({ hits: 1, misses: 1, joined: 2 });
});

test('the abort of one caller ends its wait only, with its own reason, also when it began the load', async () => {
  const { users, load, seen } = aService();
  const [first, second] = [new AbortController(), new AbortController()];
  const begun = users.find('u1', { signal: first.signal });
  const joined = users.find('u1', { signal: second.signal });
  const reason = new Error('the user left');
  first.abort(reason);
  expect(await errorOf(() => begun)).toBe(reason);
  expect(seen[0]?.aborted).toBe(false);
  load.open('Ada');
  expect(await joined).toBe('Ada');
  expect(await users.find('u1', {})).toBe('Ada');
  expect(seen).toHaveLength(1);
});

test('the load is told to stop when the last one has left, and who asks afterwards starts a new one', async () => {
  const { users, seen, stats } = aService();
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [first, second].map(({ signal }) => users.find('u1', { signal }));
  const errors = waits.map((wait) => errorOf(() => wait));
  first.abort();
  expect(seen[0]?.aborted).toBe(false);
  second.abort('enough');
  expect(seen[0]?.aborted).toBe(true);
  expect(seen[0]?.reason).toBe('enough');
  expect((await errors[0])?.name).toBe('AbortError');
  expect(await errors[1]).toBe('enough');
  void users.find('u1', { signal: new AbortController().signal }).catch(() => undefined);
  expect(seen).toHaveLength(2);
  expect(stats()).toMatchObject({ misses: 2, joined: 1, size: 0 });
});

test('a caller without a signal cannot leave, so the load goes on', async () => {
  const { users, load, seen } = aService();
  const leaving = new AbortController();
  const left = errorOf(() => users.find('u1', { signal: leaving.signal }));
  const staying = users.find('u1', {});
  leaving.abort();
  await left;
  expect(seen[0]?.aborted).toBe(false);
  load.open('Ada');
  expect(await staying).toBe('Ada');
});

test('a load that began without a signal gets none, and who joins it with one may leave', async () => {
  const { users, load, seen } = aService();
  const staying = users.find('u1', {});
  const leaving = new AbortController();
  const left = errorOf(() => users.find('u1', { signal: leaving.signal }));
  leaving.abort('gone');
  expect(await left).toBe('gone');
  load.open('Ada');
  expect(await staying).toBe('Ada');
  expect(seen).toEqual([undefined]);
});

test('a call whose signal has fired already is the affair of the method, unless its value is there', async () => {
  const { users, load, seen, stats } = aService();
  const fired = AbortSignal.abort('before');
  const own = users.find('u1', { signal: fired });
  expect(seen).toEqual([fired]);
  load.open('Ada');
  expect(await own).toBe('Ada');
  expect(stats()).toMatchObject({ bypassed: 1, misses: 0, size: 0 });
  await users.find('u1', {});
  expect(await users.find('u1', { signal: fired })).toBe('Ada');
  expect(stats()).toMatchObject({ hits: 1 });
});

test('when the load is over, no listener stays at a signal that lives on', async () => {
  const { users, load } = aService();
  const { signal } = new AbortController();
  let listeners = 0;
  const count = (by: number, method: 'addEventListener' | 'removeEventListener'): void => {
    const original = signal[method].bind(signal) as (...args: unknown[]) => void;
    Object.defineProperty(signal, method, { value: (...args: unknown[]) => ((listeners += by), original(...args)) });
  };
  count(1, 'addEventListener');
  count(-1, 'removeEventListener');
  const wait = users.find('u1', { signal });
  expect(listeners).toBe(1);
  load.open('Ada');
  await wait;
  expect(listeners).toBe(0);
});

test('nobody hears of a load that fails after its last caller has left', async () => {
  const { users, load } = aService();
  const unheard: unknown[] = [];
  const hear = (error: unknown): unknown => unheard.push(error);
  process.on('unhandledRejection', hear);
  const leaving = new AbortController();
  const left = errorOf(() => users.find('u1', { signal: leaving.signal }));
  leaving.abort();
  await left;
  load.fail(new Error('late'));
  await new Promise(setImmediate);
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
