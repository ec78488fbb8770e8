/**
 * Builds the same service with every tool people build TypeScript with, runs it twice in processes of their own, and compares what it did.
 * The second run must find on disk what the first one left. Prints a line for each build; any difference ends it with 1.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { errors } from './errors.mjs';
import { expectedReport } from './expected.mjs';
import { nodeProgram, rows } from './rows.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const modules = join(here, 'node_modules');
const require = createRequire(import.meta.url);
const only = process.argv[2] ?? '';

function run(command, args, options = {}) {
  try {
    return { out: execFileSync(command, args, { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options }), failed: false };
  } catch (error) {
    return { out: `${error.stdout}${error.stderr}`, failed: true };
  }
}

/** The tools, and the library as it is published, where every build finds both. */
function prepare() {
  const wanted = readFileSync(join(here, 'package.json'), 'utf8');
  const mark = join(modules, '.installed');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--silent'], { cwd: here, stdio: 'inherit' });
    writeFileSync(mark, wanted);
  }
  const library = join(modules, 'scrubjay');
  rmSync(library, { recursive: true, force: true });
  mkdirSync(library, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', library], { cwd: root });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  execFileSync('tar', ['-xzf', `scrubjay-${version}.tgz`, '--strip-components=1'], { cwd: library });
}

/** A project of a user: the service of its kind, a package.json, and both under one roof. */
function project({ kind, format, withoutKey = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'scrubjay-compilers-'));
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: format === 'cjs' ? 'commonjs' : 'module' }));
  const service = readFileSync(join(here, `service.${kind}.ts`), 'utf8');
  writeFileSync(join(folder, 'service.ts'), withoutKey ? service.replace(/@Key\('[^']*'\) /g, '') : service);
  cpSync(join(here, 'report.mjs'), join(folder, 'report.mjs'));
  return folder;
}

const failures = [];

function check(row) {
  const name = [row.tool, row.kind, row.format, row.target].filter(Boolean).join('  ');
  if (!name.includes(only)) return;
  if (row.isMissing?.()) {
    // Outside of continuous integration a machine may lack what only that has.
    if (process.env.CI) failures.push(name);
    console.log(`${process.env.CI ? 'WRONG' : 'skipped'}  ${name}: its program is not there`);
    return;
  }
  const folder = project(row);
  const environment = { ...process.env, SCRUBJAY_DIRECTORY: join(folder, 'cache'), NODE_NO_WARNINGS: '1', NODE_OPTIONS: '', NO_COLOR: '1' };
  try {
    const seen = [false, true].map((isRestart) => ({ isRestart, report: row.run({ folder, run, environment }) }));
    for (const { isRestart, report } of seen) {
      const expected = expectedReport(row, isRestart);
      if (!isDeepStrictEqual(report, expected)) throw new Error(difference(report, expected));
    }
    console.log(`good  ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`WRONG  ${name}\n${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function difference(report, expected) {
  const names = new Set([...Object.keys(report), ...Object.keys(expected)]);
  const lines = [...names].filter((name) => !isDeepStrictEqual(report[name], expected[name]));
  return lines.map((name) => `   ${name}: wanted ${JSON.stringify(expected[name])}\n   ${name}: found  ${JSON.stringify(report[name])}`).join('\n');
}

/** What a tool cannot do ends in the error that docs/compilers.md shows. */
function checkError({ tool, what, run: fail, pattern, isMissing }) {
  const name = `${tool}  ${what}`;
  if (!name.includes(only) || isMissing?.() === true) return;
  const folder = project({ kind: 'legacy', format: 'esm' });
  const { out, failed } = fail({ folder, run, environment: { ...process.env, SCRUBJAY_DIRECTORY: join(folder, 'cache'), NODE_OPTIONS: '', NO_COLOR: '1' } });
  rmSync(folder, { recursive: true, force: true });
  const isGood = failed && pattern.test(out);
  if (!isGood) failures.push(name);
  console.log(isGood ? `good  ${name}: fails as documented` : `WRONG  ${name}: wanted ${pattern}, found ${failed ? out.slice(0, 1500) : 'no error'}`);
}

/** The keys of the whole corpus are the same texts in every version of Node. */
function checkTexts() {
  const folder = mkdtempSync(join(tmpdir(), 'scrubjay-compilers-'));
  const corpus = join(folder, 'corpus.mjs');
  writeFileSync(corpus, require('esbuild').transformSync(readFileSync(join(here, '../key/corpus/keys.ts'), 'utf8'), { loader: 'ts', format: 'esm' }).code);
  const [own, ...others] = [process.execPath, ...['22', '26'].map(nodeProgram).filter(existsSync)].map((program) => {
    const { out } = run(program, [join(here, 'texts.mjs'), corpus]);
    return { version: run(program, ['--version']).out.trim(), texts: JSON.parse(out.slice(out.indexOf('['))) };
  });
  for (const { version, texts } of others) {
    const different = own.texts.filter((text, index) => text !== texts[index]);
    if (different.length > 0 || texts.length < 300) failures.push(`texts in ${version}`);
    console.log(
      different.length === 0
        ? `good  ${texts.length} texts in ${version} as in ${own.version}`
        : `WRONG  texts in ${version}: ${different.slice(0, 5).join('; ')}`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
}

prepare();
rows.forEach(check);
errors.forEach(checkError);
if ('texts'.includes(only)) checkTexts();
if (failures.length > 0) {
  console.error(`${failures.length} wrong: ${failures.join('; ')}`);
  process.exit(1);
}
