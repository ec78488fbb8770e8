/**
 * docs/keys.md is true: its examples print what it says, its table holds, and scrubjay tells apart what the naive ways do not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from '@js-temporal/polyfill';
import { keyOfCall } from '../../src/key/call-key.js';
import { aRule, keyOf, named, refusalOf } from './calls.js';

const page = readFileSync(join(__dirname, '../../docs/keys.md'), 'utf8');

const demonstrations = [...page.matchAll(/```js\n(.*?)```\n\n```\n(.*?)```/gs)].map(([, code, output]) => [code as string, output as string] as const);

test('the page shows each naive way', () => {
  expect(demonstrations).toHaveLength(5);
});

test.each(demonstrations)('the page prints what it says: %#', (code, output) => {
  const lines: string[] = [];
  const console = { log: (...what: unknown[]) => lines.push(`${what.map(String).join(' ')}\n`) };
  new Function('console', code)(console);
  expect(lines.join('')).toBe(output);
});

const rows = [...page.matchAll(/^\| `(.+?)` +\| `(.+?)` +\| .*\|$/gm)]
  .map(([, value, text]) => [value as string, text as string] as const)
  .slice(page.slice(0, page.indexOf('## Values')).match(/^\| `.+?` +\| `.+?` +\| .*\|$/gm)?.length ?? 0);

test('the table of values has been read', () => {
  expect(rows.length).toBeGreaterThanOrEqual(29);
});

test.each(rows)('the table holds: %s is %s', (value, text) => {
  expect(keyOf(new Function('Temporal', `return (${value});`)(Temporal))).toBe(`$0=${text}`);
});

test('what text, JSON and identity take for one call is told apart', () => {
  const pairs: [unknown[], unknown[]][] = [
    [['a|b'], ['a', 'b']],
    [[1], ['1']],
    [[[1, 2]], ['1,2']],
    [[null], ['']],
    [[{ id: 1 }], [{ id: 2 }]],
    [[Number.NaN], [null]],
    [[-0], [0]],
    [[[undefined]], [[null]]],
    [[{ force: undefined }], [{}]],
    [[new Map([['a', 1]])], [new Map()]],
    [[/^a/], [/^b/]],
    [[new Date(0)], ['1970-01-01T00:00:00.000Z']],
    [[new Map([['id', 1]])], [new Map([['id', 2]])]],
    [
      ['u1', { locale: 'en' }],
      ['u1', { locale: 'de' }],
    ],
  ];
  for (const [a, b] of pairs) expect(keyOf(...a)).not.toBe(keyOf(...b));
  expect(refusalOf(new Headers({ authorization: 'A' }))).toContain('$0 is an instance of Headers');
});

test('the shapes of calls that look alike are seven different keys', () => {
  const calls = [[1, 2], [1, 2, 3], '1', 1, [['a', 1]], { a: 1 }, new Map([['a', 1]])];
  expect(new Set(calls.map((value) => keyOf(value))).size).toBe(7);
});

test('what the naive ways load twice is one call', () => {
  expect(keyOf({ a: 1, b: 2 })).toBe(keyOf({ b: 2, a: 1 }));
  expect(keyOf({ id: 1 })).toBe(keyOf({ id: 1 }));
  expect(keyOf(10n)).toBe(keyOf(10n));
});

test('named parameters that are swapped keep their keys, and positions would not', () => {
  const before = aRule({ parameters: named('from', 'to') });
  const after = aRule({ parameters: named('to', 'from') });
  expect(keyOfCall(after, undefined, ['en', 'de'])).toBe(keyOfCall(before, undefined, ['de', 'en']));
  expect(keyOfCall(after, undefined, ['de', 'en'])).toBe('from="en",to="de"');
  expect(keyOfCall(before, undefined, ['de', 'en'])).toBe('from="de",to="en"');
});

test('an object that changes after the call does not move the entry', () => {
  const options = { id: 1 };
  const key = keyOf(options);
  options.id = 2;
  expect(keyOf(options)).not.toBe(key);
});
