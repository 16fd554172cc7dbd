import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadLibrary } from './ours.mjs';
import { startApp } from './place-order.mjs';

const MAKERS = {
  sqlite: ['journals/sqlite/index.js', 'sqliteJournal'],
  postgres: ['journals/postgres/index.js', 'postgresJournal'],
};

/** A journal as a user makes it; `place` is its file, or the address of its database. */
export async function openJournal(lib, { subject, place, ...more }) {
  if (subject === 'memory') return undefined;
  const [path, maker] = MAKERS[subject];
  const module = await import(pathToFileURL(join(lib, path)).href);
  const where = subject === 'sqlite' ? { file: place } : { connectionString: place };
  return module[maker]({ ...where, ...more });
}

/** An application on such a journal, with what looks into it. */
export async function openApp(lib, store, options = {}, settings = {}) {
  const library = await loadLibrary(lib);
  const journal = await openJournal(lib, store);
  const all = journal === undefined ? options : { ...options, journal };
  const { app, saga } = await startApp(library, all, settings);
  return { app, saga, operations: app.get(library.SagaOperations) };
}
