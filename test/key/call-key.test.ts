import { createHash } from 'node:crypto';
import { keyOfCall } from '../../src/key/call-key.js';
import { UNNAMED } from '../../src/key/parameters.js';
import { aRule, keyOf, named, refusalOf } from './calls.js';

const users = aRule({ parameters: named('id', 'locale') });
const key = (rule: typeof users, ...args: unknown[]): string => keyOfCall(rule, undefined, args);

test('a call without arguments has the empty key', () => {
  expect(keyOf()).toBe('');
  expect(key(users)).toBe('');
});

test('parts are named and sorted by name; arguments nobody named go by position', () => {
  expect(key(aRule({ parameters: named('locale', 'id') }), 'en', 'u1')).toBe('id="u1",locale="en"');
  expect(keyOf('u1', 2)).toBe('$0="u1",$1=2');
  expect(key(users, 'u1', 'en', true)).toBe('$2=true,id="u1",locale="en"');
});

test('a name that is no identifier is quoted, so that it cannot imitate two parts', () => {
  expect(key(aRule({ parameters: named('a=1,b') }), 2)).toBe('"a=1,b"=2');
});

test('an undefined argument is a missing one, wherever it stands; null is not', () => {
  expect(key(users, 'u1', undefined)).toBe(key(users, 'u1'));
  expect(key(users, undefined, undefined, undefined)).toBe(key(users));
  expect(key(users, undefined, 'en')).toBe('locale="en"');
  expect(key(users, 'u1', null)).not.toBe(key(users, 'u1'));
  expect(keyOf(undefined, 1)).not.toBe(keyOf(1));
});

test('an ignored parameter is no part of the key, whatever it is', () => {
  const rule = aRule({ parameters: [{ ...UNNAMED, isIgnored: true }, ...named('id')] });
  expect(key(rule, () => 1, 'u1')).toBe('id="u1"');
  expect(key(rule, console)).toBe('');
});

test('a rest parameter is one array, in which undefined counts', () => {
  const rule = aRule({ parameters: named('id', '...tags') });
  expect(key(rule, 'u1', 'a', 'b')).toBe('id="u1",tags=["a","b"]');
  expect(key(rule, 'u1', ['a', 'b'])).toBe('id="u1",tags=[["a","b"]]');
  expect(key(rule, 'u1')).toBe('id="u1"');
  expect(key(rule, 'u1', undefined)).toBe('id="u1",tags=[undefined]');
  expect(key(rule, 'u1', 'a', undefined)).not.toBe(key(rule, 'u1', 'a'));
});

test('an ignored rest parameter leaves out all further arguments', () => {
  const rule = aRule({ parameters: [...named('id'), { ...UNNAMED, isRest: true, isIgnored: true }] });
  expect(key(rule, 'u1', 1, () => 2)).toBe('id="u1"');
});

test('a surplus argument counts; where keys must have names it has none, and one more undefined is none', () => {
  expect(key(users, 'u1', 'en', 0)).not.toBe(key(users, 'u1', 'en'));
  const strict = { ...users, needsNames: true };
  expect(() => key(strict, 'u1', 'en', 0)).toThrow(expect.objectContaining({ code: 'SCRUBJAY_KEY_UNNAMED' }));
  expect(key(strict, 'u1', 'en', undefined)).toBe(key(users, 'u1', 'en'));
  expect(key(aRule({ parameters: named('...ids'), needsNames: true }), 1, 2, 3)).toBe('ids=[1,2,3]');
  expect(key({ ...strict, isComplete: true }, 'u1', 'en', 0)).toBe(key(users, 'u1', 'en'));
});

test('a picked key is the whole key, of any value that has a text', () => {
  const pick = (...args: unknown[]): unknown => ({ b: args[0], a: new Set([1]) });
  expect(key(aRule({ pick: pick as never }), 'x', () => 1)).toBe('{a:Set{1},b:"x"}');
});

test('key is called with the same this and arguments as the method', () => {
  const pick = function (this: { tenant: string }, id: string): unknown {
    return [this.tenant, id];
  };
  expect(keyOfCall(aRule({ pick: pick as never }), { tenant: 't1' }, ['u1'])).toBe('["t1","u1"]');
});

