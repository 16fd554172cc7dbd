import { refKey } from '../../core/index.js';
import { checkAppend, checkCreate, payloadBytes, type GroupCommitOptions } from '../sql/index.js';
import { isItemFault } from './failures.js';
import type { Write, WriteResult } from './writer.js';

/** What an item of the queue resolves with; a create that is held up ends later, and holds up no other. */
export type Queued = WriteResult | Promise<WriteResult>;

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
