/**
 * Checks the type tests against the built declarations, with every TypeScript version we promise, under both kinds of decorators.
 * Usage: node scripts/check-types.mjs [folder with the packages typescript-5.4, typescript-5.9, … | path of a compiler …]
 */
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const VERSIONS = ['typescript-5.4', 'typescript-5.9', 'typescript-6', 'typescript-7'];

const kinds = {
  legacy: { files: ['test/both-kinds/types', 'test/types'], options: { experimentalDecorators: true, emitDecoratorMetadata: true } },
  standard: { files: ['test/both-kinds/types', 'test/standard/types'], options: {} },
  // Without strict nothing is refused reliably, but what is right must stay so.
  'legacy, not strict': { files: ['test/both-kinds/types/good.ts'], options: { strict: false, experimentalDecorators: true } },
  'standard, not strict': { files: ['test/both-kinds/types/good.ts'], options: { strict: false } },
};

for (const needed of ['dist/esm/index.d.ts', 'dist/esm/persist.d.ts']) {
  if (!existsSync(join(root, needed))) fail(`There is no ${needed}; run npm run build.`);
}
const compilers = await findCompilers(process.argv.slice(2));
const directory = await mkdtemp(join(tmpdir(), 'scrubjay-types-'));
let failures = 0;
try {
  for (const compiler of compilers) {
    const { output: version } = await run(compiler, ['--version']);
    for (const kind of Object.keys(kinds)) await check(compiler, version.trim(), kind);
  }
} finally {
  await rm(directory, { recursive: true });
}
if (failures > 0) process.exitCode = 1;

async function check(compiler, version, kind) {
  const project = join(directory, 'tsconfig.json');
  await writeFile(project, JSON.stringify(await projectOf(kinds[kind])));
  const started = performance.now();
  const { code, output } = await run(compiler, ['--project', project, '--pretty', 'false']);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${version.padEnd(14)} ${kind} (${seconds} s)`);
  if (code === 0) return;
  failures++;
  console.log(output.trimEnd().replaceAll(/^/gm, '       '));
}

/** Only what the tests need: what a project without any settings of ours would have. */
async function projectOf({ files, options }) {
  const lists = await Promise.all(files.map(filesIn));
  return {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2022'],
      module: 'ESNext',
      moduleResolution: 'bundler',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: { scrubjay: [join(root, 'dist/esm/index.d.ts')], 'scrubjay/persist': [join(root, 'dist/esm/persist.d.ts')] },
      strict: true,
      noEmit: true,
      ...options,
    },
    files: lists.flat(),
  };
}

async function filesIn(path) {
  if (path.endsWith('.ts')) return [join(root, path)];
  const names = (await readdir(join(root, path))).filter((name) => name.endsWith('.ts'));
  if (names.length === 0) fail(`There are no type tests in ${path}.`);
  return names.map((name) => join(root, path, name));
}

/** A compiler that is missing is an error: a check that silently checks less is worse than none. */
async function findCompilers(given) {
  const missing = given.find((path) => !existsSync(path));
  if (missing !== undefined) fail(`There is no ${missing}.`);
  if (given.length > 0 && statSync(given[0]).isFile()) return given.map((path) => resolve(path));
  const folder = resolve(given[0] ?? join(root, 'test/compilers/node_modules'));
  return Promise.all(
    VERSIONS.map(async (name) => {
      const manifest = join(folder, name, 'package.json');
      if (!existsSync(manifest)) fail(`There is no ${name} in ${folder}.`);
      return join(folder, name, JSON.parse(await readFile(manifest, 'utf8')).bin.tsc);
    }),
  );
}

function run(compiler, args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [compiler, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    // 'close', not 'exit': the last lines may still be on their way.
    child.on('close', (code) => done({ code, output }));
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
