import { checkAppend, checkCreate, payloadBytes } from '../sql/index.js';
import { isItemFault } from './driver.js';
import type { Write } from './operations.js';

/** One transaction holds up the event loop for about 10 µs per item. */
const MAX_ITEMS = 500;

function checkWrite(write: Write): void {
  if (write.kind === 'append') checkAppend(write.batch);
  else if (write.kind === 'create') checkCreate(write.saga);
}

function bytesOf(write: Write): number {
  if (write.kind === 'append') return payloadBytes(write.batch.entries);
  return write.kind === 'create' ? payloadBytes(write.saga.entries, write.saga.input) : 0;
}

/** How writes are queued. */
export const OF_WRITES = {
  check: checkWrite,
  sizeOf: bytesOf,
  isItemFault,
  maxItems: MAX_ITEMS,
} as const;
