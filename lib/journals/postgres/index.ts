// Sagas in a Postgres database.

export { postgresJournal } from './new-journal.js';
export type { PostgresConnection, PostgresJournalOptions, PostgresSqlOptions } from './options.js';

// For your own migration tool
export { postgresJournalSql } from './migrate.js';

// What a handed-in pool must be able to do
export type { PgClient, PgPool, PgQuery, PgResult } from './driver.js';
