import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { elsewhere, keyOf } from './calls.js';

const expressions = [
  '({ b: [1, , 2], a: { c: undefined, "é": -0, "Ä": NaN, "z": "\\ud800" } })',
  'new Map([[new Set(["b", "a"]), new Date(1e12)], [1, /a/gi]])',
  '[10n ** 30n, Buffer.from("hi"), new Float32Array([0.1]), Symbol.for("a"), Symbol.iterator]',
  'new RangeError("m", { cause: new (class HttpError extends Error { status = 1; })("c") })',
  'new (class FindUsers { take = 20; where = { x: 1 }; })()',
  '[Object("s"), new URL("http://x/?b=1"), new URLSearchParams("a=1"), 1e21, 5e-324, 0.1 + 0.2]',
  '({ long: "x".repeat(1000) + "😀" })',
];

test('another process, in another place and language, makes the same texts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-key-'));
  try {
    compileInto(directory);
    const script = `const { keyOfCall } = require('./key/call-key.js');
      const values = ${JSON.stringify(expressions)}.map((expression) => eval('(' + expression + ')'));
      console.log(JSON.stringify(values.map((value) => keyOfCall({ method: 'Users.find', parameters: [] }, undefined, [value]))));`;
    const child = spawnSync(process.execPath, ['-e', script], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    });
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual(expressions.map((expression) => keyOf(elsewhere(expression))));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** The key folder and its ground as CommonJS, so that the child needs no build of the library. */
function compileInto(directory: string): void {
  const source = join(__dirname, '../../src');
  const compile = (file: string): void => {
    const { code } = transformSync(readFileSync(join(source, file), 'utf8'), {
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    });
    writeFileSync(join(directory, file.replace(/\.ts$/, '.js')), code);
  };
  mkdirSync(join(directory, 'key'));
  for (const file of ['kinds.ts', 'errors.ts', ...readdirSync(join(source, 'key')).map((name) => `key/${name}`)]) compile(file);
}
