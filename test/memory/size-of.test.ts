import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { exactSizeOf, fastSizeOf } from '../../src/memory/size-of';
import { isThorough } from '../support/thorough';

const root = join(__dirname, '..', '..');

test('of every kind of value in docs/sizes.md, both estimates are within 10 % of what the heap grows by', () => {
  const output = execFileSync(process.execPath, ['--expose-gc', join(root, 'bench', 'size-errors.mjs'), '--errors', '--every', isThorough ? '1' : '3'], {
    encoding: 'utf8',
  });
  const errors = JSON.parse(output) as Record<string, { fast: number; exact: number }>;
  expect(Object.keys(errors).length).toBeGreaterThan(isThorough ? 15 : 5);
  const far = Object.entries(errors).filter(([, { fast, exact }]) => Math.max(Math.abs(fast), Math.abs(exact)) > 0.1);
  expect(far).toEqual([]);
}, 60_000);

describe.each([
  ['fast', fastSizeOf],
  ['exact', exactSizeOf],
])('%s', (way, sizeOf) => {
  test('cycles and shared parts come to an end', () => {
    const cycle: unknown[] = [{}];
    cycle.push(cycle, { cycle });
    expect(sizeOf(cycle)).toBeGreaterThan(0);
    const shared = { text: 'x'.repeat(1000) };
    const twice = sizeOf([shared, shared]) - sizeOf([]);
    expect(twice > 2000).toBe(way === 'fast');
  });

  test('nesting deeper than the stack is no problem', () => {
    let deep: object = {};
    for (let level = 0; level < 200_000; level++) deep = { deep };
    expect(sizeOf(deep)).toBeGreaterThan(100_000);
  });

  test('no getter is read, no Proxy is asked, nothing is changed', () => {
    const asked: string[] = [];
    const handler = new Proxy({}, { get: (_target, trap) => () => asked.push(String(trap)) });
    const hostile = {
      get boom(): never {
        throw new Error('read');
      },
      proxy: new Proxy({}, handler),
      proxies: [new Proxy([], handler), new Proxy(() => 1, handler)],
      toJSON: () => asked.push('toJSON'),
      [Symbol.iterator]: () => asked.push('iterator'),
    };
    expect(sizeOf(Object.freeze(hostile))).toBeGreaterThan(0);
    const poorMap = new (class extends Map<string, string> {
      override entries(): never {
        throw new Error('called');
      }
      override get size(): never {
        throw new Error('called');
      }
    })();
    expect(() => sizeOf(poorMap)).not.toThrow();
    expect(asked).toEqual([]);
  });

  test.each<[string, unknown, unknown]>([
    ['a longer text', 'a'.repeat(100), 'a'.repeat(1000)],
    ['a text beyond Latin-1', 'a'.repeat(1000), 'ж'.repeat(1000)],
    ['one letter beyond Latin-1 at the end of a short text', 'a'.repeat(200), `${'a'.repeat(199)}ж`],
    ['a longer list', [1, 2], [1, 2, 3, 4]],
    ['a larger bigint', 1n, 2n ** 1000n],
    ['more in a Map', new Map([[1, 'a']]), new Map(Array.from({ length: 100 }, (_, key) => [key, 'a']))],
    ['more bytes', new Uint8Array(10), new Uint8Array(1000)],
    ['bytes without a view', new ArrayBuffer(10), new ArrayBuffer(1000)],
    ['what stands in symbols', { [Symbol.for('a')]: 'a' }, { [Symbol.for('a')]: 'a'.repeat(1000) }],
    ['what hides from lists', Object.defineProperty({}, 'a', { value: 'a' }), Object.defineProperty({}, 'a', { value: 'a'.repeat(1000) })],
    ['what hangs on a Map', new Map(), Object.assign(new Map(), { more: 'a'.repeat(1000) })],
    ['an error with a long message', new Error('a'), new Error('a'.repeat(5000))],
    ['doubles beside texts', ['a', 1, 2, 3], ['a', 1.5, 2.5, 3.5]],
  ])('%s takes more', (_what, less, more) => {
    expect(sizeOf(more)).toBeGreaterThan(sizeOf(less));
  });

  test('every kind of value has a size', () => {
    const all = [
      undefined,
      null,
      true,
      0,
      -0,
      1.5,
      '',
      'a',
      1n,
      Symbol('s'),
      () => 1,
      Promise.resolve(),
      new WeakMap(),
      new WeakSet(),
      /a/u,
      new Date(),
      new URL('http://a.b'),
    ];
    const more = [
      Object(1),
      Object('a'),
      new Error('e'),
      Object.create(null),
      new DataView(new ArrayBuffer(8)),
      new SharedArrayBuffer(8),
      (function* () {})(),
      globalThis,
    ];
    for (const value of [...all, ...more]) expect(sizeOf(value)).toBeGreaterThanOrEqual(0);
  });
});

test('the exact way sees what hangs on an array', () => {
  expect(exactSizeOf(Object.assign([1], { input: 'a'.repeat(1000) }))).toBeGreaterThan(1000);
});

test('the fast way looks at a bounded number of places: of the longest list there is, too', () => {
  const longest: unknown[] = [];
  longest.length = 2 ** 32 - 1;
  expect(fastSizeOf([longest, longest, longest])).toBeGreaterThan(2 ** 32);
  const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => ({ a: [1] })));
  const one = fastSizeOf(wide[0]);
  expect(fastSizeOf(wide) / (300 * one)).toBeGreaterThan(0.1);
});
