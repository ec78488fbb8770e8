/** Who waits for a load, for how long, and how many there are at one time, in the words of docs/loads.md. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf, withCacheControl } from '../../src/index';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, type Gate, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Options = CachedOptions<(id: string, signal?: AbortSignal) => Promise<string>>;

/** A service whose loads end when the test opens their gates. */
function aService(options: Options = {}) {
  const loads: (Gate<string> & { readonly id: string; readonly signal: AbortSignal | undefined })[] = [];
  class Users {
    @Cached({ params: ['id', 'signal'], registry: new CacheRegistry(), ...options })
    async find(id: string, signal?: AbortSignal): Promise<string> {
      const load = { ...gate<string>(), id, signal };
      loads.push(load);
      return load.promise;
    }
  }
  const users = new Users();
  const handle = cacheOf(users, 'find');
  /** Stores a result that has ended. */
  const anOldResult = async (id = 'a'): Promise<void> => {
    await handle.set([id], 'old');
    await handle.expire(id);
  };
  return { users, loads, handle, anOldResult, stats: () => handle.stats() };
}

/** What has become of a promise so far. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  await turn();
  return Promise.race([promise.catch((error: unknown) => error), Promise.resolve('still waits')]);
}

describe('one load for each key', () => {
  test('10,000 callers of one key cost one load, and of 1,000 keys 1,000', async () => {
    const { users, loads, stats } = aService();
    const one = Array.from({ length: 10_000 }, () => users.find('a'));
    expect(loads).toHaveLength(1);
    loads[0]?.open('A');
    expect(new Set(await Promise.all(one))).toEqual(new Set(['A']));
    const many = Array.from({ length: 10_000 }, (_, index) => users.find(`${index % 1000}`));
    for (const load of loads) load.open(load.id);
    const answers = await Promise.all(many);
    expect(answers.every((answer, index) => answer === `${index % 1000}`)).toBe(true);
    expect(stats()).toMatchObject({ loads: 1001, misses: 1001, joined: 9999 + 9000, loadErrors: 0 });
  });

  test('callers who come after the result was removed share the next load', async () => {
    const { users, loads, handle } = aService();
    const first = [users.find('a'), users.find('a')];
    await handle.delete('a');
    const second = [users.find('a'), users.find('a')];
    loads[1]?.open('second');
    loads[0]?.open('first');
    expect(await Promise.all([...first, ...second, users.find('a')])).toEqual(['first', 'first', 'second', 'second', 'second']);
    expect(loads).toHaveLength(2);
  });

  test('a load that fails gives everybody the very error that was thrown, and a retry in the catch loads again', async () => {
    const { users, loads } = aService();
    const waits = [users.find('a'), users.find('a')];
    const retries = waits.map((wait) => wait.catch((error: unknown) => users.find('a').then((answer) => ({ answer, error }))));
    const error = Object.freeze({ reason: 'not even an Error' });
    loads[0]?.fail(error);
    await turn();
    expect(loads).toHaveLength(2);
    loads[1]?.open('again');
    for (const retry of await Promise.all(retries)) {
      expect(retry).toEqual({ answer: 'again', error });
      expect((retry as { error: unknown }).error).toBe(error);
    }
  });

  test('the same for a sync method', () => {
    let calls = 0;
    const error = new Error('down');
    class Users {
      @Cached({ registry: new CacheRegistry() })
      find(_id: string): string {
        if (calls++ === 0) throw error;
        return 'up';
      }
    }
    const users = new Users();
    expect(() => users.find('a')).toThrow(error);
    expect([users.find('a'), calls]).toEqual(['up', 2]);
  });

  test('of ten callers nine leave: the load goes on, and the tenth is answered', async () => {
    const { users, loads } = aService();
    const controllers = Array.from({ length: 10 }, () => new AbortController());
    const waits = controllers.map(({ signal }) => users.find('a', signal).catch((error: unknown) => (error as Error).name));
    for (const controller of controllers.slice(0, 9)) controller.abort();
    expect(loads[0]?.signal?.aborted).toBe(false);
    loads[0]?.open('A');
    expect(await Promise.all(waits)).toEqual([...Array.from({ length: 9 }, () => 'AbortError'), 'A']);
  });

  test('in stale periods, too: one load in the background for each key, and after one that failed the next call may set off another', async () => {
    const { users, loads, anOldResult, stats } = aService({ staleWhileRevalidate: '1m' });
    for (const id of ['a', 'b']) await anOldResult(id);
    expect(await Promise.all(['a', 'b', 'a', 'b', 'a'].map((id) => users.find(id)))).toEqual(Array.from({ length: 5 }, () => 'old'));
    expect(loads.map(({ id }) => id)).toEqual(['a', 'b']);
    loads[0]?.fail(new Error('down'));
    await turn();
    expect([await users.find('a'), await users.find('b'), loads.length]).toEqual(['old', 'old', 3]);
    expect(stats()).toMatchObject({ refreshes: 3, loadErrors: 1, staleHits: 7 });
  });

  test('a refresh ahead goes on when the call that set it off is aborted, and knows nothing of its request', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    class Users {
      @Cached({ params: ['id', 'signal'], registry: new CacheRegistry(), ttl: 1000, refreshAhead: 0.5 })
      async find(_id: string, signal?: AbortSignal): Promise<number> {
        await turn();
        seen.push([request.getStore(), signal?.aborted]);
        return seen.length;
      }
    }
    const users = new Users();
    await users.find('a');
    time.clock.advance(500);
    const controller = new AbortController();
    expect(await request.run('mine', () => users.find('a', controller.signal))).toBe(1);
    controller.abort();
    await turn();
    await turn();
    expect([seen[1], await users.find('a')]).toEqual([[undefined, false], 2]);
  });
});

describe('softTimeout', () => {
  const options: Options = { staleIfError: '1h', softTimeout: 100 };

  test('a load that takes longer is not waited for: callers get the old result, and the load goes on and is stored', async () => {
    const { users, loads, anOldResult, stats } = aService(options);
    await anOldResult();
    const waits = [users.find('a'), users.find('a')];
    time.clock.advance(99);
    expect(await stateOf(waits[0] as Promise<string>)).toBe('still waits');
    time.clock.advance(1);
    expect(await Promise.all(waits)).toEqual(['old', 'old']);
    expect(await users.find('a')).toBe('old');
    loads[0]?.open('new');
    await turn();
    expect([await users.find('a'), loads.length]).toEqual(['new', 1]);
    expect(stats()).toMatchObject({ loads: 1, hits: 1 });
  });

  test('100 callers, one each millisecond, cost one load, and each is answered', async () => {
    const { users, loads, anOldResult } = aService(options);
    await anOldResult();
    const answers: Promise<string>[] = [];
    for (let call = 0; call < 300; call++) {
      if (call % 3 === 0) answers.push(users.find('a'));
      time.clock.advance(1);
    }
    loads[0]?.open('new');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['old']));
    await turn();
    expect([loads.length, await users.find('a')]).toEqual([1, 'new']);
  });

  test('long afterwards the load is still the only one', async () => {
    const { users, loads, anOldResult } = aService(options);
    await anOldResult();
    const first = users.find('a');
    time.clock.advance(10_000);
    for (let call = 0; call < 10; call++) expect(await users.find('a')).toBe('old');
    expect([await first, loads.length]).toEqual(['old', 1]);
  });

  test('a load that ends in time answers with the new result, and leaves no timer behind', async () => {
    const { users, loads, anOldResult } = aService(options);
    await anOldResult();
    await anOldResult('b');
    const before = time.clock.timers;
    const wait = users.find('a');
    loads[0]?.open('new');
    expect([await wait, time.clock.timers]).toEqual(['new', before]);
  });

  test('without an old result, or when it is of no use any more, callers wait', async () => {
    const { users, loads, anOldResult } = aService({ staleIfError: 50, softTimeout: 100 });
    const cold = users.find('cold');
    await anOldResult();
    const late = users.find('a');
    time.clock.advance(5000);
    expect([await stateOf(cold), await stateOf(late), loads.length]).toEqual(['still waits', 'still waits', 2]);
    const { users: others, loads: otherLoads, anOldResult: another } = aService({ staleIfError: 200, softTimeout: 100 });
    await another();
    const first = others.find('a');
    time.clock.advance(100);
    expect(await first).toBe('old');
    time.clock.advance(100);
    const second = others.find('a');
    expect(await stateOf(second)).toBe('still waits');
    otherLoads[0]?.open('new');
    expect([await second, otherLoads.length]).toEqual(['new', 1]);
  });

  test('a load that fails after its callers were answered is nobody’s error, and the next call loads', async () => {
    const unhandled: unknown[] = [];
    const hear = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', hear);
    const { users, loads, anOldResult, stats } = aService(options);
    await anOldResult();
    const wait = users.find('a');
    time.clock.advance(100);
    loads[0]?.fail(new Error('down'));
    expect(await wait).toBe('old');
    await turn();
    const next = users.find('a');
    loads[1]?.open('new');
    expect([await next, unhandled]).toEqual(['new', []]);
    expect(stats()).toMatchObject({ loadErrors: 1 });
    process.off('unhandledRejection', hear);
  });

  test('a result that was deleted meanwhile is not answered with', async () => {
    const { users, loads, handle, anOldResult } = aService(options);
    await anOldResult();
    const wait = users.find('a');
    await handle.delete('a');
    time.clock.advance(100);
    expect(await stateOf(wait)).toBe('still waits');
    loads[0]?.open('late');
    expect([await wait, handle.has('a')]).toEqual(['late', false]);
  });
});

describe('hardTimeout', () => {
  test('nobody waits for longer: callers get an error with a code, all the same', async () => {
    const { users, loads, stats } = aService({ hardTimeout: 1000 });
    const waits = [users.find('a'), users.find('a')].map((wait) => errorOf(() => wait));
    time.clock.advance(999);
    expect(await stateOf(waits[0] as Promise<unknown>)).toBe('still waits');
    time.clock.advance(1);
    const [one, other] = await Promise.all(waits);
    expect(one).toMatchObject({ code: 'SCRUBJAY_LOAD_TIMEOUT', message: expect.stringContaining('1000 ms') });
    expect(other).toBe(one);
    expect([stats(), loads.length]).toMatchObject([{ timeouts: 1, loadErrors: 0 }, 1]);
  });

  test('an old result that staleIfError allows is answered with instead, and retryAfterError counts from then', async () => {
    const { users, loads, anOldResult } = aService({ hardTimeout: 1000, staleIfError: '1h', retryAfterError: 500 });
    await anOldResult();
    const wait = users.find('a');
    time.clock.advance(1000);
    expect([await wait, await users.find('a'), loads.length]).toEqual(['old', 'old', 1]);
    time.clock.advance(500);
    void users.find('a').catch(() => undefined);
    expect(loads).toHaveLength(2);
  });

  test('who comes afterwards starts a load of their own; a result that comes later is stored if nobody did', async () => {
    const { users, loads, stats } = aService({ hardTimeout: 1000 });
    for (const id of ['a', 'b']) void users.find(id).catch(() => undefined);
    time.clock.advance(1000);
    const next = users.find('a');
    loads[0]?.open('late');
    loads[1]?.open('late');
    await turn();
    expect(await users.find('b')).toBe('late');
    loads[2]?.open('new');
    expect([await next, await users.find('a'), loads.length]).toEqual(['new', 'new', 3]);
    expect(stats()).toMatchObject({ timeouts: 2, loads: 3 });
  });

  test('a result that comes later and was invalidated meanwhile is not stored', async () => {
    const { users, loads, handle } = aService({ hardTimeout: 1000 });
    void users.find('a').catch(() => undefined);
    time.clock.advance(1000);
    await handle.delete('a');
    loads[0]?.open('late');
    await turn();
    expect(handle.has('a')).toBe(false);
  });

  test('the load is told by its signal, and what it gives then is not stored', async () => {
    const { users, loads, handle } = aService({ hardTimeout: 1000 });
    const wait = errorOf(() => users.find('a', new AbortController().signal));
    time.clock.advance(1000);
    expect(await wait).toMatchObject({ code: 'SCRUBJAY_LOAD_TIMEOUT' });
    expect(loads[0]?.signal).toMatchObject({ aborted: true, reason: { code: 'SCRUBJAY_LOAD_TIMEOUT' } });
    loads[0]?.open('half of it');
    await turn();
    expect(handle.has('a')).toBe(false);
  });

  test('a refresh that hangs is given up, too, and the next call sets off another one', async () => {
    const { users, loads, anOldResult, stats } = aService({ hardTimeout: 1000, staleWhileRevalidate: '1h' });
    await anOldResult();
    expect([await users.find('a'), await users.find('a'), loads.length]).toEqual(['old', 'old', 1]);
    time.clock.advance(1000);
    await turn();
    expect([await users.find('a'), loads.length, stats().timeouts]).toEqual(['old', 2, 1]);
    loads[1]?.open('new');
    await turn();
    expect(await users.find('a')).toBe('new');
  });

  test('a load that fails after it was given up is nobody’s error', async () => {
    const unhandled: unknown[] = [];
    const hear = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', hear);
    const { users, loads, stats } = aService({ hardTimeout: 1000, cacheErrors: { ttl: '1h' } });
    const wait = errorOf(() => users.find('a'));
    time.clock.advance(1000);
    await wait;
    loads[0]?.fail(new Error('late'));
    await turn();
    void users.find('a').catch(() => undefined);
    expect([loads.length, unhandled, stats().loadErrors]).toEqual([2, [], 1]);
    process.off('unhandledRejection', hear);
  });
});

describe('maxLoads', () => {
  test('so many loads run at one time, the others wait for their turn, in the order in which they came', async () => {
    const { users, loads, stats } = aService({ maxLoads: 2 });
    const waits = ['a', 'b', 'c', 'd', 'e'].map((id) => users.find(id));
    const joined = users.find('e');
    expect(loads.map(({ id }) => id)).toEqual(['a', 'b']);
    loads[1]?.open('B');
    await turn();
    expect(loads.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    loads[0]?.fail(new Error('down'));
    expect(await errorOf(() => waits[0])).toMatchObject({ message: 'down' });
    await turn();
    expect(loads.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    for (const index of [2, 3, 4]) {
      loads[index]?.open(`${loads[index]?.id}`);
      await turn();
    }
    expect([...(await Promise.all(waits.slice(1))), await joined]).toEqual(['B', 'c', 'd', 'e', 'e']);
    expect(stats()).toMatchObject({ queued: 3, rejected: 0, loads: 4, joined: 1 });
  });

  test('the time in the queue is no load time', async () => {
    const { users, loads, stats } = aService({ maxLoads: 1 });
    const waits = [users.find('a'), users.find('b')];
    time.clock.advance(100);
    loads[0]?.open('A');
    await turn();
    time.clock.advance(10);
    loads[1]?.open('B');
    await Promise.all(waits);
    expect(stats().loadTimeMs).toBe(110);
  });

  test('beyond maxQueuedLoads callers get an error with a code, or an old result that staleIfError allows', async () => {
    const { users, loads, anOldResult, stats } = aService({
      maxLoads: 1,
      maxQueuedLoads: 1,
      staleIfError: '1h',
      retryAfterError: '1h',
      cacheErrors: { ttl: '1h' },
    });
    await anOldResult('old');
    const waits = ['a', 'b'].map((id) => users.find(id));
    expect(await errorOf(() => users.find('c'))).toMatchObject({
      code: 'SCRUBJAY_TOO_MANY_LOADS',
      message: expect.stringContaining('1 loads are under way and 1 wait'),
    });
    expect(await users.find('old')).toBe('old');
    loads[0]?.open('A');
    await turn();
    loads[1]?.open('B');
    await Promise.all(waits);
    // Neither was that remembered, nor is there a pause: the source has done nothing wrong.
    const again = [users.find('c'), users.find('old')];
    expect(loads.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    loads[2]?.open('C');
    await turn();
    loads[3]?.open('new');
    expect(await Promise.all(again)).toEqual(['C', 'new']);
    expect(stats()).toMatchObject({ rejected: 2, queued: 2, loadErrors: 0 });
  });

  test('maxQueuedLoads: 0 lets nobody wait', async () => {
    const { users } = aService({ maxLoads: 1, maxQueuedLoads: 0 });
    void users.find('a');
    expect(await errorOf(() => users.find('b'))).toMatchObject({ code: 'SCRUBJAY_TOO_MANY_LOADS' });
  });

  test('who leaves while their load waits for its turn takes it out of the queue', async () => {
    const { users, loads, stats } = aService({ maxLoads: 1, maxQueuedLoads: 1 });
    const first = users.find('a');
    const controller = new AbortController();
    const left = errorOf(() => users.find('b', controller.signal));
    controller.abort();
    expect((await left).name).toBe('AbortError');
    const next = users.find('c');
    loads[0]?.open('A');
    await turn();
    loads[1]?.open('C');
    expect([await first, await next, loads.map(({ id }) => id)]).toEqual(['A', 'C', ['a', 'c']]);
    expect(stats()).toMatchObject({ loads: 2, loadErrors: 0 });
  });

  test('a load that is given up at its hardTimeout gives its turn to the next; one that waits for its turn is given up, too, and never run', async () => {
    const { users, loads } = aService({ maxLoads: 1, hardTimeout: 1000 });
    const waits = ['a', 'b'].map((id) => errorOf(() => users.find(id)));
    time.clock.advance(500);
    const third = users.find('c');
    time.clock.advance(500);
    expect((await Promise.all(waits)).map(({ code }) => code)).toEqual(['SCRUBJAY_LOAD_TIMEOUT', 'SCRUBJAY_LOAD_TIMEOUT']);
    await turn();
    expect(loads.map(({ id }) => id)).toEqual(['a', 'c']);
    loads[1]?.open('C');
    expect(await third).toBe('C');
  });

  test.each([false, true])('so does a batch, and what it gives after all is of use; with gather: %s', async (gather) => {
    const loads: (Gate<void> & { readonly ids: string })[] = [];
    class Users {
      @CachedBatch({ registry: new CacheRegistry(), maxLoads: 1, hardTimeout: 1000, gather })
      async findMany(ids: readonly string[]): Promise<readonly string[]> {
        const load = { ...gate(), ids: ids.join() };
        loads.push(load);
        await load.promise;
        return ids;
      }
    }
    const users = new Users();
    const waits = [errorOf(() => users.findMany(['a', 'b']))];
    await turn();
    waits.push(errorOf(() => users.findMany(['c'])));
    await turn();
    time.clock.advance(500);
    const third = users.findMany(['d']);
    await turn();
    time.clock.advance(500);
    expect((await Promise.all(waits)).map(({ code }) => code)).toEqual(['SCRUBJAY_LOAD_TIMEOUT', 'SCRUBJAY_LOAD_TIMEOUT']);
    await turn();
    for (const load of loads) load.open();
    expect([await third, await users.findMany(['b', 'a'])]).toEqual([['d'], ['b', 'a']]);
    expect(loads.map(({ ids }) => ids)).toEqual(['a,b', 'd']);
    expect(time.clock.timers).toBe(0);
  });

  test('what is set or deleted while its load waits for its turn counts', async () => {
    const { users, loads, handle } = aService({ maxLoads: 1 });
    const waits = ['a', 'b'].map((id) => users.find(id));
    await handle.set(['b'], 'set');
    loads[0]?.open('A');
    await turn();
    loads[1]?.open('B');
    expect([...(await Promise.all(waits)), await users.find('b')]).toEqual(['A', 'B', 'set']);
  });

  test('a load that waits for its turn keeps the request of its caller', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    class Users {
      @Cached({ registry: new CacheRegistry(), maxLoads: 1 })
      async find(id: string): Promise<string> {
        seen.push(request.getStore());
        await turn();
        return id;
      }
    }
    const users = new Users();
    await Promise.all([request.run('one', () => users.find('a')), request.run('other', () => users.find('b'))]);
    expect(seen).toEqual(['one', 'other']);
  });

  test('arguments that were changed while their load waited fail it: it would be another call', async () => {
    const seen: unknown[] = [];
    class Users {
      @Cached({ registry: new CacheRegistry(), maxLoads: 1 })
      async find(query: { id: string }): Promise<string> {
        seen.push(query.id);
        await turn();
        return query.id;
      }
    }
    const users = new Users();
    const query = { id: 'b' };
    const waits = [users.find({ id: 'a' }), users.find(query), users.find({ id: 'c' })];
    query.id = 'x';
    expect(await Promise.allSettled(waits)).toMatchObject([{ value: 'a' }, { reason: { code: 'SCRUBJAY_ARGUMENTS_CHANGED' } }, { value: 'c' }]);
    expect(seen).toEqual(['a', 'c']);
  });

  test('a load that is made within one of them does not wait for it; nor do two methods for each other', async () => {
    class Users {
      @Cached({ registry: new CacheRegistry(), maxLoads: 1 })
      async fib(n: number): Promise<number> {
        await turn();
        return n < 2 ? n : (await this.fib(n - 1)) + (await this.fib(n - 2));
      }
      @Cached({ registry: new CacheRegistry(), maxLoads: 1 })
      async one(n: number): Promise<number> {
        await turn();
        return n === 0 ? 0 : this.other(n - 1);
      }
      @Cached({ registry: new CacheRegistry(), maxLoads: 1 })
      async other(n: number): Promise<number> {
        await turn();
        return n === 0 ? 0 : this.one(n - 1);
      }
    }
    const users = new Users();
    expect(await users.fib(10)).toBe(55);
    expect(await Promise.all([users.one(5), users.other(7), users.one(8)])).toEqual([0, 0, 0]);
    expect(warnings.messages).toEqual([]);
  });

  test('of a batch it is the calls that count, not the elements', async () => {
    const calls: (readonly string[])[] = [];
    const gates: Gate<void>[] = [];
    class Users {
      @CachedBatch({ registry: new CacheRegistry(), maxLoads: 1, maxQueuedLoads: 1 })
      async findMany(ids: readonly string[]): Promise<string[]> {
        calls.push(ids);
        const own = gate();
        gates.push(own);
        await own.promise;
        return [...ids];
      }
    }
    const users = new Users();
    const waits = [users.findMany(['a', 'b', 'c']), users.findMany(['c', 'd', 'e'])];
    expect(await errorOf(() => users.findMany(['f', 'a']))).toMatchObject({ code: 'SCRUBJAY_TOO_MANY_LOADS' });
    gates[0]?.open();
    await turn();
    gates[1]?.open();
    expect(await Promise.all(waits)).toEqual([
      ['a', 'b', 'c'],
      ['c', 'd', 'e'],
    ]);
    expect(calls).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    expect(cacheOf(users, 'findMany').stats()).toMatchObject({ queued: 1, rejected: 1, loadErrors: 0 });
  });

  test('a sync method runs at once, whatever maxLoads says', () => {
    class Users {
      @Cached({ registry: new CacheRegistry(), maxLoads: 1, maxQueuedLoads: 0 })
      depth(n: number): number {
        return n === 0 ? 0 : 1 + this.depth(n - 1);
      }
    }
    expect(new Users().depth(5)).toBe(5);
  });
});

describe('cacheErrors', () => {
  const notFound = Object.assign(new Error('no such user'), { code: 'NOT_FOUND' });
  const when = (error: { code?: string }): boolean => error.code === 'NOT_FOUND';

  test('for so long callers get the same error object, without another load; to the millisecond', async () => {
    const { users, loads, stats } = aService({ cacheErrors: { ttl: '5s', when } });
    const first = errorOf(() => users.find('a'));
    loads[0]?.fail(notFound);
    expect(await first).toBe(notFound);
    time.clock.advance(4999);
    expect(await errorOf(() => users.find('a'))).toBe(notFound);
    expect(stats()).toMatchObject({ errorHits: 1, loadErrors: 1, misses: 1, size: 0 });
    time.clock.advance(1);
    void users.find('a');
    expect(loads).toHaveLength(2);
  });

  test('errors that are not meant are forgotten', async () => {
    const { users, loads } = aService({ cacheErrors: { ttl: '5s', when } });
    const first = errorOf(() => users.find('a'));
    loads[0]?.fail(new Error('down'));
    await first;
    void users.find('a');
    expect(loads).toHaveLength(2);
  });

  test('an error is forgotten when a load ends well after all', async () => {
    const { users, loads } = aService({ ttl: '1m', cacheErrors: { ttl: '1h' } });
    const failed = errorOf(() => users.find('a'));
    loads[0]?.fail(notFound);
    expect([await failed, await errorOf(() => users.find('a'))]).toEqual([notFound, notFound]);
    const refreshed = withCacheControl({ mode: 'refresh' }, () => users.find('a'));
    loads[1]?.open('found');
    expect([await refreshed, await users.find('a')]).toEqual(['found', 'found']);
    time.clock.advance(60_000);
    const again = users.find('a');
    loads[2]?.open('found again');
    expect(await again).toBe('found again');
  });

  test('when is asked with the error and the arguments; left out, every error is remembered', async () => {
    const asked: unknown[] = [];
    const { users, loads } = aService({ cacheErrors: { ttl: '5s', when: (...all) => asked.push(all) < 0 } });
    const { users: others, loads: otherLoads } = aService({ cacheErrors: { ttl: '5s' } });
    const waits = [users, others].map((each) => errorOf(() => each.find('a')));
    for (const load of [...loads, ...otherLoads]) load.fail(notFound);
    await Promise.all(waits);
    expect([asked, await errorOf(() => others.find('a'))]).toEqual([[[notFound, 'a']], notFound]);
  });

  test.each<[string, () => never]>([
    [
      'fails',
      () => {
        throw new Error('oops');
      },
    ],
    ['gives no answer', () => 'yes' as never],
  ])('when that %s, the error is thrown and not remembered, and that is said once', async (_what, bad) => {
    const { users, loads } = aService({ cacheErrors: { ttl: '5s', when: bad } });
    for (const id of ['a', 'b']) {
      const wait = errorOf(() => users.find(id));
      loads.at(-1)?.fail(notFound);
      expect(await wait).toBe(notFound);
    }
    void users.find('a');
    expect([loads.length, warnings.messages]).toEqual([3, [expect.stringMatching(/Users\.find: cacheErrors\.when must give true or false/)]]);
  });

  test('a sync method throws it', () => {
    let calls = 0;
    class Users {
      @Cached({ registry: new CacheRegistry(), cacheErrors: { ttl: 1000 } })
      find(_id: string): string {
        calls++;
        throw notFound;
      }
    }
    const users = new Users();
    for (let call = 0; call < 3; call++) expect(() => users.find('a')).toThrow(notFound);
    expect(calls).toBe(1);
    time.clock.advance(1000);
    expect(() => users.find('a')).toThrow(notFound);
    expect(calls).toBe(2);
  });

  test.each(['delete', 'expire', 'set', 'clear', 'deleteWhere', 'invalidateTags', 'invalidateTags by function'] as const)('%s removes it', async (deed) => {
    const registry = new CacheRegistry();
    const { users, loads, handle } = aService({
      registry,
      cacheErrors: { ttl: '1h' },
      tags: deed === 'invalidateTags by function' ? () => ['users'] : ['users'],
    });
    const wait = errorOf(() => users.find('a'));
    loads[0]?.fail(notFound);
    await wait;
    if (deed === 'set') await handle.set(['a'], 'set');
    else if (deed === 'clear') await handle.clear();
    else if (deed === 'deleteWhere') await handle.deleteWhere({ id: 'a' });
    else if (deed === 'delete' || deed === 'expire') await handle[deed]('a');
    else await registry.invalidateTags(['users']);
    const next = users.find('a');
    loads[1]?.open('new');
    expect(await next).toBe(deed === 'set' ? 'set' : 'new');
  });

  test('a load that was fenced off, or stopped, leaves no error behind', async () => {
    const { users, loads, handle } = aService({ cacheErrors: { ttl: '1h' } });
    const controller = new AbortController();
    const waits = [errorOf(() => users.find('a')), errorOf(() => users.find('b', controller.signal))];
    await handle.delete('a');
    controller.abort();
    for (const load of loads) load.fail(notFound);
    await Promise.all(waits);
    for (const id of ['a', 'b']) void users.find(id);
    expect(loads).toHaveLength(4);
  });

  test('an old result that staleIfError allows comes first, and no error is remembered then', async () => {
    const { users, loads, anOldResult } = aService({ staleIfError: 1000, cacheErrors: { ttl: '1h' } });
    await anOldResult();
    const wait = users.find('a');
    loads[0]?.fail(notFound);
    expect(await wait).toBe('old');
    time.clock.advance(1000);
    void users.find('a');
    expect(loads).toHaveLength(2);
  });

  test('the newest 1000 are remembered', async () => {
    const { users, loads } = aService({ cacheErrors: { ttl: '1h' } });
    for (let id = 0; id <= 1000; id++) {
      const wait = errorOf(() => users.find(`${id}`));
      loads[id]?.fail(notFound);
      await wait;
    }
    for (let id = 1; id <= 1000; id++) expect(await errorOf(() => users.find(`${id}`))).toBe(notFound);
    expect(loads).toHaveLength(1001);
    void users.find('0');
    expect(loads).toHaveLength(1002);
  });
});

test.each<[Options, RegExp]>([
  [{ softTimeout: 100 }, /softTimeout does nothing here: without staleIfError.*Say staleIfError too/],
  [{ softTimeout: 100, staleWhileRevalidate: 1000 }, /softTimeout does nothing here: without staleIfError/],
  [{ softTimeout: 0, staleIfError: 10 }, /softTimeout must be more than 0/],
  [{ softTimeout: 100, staleIfError: 10, hardTimeout: 100 }, /softTimeout does nothing here: it is not less than hardTimeout/],
  [{ hardTimeout: -1 }, /hardTimeout must be more than 0/],
  [{ maxLoads: 0 }, /maxLoads must be a whole number of loads, 1 or more; got 0/],
  [{ maxLoads: 1.5 }, /maxLoads must be/],
  [{ maxLoads: 1, maxQueuedLoads: -1 }, /maxQueuedLoads must be a whole number of loads, 0 or more/],
  [{ maxQueuedLoads: 10 }, /maxQueuedLoads does nothing here: without maxLoads.*Say maxLoads too/],
  [{ cacheErrors: '5s' as never }, /cacheErrors must be an object, such as/],
  [{ cacheErrors: { ttl: 0 } }, /cacheErrors\.ttl must be more than 0/],
  [{ cacheErrors: {} as never }, /cacheErrors\.ttl must be more than 0/],
  [{ cacheErrors: { ttl: 10, when: true as never } }, /cacheErrors\.when must be a function/],
  [{ cacheErrors: { ttl: 10, unless: 1 } as never }, /there is no option of cacheErrors "unless"/],
])('%j fails when the class is defined', async (options, message) => {
  expect(await errorOf(() => aService(options))).toMatchObject({
    code: expect.stringMatching(/SCRUBJAY_(BAD_(TTL|OPTION)|UNKNOWN_OPTION)/),
    message: expect.stringMatching(message),
  });
});

test.each(['maxLoads', 'hardTimeout', 'softTimeout'] as const)(
  '%s on a batch that may give its results at once fails when the class is defined',
  async (option) => {
    const define = (): void => {
      class Users {
        @CachedBatch({ registry: new CacheRegistry(), staleIfError: 5, [option]: 1 })
        findMany(ids: readonly string[]): string[] {
          return [...ids];
        }
      }
      new Users();
    };
    expect(await errorOf(define)).toMatchObject({ code: 'SCRUBJAY_BAD_OPTION', message: expect.stringContaining(`${option} does nothing here`) });
  },
);
