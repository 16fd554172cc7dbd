import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
/** Inside the tests, so that the imports of recipes are found; one folder for each spec file. */
const SCRATCH = join(ROOT, 'test/guides', `.recipes-${process.pid}`);

afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));

/** The module that a reader gets who pastes a named block of a page into a file. */
export async function recipe<T>(page: string, name: string): Promise<T> {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const [, code] = new RegExp(`^\`\`\`ts ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text) ?? [];
  if (code === undefined) throw new Error(`${page} has no block '${name}'`);
  mkdirSync(SCRATCH, { recursive: true });
  const file = join(SCRATCH, `${name}.ts`);
  writeFileSync(file, code);
  return (await import(file)) as T;
}
