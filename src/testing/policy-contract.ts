/**
 * What every eviction policy promises, as checks for the authors of policies; they need no test runner.
 *
 * ```ts
 * for (const { name, run } of policyContract(mine)) test(name, run);
 * ```
 */
import type { EvictionPolicy } from '../index.js';
import { Rehearsal } from './policy-rehearsal.js';

/** A promise of eviction policies, and how to find out whether one keeps it. */
export interface PolicyPromise {
  readonly name: string;
  /** Throws an Error that tells what was done, what was wanted and what was found. */
  readonly run: () => void;
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const LARGE_CAPACITY = 10_000_000;
/** What an order for so many may take before they come, in bytes: less than one byte for each. */
const BYTES_AT_FIRST = 1_000_000;

/** Every promise of eviction policies, to be checked against `policy`. */
export function policyContract(policy: EvictionPolicy): readonly PolicyPromise[] {
  const rehearsal = (capacity: number, seed = 1) => new Rehearsal(policy, capacity, seed);
  const inEachRun = (work: (seed: number) => void) => () => SEEDS.forEach(work);
  return [
    promise('an empty order has no victim, and gives -1', () => {
      rehearsal(4).drain();
      rehearsal(4).fill().drain();
      rehearsal(4).fill().clear().drain();
    }),
    promise(
      'the victim is one of the slots it holds, and there is one as long as it holds any',
      inEachRun((seed) => rehearsal(10, seed).run(300).drain()),
    ),
    promise(
      'after every deed slots() gives exactly what it holds, each once',
      inEachRun((seed) => {
        const one = rehearsal(9, seed);
        one.run(400, () => one.check());
      }),
    ),
    promise('an entry that was removed is gone for good', () => {
      for (let removed = 0; removed < 6; removed++) {
        const one = rehearsal(6).fill();
        one.remove(removed);
        one.check().drain();
      }
    }),
    promise('an entry that is used or stored anew is held once, as before', () => {
      const one = rehearsal(6).fill();
      for (const key of [0, 5, 3, 3, 0]) {
        one.touch(key);
        one.update(key);
        one.check();
      }
      one.drain();
    }),
    promise('touch answers with true or false', () => {
      const one = rehearsal(4).fill();
      for (const key of [0, 0, 3, 1]) one.touch(key);
    }),
    promise(
      'several go one after the other, though there is room',
      inEachRun((seed) => {
        const one = rehearsal(100, seed).run(40);
        for (let gone = 0; gone < 5; gone++) one.evict();
        one.check().run(40).drain();
      }),
    ),
    promise('a slot that was given back is used again', () => {
      const one = rehearsal(3).fill();
      for (let key = 100; key < 200; key++) {
        one.store(key);
        one.touch(key);
      }
      one.check().drain();
      one.fill().check().drain();
    }),
    promise(
      'a capacity of one is enough',
      inEachRun((seed) => {
        const one = rehearsal(1, seed);
        one.run(200, () => one.check()).drain();
      }),
    ),
    promise('a key that is expected and does not come does no harm', () => {
      const one = rehearsal(5).fill();
      for (let hash = -3; hash < 20; hash++) one.order.expect?.(hash);
      one.check().run(100).drain();
      const expectsTwice = rehearsal(5);
      expectsTwice.run(200, () => expectsTwice.order.expect?.(7)).drain();
    }),
    promise('asking for slots() changes nothing', () => {
      for (const seed of SEEDS) {
        const asked = rehearsal(8, seed);
        asked.run(300, () => asked.check()).drain();
        if (isRepeatable(policy)) sameVictims(asked, rehearsal(8, seed).run(300).drain());
      }
    }),
    promise('after clear it is as new', () => {
      for (const seed of SEEDS) {
        const usedBefore = rehearsal(8, seed);
        for (let key = 0; key < 30; key++) usedBefore.store(key);
        usedBefore.clear();
        usedBefore.victims.length = 0;
        const cleared = regularCalls(usedBefore);
        if (isRepeatable(policy)) sameVictims(cleared, regularCalls(rehearsal(8, seed)));
      }
    }),
    promise(
      'it becomes smaller and larger, also than it was at first',
      inEachRun((seed) => {
        const one = rehearsal(6, seed).run(60);
        for (const capacity of [3, 40, 1, 7, 300, 20])
          one
            .resize(capacity)
            .run(2 * capacity)
            .check();
        one.drain();
      }),
    ),
    promise('slots beyond the first capacity are slots like others', () => {
      rehearsal(4).fill().resize(5000).drain().fill().check().resize(2).drain();
    }),
    promise(
      'marks are whole numbers from 0 to 2^31 - 1',
      inEachRun((seed) => rehearsal(7, seed).run(300)),
    ),
    promise(
      'changed() names only slots that it holds',
      inEachRun((seed) => {
        const one = rehearsal(7, seed).fill();
        for (let key = 0; key < 7; key++) one.touch(key);
        one.drain().run(300).drain();
      }),
    ),
    ...[true, false].map((marks) =>
      promise(
        `what is restored ${marks ? 'with' : 'without'} marks is exactly what was held`,
        inEachRun((seed) => {
          for (const renumbered of [true, false]) {
            const before = rehearsal(8, seed).run(40 * seed);
            before.restarted({ marks, renumbered }).drain();
            before.restarted({ marks, renumbered }).run(200).drain();
          }
          rehearsal(8, seed).restarted({ marks, renumbered: false }).run(50).drain();
        }),
      ),
    ),
    promise('two orders do not disturb each other', () => {
      const alone = rehearsal(8, 5).run(400).drain();
      const one = rehearsal(8, 5);
      const other = rehearsal(5, 6);
      one
        .run(400, () => {
          other.run(3).check();
          one.check();
        })
        .drain();
      other.check().drain();
      if (isRepeatable(policy)) sameVictims(one, alone);
    }),
    promise('an order for a large capacity takes the memory for it only as it is used', () => {
      const before = process.memoryUsage();
      const one = rehearsal(LARGE_CAPACITY);
      one.store(0);
      const after = process.memoryUsage();
      for (const kind of ['arrayBuffers', 'heapUsed'] as const) {
        const bytes = after[kind] - before[kind];
        if (bytes > BYTES_AT_FIRST) one.fail(`less than ${BYTES_AT_FIRST} bytes taken for the first entry`, `${bytes} (${kind})`);
      }
      one.check();
    }),
    promise('100,000 random deeds later it still holds what it should', () => {
      const one = rehearsal(200, 9);
      for (let part = 0; part < 100; part++) one.run(1000).check();
      one.drain();
    }),
  ];
}

function promise(name: string, run: () => void): PolicyPromise {
  return { name, run };
}

/** Whether the same deeds give the same victims; not so for a policy that draws lots. Only then can two runs be compared. */
function isRepeatable(policy: EvictionPolicy): boolean {
  return [11, 12, 13].every((seed) => {
    const [one, other] = [1, 2].map(() => new Rehearsal(policy, 8, seed).run(300).drain().victims.join());
    return one === other;
  });
}

/** The same calls each time, whatever random numbers were drawn before. */
function regularCalls(rehearsal: Rehearsal): Rehearsal {
  for (let call = 0; call < 400; call++) {
    const key = (call * call + (call % 7)) % 23;
    if (rehearsal.holds(key)) rehearsal.touch(key);
    else rehearsal.store(key);
  }
  return rehearsal.drain();
}

function sameVictims(one: Rehearsal, other: Rehearsal): void {
  const difference = other.victims.findIndex((victim, index) => victim !== one.victims[index]);
  if (difference < 0 && one.victims.length === other.victims.length) return;
  one.fail(
    `the same victims as without it, ${other.victims.length} in all`,
    `a difference at number ${difference + 1}: ${one.victims[difference]} for ${other.victims[difference]}`,
  );
}
