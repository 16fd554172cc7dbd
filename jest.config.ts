/** @jest-config-loader esbuild-register */
import { existsSync } from 'node:fs';
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

const config: Config = {
  testEnvironment: 'node',
  reporters: ['default', '<rootDir>/test/support/not-run-reporter.mjs'],
  // Thousands of random sagas on a busy machine; what hangs is still ended.
  testTimeout: 60_000,
  // Without lib here, files that no test imports would vanish from the coverage.
  roots: ['lib', 'test', 'sample-app'].filter(existsSync).map((root) => `<rootDir>/${root}`),
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
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
  // Nest 12 ships ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)'],
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageThreshold: { global: {}, './lib/core/': { lines: 95, branches: 95 } },
};

export default config;
