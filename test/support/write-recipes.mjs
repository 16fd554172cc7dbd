import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The named blocks of a page that are wanted, as files of a folder that is made anew. */
export function writeRecipes(page, folder, isWanted) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [, name, code] of readFileSync(page, 'utf8').matchAll(
    /^```ts ([\w-]+)\n([\s\S]*?)^```$/gm,
  )) {
    if (isWanted(name)) writeFileSync(join(folder, `${name}.ts`), code);
  }
}
