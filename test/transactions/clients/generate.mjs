// Makes the clients of Prisma 6 and 7, for Postgres and SQLite, in ./generated.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
// No binary of Prisma's is downloaded: its clients run through drivers of Node, and migrate nothing here.
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};
const VERSIONS = {
  7: { folder: HERE, generator: 'provider = "prisma-client"\n  moduleFormat = "cjs"' },
  6: {
    folder: join(HERE, 'prisma-6'),
    generator: 'provider = "prisma-client-js"\n  engineType = "client"',
  },
};

for (const [version, { folder, generator }] of Object.entries(VERSIONS)) {
  for (const provider of ['postgresql', 'sqlite']) {
    const output = join(folder, 'generated', provider);
    if (existsSync(join(output, 'client'))) continue;
    const url = version === '6' ? '\n  url = "file:unused"' : '';
    mkdirSync(output, { recursive: true });
    const schema = join(output, 'schema.prisma');
    writeFileSync(
      schema,
      `generator client {
  ${generator}
  output = "./client"
}
datasource db {
  provider = "${provider}"${url}
}
model Order {
  id String @id
  shipped Boolean?
  @@map("orders")
}
`,
    );
    const cli = join(folder, 'node_modules', 'prisma', 'build', 'index.js');
    execFileSync(process.execPath, [cli, 'generate', '--schema', schema], {
      ...{ cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] },
    });
  }
}
