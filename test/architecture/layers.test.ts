import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

describe('the layers', () => {
  describe('a break of them is reported', () => {
    let violations: string[] = [];

    // One copy with every break planted in it, each in files of its own: the tool takes a second to start.
    beforeAll(async () => {
      mkdirSync(join(root, 'build'), { recursive: true });
      // Inside the project, so that packages are found as they are from src.
      const copy = mkdtempSync(join(root, 'build/layers-'));
      try {
        cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
        for (const [file, text] of Object.entries(planted)) {
          mkdirSync(join(copy, file, '..'), { recursive: true });
          writeFileSync(join(copy, file), text);
        }
        violations = await violationsIn(copy);
      } finally {
        rmSync(copy, { recursive: true });
      }
    });

    test('an organ that imports another organ', () => {
      expect(violations).toContain('floor-organ-memory: src/memory/planted-organ.ts → src/flight/planted.ts');
    });

    test('an organ that imports only a type of another organ', () => {
      expect(violations).toContain('floor-organ-key: src/key/planted-type.ts → src/flight/planted.ts');
    });

    test('an organ that imports the conductor', () => {
      expect(violations).toContain('floor-organ-stats: src/stats/planted-upwards.ts → src/method-cache.ts');
    });

    test('a cycle of type-only imports', () => {
      expect(violations).toContain('no-cycle: src/key/planted-egg.ts → src/key/planted-hen.ts');
    });

    test('a third-party package in an organ', () => {
      expect(violations).toContain('no-third-party: src/memory/planted-package.ts → devalue');
    });

    test('a package that is not installed with scrubjay, even where third-party code may be', () => {
      expect(violations).toContain('only-runtime-dependencies: src/persist/drivers/planted-package.ts → fast-check');
    });

    test('an integration that does not come through the front door', () => {
      expect(violations).toContain('floor-integrations: src/integrations/planted.ts → src/method-cache.ts');
    });

    test('a ground file that imports anything, be it of Node', () => {
      expect(violations).toContain('ground-imports-nothing: src/clock.ts → fs');
    });

    test('a file that stands on no floor', () => {
      expect(violations).toContain('no-floor: src/planted-helpers.ts → src/errors.ts');
    });

    test('and nothing else is', () => {
      expect(violations.filter((violation) => !/planted|clock\.ts/.test(violation))).toEqual([]);
    });
  });
});

const planted = {
  'src/flight/planted.ts': 'export interface Planted {}\nexport const planted = 1;\n',
  'src/memory/planted-organ.ts': `export { planted } from '../flight/planted.js';\n`,
  'src/key/planted-type.ts': `export type { Planted } from '../flight/planted.js';\n`,
  'src/stats/planted-upwards.ts': `export * from '../method-cache.js';\n`,
  'src/key/planted-egg.ts': `import type { Hen } from './planted-hen.js';\nexport interface Egg { readonly laidBy: Hen }\n`,
  'src/key/planted-hen.ts': `import type { Egg } from './planted-egg.js';\nexport interface Hen { readonly cameOutOf: Egg }\n`,
  'src/memory/planted-package.ts': `export { stringify } from 'devalue';\n`,
  'src/persist/drivers/planted-package.ts': `export { assert } from 'fast-check';\n`,
  'src/integrations/planted.ts': `export * from '../method-cache.js';\n`,
  'src/clock.ts': `import 'node:fs';\nexport const now = () => 0;\n`,
  'src/planted-helpers.ts': `export { ScrubjayError } from './errors.js';\n`,
};

interface Report {
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[] };
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly { readonly module: string; readonly resolved: string }[] }[];
}

/** What the layering check says about `directory`/src: `rule: from → to`. */
async function violationsIn(directory: string): Promise<string[]> {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [depcruise, 'src', '--config', join(root, 'config/layers.cjs'), '--output-type', 'json'];
  const json = await new Promise<string>((done, fail) => {
    execFile(process.execPath, args, { cwd: directory, maxBuffer: 1e8 }, (_exit, stdout, stderr) => {
      // It ends with the number of violations; only without a report has it failed.
      if (stdout === '') fail(new Error(`dependency-cruiser gave no report: ${stderr}`));
      else done(stdout);
    });
  });
  const { summary, modules } = JSON.parse(json) as Report;
  expect(modules.length).toBeGreaterThan(10);
  // A package is named as the source names it, not by the file it leads to.
  const nameOf = (from: string, to: string): string =>
    to.startsWith('src/') ? to : (modules.find(({ source }) => source === from)?.dependencies.find(({ resolved }) => resolved === to)?.module ?? to);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${nameOf(from, to)}`);
}
