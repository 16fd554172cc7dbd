/** @jest-config-loader esbuild-register */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from 'jest';
import { shared } from '../../jest.config.ts';

const ROOT = join(__dirname, '../..');
const manifest = readFileSync(join(__dirname, 'nest-11/package.json'), 'utf8');
const { dependencies } = JSON.parse(manifest) as { readonly dependencies: object };

/** What the library itself imports of Nest as well. */
const nest11 = {
  [`^(${Object.keys(dependencies).join('|')})(/.*)?$`]:
    '<rootDir>/test/libraries/nest-11/node_modules/$1$2',
};

/** Nest loads them from where it stands itself. */
const clients = {
  '^(ioredis|amqplib|amqp-connection-manager)$': '<rootDir>/test/libraries/node_modules/$1',
};
const moduleNameMapper = { ...clients, ...(shared.moduleNameMapper as object) };

const project: Config = {
  ...shared,
  moduleNameMapper,
  rootDir: ROOT,
  roots: ['<rootDir>/lib', '<rootDir>/test/libraries', '<rootDir>/test/support'],
  testMatch: ['<rootDir>/test/libraries/*.library.ts'],
  // Some of what is installed here is ES modules only.
  transformIgnorePatterns: ['^(?!.*/test/libraries/).*/node_modules/(?!@nestjs/)'],
};

const config: Config = {
  rootDir: ROOT,
  // Of all projects.
  testTimeout: 60_000,
  projects: [
    { ...project, displayName: 'Nest 12', globals: { NEST: '12' } },
    {
      ...project,
      displayName: 'Nest 11',
      globals: { NEST: '11' },
      moduleNameMapper: { ...nest11, ...moduleNameMapper },
    },
  ],
};

export default config;
