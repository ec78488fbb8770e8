/** Runs `npm ci` when node_modules is not what package-lock.json says, so that `npm test` and `npm start` work straight after a clone. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const reason = whyInstall();
if (reason !== undefined) {
  console.log(`scrubjay: ${reason}; running "npm ci" (about half a minute) …`);
  // One string through the shell: on Windows npm is a script that only a shell can start.
  const { status } = spawnSync('npm ci --no-audit --no-fund', { stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
}

function whyInstall() {
  const installed = packagesOf('node_modules/.package-lock.json');
  if (installed === undefined) return 'node_modules is missing';
  // Versions are compared, not times: a checkout may touch the lock file without changing it.
  const changed = Object.entries(packagesOf('package-lock.json') ?? {}).find(
    // Optional packages are for other platforms, mostly.
    ([path, wanted]) => path !== '' && !wanted.optional && installed[path]?.version !== wanted.version,
  );
  return changed && `${changed[0]} is not the version of package-lock.json`;
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
