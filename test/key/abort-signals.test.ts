import { isAbortSignal, signalsIn, withSignal } from '../../src/key/abort-signals.js';
import { keyOfCall } from '../../src/key/call-key.js';
import { aRule, keyOf, named, refusalOf } from './calls.js';

const signal = (): AbortSignal => new AbortController().signal;

test('a signal is no part of a key, as an argument and directly in an options bag', () => {
  expect(keyOf('u1', signal())).toBe(keyOf('u1'));
  expect(keyOf('u1', signal(), 2)).toBe(keyOf('u1', undefined, 2));
  expect(keyOf('u1', { signal: signal() })).toBe(keyOf('u1', {}));
  expect(keyOf('u1', { take: 5, signal: AbortSignal.timeout(1e6) })).toBe(keyOf('u1', { take: 5 }));
  expect(keyOf(Object.assign(Object.create(null), { signal: AbortSignal.abort() }))).toBe(keyOf({}));
  expect(keyOfCall(aRule({ parameters: named('id', '...rest') }), undefined, ['u1', 1, signal()])).toBe('id="u1",rest=[1]');
  expect(keyOfCall(aRule({ pick: (_id: string, options: object) => options }), undefined, ['u1', { signal: signal(), take: 1 }])).toBe('{take:1}');
});

test('deeper it is refused, and so is what only looks like one', () => {
  expect(refusalOf({ a: { signal: signal() } })).toMatch(/\$0\.a\.signal is an instance of AbortSignal/);
  expect(refusalOf([signal()])).toMatch(/\$0\[0\] is/);
  expect(refusalOf(Object.create(AbortSignal.prototype))).toMatch(/\$0 is/);
  expect(refusalOf(new Proxy(signal(), {}))).toMatch(/\$0 is a Proxy/);
  expect([isAbortSignal(undefined), isAbortSignal(null), isAbortSignal('x'), isAbortSignal({ aborted: false })]).toEqual([false, false, false, false]);
});

test('the signals of a call are found where keys leave them out', () => {
  const [one, two] = [signal(), signal()];
  expect(signalsIn(['u1', one, { signal: two, take: 1 }, [signal()], null])).toEqual([one, two]);
  expect(signalsIn(['u1', { deep: { signal: one } }])).toEqual([]);
});

test('a signal is put in the place of others, and nothing else is touched', () => {
  const fresh = signal();
  const list = [1];
  const symbol = Symbol('kept');
  const bag = Object.freeze({ take: 1, signal: signal(), list, [symbol]: 2 });
  const plain = { take: 2 };
  const [id, replaced, copied, same] = withSignal(['u1', signal(), bag, plain], fresh) as [string, AbortSignal, typeof bag, typeof plain];
  expect([id, replaced, copied.signal]).toEqual(['u1', fresh, fresh]);
  expect([copied.take, copied.list, copied[symbol]]).toEqual([1, list, 2]);
  expect(copied.list).toBe(list);
  expect(same).toBe(plain);
  expect(bag.signal).not.toBe(fresh);
});

test('the copy of a bag is as the bag: prototype, own __proto__, getters', () => {
  const bag = Object.defineProperty(JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>, 'lazy', { get: () => 7, enumerable: true });
  bag['signal'] = signal();
  const [copy] = withSignal([bag], signal()) as [Record<string, unknown>];
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(Object.getOwnPropertyDescriptor(copy, '__proto__')?.value).toEqual({ admin: true });
  expect(copy['lazy']).toBe(7);
  const [bare] = withSignal([Object.assign(Object.create(null), { signal: signal() })], signal()) as [object];
  expect(Object.getPrototypeOf(bare)).toBeNull();
});
