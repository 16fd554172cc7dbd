import type { Journal, PayloadCodec, PayloadLimits, SagaRow } from '../../../core/index.js';
import { type Redact, shownSaga } from '../../../core/engine/index.js';
import type { AtMost } from './at-most.js';
import type { Lease } from './lease.js';

/** What the journaled runs of one engine share. */
export interface Journaling {
  readonly journal: Journal;
  /** Whose sagas these are: every ref, claim and list of the engine is inside it. */
  readonly application: string;
  readonly codec: PayloadCodec;
  readonly limits: PayloadLimits;
  readonly redact?: Redact | undefined;
  readonly owner: string;
  readonly lease: Lease;
  /** For what every saga may ask or give back at once, as after a stall. */
  readonly asks: AtMost;
}

/** Ends a run whose id turned out to be taken: nothing of it has run. */
export class AlreadyExists extends Error {
  constructor(readonly row: SagaRow) {
    super(`Saga ${shownSaga(row.name, row.id)} exists already`);
  }
}
