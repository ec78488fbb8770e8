/** Every tool in every kind of decorators it supports. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const node = process.execPath;

/** Runs a built service, or a source where the tool runs sources, and reads what report.mjs printed. */
export function report({ folder, run, environment }, file, { program = node, flags = [] } = {}) {
  const { out, failed } = run(program, [...flags, join(folder, 'report.mjs'), join(folder, file)], { cwd: folder, env: environment });
  if (failed) throw new Error(out.slice(0, 3000));
  return JSON.parse(out.slice(out.indexOf('{')));
}

const decorators = (kind) => (kind === 'legacy' ? { experimentalDecorators: true, emitDecoratorMetadata: true } : {});

export function writeTsconfig(folder, kind, { target = 'es2022', ...others } = {}) {
  const modules = { module: 'nodenext', moduleResolution: 'nodenext', verbatimModuleSyntax: false };
  const typeRoots = [join(import.meta.dirname, '..', '..', 'node_modules', '@types')];
  const compilerOptions = { target, ...modules, strict: true, skipLibCheck: true, types: ['node'], typeRoots, lib: ['es2022'], ...decorators(kind), ...others };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['service.ts'] }));
}

const tsc = (version, kind, format, target, others = {}) => ({
  tool: `typescript ${version}`,
  kind,
  format,
  target,
  run(place) {
    writeTsconfig(place.folder, kind, { target, ...others });
    const { out, failed } = place.run(node, [join(place.folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc'), '-p', place.folder]);
    if (failed) throw new Error(out);
    return report(place, 'service.js');
  },
});

/** As jest calls it, one file by itself. */
const tsJest = (kind) => ({
  tool: 'ts-jest',
  kind,
  format: 'cjs',
  run(place) {
    writeTsconfig(place.folder, kind, { module: 'commonjs', moduleResolution: 'bundler', isolatedModules: true });
    const config = { rootDir: place.folder, cwd: place.folder, testMatch: [], testRegex: [], transform: [], globals: {}, extensionsToTreatAsEsm: [] };
    const path = join(place.folder, 'service.ts');
    const transformer = require('ts-jest').default.createTransformer({ tsconfig: join(place.folder, 'tsconfig.json') });
    const settings = { config, transformerConfig: {}, supportsStaticESM: false, cacheFS: new Map() };
    writeFileSync(join(place.folder, 'service.js'), transformer.process(readFileSync(path, 'utf8'), path, settings).code);
    return report(place, 'service.js');
  },
});

const swc = (kind, format, target) => ({
  tool: 'swc',
  kind,
  format,
  target,
  run(place) {
    const transform = {
      legacy: { legacyDecorator: true, decoratorMetadata: true },
      standard: { decoratorVersion: '2022-03' },
      plain: {},
    }[kind];
    const { code } = require('@swc/core').transformFileSync(join(place.folder, 'service.ts'), {
      jsc: { target, transform, parser: { syntax: 'typescript', decorators: kind !== 'plain' } },
      module: { type: format === 'cjs' ? 'commonjs' : 'es6' },
      swcrc: false,
    });
    writeFileSync(join(place.folder, 'service.js'), code);
    return report(place, 'service.js');
  },
});

const esbuild = (kind, format, target, { minify = false, ...differences } = {}) => ({
  tool: minify ? 'esbuild, minified' : 'esbuild',
  kind,
  format,
  target,
  ...differences,
  run(place) {
    writeTsconfig(place.folder, kind);
    const tsconfigRaw = readFileSync(join(place.folder, 'tsconfig.json'), 'utf8');
    const { code } = require('esbuild').transformSync(readFileSync(join(place.folder, 'service.ts'), 'utf8'), {
      loader: 'ts',
      format,
      target,
      minify,
      tsconfigRaw,
    });
    writeFileSync(join(place.folder, 'service.js'), code);
    return report(place, 'service.js');
  },
});

const tsx = (kind, differences = {}) => ({
  tool: 'tsx',
  kind,
  format: 'esm',
  ...differences,
  run(place) {
    writeTsconfig(place.folder, kind);
    return report(place, 'service.ts', { flags: ['--import', 'tsx'] });
  },
});

const vitest = (kind) => ({
  tool: 'vitest',
  kind,
  format: 'esm',
  run(place) {
    writeTsconfig(place.folder, kind);
    return runVitest(place);
  },
});

export function runVitest({ folder, run, environment }) {
  writeFileSync(
    join(folder, 'service.test.ts'),
    `import { writeFileSync } from 'node:fs';
     import { test } from 'vitest';
     import { cacheOf } from 'scrubjay';
     import * as service from './service';
     import { reportOf } from './report.mjs';
     test('report', async () => writeFileSync('report.json', JSON.stringify(await reportOf({ ...service, cacheOf }))));`,
  );
  const { out, failed } = run(node, [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], { cwd: folder, env: environment });
  if (failed) throw new Error(out.slice(0, 3000));
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
}

const babelPlugins = {
  legacy: [['@babel/plugin-proposal-decorators', { version: 'legacy' }]],
  standard: [['@babel/plugin-proposal-decorators', { version: '2023-11' }]],
  plain: [],
};

export function buildWithBabel(folder, kind, format, targets, plugins = babelPlugins[kind]) {
  const { code } = require('@babel/core').transformFileSync(join(folder, 'service.ts'), {
    configFile: false,
    babelrc: false,
    presets: [
      ['@babel/preset-env', { targets, modules: format === 'cjs' ? 'commonjs' : false }],
      ['@babel/preset-typescript', { allowDeclareFields: true }],
    ],
    plugins,
    cwd: folder,
  });
  writeFileSync(join(folder, 'service.js'), code);
}

const babel = (kind, format, targets, differences = {}) => ({
  tool: 'babel',
  kind,
  format,
  target: targets,
  ...differences,
  run(place) {
    buildWithBabel(place.folder, kind, format, targets);
    return report(place, 'service.js');
  },
});

export const nodeProgram = (version) => join(import.meta.dirname, 'node_modules', `node-${version}-${process.platform}-${process.arch}`, 'bin', 'node');

const typeStripping = (version) => ({
  tool: `node ${version}, type stripping`,
  kind: 'plain',
  format: 'esm',
  isMissing: () => !existsSync(nodeProgram(version)),
  run: (place) => report(place, 'service.ts', { program: nodeProgram(version) }),
});

const minified = { minify: true, hidesNames: true };
// What the class is called while its static members are decorated.
const namedLate = { staticName: '_Users' };

export const rows = [
  ...['5.4', '5.9', '6', '7'].flatMap((version) => ['legacy', 'standard', 'plain'].map((kind) => tsc(version, kind, 'esm', 'es2022'))),
  ...['5.9', '6', '7'].flatMap((version) => [
    tsc(version, 'legacy', 'cjs', 'es2022'),
    tsc(version, 'legacy', 'cjs', 'es2015'),
    tsc(version, 'standard', 'esm', 'es2015'),
  ]),
  { ...tsc('5.9', 'legacy', 'cjs', 'es5', { downlevelIteration: true }), methodNames: ['', ''] },
  ...['legacy', 'standard', 'plain'].map(tsJest),
  ...['legacy', 'standard', 'plain'].map((kind) => swc(kind, 'esm', 'es2022')),
  swc('legacy', 'cjs', 'es2016'),
  ...['legacy', 'standard', 'plain'].map((kind) => esbuild(kind, 'esm', 'es2022')),
  esbuild('legacy', 'cjs', 'es2016'),
  esbuild('legacy', 'esm', 'es2022', { ...minified, classNames: { Base: 'm', Users: 'l' } }),
  esbuild('standard', 'esm', 'es2022', { ...minified, classNames: { Base: 'I', Users: 'y' } }),
  ...['legacy', 'plain'].map((kind) => tsx(kind)),
  tsx('standard', namedLate),
  ...['legacy', 'plain'].map((kind) => vitest(kind)),
  // Without a further plugin Babel reads no decorators on parameters: the names come from the source.
  babel('legacy', 'esm', 'node 20', { withoutKey: true }),
  ...['standard', 'plain'].map((kind) => babel(kind, 'esm', 'node 20')),
  babel('legacy', 'cjs', 'chrome 51', { withoutKey: true }),
  ...['22', '26'].map(typeStripping),
];
