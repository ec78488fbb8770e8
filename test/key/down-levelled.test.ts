/**
 * The true lists behind what compilers make of methods for older targets. `down-levelled.json` holds the methods of one class as
 * TypeScript, esbuild, swc and Babel wrote them, by compiler, version and target, with the `length` each had.
 */

import { Lost } from '../../src/key/source-scanner.js';
import { readSource } from '../../src/key/source-text.js';
import compiled from './down-levelled.json';

/** As they were written. */
const written: Readonly<Record<string, string>> = {
  plain: 'id, locale',
  defaults: 'id, locale, last',
  rest: 'id, ...ids',
  onlyRest: '...ids',
  destructured: '?, ?',
  none: '',
  asyncPlain: 'id, locale',
  asyncDefaults: 'id, locale, last',
  asyncFirstDefault: 'locale',
  asyncRest: 'id, ...ids',
  asyncDestructured: '?, last',
  asyncNone: '',
  asyncSuper: 'id, locale',
  above: 'id, locale',
  asyncStatic: 'id, locale',
};

function read(source: string, length: number): string {
  try {
    const { parameters, isSure, hasStableNames } = readSource(source, length);
    if (!isSure) return 'not sure';
    const list = parameters.map(({ name, isRest }) => `${isRest ? '...' : ''}${name ?? '?'}`).join(', ');
    return `${list}${hasStableNames ? '' : ' (minified)'}`;
  } catch (error) {
    if (error instanceof Lost) return 'not sure';
    throw error;
  }
}

const rows = Object.entries(compiled).map(([build, methods]) => [build, methods] as const);

test('there is a build of every compiler', () => {
  for (const compiler of ['typescript', 'esbuild', 'swc', 'babel']) expect(rows.some(([build]) => build.startsWith(compiler))).toBe(true);
});

test.each(rows.filter(([build]) => !/minified|(?:swc|babel).*es5$/.test(build)))('%s: every list is read as it was written', (_build, methods) => {
  for (const [name, { source, length }] of Object.entries(methods)) {
    if (/reads/i.test(name)) expect([name, read(source, length)]).toEqual([name, 'not sure']);
    else expect([name, read(source, length)]).toEqual([name, written[name]]);
  }
});

test.each(rows.filter(([build]) => /(?:swc|babel).*es5$/.test(build)))('%s: a list is read as it was written, or it is not sure', (_build, methods) => {
  const lists = Object.entries(methods).map(([name, { source, length }]) => [name, read(source, length)] as const);
  for (const [name, list] of lists) expect([name, list]).toEqual([name, list === 'not sure' ? 'not sure' : written[name]]);
  expect(Object.fromEntries(lists)).toMatchObject({ plain: 'id, locale', rest: 'id, ...ids', none: '', reads: 'not sure' });
});

test.each(rows.filter(([build]) => build.includes('minified')))('%s: no name is stable, and the number of parameters is true', (_build, methods) => {
  for (const [name, { source, length }] of Object.entries(methods)) {
    const list = read(source, length);
    if (/none$|^destructured/i.test(name)) expect([name, list]).toEqual([name, written[name]]);
    else if (list !== 'not sure') expect([name, list.endsWith('(minified)'), list.split(',').length]).toEqual([name, true, written[name]?.split(',').length]);
  }
});
