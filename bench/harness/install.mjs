/** Installs the packages that scrubjay is measured against. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));

/** All of them, when they are not those of package.json. */
export function install() {
  const wanted = readFileSync(`${bench}package.json`, 'utf8');
  const mark = `${bench}node_modules/.installed`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  console.log('installing the packages of bench/package.json …');
  npmInstall();
  writeFileSync(mark, wanted);
}

/** Installs the one package that the guard needs, when it is not there: all others take much longer than the guard. */
export function installOnly(name) {
  const { dependencies } = JSON.parse(readFileSync(`${bench}package.json`, 'utf8'));
  if (!isInstalled(name) || versionOf(name) !== dependencies[name]) npmInstall('--omit=dev --omit=optional');
}

function npmInstall(flags = '') {
  // One string through the shell: on Windows npm is a script that only a shell can start.
  const { status } = spawnSync(`npm install --no-package-lock --no-audit --no-fund --silent ${flags}`, { cwd: bench, stdio: 'inherit', shell: true });
  if (status !== 0) throw new Error('npm install failed in bench');
}

/** The version of an installed package. */
export const versionOf = (name) => JSON.parse(readFileSync(`${bench}node_modules/${name}/package.json`, 'utf8')).version;

/** Whether a package is there: one with native code may not be built everywhere, and then its contenders are absent. */
export const isInstalled = (name) => existsSync(`${bench}node_modules/${name}/package.json`);
