import fc from 'fast-check';
import { keyOfCall, shapeOf } from '../../src/key/call-key.js';
import { type CallCopy, type CallShape, CallTable, COPIES } from '../../src/key/call-table.js';
import { SlotKeys } from '../../src/key/slot-keys.js';
import { collectUntil, watchGarbage } from '../support/garbage';
import { numRuns } from '../support/thorough';
import { anyValue, dice, edited, reordered } from './arbitrary-values.js';
import { aRule, elsewhere, named } from './calls.js';
import { corpus } from './corpus/keys.js';

const all = { most: Number.POSITIVE_INFINITY, trimmed: Number.POSITIVE_INFINITY };

/** A table that knows one call, in slot 0. */
function knowing(args: readonly unknown[], shape = all, hashMask?: number): CallTable {
  const table = new CallTable(shape, new SlotKeys(), hashMask);
  const copy = table.copyOf(args);
  if (copy !== undefined) table.add(copy, 0);
  return table;
}

/** What is found by the quick looks, which need not find everything. */
function quicklyFound(table: CallTable, [one, two, three, ...more]: readonly unknown[], count: number): number {
  if (more.length > 0 || count === 0) return -1;
  return count === 1 ? table.findOne(one) : table.findFew(count, one, two, three);
}

/** The same whether hashes tell calls apart or all collide, and nothing else by a quick look. */
function isFound(stored: readonly unknown[], asked: readonly unknown[], shape = all): boolean {
  const [isHit, isHitAmongCollisions] = [undefined, 0].map((hashMask) => {
    const table = knowing(stored, shape, hashMask);
    const slot = table.find(asked);
    const quick = quicklyFound(table, asked, asked.length);
    if (quick !== -1 && quick !== slot) throw new Error('a quick look finds what is not there');
    return slot === 0;
  });
  if (isHit !== isHitAmongCollisions) throw new Error('a collision changes what is found');
  return isHit as boolean;
}

describe('everyday calls are found without their text', () => {
  test.each<[string, unknown[]]>([
    ['no arguments', []],
    ['a string', ['u1']],
    ['the empty string', ['']],
    ['a number', [7]],
    ['a fraction', [0.1]],
    ['NaN', [Number.NaN]],
    ['null', [null]],
    ['false', [false]],
    ['a bigint', [10n]],
    ['three primitives', ['u1', 5, true]],
    ['NaN and more', [Number.NaN, Number.POSITIVE_INFINITY]],
    ['undefined in the middle', ['u1', undefined, 5]],
    ['an object', [{ id: 'u1', take: 20, where: { open: true, tags: ['a', 'b'] } }]],
    ['undefined in an object', [{ id: undefined }]],
    ['an array', [[1, 2.5, 'a', null, [3]]]],
    ['an own __proto__', [JSON.parse('{"__proto__":{"admin":true}}')]],
  ])('%s', (_what, args) => {
    expect(isFound(args, args)).toBe(true);
    expect(isFound(args, [...args, undefined])).toBe(true);
    expect(isFound(args, [...args, 'more'])).toBe(false);
  });

  test.each<[string, unknown[]]>([
    ['a string', ['u1']],
    ['a number', [7]],
    ['0', [0]],
    ['a fraction', [0.5]],
    ['two', ['u1', 5]],
    ['three', ['u1', 5.5, true]],
    ['null, undefined and false', [null, undefined, false]],
  ])('at a quick look where they are few primitive values: %s', (_what, args) => {
    expect(quicklyFound(knowing(args), args, args.length)).toBe(0);
    expect(quicklyFound(knowing(args), [...args.slice(0, -1), 'other'], args.length)).toBe(-1);
  });

  test('0 and -0 are two calls at a quick look, too', () => {
    for (const [zero, minusZero] of [
      [[0], [-0]],
      [
        ['a', 0],
        ['a', -0],
      ],
      [
        [0, 'a', 1],
        [-0, 'a', 1],
      ],
    ] as const)
      expect([zero, minusZero].map((args) => quicklyFound(knowing(zero, all, 0), args, args.length))).toEqual([0, -1]);
  });

  test('a text is never taken for a list of its letters', () => {
    const table = new CallTable(all, new SlotKeys(), 0);
    // Beyond this slot texts lie among the other keys.
    for (const [slot, text] of ['2ab', '3abc'].entries()) table.add(table.copyOf([text]) as CallCopy, 2 ** 17 + slot);
    expect([table.findFew(2, 'a', 'b', undefined), table.findFew(3, 'a', 'b', 'c')]).toEqual([-1, -1]);
  });

  test('names that every object inherits are not its own', () => {
    const polluted = Object.prototype as Record<string, unknown>;
    const own = knowing([{ a: 1, inherited: 2 }]);
    const none = knowing([{ a: 1 }]);
    polluted['inherited'] = 2;
    try {
      expect(own.find([{ a: 1 }])).toBe(-1);
      expect(none.find([{ a: 1 }])).toBe(0);
      expect(knowing([{ a: 1 }]).find([{ a: 1, inherited: 2 }])).toBe(-1);
      expect(own.find([{ a: 1, inherited: 2 }])).toBe(0);
    } finally {
      delete polluted['inherited'];
    }
  });

  test('the order of properties does not matter', () => {
    expect(isFound([{ a: 1, b: { c: 2, d: 3 } }], [{ b: { d: 3, c: 2 }, a: 1 }])).toBe(true);
  });
});

