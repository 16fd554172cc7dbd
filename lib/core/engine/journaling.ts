import type { Journal, PayloadCodec, PayloadLimits, SagaRow } from '../journal/index.js';

/** What the journaled runs of one engine share. */
export interface Journaling {
  readonly journal: Journal;
  readonly codec: PayloadCodec;
  readonly limits: PayloadLimits;
  readonly owner: string;
}

/** Ends a run whose id turned out to be taken: nothing of it has run. */
export class AlreadyExists extends Error {
  constructor(readonly row: SagaRow) {
    super(`Saga ${row.name} ${row.id} exists already`);
  }
}
