// For those who test their sagas, or write a journal of their own.

export { journalContract } from './journal-contract.js';
export type {
  JournalContractCase,
  JournalHarness,
  JournalHarnessFactory,
} from './contract/harness.js';
export { ManualClock, settle } from './manual-clock.js';
