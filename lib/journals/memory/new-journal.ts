import type { Journal } from '../../core/index.js';
import { MemoryJournal } from './memory-journal.js';
import { checkOptions, type MemoryJournalOptions } from './options.js';

/**
 * A journal in memory. Two calls share nothing.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function memoryJournal(options: MemoryJournalOptions = {}): Journal {
  return new MemoryJournal(Date.now, checkOptions(options).maxEnded);
}
