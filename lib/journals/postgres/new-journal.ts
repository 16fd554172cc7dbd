import type { Journal } from '../../core/index.js';
import type { PostgresJournalOptions } from './options.js';
import { PostgresJournal } from './postgres-journal.js';

/**
 * A journal in a schema of a Postgres database, version 13 or later, which any number of processes
 * share. All sagas of this process share one transaction per round trip, over one connection.
 *
 * Durable: what was acknowledged survives a crash of every process and, with the server's default
 * settings, a power cut. A server that goes away is waited for; a commit whose answer was lost is
 * looked up, never written twice.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function postgresJournal(options: PostgresJournalOptions): Journal {
  return new PostgresJournal(options);
}
