import { EventEmitter } from 'node:events';
import { keyOfCall } from '../../src/key/call-key.js';
import { identityText } from '../../src/key/identity.js';
import { collectUntil, watchGarbage } from '../support/garbage.js';
import { aRule } from './calls.js';

const rule = aRule({ byIdentity: true });
const key = (...args: unknown[]): string => keyOfCall(rule, undefined, args);

class Hidden {
  readonly #secret: number;
  constructor(secret: number) {
    this.#secret = secret;
  }
  secret(): number {
    return this.#secret;
  }
}

const unkeyable: readonly (readonly [string, () => unknown])[] = [
  ['a function', () => () => 1],
  ['a class', () => class A {}],
  ['a unique symbol', () => Symbol('a')],
  ['a promise', () => Promise.resolve(1)],
  ['a WeakMap', () => new WeakMap()],
  ['a generator', () => (function* () {})()],
  ['an event emitter', () => new EventEmitter()],
  ['a Proxy', () => new Proxy({}, {})],
  ['an Intl format', () => new Intl.NumberFormat('en')],
  ['a Blob', () => new Blob(['a'])],
  ['private state', () => new Hidden(1)],
  ['a nameless class', () => new (class {})()],
];

test.each(unkeyable)('%s is itself and no other', (_what, make) => {
  const one = make();
  const other = make();
  expect(key(one)).toBe(key(one));
  expect(key(one)).not.toBe(key(other));
  expect(key({ a: [one] })).toBe(key({ a: [one] }));
  expect(key({ a: [one] })).not.toBe(key({ a: [other] }));
  expect(key(new Map([[one, 1]]))).toBe(key(new Map([[one, 1]])));
});

test('what has an honest key keeps it', () => {
  expect(key({ a: 1, b: [new Date(0)] })).toBe(key({ b: [new Date(0)], a: 1 }));
  expect(key({ db: EventEmitter, take: 1 })).toMatch(/^\$0=\{db:&\d+,take:1\}$/);
});

test('only the culprit is told by identity, what stands around it by its value', () => {
  const socket = new EventEmitter();
  expect(key({ socket, id: 1 })).toBe(key({ id: 1, socket }));
  expect(key({ socket, id: 1 })).not.toBe(key({ socket, id: 2 }));
  expect(key([socket], { socket })).toBe(key([socket], { socket }));
});

test('a number is never given twice, and no text imitates one', () => {
  const texts = new Set(Array.from({ length: 100 }, () => identityText({})));
  expect(texts.size).toBe(100);
  expect(key(identityText(unkeyable))).toBe(`$0=${JSON.stringify(identityText(unkeyable))}`);
});

test('a getter that throws, and what is too deep or too long, is refused all the same', () => {
  const deep = Array.from({ length: 300 }).reduce<unknown>((inner) => ({ inner }), 1);
  const throwing = Object.defineProperty({}, 'a', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  }); // prettier-ignore
  for (const value of [deep, 'x'.repeat(2 ** 21), { a: 'x'.repeat(2 ** 21) }, throwing, { in: throwing }]) {
    expect(() => key(value)).toThrow(expect.objectContaining({ code: 'SCRUBJAY_KEY_REFUSED' }));
  }
});

test('no trap of a Proxy runs', () => {
  const traps = new Proxy(
    {},
    {
      get: () => {
        throw new Error('a trap ran');
      },
    },
  ); // prettier-ignore
  expect(key(new Proxy({}, traps))).toMatch(/^\$0=&\d+$/);
});

test('an object is not kept alive by its number', async () => {
  const { gone, watch } = watchGarbage();
  (() => {
    const value = {};
    identityText(value);
    watch(value, 'value');
  })();
  await collectUntil(() => gone.size === 1);
  expect([...gone]).toEqual(['value']);
});
