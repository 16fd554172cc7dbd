import type { RunEnvironment, RunObserver } from '../execution/index.js';
import type { Journal, PayloadCodec, PayloadLimits } from '../journal/index.js';
import type { SagaLogger } from '../ports/index.js';

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
}
