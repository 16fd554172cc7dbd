import type { SagaRow } from '../../../core/index.js';
import { shownSaga } from '../../../core/engine/index.js';

/** Ends a run whose id turned out to be taken: nothing of it has run. */
export class AlreadyExists extends Error {
  constructor(readonly row: SagaRow) {
    super(`Saga ${shownSaga(row.name, row.id)} exists already`);
  }
}
