import type { Journal } from '../../core/index.js';
import type { SqliteJournalOptions } from './options.js';
import { SqliteJournal } from './sqlite-journal.js';

/**
 * A journal in one SQLite file, which several processes of one machine may share.
 *
 * Durable: what was acknowledged survives `kill -9` and, with the default `synchronous: 'full'`, a
 * power cut. All sagas of the process share one transaction per turn of the event loop.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function sqliteJournal(options: SqliteJournalOptions): Journal {
  return new SqliteJournal(options);
}
