export { MemoryJournal } from './memory-journal.js';
export { memoryJournal } from './new-journal.js';
export type { MemoryJournalOptions } from './options.js';
