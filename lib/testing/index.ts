// For those who test their sagas, or write a journal or an engine of their own.

export { journalContract, journalInTransactionContract } from './journal-contract.js';
export type {
  JournalContractCase,
  JournalHarness,
  JournalHarnessFactory,
} from './contract/harness.js';
export { engineContract } from './engine-contract.js';
export type {
  EngineContractCase,
  EngineHarness,
  EngineHarnessFactory,
  EngineWatching,
} from './engine/harness.js';
export type { EngineTrace, EngineTraceEntry } from './engine/participants.js';
export { ManualClock, settle } from './manual-clock.js';
