/** Everything `npm start` needs: scrubjay as it is in this clone, the packages of this example, and its build. */
import { execFileSync, execSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const root = fileURLToPath(new URL('../../..', import.meta.url));

if (!existsSync(`${root}/dist`)) execSync('npm test -- --version && npm run build', { cwd: root, stdio: 'inherit' });
// npm takes a copy that is there for one that is as it should be.
rmSync('node_modules/scrubjay', { recursive: true, force: true });
execSync('npm install --no-audit --no-fund --prefer-offline', { stdio: 'inherit' });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' });
