import { addWaiter, circleThrough, finish, removeWaiter, track, Work, workOfCaller } from '../../src/flight/waits';
import { collectUntil, watchGarbage } from '../support/garbage';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const works: Work[] = [];
const aWork = (name: string): Work => {
  const work = new Work(name);
  works.push(work);
  return work;
};
afterEach(() => {
  for (const work of works.splice(0)) finish(work);
});

const names = (circle: readonly Work[] | undefined): readonly unknown[] | undefined => circle?.map(({ name }) => name);

test('whose name the caller runs in is known behind an await, and not after the work is over', async () => {
  const work = aWork('a');
  let late: Promise<unknown> | undefined;
  await track(work, async () => {
    await turn();
    expect(workOfCaller()).toBe(work);
    late = turn().then(workOfCaller);
  });
  expect(workOfCaller()).toBeUndefined();
  finish(work);
  expect(await late).toBeUndefined();
});

test('work that waits for itself goes round in a circle, and so does every longer way back to the caller', () => {
  const [a, b, c, apart] = [aWork('a'), aWork('b'), aWork('c'), aWork('apart')] as const;
  track(a, () => addWaiter(b));
  track(b, () => addWaiter(c));
  expect(track(a, () => names(circleThrough(a)))).toEqual(['a']);
  expect(track(c, () => names(circleThrough(a)))).toEqual(['a', 'b', 'c']);
  expect(track(c, () => names(circleThrough(apart)))).toBeUndefined();
  expect(track(a, () => names(circleThrough(c)))).toBeUndefined();
  expect(circleThrough(a)).toBeUndefined();
});

test('who has stopped waiting, or is over, closes no circle', () => {
  const [a, b, c] = [aWork('a'), aWork('b'), aWork('c')] as const;
  const waiter = track(a, () => addWaiter(b));
  track(b, () => addWaiter(c));
  removeWaiter(b, waiter);
  removeWaiter(b, waiter);
  removeWaiter(a, undefined);
  expect(track(c, () => circleThrough(a))).toBeUndefined();
  track(a, () => addWaiter(b));
  expect(track(c, () => names(circleThrough(a)))).toEqual(['a', 'b', 'c']);
  finish(b);
  finish(b);
  expect(track(c, () => circleThrough(a))).toBeUndefined();
});

test('many ways that cross are each walked once', () => {
  const rows = Array.from({ length: 30 }, (_, row) => [aWork(`${row}l`), aWork(`${row}r`)] as const);
  for (const [row, next] of rows.slice(1).entries()) for (const work of rows[row] ?? []) for (const target of next) track(work, () => addWaiter(target));
  const [last] = rows.at(-1) as readonly [Work, Work];
  expect(track(last, () => circleThrough(aWork('apart')))).toBeUndefined();
  expect(track(last, () => circleThrough((rows[0] as readonly [Work, Work])[0]))?.length).toBe(30);
});

test('when nothing is under way, and others had their turn, promises carry nothing any more', async () => {
  const work = aWork('a');
  const late = track(work, () =>
    turn()
      .then(() => turn())
      .then(workOfCaller),
  );
  finish(work);
  await turn();
  const other = aWork('b');
  expect(track(other, workOfCaller)).toBe(other);
  expect(await late).toBeUndefined();
});

test('what lives on in the name of work that is over does not keep it', async () => {
  const garbage = watchGarbage();
  const begin = (): NodeJS.Timeout => {
    const work = new Work('a');
    garbage.watch(work, 'work');
    const timer = track(work, () => setInterval(() => undefined, 1_000_000));
    finish(work);
    return timer;
  };
  const timer = begin();
  await collectUntil(() => garbage.gone.size === 1);
  clearInterval(timer);
  expect([...garbage.gone]).toEqual(['work']);
});
