import { join } from 'node:path';

/** The module of a recipe, which run.mjs has written. */
export async function recipe<T>(name: string): Promise<T> {
  return (await import(join(__dirname, '.recipes', `${name}.ts`))) as T;
}
