import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../temp-folder.js';

/** libsql once more, from a copy of its binary: to the system another library, with locks of its own. */
export function secondLibrary<Library extends object>(): Library {
  const folder = join(process.cwd(), 'node_modules', '@libsql');
  const [name = ''] = readdirSync(folder);
  const copy = join(tempFolder(), 'index.node');
  copyFileSync(join(folder, name, 'index.node'), copy);
  const binary: { exports: object } = { exports: {} };
  process.dlopen(binary, copy);
  let library: Library | undefined;
  jest.isolateModules(() => {
    jest.doMock(`@libsql/${name}`, () => binary.exports);
    library = jest.requireActual<Library>('libsql');
  });
  jest.dontMock(`@libsql/${name}`);
  return library as Library;
}
