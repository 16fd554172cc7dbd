import type { RunEnvironment, RunObserver } from '../execution/index.js';
import type { Journal, PayloadCodec, PayloadLimits } from '../journal/index.js';
import type { SagaLogger } from '../ports/index.js';
import type { RecoveryOptions } from './recovery-worker.js';
import type { RetentionOptions } from './retention.js';

export interface InProcessEngineOptions {
  readonly journal: Journal;
  readonly logger: SagaLogger;
  /** Time, ids and chance, for tests. */
  readonly environment?: RunEnvironment;
  /** @default JSON with tags */
  readonly codec?: PayloadCodec;
  readonly limits?: Partial<PayloadLimits>;
  /** Told of every record once it is durable. */
  readonly observers?: readonly RunObserver[];
  /** How long a shutdown lets running steps finish, in ms. @default 10_000 */
  readonly drainMs?: number;
  /**
   * How long this process may be silent before others take its sagas over, in ms. @default 15_000
   */
  readonly leaseMs?: number;
  /** How it takes over what others left behind. `false`: it does not. */
  readonly worker?: boolean | Partial<RecoveryOptions>;
  /** How long sagas at rest are kept, in ms, by status. @default for ever */
  readonly deleteAfter?: RetentionOptions;
}