test('scope puts a value of this in front', () => {
  const rule = aRule({ parameters: named('id'), scope: ((self: { tenant: string }) => self.tenant) as never });
  expect(keyOfCall(rule, { tenant: 't1' }, ['u1'])).toBe('this="t1",id="u1"');
  expect(keyOfCall(rule, { tenant: 't1' }, [])).toBe('this="t1"');
});

test('a picked part and a scope that have no key are refused under those names', () => {
  const nothing = (): unknown => Symbol('x');
  expect(() => key(aRule({ pick: nothing as never }))).toThrow('cannot build a cache key for Users.find: key is a unique symbol');
  expect(() => key(aRule({ scope: nothing as never }))).toThrow('cannot build a cache key for Users.find: scope is a unique symbol');
});

test.each<[thrown: unknown, said: string]>([
  [new Error('no tenant'), 'no tenant'],
  ['plain', '"plain" (string)'],
  [Object.create(null), 'an object (Object)'],
  [Symbol('s'), 'Symbol(s) (symbol)'],
])('a key or scope function that throws is told apart from a refusal', (thrown, said) => {
  const broken = (): never => {
    throw thrown;
  };
  const failed = (part: string): Error =>
    expect.objectContaining({
      code: 'SCRUBJAY_KEY_FAILED',
      message: `the cache key of Users.find could not be built: ${part} failed: ${said}; such calls run uncached.`,
      cause: thrown,
    });
  expect(() => key(aRule({ pick: broken }))).toThrow(failed('key'));
  expect(() => key(aRule({ scope: broken }))).toThrow(failed('scope'));
});

test('a refusal names the method, the parameter and the path, and what to do', () => {
  const rule = aRule({ parameters: named('id', 'opts') });
  expect(() => key(rule, 'u1', { owner: new Proxy({}, {}) })).toThrow(
    expect.objectContaining({
      code: 'SCRUBJAY_KEY_REFUSED',
      message: 'cannot build a cache key for Users.find: opts.owner is a Proxy (leave it out with @Key.ignore() or omit, or pick with key)',
    }),
  );
});

test('a key of more than 256 characters becomes a head, its length and its SHA-256', () => {
  const readable = keyOf('x'.repeat(251));
  expect(readable).toHaveLength(256);
  expect(readable.startsWith('$0="xxx')).toBe(true);
  const long = `$0="${'x'.repeat(252)}"`;
  const hash = createHash('sha256').update(long, 'utf16le').digest('hex');
  expect(keyOf('x'.repeat(252))).toBe(`~257:${hash}:${long.slice(0, 120)}`);
});

test('long keys differ wherever their texts differ', () => {
  const all = [keyOf('x'.repeat(1e4)), keyOf(`${'x'.repeat(9999)}y`), keyOf('x'.repeat(10_001)), keyOf(`y${'x'.repeat(9999)}`), keyOf(['x'.repeat(1e4)])];
  expect(new Set(all).size).toBe(all.length);
});

test('no readable key begins with ~, so none can imitate a long one', () => {
  const long = keyOf('x'.repeat(1000));
  expect(keyOf(long)).not.toBe(long);
  for (const name of ['~', long.slice(0, 100)]) expect(key(aRule({ parameters: named(name) }), 1).startsWith('"~')).toBe(true);
  expect(key(aRule({ pick: (() => long) as never })).startsWith('~335:')).toBe(false);
});

test('the head of a long key never ends in half a character', () => {
  for (const padding of ['', 'x']) expect(keyOf(`${padding}${'😀'.repeat(500)}`)).not.toMatch(/\p{Surrogate}/u);
});

test('arguments that make more than a mebibyte of text are refused, however many they are', () => {
  const part = 'x'.repeat(600_000);
  expect(refusalOf(part, part)).toBe('cannot build a cache key for Users.find: its arguments make more than 1048576 characters (pick with key)');
  for (const count of [50_000, 1e6]) {
    const many = Array.from({ length: count }, (_, index) => `a rather long argument ${index}`);
    expect(() => keyOfCall(users, undefined, many)).toThrow(expect.objectContaining({ code: 'SCRUBJAY_KEY_REFUSED' }));
  }
});