test.each<[string, unknown]>([
  ['-0', -0],
  ['-0 in an object', { a: -0 }],
  ['a Date', new Date(0)],
  ['a Map', new Map([['a', 1]])],
  ['a function', () => 1],
  ['a symbol', Symbol.for('a')],
  [
    'a class instance',
    new (class A {
      a = 1;
    })(),
  ], // prettier-ignore
  ['a null prototype', Object.assign(Object.create(null), { a: 1 })],
  ['another realm', elsewhere('{ a: 1 }')],
  ['a symbol property', { a: 1, [Symbol.for('gt')]: 1 }],
  ['an array with a property', Object.assign([1], { index: 0 })],
  ['an array with a symbol', Object.assign([1], { [Symbol.for('a')]: 0 })],
  ['a hole', [1, , 2]],
  ['as many extras as holes', Object.assign([1, , 2], { x: 1 })],
  ['undefined in an array', [undefined]],
  ['a template array', ((strings: TemplateStringsArray) => strings)`a`],
  ['a Proxy', new Proxy({ a: 1 }, {})],
  ['a Map that poses as a literal', Object.assign(Object.setPrototypeOf(new Map([['a', 1]]), Object.prototype) as object, { a: 1 })],
  ['a Date that poses as a literal', Object.assign(Object.setPrototypeOf(new Date(0), Object.prototype) as object, { a: 1 })],
  ['a Set that poses as a literal', Object.assign(Object.setPrototypeOf(new Set([1]), Object.prototype) as object, { a: 1 })],
  ['an instance of a class of arrays', new (class List extends Array<number> {})(1, 2)],
  ['bytes that pose as a literal', Object.assign(Object.setPrototypeOf(new DataView(new ArrayBuffer(1)), Object.prototype) as object, { a: 1 })],
  ['an object with another tag', { a: 1, [Symbol.toStringTag]: 'Map' }],
  ['an empty object', {}],
  [
    'arguments',
    (function (..._all: unknown[]) {
      return arguments;
    })(1),
  ], // prettier-ignore
  ['an AbortSignal', { signal: new AbortController().signal }],
  [
    'a cycle',
    (() => {
      const a: unknown[] = [];
      a.push(a);
      return a;
    })(),
  ], // prettier-ignore
  ['much', Array.from({ length: 300 }, () => 1)],
])('%s goes by its text', (_what, value) => {
  for (const args of [[value], [value, 1], [{ a: value }, 1], [[value], 1]]) expect(isFound(args, args)).toBe(false);
});

