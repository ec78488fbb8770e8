/** Installs the packages that scrubjay is measured against, when they are not those of package.json. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));

export function install() {
  const wanted = readFileSync(`${bench}package.json`, 'utf8');
  const mark = `${bench}node_modules/.installed`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  console.log('installing the packages of bench/package.json …');
  // One string through the shell: on Windows npm is a script that only a shell can start.
  const { status } = spawnSync('npm install --no-package-lock --no-audit --no-fund --silent', { cwd: bench, stdio: 'inherit', shell: true });
  if (status !== 0) throw new Error('npm install failed in bench');
  writeFileSync(mark, wanted);
}

/** The version of an installed package. */
export const versionOf = (name) => JSON.parse(readFileSync(`${bench}node_modules/${name}/package.json`, 'utf8')).version;

/** Whether a package is there: one with native code may not be built everywhere, and then its contenders are absent. */
export const isInstalled = (name) => existsSync(`${bench}node_modules/${name}/package.json`);
