import { readFileSync } from 'node:fs';

declare const NEST: string;

it.each(['bullmq', 'common', 'core', 'cqrs', 'platform-fastify'])(
  '@nestjs/%s is of the major version that these tests are for',
  (name) => {
    const manifest = readFileSync(require.resolve(`@nestjs/${name}/package.json`), 'utf8');
    const { version } = JSON.parse(manifest) as { readonly version: string };
    expect(version.split('.')[0]).toBe(NEST);
  },
);