describe('what is found is the same call', () => {
  const argument = fc.oneof(anyValue, fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(0, 1, '1', null, Number.NaN, undefined), { maxKeys: 3 }));
  const lists = fc.array(argument, { maxLength: 3 });
  const rules = [
    aRule(),
    aRule({ parameters: named('a', 'b'), isComplete: true }),
    aRule({ parameters: named('a', '...b') }),
    aRule({ parameters: named('a', 'b', '...c') }),
  ];

  const textOf = (rule: (typeof rules)[number], args: readonly unknown[]): string | undefined => {
    try {
      return keyOfCall(rule, undefined, args);
    } catch {
      return undefined;
    }
  };

  test('on random calls, near misses and copies: found only if the texts are the same', () => {
    let found = 0;
    let asked = 0;
    fc.assert(
      fc.property(lists, lists, fc.integer(), fc.nat(3), (one, other, from, which) => {
        const rule = rules[which] as (typeof rules)[number];
        const shape = shapeOf(rule);
        expect(shape).toBeDefined();
        const near = edited(one, dice(from)) as unknown[];
        const copy = reordered(one, dice(from)) as unknown[];
        for (const args of [other, Array.isArray(near) ? near : [near], copy, one]) {
          asked++;
          if (!isFound(one, args, shape)) continue;
          found++;
          expect([textOf(rule, one), textOf(rule, args)]).toEqual([textOf(rule, args), textOf(rule, one)]);
          expect(textOf(rule, args)).toBeDefined();
        }
      }),
      numRuns(3000, 120),
    );
    expect(found).toBeGreaterThan(asked / 20);
  });

  test('and copies of calls with the same text are the same, so that loads under way may be told apart by them', () => {
    const few = fc.array(fc.constantFrom(undefined, 0, 1, '1', null, Number.NaN, [1], { a: undefined }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.oneof(few, lists), few, fc.nat(3), (one, other, which) => {
        const rule = rules[which] as (typeof rules)[number];
        const table = new CallTable(shapeOf(rule) as CallShape, new SlotKeys());
        for (const args of [other, [...one, undefined], [...one, undefined, undefined]]) {
          const [copy, copyOfOther] = [table.copyOf(one), table.copyOf(args)];
          if (copy === undefined || copyOfOther === undefined) continue;
          expect([COPIES.areSame(copy, copyOfOther), one, args]).toEqual([textOf(rule, one) === textOf(rule, args), one, args]);
        }
      }),
      numRuns(3000, 350),
    );
  });

  test('on the corpus: never for two calls that differ, nor for one without a key', () => {
    for (const { name, a, b, expect: wanted } of corpus) {
      const isHit = isFound(a(), b());
      if (wanted !== 'same') expect([name, isHit]).toEqual([name, false]);
      if (wanted === 'error') expect([name, isFound(a(), a())]).toEqual([name, false]);
    }
  });
});

test('a getter among the arguments that makes a cached call itself disturbs nothing', () => {
  const inner = knowing([{ x: 1 }, 2]);
  const outer = new CallTable(all, new SlotKeys(), 0);
  const call = (id: string): unknown[] => [
    id,
    {
      a: 1,
      get b(): number {
        inner.find([{ x: 1 }, 2]);
        return 5;
      },
    },
  ];
  expect(outer.copyOf(call('u1'))).toBeUndefined();
  expect(outer.find(call('u1'))).toBe(-1);
  outer.add(outer.copyOf(['u1', { a: 1, b: 5 }]) as CallCopy, 0);
  expect([outer.find(call('u2')), outer.find(['u1', { a: 1, b: 5 }]), outer.find(['u2', { a: 1, b: 5 }])]).toEqual([-1, 0, -1]);
});

test('a copy does not follow later changes of the arguments', () => {
  const options = { take: 5, where: { open: true }, list: [1, 2] };
  const table = knowing([options, 1]);
  options.where.open = false;
  options.list.push(3);
  expect(table.find([options, 1])).toBe(-1);
  expect(table.find([{ take: 5, where: { open: true }, list: [1, 2] }, 1])).toBe(0);
});

test('it finds what a plain list of calls holds, whatever is added and removed', () => {
  const calls = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? [`u${index}`] : index % 3 === 1 ? [index, 'x'] : [{ id: index }]));
  const deed = fc.constantFrom('add', 'add', 'add', 'remove', 'clear');
  fc.assert(
    fc.property(fc.array(fc.tuple(deed, fc.nat(199)), { maxLength: 400, size: 'max' }), fc.constantFrom(undefined, 0, 7), (deeds, hashMask) => {
      const keys = new SlotKeys();
      const table = new CallTable(all, keys, hashMask);
      const model = new Set<number>();
      for (const [deed, slot] of deeds) {
        if (deed === 'add' && !model.has(slot)) {
          table.add(table.copyOf(calls[slot] as unknown[]) as CallCopy, slot);
          model.add(slot);
        } else if (deed === 'remove' && model.delete(slot)) {
          table.remove(slot);
        } else if (deed === 'clear' && slot === 0) {
          table.clear();
          keys.keys = [];
          model.clear();
        }
      }
      expect([...table.slots()].sort((one, other) => one - other)).toEqual([...model].sort((one, other) => one - other));
      calls.forEach((args, slot) => {
        expect([slot, table.find(args), table.findCopy(table.copyOf(args) as CallCopy)]).toEqual([slot, ...(model.has(slot) ? [slot, slot] : [-1, -1])]);
      });
    }),
    numRuns(150, 12),
  );
});

