export { memoryJournal, MemoryJournal } from './memory-journal.js';
