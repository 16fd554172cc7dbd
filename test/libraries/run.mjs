// Recipes and filters with the real libraries, with Nest 11 and 12: npm run test:libraries
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { npmCi } from '../support/npm-ci.mjs';
import { writeRecipes } from '../support/write-recipes.mjs';
import { installServers } from './install-servers.mjs';
import { startRabbitMq } from './rabbitmq.mjs';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const RECIPES = new Set(['bullmq', 'cqrs', 'graphql', 'messages', 'rabbitmq']);

function run(args, env = process.env) {
  execFileSync('npx', ['--no-install', ...args], { cwd: ROOT, stdio: 'inherit', env });
}

npmCi(HERE);
npmCi(join(HERE, 'nest-11'));
installServers();
writeRecipes(join(ROOT, 'docs/recipes.md'), join(HERE, '.recipes'), (name) => RECIPES.has(name));
const rabbitMq = await startRabbitMq();
try {
  // Meanwhile the broker comes up.
  run(['tsc', '-p', 'test/libraries']);
  await rabbitMq.ready();
  const jest = ['jest', '--config', 'test/libraries/jest.config.ts', '--ci'];
  const env = { ...process.env, RABBITMQ_URL: rabbitMq.url };
  run([...jest, ...process.argv.slice(2)], env);
} finally {
  await rabbitMq.stop();
}
