import { availableParallelism } from 'node:os';

/** What takes longest is left to `npm run test:thorough`, so that `npm test` stays short. */
export const leftOut = [
  'test/architecture/layers',
  'test/memory/pressure-child',
  'test/memory/size-of',
  'test/testing/policy-contract',
  'test/key/source-text.acorn',
  'test/crash/compaction',
  'test/cli/live',
  'test/call-graphs',
  'test/persist/order-after-restart',
];
const notNow = process.env['KEY_RUNS'] === undefined ? leftOut.map((path) => `<rootDir>/${path}`) : [];

/** One project per kind of decorators: the two cannot live under one tsconfig. */
const project = (displayName, tsconfig, testMatch, testPathIgnorePatterns) => ({
  displayName,
  testMatch,
  testPathIgnorePatterns,
  testEnvironment: '<rootDir>/config/jest-environment.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/end-of-file.ts'],
  transform: {
    // The tests by TypeScript itself; what they load again and again by something that takes a twentieth of the time.
    '/test/.+\\.ts$': ['ts-jest', { tsconfig }],
    // devalue is published as ES modules only, and jest runs CommonJS.
    '/src/.+\\.ts$|/node_modules/devalue/.+\\.js$': '<rootDir>/config/jest-swc.mjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!devalue/)'],
  // Most of what is loaded is TypeScript: it is looked for first.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^scrubjay$': '<rootDir>/src/index.ts',
    '^scrubjay/persist$': '<rootDir>/src/persist/contract.ts',
    // Sources name each other as Node wants it (`./lru.js`); here they are still .ts.
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/build/',
    '<rootDir>/test/compilers/',
    '<rootDir>/bench/',
    '<rootDir>/examples/(nestjs|fastify|tsyringe)/',
  ],
});

export default {
  // Many tests wait for child processes: one worker per core, and not a crowd of them on a large machine.
  // Some tests start processes, on machines that may be busy with other things.
  testTimeout: 30_000,
  maxWorkers: Math.min(4, availableParallelism()),
  projects: [
    project('legacy', 'test/tsconfig.json', ['<rootDir>/test/**/*.test.ts'], ['<rootDir>/test/standard/', ...notNow]),
    project('standard', 'test/standard/tsconfig.json', ['<rootDir>/test/standard/**/*.test.ts'], []),
  ],
};
