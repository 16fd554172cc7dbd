import BetterSqlite3 from 'better-sqlite3';
import Libsql from 'libsql';
import { fromSqlite, type SqliteTransactionDatabase } from 'nestjs-saga-orchestrator/transactions';
import { prove } from './prove.js';
import type { SqliteLibrary } from './sites.js';
import type { Client } from './stand.js';

function opening(Library: SqliteLibrary) {
  return async (file: string): Promise<Client<SqliteTransactionDatabase>> => {
    const database = new Library(file) as SqliteTransactionDatabase & { close(): unknown };
    return {
      transactions: { useFactory: () => fromSqlite(database) },
      database,
      order: async (tx, id) => tx.prepare('INSERT INTO orders (id) VALUES (?)').run([id]),
      close: async () => database.close(),
    };
  };
}

for (const [name, Library] of Object.entries({ 'better-sqlite3': BetterSqlite3, libsql: Libsql })) {
  const library = Library as unknown as SqliteLibrary;
  prove(name, { sqlite: [library, opening(library)] });
}
