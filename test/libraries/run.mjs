// Recipes and filters with the real libraries, with Nest 11 and 12: npm run test:libraries
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { npmCi } from '../support/npm-ci.mjs';
import { writeRecipes } from '../support/write-recipes.mjs';
import { installRedis } from './install-redis.mjs';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const RECIPES = new Set(['bullmq', 'cqrs', 'graphql', 'messages']);

function run(...args) {
  execFileSync('npx', ['--no-install', ...args], { cwd: ROOT, stdio: 'inherit' });
}

npmCi(HERE);
npmCi(join(HERE, 'nest-11'));
installRedis();
writeRecipes(join(ROOT, 'docs/recipes.md'), join(HERE, '.recipes'), (name) => RECIPES.has(name));
run('tsc', '-p', 'test/libraries');
run('jest', '--config', 'test/libraries/jest.config.ts', '--ci', ...process.argv.slice(2));
