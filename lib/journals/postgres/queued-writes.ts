import {
  refKey,
  type CancelRequest,
  type JournalBatch,
  type NewSaga,
  type SagaRow,
} from '../../core/index.js';
import { checkAppend, checkCreate, payloadBytes, type GroupCommitOptions } from '../sql/index.js';
import { isItemFault } from './failures.js';

export type Write =
  | { readonly kind: 'create'; readonly saga: NewSaga }
  | { readonly kind: 'append'; readonly batch: JournalBatch };

/** `undefined`: written or created. A request: written, and it is to be cancelled. A row: the id is taken. */
export type WriteResult = SagaRow | CancelRequest | undefined;

/** What an item of the queue resolves with; what is done apart ends later, and holds up no other. */
export type Queued = WriteResult | Promise<WriteResult>;

export type Again = (batch: JournalBatch) => Promise<WriteResult>;

/** What the queue of writes must know of one. */
export const OF_WRITES: Omit<GroupCommitOptions<Write, Queued>, 'description' | 'commit'> = {
  check: (write) => {
    if (write.kind === 'create') checkCreate(write.saga);
    else checkAppend(write.batch);
  },
  sizeOf: (write) =>
    write.kind === 'create'
      ? payloadBytes(write.saga.entries, write.saga.input)
      : payloadBytes(write.batch.entries),
  keyOf: (write) => refKey(write.kind === 'create' ? write.saga : write.batch.ref),
  isItemFault,
  elsewhere: true,
};
