import { resolve } from 'node:path';
import ts from 'typescript';

const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(
  { ...config, include: ['lib'] },
  ts.sys,
  process.cwd(),
);
/** By path, every source as it was while nothing was changed: a run outlives many a change. */
const texts = new Map();
/** The file that is mutated, what stands in it, and the how manieth that is. */
let changed = { path: '', text: '', version: 0 };

const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => fileNames,
  getScriptVersion: (path) => (path === changed.path ? String(changed.version) : '0'),
  getScriptSnapshot: (path) => {
    if (!texts.has(path)) texts.set(path, ts.sys.readFile(path));
    const text = path === changed.path ? changed.text : texts.get(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => process.cwd(),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
  readFile: ts.sys.readFile,
});

if (fileNames.some((one) => service.getSemanticDiagnostics(one).length > 0)) {
  throw new Error('lib does not compile: npm run typecheck');
}

/** Whether TypeScript would let a mutant pass: its file first, then all that may depend on it. */
export function compiles({ file, text }) {
  const path = resolve(file);
  changed = { path, text, version: changed.version + 1 };
  return [path, ...fileNames].every((one) => service.getSemanticDiagnostics(one).length === 0);
}
