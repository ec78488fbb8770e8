/** Packs scrubjay as it would be published, has the package examined, and uses it from a project of its own as ESM and as CommonJS. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectDeclared } from './declared-exports.mjs';

/** What everybody downloads, and how many files that is. More is a decision: docs/decisions/0034-bundles.md. */
const MOST_BYTES = 184_000;
const MOST_FILES = 40;

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (cwd, command, ...args) => {
  console.log(`$ ${[command, ...args].join(' ')}`);
  if (spawnSync(command, args, { cwd, stdio: 'inherit' }).status !== 0) throw new Error('the command above failed');
};
const tool = (name) => join(root, 'node_modules/.bin', name);

const user = mkdtempSync(join(tmpdir(), 'scrubjay-pack-'));
try {
  await expectDeclared(root, ['index', 'map', 'nestjs', 'persist', 'testing']);
  const [{ filename, size, entryCount }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', user], { cwd: root, encoding: 'utf8' }));
  const tarball = join(user, filename);
  console.log(`${filename}: ${size} bytes packed, ${entryCount} files`);
  if (size > MOST_BYTES || entryCount > MOST_FILES) throw new Error(`the package may have ${MOST_BYTES} bytes, packed, and ${MOST_FILES} files`);

  run(root, tool('publint'), 'run', tarball, '--strict');
  // node16 leaves out only the resolution of TypeScript's old "node10", which knows no subpaths.
  run(root, tool('attw'), tarball, '--profile', 'node16');

  writeFileSync(join(user, 'package.json'), '{ "private": true }\n');
  run(user, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', `./${filename}`);
  copyFileSync(join(root, 'test/pack/both-builds.mjs'), join(user, 'both-builds.mjs'));
  run(user, process.execPath, 'both-builds.mjs');
  // As on Node before 20.19, which cannot `require` ES modules. Releases older than the flag behave so by themselves and refuse it.
  if (process.allowedNodeEnvironmentFlags.has('--experimental-require-module')) {
    run(user, process.execPath, '--no-experimental-require-module', 'both-builds.mjs');
  }

  const { msgpackr } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
  run(user, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', `msgpackr@${msgpackr}`);
  copyFileSync(join(root, 'test/pack/with-peers.mjs'), join(user, 'with-peers.mjs'));
  run(user, process.execPath, 'with-peers.mjs');
} catch (error) {
  console.error(`check-package: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(user, { recursive: true, force: true });
}
