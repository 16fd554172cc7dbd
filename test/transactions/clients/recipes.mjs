// The recipes of docs/transactions.md that need one of these clients, as programs in ./.recipes.
import { join } from 'node:path';
import { writeRecipes as write } from '../../support/write-recipes.mjs';

const HERE = import.meta.dirname;
/** Those of the repository's own clients run with its other specs. */
const ELSEWHERE = new Set(['pg', 'sqlite', 'steps']);

export function writeRecipes() {
  const page = join(HERE, '../../../docs/transactions.md');
  write(page, join(HERE, '.recipes'), (name) => !ELSEWHERE.has(name));
}
