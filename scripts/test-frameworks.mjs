/**
 * Installs the packed scrubjay beside frameworks, each in a directory of its own, and runs what uses it there: the examples, and applications of every Nest, as ES modules
 * and as CommonJS. `npm run test:frameworks -- nestjs` runs those whose name has that in it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'scrubjay-frameworks-'));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const jest = join(root, 'node_modules/jest/bin/jest.js');
const nest = (major, ...parts) => Object.fromEntries(parts.map((part) => [`@nestjs/${part}`, `^${major}.0.0`]));
const plainNest = (major) => ({ ...nest(major, 'common', 'core', 'platform-express'), 'reflect-metadata': '^0.2.2', rxjs: '^7.8.2' });

const cacheManager = { '@nestjs/cache-manager': '^12.0.0', 'cache-manager': '^7.2.9', keyv: '^5.6.0' };

/** [name, where its sources are, packages, how it is run] */
const rows = [
  ['nestjs 11, the example', 'examples/nestjs', nest(11, 'common', 'core', 'platform-express', 'terminus'), [[tsc], ['scripts/end-to-end.mjs', '11']]],
  [
    'nestjs 12, the example',
    'examples/nestjs',
    cacheManager,
    [[tsc], ['scripts/end-to-end.mjs', '12'], ['application.mjs', '12'], ['application.cjs', '12'], ['beside-cache-manager.mjs']],
  ],
  ['nestjs 11, in CommonJS and in jest', 'test/pack/nestjs', plainNest(11), [['application.mjs', '11'], ['application.cjs', '11'], ...twoTestFiles()]],
  [
    'nestjs 10',
    'test/pack/nestjs',
    plainNest(10),
    [
      ['application.mjs', '10'],
      ['application.cjs', '10'],
    ],
  ],
  ['fastify', 'examples/fastify', {}, [[tsc], ['build/main.js']]],
  ['tsyringe', 'examples/tsyringe', {}, [[tsc], ['build/main.js']]],
];

/** jest runs each file by itself; without a limit, something that stays open would keep it for ever. */
function twoTestFiles() {
  return [[jest, '--rootDir=.', '--config={"testEnvironment":"node","testMatch":["**/*.test.cjs"],"moduleFileExtensions":["js","cjs","mjs","json"]}']];
}

function run(cwd, command, ...args) {
  console.log(`$ ${[command, ...args].join(' ')}`);
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', timeout: 180_000 });
  if (status !== 0) throw new Error(`it ended with ${status ?? 'no end'}`);
}

function prepare(directory, sources, packages, tarball) {
  cpSync(join(root, sources), directory, { recursive: true, filter: (path) => !/[\\/](node_modules|build|data)$/.test(path) });
  const ours = join(root, 'test/pack/nestjs');
  for (const name of ['application.cjs', 'application.mjs', 'beside-cache-manager.mjs'])
    if (sources.includes('nestjs')) copyFileSync(join(ours, name), join(directory, name));
  const manifest = join(directory, 'package.json');
  const said = sources.startsWith('examples') ? JSON.parse(readFileSync(manifest, 'utf8')) : { private: true };
  // The compiler is the one of this clone.
  const { typescript: _typescript, ...development } = said.devDependencies ?? {};
  writeFileSync(
    manifest,
    JSON.stringify({ ...said, dependencies: { ...said.dependencies, ...packages, scrubjay: `file:${tarball}` }, devDependencies: development }),
  );
  if (!sources.startsWith('examples')) for (const name of ['one', 'two']) copyFileSync(join(ours, 'jest-run.cjs'), join(directory, `${name}.test.cjs`));
  run(directory, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--no-package-lock', '--loglevel=error');
}

try {
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', work], { cwd: root, encoding: 'utf8' }));
  const [wanted = ''] = process.argv.slice(2);
  for (const [name, sources, packages, commands] of rows.filter(([name]) => name.includes(wanted))) {
    console.log(`\n--- ${name}`);
    const directory = join(work, name.replaceAll(/\W+/g, '-'));
    mkdirSync(directory);
    prepare(directory, sources, packages, join(work, filename));
    for (const args of commands) run(directory, process.execPath, ...args);
  }
} catch (error) {
  console.error(`test-frameworks: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
