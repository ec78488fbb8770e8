import { Batch, chunksOf, Gatherer } from '../../src/flight/batch';
import { answerOf, withElement } from '../../src/flight/batch-plan';
import { valuesOf } from '../../src/flight/batch-result';
import { JointSignal } from '../../src/flight/joint-signal';
import { errorOf } from '../support/promises';

describe('a batch', () => {
  test('loads what was added in one call, and gives each its own', async () => {
    const asked: unknown[] = [];
    const batch = new Batch(async (ids) => {
      asked.push(ids);
      return Promise.resolve(ids.map((id) => `${String(id)}!`));
    }, Number.POSITIVE_INFINITY);
    const values = ['a', 'b'].map((id) => batch.add(id, []));
    expect(asked).toEqual([]);
    batch.dispatch();
    expect(await Promise.all(values)).toEqual(['a!', 'b!']);
    expect(asked).toEqual([['a', 'b']]);
  });

  test('that nobody was added to loads nothing', () => {
    new Batch(() => Promise.reject(new Error('never')), 1).dispatch();
  });

  test('fails for all with the very error', async () => {
    const failure = new Error('down');
    const batch = new Batch(() => Promise.reject(failure), 2);
    const errors = [1, 2, 3].map((id) => errorOf(() => batch.add(id, [])));
    batch.dispatch();
    for (const error of errors) expect(await error).toBe(failure);
  });

  test('leaves no listener at a signal that lives on', async () => {
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const batch = new Batch((ids) => Promise.resolve(ids), 9);
    const value = batch.add(1, [signal]);
    batch.dispatch();
    await value;
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
  });
});

test('gathered batches run after all jobs of the tick; each owner and group has its own; the next tick begins anew', async () => {
  const gathering = new Gatherer();
  const asked: unknown[] = [];
  const load = (owner: string, group: string, id: number): Promise<unknown> =>
    gathering
      .batchOf(
        owner,
        group,
        () =>
          new Batch((ids) => {
            asked.push([owner, group, ...ids]);
            return Promise.resolve(ids);
          }, 9),
      )
      .add(id, []);
  const inSomeJobs = Promise.resolve()
    .then(() => load('o', 'g', 2))
    .then(() => load('o', 'g', 5));
  await Promise.all([load('o', 'g', 1), load('o', 'h', 3), load('p', 'g', 4), inSomeJobs]);
  expect(asked).toEqual([
    ['o', 'g', 1, 2],
    ['o', 'h', 3],
    ['p', 'g', 4],
    ['o', 'g', 5],
  ]);
});

test('the tick of a timer or a socket ends after its promise jobs, too', async () => {
  const gathering = new Gatherer();
  const asked: unknown[] = [];
  const add = (id: number): void => {
    const load = (ids: readonly unknown[]): Promise<readonly unknown[]> => {
      asked.push(ids);
      return Promise.resolve(ids);
    };
    void gathering.batchOf('o', 'g', () => new Batch(load, 9)).add(id, []);
  };
  await new Promise<void>((done) => {
    setImmediate(() => {
      add(1);
      void Promise.resolve().then(() => add(2));
      setImmediate(done);
    });
  });
  expect(asked).toEqual([[1, 2]]);
});

describe('a joint signal', () => {
  test('fires with the last reason, when all have left and nobody more can come', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const joint = new JointSignal();
    joint.add([one.signal]);
    one.abort('one');
    expect(joint.signal.aborted).toBe(false);
    joint.add([other.signal]);
    joint.complete();
    expect(joint.signal.aborted).toBe(false);
    other.abort('other');
    expect(joint.signal.reason).toBe('other');
  });

  test('fires on completion when all had left before', () => {
    const joint = new JointSignal();
    joint.add([AbortSignal.abort('before')]);
    joint.complete();
    expect(joint.signal.reason).toBe('before');
  });

  test('one of several signals of one is enough, and counts once', () => {
    const [one, other, stays] = [new AbortController(), new AbortController(), new AbortController()];
    const joint = new JointSignal();
    joint.add([one.signal, other.signal]);
    joint.add([stays.signal]);
    joint.complete();
    one.abort();
    other.abort();
    expect(joint.signal.aborted).toBe(false);
    stays.abort();
    expect(joint.signal.aborted).toBe(true);
  });

  test('never fires when somebody cannot leave', () => {
    const one = new AbortController();
    const joint = new JointSignal();
    joint.add([one.signal]);
    joint.add([]);
    joint.complete();
    one.abort();
    expect(joint.signal.aborted).toBe(false);
  });
});

describe('the result of a batch', () => {
  const list = { giver: 'it gave', shape: 'list', textOf: JSON.stringify } as const;
  const map = { ...list, shape: 'map' } as const;

  test('a list is read by position, a Map by id; objects that are equal as ids are the same', () => {
    expect(valuesOf(['A', undefined], ['a', 'b'], list)).toEqual(['A', undefined]);
    expect(valuesOf(new Map([['b', 'B']]), ['a', 'b'], map)).toEqual([undefined, 'B']);
    expect(valuesOf(new Map([[{ id: 1 }, 'B']]), [{ id: 1 }, { id: 2 }], map)).toEqual(['B', undefined]);
    expect(valuesOf(new Map([[undefined, 'B']]), [undefined], map)).toEqual(['B']);
    expect(valuesOf(new Map([[0, 'B']]), [0, -0], map)).toEqual(['B', 'B']);
  });

  test.each<[string, unknown, unknown[], typeof list | typeof map]>([
    ['a list of the wrong length', [], ['a'], list],
    ['a Map of strangers', new Map([[undefined, 'B']]), ['a'], map],
    ['ids of another type', new Map([['1', 'B']]), [1], map],
    ['an object that is no id asked for', new Map([[{ id: 3 }, 'B']]), [{ id: 1 }], map],
    ['a promise', [Promise.resolve(1)], ['a'], list],
  ])('%s is refused', (_what, result, ids, expected) => {
    expect(() => valuesOf(result, ids, expected)).toThrow(expect.objectContaining({ code: 'SCRUBJAY_BATCH_MISMATCH' }));
  });
});

test('a list is cut into pieces, an element takes the place of a list, and an answer is made of values', () => {
  expect([chunksOf([1, 2, 3], 2), chunksOf([], 2), chunksOf([1], Number.POSITIVE_INFINITY)]).toEqual([[[1, 2], [3]], [], [[1]]]);
  expect(withElement([['a', 'b'], 'en'], 0, 'a')).toEqual(['a', 'en']);
  expect(answerOf('list', ['a', 'a'], [1, 1])).toEqual([1, 1]);
  expect(answerOf('map', ['a', 'b'], [1, undefined])).toEqual(new Map([['a', 1]]));
});
