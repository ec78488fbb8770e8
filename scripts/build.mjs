/**
 * Builds dist: the code, once, as CommonJS; doors to it for who imports; declarations for both. docs/decisions/0034-bundles.md says why.
 * And build/modules: each source file by itself, for tests and benchmarks that look inside. `--no-types` leaves out the declarations, which take most of the time.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildCode } from './bundle/code.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** What users import, and the command; the names are those of package.json, and each is a file in dist. */
const doors = {
  index: 'src/index.ts',
  persist: 'src/persist/contract.ts',
  map: 'src/bounded-map.ts',
  testing: 'src/testing/index.ts',
  nestjs: 'src/integrations/nestjs/index.ts',
};

await Promise.all([rm('dist', { recursive: true, force: true }), rm('build/modules', { recursive: true, force: true })]);
await buildCode(doors, 'src/cli/bin.ts');
if (!process.argv.includes('--no-types')) {
  const { buildDeclarations } = await import('./bundle/declarations.mjs');
  await buildDeclarations(doors);
}
