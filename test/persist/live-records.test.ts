import { LiveRecords } from '../../src/persist/live-records';
import { dice } from '../key/arbitrary-values';
import { isThorough } from '../support/thorough';

function sorted(lsns: readonly number[]): LiveRecords {
  const live = new LiveRecords(Float64Array.from(lsns));
  for (const _ of live.sort());
  return live;
}

const orderOf = (live: LiveRecords, count = 1000): [lsns: number[], marks: number[]] => {
  const parts = [...live.inOrder(count)].filter((part) => part !== undefined);
  return [parts.flatMap(({ lsns }) => lsns), parts.flatMap(({ marks }) => marks)];
};

test.each([0, 1, 5, 8192, 8193, 65_536, 65_537, ...(isThorough ? [200_000] : [])])(
  '%i records come in the order of their last touch, with their marks',
  (count) => {
    const roll = dice(count + 1);
    const lsns = Array.from({ length: count }, (_, index) => 3 * index + 1);
    const live = sorted(
      lsns
        .map((lsn) => [roll(), lsn] as const)
        .sort(([one], [other]) => one - other)
        .map(([, lsn]) => lsn),
    ); // prettier-ignore
    expect([live.size, live.touch(2), live.touch(0), live.touch(3 * count + 1)]).toEqual([count, false, false, false]);
    const model = new Map<number, number>();
    for (const lsn of lsns) {
      if (!live.touch(lsn)) throw new Error(`${lsn} was not found`);
      model.set(lsn, 0);
    }
    for (let use = 0; use < count / 2; use++) {
      const lsn = lsns[Math.floor(roll() * count)] as number;
      live.touch(lsn);
      live.mark(lsn, use % 7);
      model.delete(lsn);
      model.set(lsn, use % 7);
    }
    const [found, marks] = orderOf(live);
    // Compared by hand: to print the difference of so many takes minutes.
    const wanted = [...model];
    expect([found.length, found.findIndex((lsn, at) => lsn !== wanted[at]?.[0] || marks[at] !== wanted[at]?.[1])]).toEqual([count, -1]);
  },
);

test('the marks of one policy mean nothing to another', () => {
  const live = sorted([1, 2]);
  live.markBy('lfu');
  live.mark(1, 5);
  live.markBy('lfu');
  expect(orderOf(live)).toEqual([
    [1, 2],
    [5, 0],
  ]); // prettier-ignore
  live.markBy('sieve');
  expect([live.policy, ...orderOf(live)]).toEqual(['sieve', [1, 2], [0, 0]]);
});
