/** The contract suite for authors of policies finds policies that break their promises, and tells how. */
import type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from '../../src/memory/policy';
import { policyContract } from '../../src/testing/policy-contract';

/** The least recently used one goes; correct, and slow. With its marks it remembers how often each was used, and forgets half of it now and then. */
class Honest implements EvictionOrder {
  list: number[] = [];
  uses = new Map<number, number>();
  capacity: number;
  readonly context: PolicyContext;
  constructor(context: PolicyContext) {
    this.context = context;
    this.capacity = context.capacity;
  }
  expect(_hash: number): void {}
  evict(): number {
    const victim = this.list[0] ?? -1;
    if (victim >= 0) this.remove(victim);
    const next = this.list[0];
    if (next !== undefined && (this.uses.get(next) as number) > 3) {
      this.uses.set(next, 1);
      this.context.changed(next);
    }
    return victim;
  }
  insert(slot: number, _hash: number): void {
    this.list.push(slot);
    this.uses.set(slot, 0);
  }
  touch(slot: number): boolean {
    this.uses.set(slot, (this.uses.get(slot) ?? 0) + 1);
    this.list = [...this.list.filter((other) => other !== slot), slot];
    return true;
  }
  update(slot: number): void {
    this.touch(slot);
  }
  remove(slot: number): void {
    this.list = this.list.filter((other) => other !== slot);
    this.uses.delete(slot);
  }
  clear(): void {
    this.list = [];
    this.uses.clear();
  }
  resize(capacity: number): void {
    this.capacity = capacity;
  }
  slots(): Iterable<number> {
    return [...this.list];
  }
  markOf(slot: number): number {
    return this.uses.get(slot) as number;
  }
  restore(entries: readonly RestoredEntry[], _lastEvicted: number): void {
    for (const { slot, mark = 0 } of entries) {
      this.list.push(slot);
      this.uses.set(slot, mark);
    }
  }
}

const policyOf = (Order: new (context: PolicyContext) => EvictionOrder): EvictionPolicy => ({ name: 'planted', order: (context) => new Order(context) });

/** What the suite finds: the name of each broken promise, and what the error says. */
/** What is found wrong, by promise: of all of them, or of one. */
function findings(policy: EvictionPolicy, only?: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, run } of policyContract(policy)) {
    if (only !== undefined && name !== only) continue;
    try {
      run();
    } catch (error) {
      found.set(name, (error as Error).message);
    }
  }
  return found;
}

const sharedList: number[] = [];
let sharedTurn = 0;

