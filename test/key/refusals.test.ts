import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { elsewhere, keyOf, refusalOf } from './calls.js';

const root = <T extends object>(value: T): T => Object.setPrototypeOf(value, Object.prototype) as T;

test('a refusal says where the value stands, what it is, and what to do', () => {
  expect(refusalOf({ where: { owner: new Proxy({}, {}) } })).toBe(
    'cannot build a cache key for Users.find: $0.where.owner is a Proxy (leave it out with @Key.ignore() or omit, or pick with key)',
  );
});

test.each<[what: string, value: () => unknown]>([
  ['a function', () => () => 1],
  ['a function', () => new Proxy(() => 1, {})],
  ['a Proxy', () => new Proxy([], {})],
  ['a Proxy', revoked],
  ['an object with a Proxy among its prototypes', () => Object.create(new Proxy({}, {}))],
  ['a unique symbol, which no other call can repeat', () => Symbol('a')],
  ['a promise', () => Promise.resolve(1)],
  ['a promise', () => elsewhere('(async () => 1)()')],
  ['a WeakSet, whose content cannot be listed', () => root(new WeakSet())],
  [
    'a thenable (Later)',
    () =>
      new (class Later {
        then() {}
      })(),
  ], // prettier-ignore
  ['a WeakMap, whose content cannot be listed', () => new WeakMap()],
  ['a WeakSet, whose content cannot be listed', () => new WeakSet()],
  ['an instance of WeakRef, whose state is native and cannot be seen', () => new WeakRef({})],
  ['a generator', () => elsewhere('(function* () {})()')],
  ['an iterator', () => new Map().entries()],
  ['an iterator (a class)', () => [1].values()],
  [
    'an iterator (Cursor)',
    () =>
      new (class Cursor {
        at = 1;
        next() {}
      })(),
  ], // prettier-ignore
  ['a stream (Readable)', () => Readable.from(['a'])],
  ['a stream (ReadableStream)', () => new ReadableStream()],
  ['an event emitter (EventEmitter)', () => new EventEmitter()],
  ['an instance of NumberFormat, whose state is native and cannot be seen', () => new Intl.NumberFormat('en')],
  ['an object whose properties are all hidden', () => Math],
  ['an object whose properties are all hidden', () => elsewhere('JSON')],
  ['an object whose properties are all hidden', () => Map.prototype],
  ['an object whose properties are all hidden', () => class {}.prototype],
  ['the global object', () => globalThis],
  ['an instance of Request, which has private state', () => new Request('http://x/')],
  ['an instance of Blob with the hidden field Symbol(kHandle)', () => new Blob(['a'])],
  ['an instance of AbortSignal, which has private state', () => new AbortController().signal],
  ['an object whose class has no name', () => Object.create({ a: 1 })],
  ['an object whose class has no name', () => new (class {})()],
  ['a Map with the prototype of something else', () => root(new Map())],
  ['a Set with the prototype of something else', () => Object.setPrototypeOf(new Set(), null)],
  ['a Date with the prototype of something else', () => root(new Date(0))],
  ['a Array with the prototype of something else', () => Object.setPrototypeOf([], Map.prototype)],
  ['an error whose prototype was taken away', () => root(new Error('m'))],
  ['an object that poses as a URL', () => Object.create(URL.prototype)],
  ['an instance of Date, whose state is native and cannot be seen', () => Object.create(Date.prototype)],
  ['memory shared with other threads, which may be changing it', () => new SharedArrayBuffer(2)],
  ['memory shared with other threads, which may be changing it', () => new Uint8Array(new SharedArrayBuffer(2))],
  ['bytes that were given away', () => given(new ArrayBuffer(2))],
  ['bytes that were given away', () => given(new ArrayBuffer(2), (buffer) => new Uint8Array(buffer))],
  ['bytes that were given away', () => given(new ArrayBuffer(2), (buffer) => new DataView(buffer))],
  ['an array of bytes with properties of its own', () => Object.assign(new Uint8Array(2), { note: 1 })],
  ['an array of bytes with properties of its own', () => Object.assign(Buffer.alloc(2), { [Symbol.for('note')]: 1 })],
  ['an array of bytes with properties of its own', () => Object.assign(new (class Packet extends Uint8Array {})(2), { note: 1 })],
  ['an arguments object without a length', () => argumentsOfLength('many')],
])('refused: %s', (what, value) => {
  expect(refusalOf([value()])).toContain(`$0[0] is ${what} (leave it out`);
});

test('keys of node:crypto are refused', () => {
  refusalOf(createSecretKey(Buffer.from('a')));
  refusalOf(createPublicKey(generateKeyPairSync('ed25519').privateKey));
});

test.each([new Headers({ a: 'b' }), new FormData(), new Response('a'), new TextDecoder(), new AbortController(), new Event('a'), new DOMException('a')])(
  'what Node makes of the web is refused',
  (value) => {
    refusalOf(value);
  },
);

test('the path says where in a Map, a Set, an array or under a symbol the culprit is', () => {
  const culprit = Symbol('x');
  expect(refusalOf({ 'first name': [0, culprit] })).toContain('$0["first name"][1] is a unique symbol');
  expect(refusalOf(new Map([['a', culprit]]))).toContain('$0.a is');
  expect(refusalOf(new Map([[1, culprit]]))).toContain('$0(value) is');
  expect(refusalOf(new Map([[culprit, 1]]))).toContain('$0(key) is');
  expect(refusalOf(new Set([culprit]))).toContain('$0(member) is');
  expect(refusalOf({ [Symbol.for('gt')]: culprit })).toContain('$0[Symbol.for("gt")] is');
  expect(refusalOf({ [culprit]: 1 })).toContain('$0[Symbol(x)] is');
});

test('a getter that throws is refused, with what it threw as the cause', () => {
  const cause = new Error('not now');
  const broken = {
    get now(): unknown {
      throw cause;
    },
  };
  expect(refusalOf(broken)).toContain('$0.now is a getter that throws');
  expect(() => keyOf([broken])).toThrow(expect.objectContaining({ code: 'SCRUBJAY_KEY_REFUSED', cause }));
  const inArray = Object.defineProperty([0], 0, { get: () => broken.now });
  expect(refusalOf(inArray)).toContain('$0[0] is a getter that throws');
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function given(buffer: ArrayBuffer, view: (buffer: ArrayBuffer) => unknown = (it) => it): unknown {
  const value = view(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return value;
}

function argumentsOfLength(length: unknown): unknown {
  return (function () {
    // biome-ignore lint/complexity/noArguments: this is what is tested.
    return Object.assign(arguments, { length });
  })();
}
