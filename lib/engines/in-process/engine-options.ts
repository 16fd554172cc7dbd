import type { EngineSettings, Journal, SagaTransactions } from '../../core/index.js';
import type { RecoveryOptions } from './recovery/index.js';
import type { RetentionOptions } from './operations/index.js';

export interface InProcessEngineOptions extends EngineSettings {
  readonly journal: Journal;
  /**
   * How long this process may be silent before others take its sagas over, in ms, at least 100.
   *
   * @default 15_000
   */
  readonly leaseMs?: number;
  /** How it takes over what others left behind. `false`: it does not. */
  readonly worker?: boolean | Partial<RecoveryOptions>;
  /**
   * How the application runs transactions in the journal's database, for starts in one: `fromPg(pool)` and its
   * like of `./transactions`. Looked at in one when recovery begins. @default none: such starts are refused
   */
  readonly transactions?: SagaTransactions;
  /** How long sagas at rest are kept, in ms up to ten years, by status. @default Infinity: for ever */
  readonly deleteAfter?: RetentionOptions;
}