/** By what is wrong: the order, and the promise that it breaks, among others perhaps. */
const planted: Record<string, [promise: string, Order: new (context: PolicyContext) => EvictionOrder]> = {
  'evicts a slot that it does not hold': [
    'the victim is one of the slots it holds, and there is one as long as it holds any',
    class extends Honest {
      override evict = () => super.evict() + (this.list.length === 3 ? 1 : 0);
    },
  ],
  'has no victim before it is full': [
    'several go one after the other, though there is room',
    class extends Honest {
      override evict = () => (this.list.length < this.capacity / 2 ? -1 : super.evict());
    },
  ],
  'does not forget who goes': [
    'after every deed slots() gives exactly what it holds, each once',
    class extends Honest {
      override evict = () => this.list[0] ?? -1;
    },
  ],
  'gives 0 when it is empty': [
    'an empty order has no victim, and gives -1',
    class extends Honest {
      override evict = () => Math.max(0, super.evict());
    },
  ],
  'forgets to remove the newest': [
    'an entry that was removed is gone for good',
    class extends Honest {
      override remove(slot: number): void {
        if (this.list.length < 2 || slot !== this.list.at(-1)) super.remove(slot);
      }
    },
  ],
  'removes the one before, too': [
    'an entry that was removed is gone for good',
    class extends Honest {
      override remove(slot: number): void {
        const before = this.list[this.list.indexOf(slot) - 1];
        super.remove(slot);
        if (before !== undefined) super.remove(before);
      }
    },
  ],
  'takes in again what is stored anew': [
    'an entry that is used or stored anew is held once, as before',
    class extends Honest {
      override update = (slot: number) => this.insert(slot, 0);
    },
  ],
  'shares its list with others': [
    'two orders do not disturb each other',
    class extends Honest {
      override list = sharedList;
      override insert(slot: number): void {
        sharedList.push(slot);
        this.uses.set(slot, 0);
      }
    },
  ],
  'lets the inserts of others decide': [
    'two orders do not disturb each other',
    class extends Honest {
      readonly startedAt = sharedTurn;
      override insert(slot: number, hash: number): void {
        super.insert(slot, hash);
        sharedTurn++;
      }
      override evict(): number {
        if ((sharedTurn - this.startedAt) % 5 === 0) this.list.reverse();
        return super.evict();
      }
    },
  ],
  'changes its order when it is asked for it': [
    'asking for slots() changes nothing',
    class extends Honest {
      override slots = () => [...this.list.reverse()];
    },
  ],
  'leaves the newest out': [
    'after every deed slots() gives exactly what it holds, each once',
    class extends Honest {
      override slots = () => this.list.slice(0, 3);
    },
  ],
  'gives one of them twice': [
    'after every deed slots() gives exactly what it holds, each once',
    class extends Honest {
      override slots = () => (this.list.length > 3 ? [...this.list.slice(1), this.list[1] as number] : [...this.list]);
    },
  ],
  'goes around in a circle': [
    'after every deed slots() gives exactly what it holds, each once',
    class extends Honest {
      override *slots(): Iterable<number> {
        for (let turn = 0; this.list.length > 0; turn++) yield this.list[turn % this.list.length] as number;
      }
    },
  ],
  'keeps one over a clear': [
    'an empty order has no victim, and gives -1',
    class extends Honest {
      override clear(): void {
        this.list.length = Math.min(this.list.length, 1);
      }
    },
  ],
  'evicts differently after a clear': [
    'after clear it is as new',
    class extends Honest {
      turns = 0;
      override evict(): number {
        if (++this.turns % 7 === 0) this.list.reverse();
        return super.evict();
      }
    },
  ],
  'has places for the first capacity only': [
    'it becomes smaller and larger, also than it was at first',
    class extends Honest {
      override insert(slot: number): void {
        if (slot < this.context.capacity) super.insert(slot, 0);
      }
    },
  ],
  'needs room for two': [
    'a capacity of one is enough',
    class extends Honest {
      override evict = () => (this.capacity === 1 ? -1 : super.evict());
    },
  ],
  'takes in what is only expected': [
    'a key that is expected and does not come does no harm',
    class extends Honest {
      override expect = () => {
        if (this.list.length > 4) this.list.shift();
      };
    },
  ],
  'answers a use with nothing': [
    'touch answers with true or false',
    class extends Honest {
      override touch = (slot: number) => (super.touch(slot) ? (undefined as unknown as boolean) : false);
    },
  ],
  'marks with fractions': [
    'marks are whole numbers from 0 to 2^31 - 1',
    class extends Honest {
      override markOf = (slot: number) => super.markOf(slot) / 2;
    },
  ],
  'marks with unsigned numbers': [
    'marks are whole numbers from 0 to 2^31 - 1',
    class extends Honest {
      override markOf = (slot: number) => super.markOf(slot) + 2 ** 31 - 3;
    },
  ],
  'says of others that they changed': [
    'changed() names only slots that it holds',
    class extends Honest {
      override evict(): number {
        this.context.changed(this.capacity + 3);
        return super.evict();
      }
    },
  ],
  'asks for the deadline of what is gone': [
    'an entry that was removed is gone for good',
    class extends Honest {
      gone = -1;
      override remove(slot: number): void {
        super.remove(slot);
        this.gone = slot;
      }
      override evict(): number {
        if (this.gone >= 0 && !this.list.includes(this.gone)) this.context.deadlineOf(this.gone);
        return super.evict();
      }
    },
  ],
  'restores only what is marked': [
    'what is restored without marks is exactly what was held',
    class extends Honest {
      override restore(entries: readonly RestoredEntry[]): void {
        super.restore(
          entries.filter(({ mark }) => mark !== undefined),
          0,
        );
      }
    },
  ],
  'restores as many as have different marks': [
    'what is restored with marks is exactly what was held',
    class extends Honest {
      override restore(entries: readonly RestoredEntry[]): void {
        const byMark = new Map(entries.map((entry) => [entry.mark ?? -entry.slot, entry]));
        super.restore([...byMark.values()], 0);
      }
    },
  ],
  'takes two keys with one hash for the same': [
    'the victim is one of the slots it holds, and there is one as long as it holds any',
    class extends Honest {
      readonly hashes = new Map<number, number>();
      override insert(slot: number, hash: number): void {
        const known = this.hashes.get(hash);
        if (known !== undefined) this.list = this.list.filter((other) => other !== known);
        this.hashes.set(hash, slot);
        super.insert(slot, hash);
      }
      override remove(slot: number): void {
        super.remove(slot);
        for (const [hash, other] of this.hashes) if (other === slot) this.hashes.delete(hash);
      }
    },
  ],
  'takes memory for all at once': [
    'an order for a large capacity takes the memory for it only as it is used',
    class extends Honest {
      readonly places = new Int32Array(this.context.capacity);
    },
  ],
  'takes memory for all at the first entry': [
    'an order for a large capacity takes the memory for it only as it is used',
    class extends Honest {
      places: number[] = [];
      override insert(slot: number, hash: number): void {
        if (this.places.length === 0) this.places = new Array<number>(this.context.capacity).fill(0);
        super.insert(slot, hash);
      }
    },
  ],
  'loses one after many deeds': [
    '100,000 random deeds later it still holds what it should',
    class extends Honest {
      inserted = 0;
      override insert(slot: number, hash: number): void {
        if (++this.inserted !== 10_000) super.insert(slot, hash);
      }
    },
  ],
};

test('a policy that keeps its promises passes', () => {
  expect([...findings(policyOf(Honest)).values()]).toEqual([]);
});

test.each(Object.entries(planted))('it finds a policy that %s', (_wrong, [promise, Order]) => {
  const found = findings(policyOf(Order), promise);
  expect([...found.keys()]).toContain(promise);
  expect(found.get(promise)).toMatch(/^Eviction policy planted, capacity \d+, seed \d+: wanted .+; found .+\.\nDone.*: .+\.$/);
});

test('a policy that draws lots is not compared with itself, but must hold what it should', () => {
  const drawsLots = class extends Honest {
    override evict(): number {
      const victim = this.list[Math.floor(Math.random() * this.list.length)] ?? -1;
      this.remove(victim);
      return victim;
    }
  };
  expect([...findings(policyOf(drawsLots)).values()]).toEqual([]);
});

test('the error tells what was done, what was wanted and what was found', () => {
  const answersWithNumbers = class extends Honest {
    override touch = (slot: number) => (super.touch(slot) ? (7 as unknown as boolean) : false);
  };
  expect(findings(policyOf(answersWithNumbers)).get('touch answers with true or false')).toBe(
    'Eviction policy planted, capacity 4, seed 1: wanted touch to give true or false; found 7.\n' +
      'Done: expect -1640531535; insert 0; expect -1640531535; insert 1; expect -626627309; insert 2; expect 2027808452; insert 3; touch 0.',
  );
});
