/** What tools cannot do, and the errors that docs/compilers.md shows for it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildWithBabel, nodeProgram, report, runVitest, writeTsconfig } from './rows.mjs';

const require = createRequire(import.meta.url);

/** Runs a build that throws where it should. */
const failing = (build) => (place) => {
  try {
    build(place);
    return { out: '', failed: false };
  } catch (error) {
    return { out: error.message, failed: true };
  }
};

const restService = `import { Cached, Key } from 'scrubjay';
export class Users { @Cached() sum(@Key('...ids') ...ids: string[]): number { return ids.length; } }
export const registry = 1;`;

export const errors = [
  ...['5.4', '5.9', '6', '7'].map((version) => ({
    tool: `typescript ${version}`,
    what: '@Key without experimentalDecorators',
    pattern: /error TS1206: Decorators are not valid here/,
    run: ({ folder, run }) => {
      writeTsconfig(folder, 'standard');
      return run(process.execPath, [join(folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc'), '-p', folder]);
    },
  })),
  {
    tool: 'swc',
    what: "@Key with decoratorVersion '2022-03'",
    pattern: /SyntaxError: Invalid or unexpected token/,
    run: failing((place) => {
      const { code } = require('@swc/core').transformFileSync(join(place.folder, 'service.ts'), {
        jsc: { target: 'es2022', transform: { decoratorVersion: '2022-03' }, parser: { syntax: 'typescript', decorators: true } },
        module: { type: 'es6' },
        swcrc: false,
      });
      writeFileSync(join(place.folder, 'service.js'), code);
      report(place, 'service.js');
    }),
  },
  {
    tool: 'esbuild',
    what: '@Key without experimentalDecorators',
    pattern: /Parameter decorators only work when experimental decorators are enabled/,
    run: failing(({ folder }) => require('esbuild').transformSync(readFileSync(join(folder, 'service.ts'), 'utf8'), { loader: 'ts', tsconfigRaw: '{}' })),
  },
  {
    tool: 'vitest',
    what: 'standard decorators',
    pattern: /SyntaxError: Invalid or unexpected token/,
    run: failing((place) => {
      const standard = readFileSync(join(import.meta.dirname, 'service.standard.ts'), 'utf8');
      writeFileSync(join(place.folder, 'service.ts'), standard);
      writeTsconfig(place.folder, 'standard');
      runVitest(place);
    }),
  },
  {
    tool: 'vitest',
    what: '@Key on a rest parameter',
    pattern: /Decorators are not valid here/,
    run: failing((place) => {
      writeFileSync(join(place.folder, 'service.ts'), restService);
      writeTsconfig(place.folder, 'legacy');
      runVitest(place);
    }),
  },
  {
    tool: 'babel',
    what: '@Key',
    pattern: /SyntaxError: Invalid or unexpected token/,
    run: failing((place) => {
      buildWithBabel(place.folder, 'legacy', 'esm', 'node 20');
      report(place, 'service.js');
    }),
  },
  {
    tool: 'node, type stripping',
    what: 'decorators',
    pattern: /SyntaxError: Invalid or unexpected token/,
    isMissing: () => !existsSync(nodeProgram('22')),
    run: (place) => place.run(nodeProgram('22'), [join(place.folder, 'report.mjs'), join(place.folder, 'service.ts')], { cwd: place.folder }),
  },
];
