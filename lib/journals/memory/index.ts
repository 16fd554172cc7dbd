export { memoryJournal, MemoryJournal } from './memory-journal.js';
export type { MemoryJournalOptions } from './options.js';