test.each<[string, unknown[], unknown[]]>([
  ['a number and its text', [1, 'x'], ['1', 'x']],
  ['null and undefined', [null, 1], [undefined, 1]],
  ['an object and an array', [{ 0: 'a' }, 1], [['a'], 1]],
  ['an array and an object', [['a'], 1], [{ 0: 'a' }, 1]],
  ['a longer array', [[1], 1], [[1, 2], 1]],
  ['a shorter array', [[1, 2], 1], [[1], 1]],
  ['arrays cut elsewhere', [[[1], 2], 1], [[[1, 2]], 1]],
  ['an array cut into arguments', [[1, 2]], [[1], 2]],
  ['one property more', [{ a: 1 }, 1], [{ a: 1, b: 2 }, 1]],
  ['one property less', [{ a: 1, b: 2 }, 1], [{ a: 1 }, 1]],
  ['another property', [{ a: 1 }, 1], [{ b: 1 }, 1]],
  ['another value', [{ a: 1 }, 1], [{ a: 2 }, 1]],
  ['an undefined property and another', [{ a: undefined, b: 1 }, 1], [{ b: 1, c: undefined }, 1]],
  ['one argument more', [{ a: 1 }], [{ a: 1 }, 1]],
  ['one argument less', [{ a: 1 }, 1], [{ a: 1 }]],
  ['an object and a primitive', [{ a: 1 }, 1], ['a', 1]],
  ['a primitive and an object', ['a', 1], [{ a: 1 }, 1]],
])('%s are two calls', (_what, stored, asked) => {
  expect([isFound(stored, stored), isFound(stored, asked), isFound(asked, stored)]).toEqual([true, false, false]);
});

test.each([
  ['a picked key', { pick: () => 1 }],
  ['a scope by value', { scope: () => 1 }],
  ['hidden keys', { isHidden: true }],
  ['an ignored parameter', { parameters: [{ name: 'a', isRest: false, isIgnored: true }] }],
  ['a secret parameter', { parameters: [{ name: 'a', isRest: false, isIgnored: false, isSecret: true }] }],
  ['a default', { parameters: [{ name: 'a', isRest: false, isIgnored: false, defaultValue: 1 }] }],
])('calls with %s go by their text', (_what, rule) => {
  expect(shapeOf(aRule(rule))).toBeUndefined();
});

test('surplus arguments do not count where the method cannot see them, trailing undefined does where a rest gathers it', () => {
  expect(shapeOf(aRule({ parameters: named('a'), isComplete: true }))).toEqual({ most: 1, trimmed: Number.POSITIVE_INFINITY });
  expect(shapeOf(aRule({ parameters: named('...a') }))).toEqual({ most: Number.POSITIVE_INFINITY, trimmed: 0 });
  expect(shapeOf(aRule({ parameters: named('a', 'b', '...c') }))).toEqual({ most: Number.POSITIVE_INFINITY, trimmed: 2 });
  expect(isFound(['u1'], ['u1', 0, ['u1']], { most: 1, trimmed: Number.POSITIVE_INFINITY })).toBe(true);
  expect(isFound(['u1'], ['u1', undefined], { most: Number.POSITIVE_INFINITY, trimmed: 0 })).toBe(false);
});

test.each<[string, (held: object) => unknown]>([
  ['a function', (held) => held],
  ['a function in an object', (held) => ({ then: held })],
  ['a function in a list', (held) => [held]],
  [
    'an object beside what throws',
    (held) => ({
      held,
      get thrower(): never {
        throw new Error('no');
      },
    }),
  ],
  ['an object with more names than are remembered', (held) => Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`name ${index}`, held]))],
])('arguments that go by their text are not kept alive: %s', async (_what, wrap) => {
  const { gone, watch } = watchGarbage();
  const table = knowing([]);
  (() => {
    const held = (): number => 1;
    watch(held, 'held');
    expect([table.find([wrap(held)]), table.copyOf([wrap(held)])]).toEqual([-1, undefined]);
  })();
  await collectUntil(() => gone.has('held'));
  expect(gone).toEqual(new Set(['held']));
});
