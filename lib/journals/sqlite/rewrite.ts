import type { SagaRef } from '../../core/index.js';
import type { Replacements } from '../sql/index.js';
import type { Database } from './database.js';
import { BY_REF, refValues } from './reader.js';

const SAGA = `(SELECT s.saga FROM sagas s WHERE ${BY_REF})`;
const INPUT = `UPDATE sagas SET input = ? WHERE saga = ${SAGA} AND input = ?`;
/** By the key of its row: a saga may have thousands, and other processes wait for this transaction. */
export const APPEND = `UPDATE saga_appends SET records = ? WHERE saga = ${SAGA} AND seq = ? AND records = ?`;

/** In a transaction. What is not as it was read stays as it is. */
export function rewrite(database: Database, ref: SagaRef, { input, appends }: Replacements): void {
  const values = refValues(ref);
  if (input !== null) database.run(INPUT, input.to, ...values, input.from);
  for (const { seq, from, to } of appends) database.run(APPEND, to, ...values, seq, from);
}
