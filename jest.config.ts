/** @jest-config-loader esbuild-register */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';
import manifest from './package.json' with { type: 'json' };

/** Every public entry, by the name users import, mapped to its source: `dist` is never tested. */
const sourceOf: Record<string, string> = {};
for (const [subpath, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const built = target.import.default;
  sourceOf[`^${manifest.name}${subpath.slice(1)}$`] = built
    .replace('./dist/lib', '<rootDir>/lib')
    .replace(/\.js$/, '.ts');
}

/** Thousands of random sagas on a busy machine; what hangs is still ended. */
const TIMEOUT_MS = 180_000;

/** What all tests have in common. */
export const shared: Config = {
  testEnvironment: '<rootDir>/test/support/jest-environment.mjs',
  testTimeout: TIMEOUT_MS,
  globalSetup: '<rootDir>/test/support/built-page.mjs',
  // Without lib here, files that no test imports would vanish from the coverage.
  roots: ['lib', 'test', 'sample-app'].filter(existsSync).map((root) => `<rootDir>/${root}`),
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/test/bench/',
    '<rootDir>/test/package/',
    '<rootDir>/test/restate/server/',
  ],
  moduleNameMapper: {
    ...sourceOf,
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.(ts|js)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // Nest 12 and arktype ship ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/|arktype/|@ark/|arkregex/)'],
};

const ALL = '**/test/**/*.spec.ts';
const STORES = '**/test/{journals,crash,participant,transactions}/**/*.spec.ts';
const RANDOM = [
  '**/test/**/*.property.spec.ts',
  '**/test/engines/in-process/recovery/{model,interleavings}.spec.ts',
];
const not = (...globs: readonly string[]) => globs.map((glob) => `!${glob}`);

/** In a real browser: a lane of its own. */
const BROWSER = process.argv.includes('dashboard');

const config: Config = {
  reporters: ['default', '<rootDir>/test/support/not-run-reporter.mjs'],
  // Half of the time of a worker that tests a store is waiting for a disk, a server or a lease.
  maxWorkers: 2 * availableParallelism(),
  // Once more: a project has none of its own.
  testTimeout: TIMEOUT_MS,
  projects: [
    { ...shared, displayName: 'unit', testMatch: [ALL, ...not(STORES, ...RANDOM)] },
    { ...shared, displayName: 'stores', testMatch: [STORES, ...not(...RANDOM)] },
    {
      ...shared,
      displayName: 'random',
      testMatch: RANDOM,
      // Counting lines would double its time; examples cover them.
      coveragePathIgnorePatterns: ['<rootDir>/lib/'],
    },
    // Nothing of it runs unless it is asked for: `npm run test:dashboard`.
    ...(BROWSER
      ? [{ ...shared, displayName: 'dashboard', testMatch: ['**/test/dashboard/**/*.browser.ts'] }]
      : []),
  ],
  // The page is tested in a browser, where nothing counts lines.
  collectCoverageFrom: ['lib/**/*.ts', '!lib/dashboard/ui/**', '!**/*.generated.ts'],
  coverageThreshold: { global: {}, './lib/core/': { lines: 95, branches: 95 } },
};

export default config;
