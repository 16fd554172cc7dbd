// The recipes of docs/transactions.md that need one of these clients, as programs in ./.recipes.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const PAGE = readFileSync(join(HERE, '../../../docs/transactions.md'), 'utf8');
/** Those of the repository's own clients run with its other specs. */
const ELSEWHERE = new Set(['pg', 'sqlite', 'steps']);

export function writeRecipes() {
  const folder = join(HERE, '.recipes');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [, name, code] of PAGE.matchAll(/^```ts ([\w-]+)\n([\s\S]*?)^```$/gm)) {
    if (!ELSEWHERE.has(name)) writeFileSync(join(folder, `${name}.ts`), code);
  }
}
