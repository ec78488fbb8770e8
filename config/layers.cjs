/**
 * Who may import whom, type-only imports included. The table is the one of docs/contributing.md; `npm run layers` checks it.
 */
const root = require('node:path').resolve(__dirname, '..');

const ground = '^src/(errors|clock|kinds|split-map|attention|frozen-built-ins)\\.ts$';
const organs = ['key', 'memory', 'flight', 'persist', 'shared', 'stats'];
const anyOrgan = `^src/(${organs.join('|')})/`;
const conductor =
  '^src/(options|persist-options|check-options|default-options|check-persist|check-revive|method-types|decorator-types|check-limits|process-memory|health|limit-options|freshness|homes|check-freshness|loads?|load-limits|load-outcomes|time-limits|check-loads|misuse|entries|entry-ages|entry-evictions|entry-inventory|entry-keys|entry-limits|entry-removals|entry-restore|delete-where|part-index|tagging|expiry|bounded-map|tables|method-stats|method-cache|transactions|changes|gathering|attended-calls|copy-value|isolation|request-stores|context-guard|hand-out|invalidate-tags|mutation-watch|cache-disk|cache-control|cache-settings|switches|cache-handle|batch-handle|batch-options|batch-types)\\.ts$';
const registry = '^src/registry(-options|-opening|-places)?\\.ts$';
const cached =
  '^src/(cached|adopt|class-defaults|members|argument-mapping|cache-writes|expected-caches|meant-entries|writing-method|writing-operation|writing-options|writing-types|written-sites|cached-batch|batch-loads|batch-method|prompt-batch|cached-method|instance-places|class-caches|cache-of|key-of|declare|key-decorator|method-parameters|placement)\\.ts$';
const frontDoor = '^src/index\\.ts$';
// What users import as `scrubjay/persist`, to write a driver of their own.
const persistDoor = '^src/persist/contract\\.ts$';

/** [who, path, which paths of src it may import] */
const table = [
  ['ground', ground, []],
  ...organs.map((organ) => [`organ-${organ}`, `^src/${organ}/`, [ground, `^src/${organ}/`]]),
  ['conductor', conductor, [ground, anyOrgan, conductor]],
  ['registry', registry, [ground, anyOrgan, conductor, registry]],
  ['cached', cached, [ground, anyOrgan, conductor, registry, cached]],
  ['front-door', frontDoor, [ground, anyOrgan, conductor, registry, cached]],
  ...['integrations', 'dashboard'].map((folder) => [folder, `^src/${folder}/`, [frontDoor, persistDoor, `^src/${folder}/`]]),
  ['testing', '^src/testing/', [ground, frontDoor, persistDoor, '^src/testing/']],
  ['cli', '^src/cli/', [ground, frontDoor, '^src/persist/', '^src/cli/']],
];

const thirdPartyHomes = ['^src/persist/drivers/', '^src/shared/tiers/', '^src/integrations/'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...table.map(([who, path, mayImport]) => ({
      name: `floor-${who}`,
      comment: `${who} may import only: ${mayImport.join(' ') || 'nothing'}`,
      severity: 'error',
      from: { path },
      to: { path: '^src/', pathNot: mayImport },
    })),
    {
      name: 'no-floor',
      comment: 'A file that stands on no floor of the table above.',
      severity: 'error',
      from: { path: '^src/', pathNot: table.map(([, path]) => path) },
      to: {},
    },
    {
      name: 'ground-imports-nothing',
      severity: 'error',
      from: { path: ground },
      to: {},
    },
    {
      // Everything outside src that is not part of Node counts, also what could not be found at all.
      name: 'no-third-party',
      severity: 'error',
      from: { path: '^src/', pathNot: thirdPartyHomes },
      to: { pathNot: '^src/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'only-runtime-dependencies',
      comment: 'What src imports must be installed with scrubjay, or be bundled with it.',
      severity: 'error',
      from: { path: '^src/' },
      // devalue is bundled: scripts/bundle/code.mjs. A peer is installed by whoever uses the integration.
      to: {
        pathNot: 'node_modules/devalue/',
        dependencyTypesNot: ['npm-peer'],
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      },
    },
    { name: 'no-cycle', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
  ],
  options: {
    // Without it type-only imports are not seen.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${root}/tsconfig.json` },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
